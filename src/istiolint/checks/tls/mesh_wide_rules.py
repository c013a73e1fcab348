"""Client TLS of DestinationRules for the entire mesh against namespaces with another mode than the mesh."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.workload import ports_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding

_WITHOUT_MESH_CERTIFICATE = ("DISABLE", "SIMPLE")
_FEW = 3
_HINT = "remove `tls` (auto mTLS uses mTLS wherever the server supports it), or add a DestinationRule for the namespace"


def other_namespaces(rule: Resource, host: str, mesh: Mesh) -> Iterator[Finding]:
    """Compare a rule for all services of the mesh with namespaces that have a PeerAuthentication or are outside the mesh."""
    mode, suffix = rule.spec["trafficPolicy"]["tls"]["mode"], f".svc.{mesh.settings.cluster_domain}"
    if not mode.text or not (host == "*" or suffix.endswith(host.removeprefix("*"))):
        return
    own = {policy.namespace for policy in mesh.all("PeerAuthentication")} | set(mesh.namespaces)
    found = (each for name in sorted(own - {mesh.root_namespace}) if (each := _in_namespace(rule, mode, name, mesh)))
    for _, each in zip(range(_FEW), found, strict=False):
        yield each


def _in_namespace(rule: Resource, mode: Cursor, namespace: str, mesh: Mesh) -> Finding | None:
    if not any(_is_used(rule, service, mesh) for service in mesh.in_namespace("Service", namespace)):
        return None
    effective, membership = mesh.mtls.of_namespace(namespace), mesh.injection.of_namespace(namespace)
    if any(mesh.exclusive(rule, policy) for policy in effective.policies):
        return None
    if any(policy.namespace != namespace for policy in effective.policies):
        return _on_a_port(rule, mode, namespace, mesh)  # the mode of the mesh is compared elsewhere
    related = [(field, "mode of the servers") for field in effective.set_by]
    if mode.text == "ISTIO_MUTUAL" and membership.state == "outside" and membership.explicit and _all_outside(namespace, mesh):
        why = f"`ISTIO_MUTUAL` also applies to namespace `{namespace}`, which is outside the mesh"
        related = [(membership.at, "outside the mesh")] if membership.at is not None else []
    elif mode.text == "ISTIO_MUTUAL" and effective.disabled and membership.state == "sidecar":
        why = f"`ISTIO_MUTUAL` also applies to namespace `{namespace}`, where mTLS is disabled"
    elif mode.text in _WITHOUT_MESH_CERTIFICATE and effective.strict and membership.in_mesh:
        why = f"`{mode.text}` also applies to namespace `{namespace}`, which accepts only mTLS"
    else:
        return _on_a_port(rule, mode, namespace, mesh)
    return finding(
        mode, f"{why}; connections without another DestinationRule fail", hint=_HINT, related=related, severity="warning"
    )


def _on_a_port(rule: Resource, mode: Cursor, namespace: str, mesh: Mesh) -> Finding | None:
    """Compare the rule with workloads and ports of a namespace that have a mode of their own."""
    for service in mesh.in_namespace("Service", namespace):
        for workload in mesh.workloads.of_service(service) if _is_used(rule, service, mesh) else ():
            if not mesh.mtls.selecting(workload) or mesh.injection.of(workload).state != "sidecar":
                continue
            for _, _, port in ports_of(service, workload):
                effective = mesh.mtls.of(workload, port)
                disabled = mode.text == "ISTIO_MUTUAL" and effective.disabled
                strict = mode.text in _WITHOUT_MESH_CERTIFICATE and effective.strict
                own = any(policy.namespace == namespace for policy in effective.policies)
                if port is None or not (disabled or strict) or not own or not mesh.injection.captures(workload, port):
                    continue
                if any(mesh.exclusive(rule, policy) for policy in (*effective.policies, workload.resource)):
                    continue
                return finding(
                    mode,
                    f"`{mode.text}` also applies to Service `{namespace}/{service.name}`, but port {port} of `{workload.title}` "
                    f"{'has mTLS disabled' if disabled else 'accepts only mTLS'}; its connections fail",
                    hint=_HINT.replace("the namespace", "the Service"),
                    related=[(field, "mode of the server") for field in effective.set_by],
                    severity="warning",
                )
    return None


def _all_outside(namespace: str, mesh: Mesh) -> bool:
    workloads = mesh.workloads.in_namespace(namespace)
    return bool(workloads) and all(mesh.injection.of(workload).state == "outside" for workload in workloads)


def _is_used(rule: Resource, service: Resource, mesh: Mesh) -> bool:
    """Whether clients in some namespace use a rule for a Service; closer and narrower rules replace it."""
    if service.spec["type"].text == "ExternalName" or mesh.exclusive(rule, service):
        return False
    host = mesh.hosts.fqdn(service.name, service.namespace)
    clients = {rule.namespace, *mesh.namespaces} - {mesh.root_namespace}
    return any(rule in mesh.destination_rules.visible_from(client, host) for client in clients)

"""The Secrets that the servers of a Gateway reference."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.certificates import fault
from istiolint.mesh.gateway_servers import PASSTHROUGH_MODES
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

CREDENTIAL_NOT_FOUND = declare(
    "credential-not-found", severity="error", evidence="missing", topic="gateways", codes=["IST0101"],
)  # fmt: skip
UNUSABLE_CREDENTIAL = declare(
    "unusable-credential", severity="error", evidence="contradiction", topic="gateways", codes=["IST0161"],
)  # fmt: skip

SCHEMES = ("kubernetes://", "kubernetes-gateway://", "configmap://", "builtin://", "sds://", "file:", "invalid://")


def _credentials(gateway: Resource) -> Iterator[Cursor]:
    """Yield each reference to a Secret with a certificate and key."""
    for server in gateway.spec["servers"]:
        tls = server["tls"]
        if tls["mode"].text not in (*PASSTHROUGH_MODES, "ISTIO_MUTUAL"):
            for name in (tls["credentialName"], *tls["credentialNames"]):
                if name.text and not name.text.startswith(SCHEMES):
                    yield name


def _places(name: str, gateway: Resource, mesh: Mesh) -> list[tuple[str, str]]:
    """Return the namespace and name of each Secret that a reference may mean; `namespace/name` means exactly one."""
    namespace, slash, own = name.partition("/")
    return [(namespace, own)] if slash else [(place, name) for place in mesh.gateway_workloads.namespaces(gateway)]


@further_check(CREDENTIAL_NOT_FOUND, kinds=["Gateway"])
def credential_not_found(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Secret that does not exist in the namespace of the gateway workloads."""
    for name in _credentials(gateway):
        places = _places(name.text, gateway, mesh)
        generated = mesh.coverage.generates("Secret", name.text.rpartition("/")[2])
        if places and not generated and not any(mesh.secrets.may_exist(*place) for place in places):
            elsewhere = mesh.secrets.namespaces_of(name.text)
            where = " or ".join(f"`{namespace}`" for namespace, _ in places)
            yield finding(
                name,
                f"Secret `{places[0][1]}` not found in {where}, where the gateway workloads run; TLS handshakes fail",
                hint=f"move it from namespace `{elsewhere[0]}`" if elsewhere else "create the Secret in the workloads' namespace",
                known=mesh.settings.whole_mesh or bool(elsewhere),
            )


@further_check(UNUSABLE_CREDENTIAL, kinds=["Gateway"])
def unusable_credential(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Secret without a certificate, or with one that is not currently valid."""
    for name in _credentials(gateway):
        for place in _places(name.text, gateway, mesh):
            secret = mesh.get("Secret", *place)
            if secret and (why := fault(secret)):
                yield finding(
                    name,
                    f"Secret `{place[0]}/{place[1]}` cannot be used for TLS: {why}; TLS handshakes fail",
                    hint="create a Secret of type `kubernetes.io/tls` with valid `tls.crt` and `tls.key` in PEM format",
                    related=[(secret.metadata["name"], "the Secret is here")],
                )
                break

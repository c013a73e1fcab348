"""The certificates that the servers of a Gateway name."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.certificates import fault
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
    """Each name of a Secret with certificate and key."""
    for server in gateway.spec["servers"]:
        tls = server["tls"]
        if tls["mode"].text not in ("PASSTHROUGH", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL"):
            for name in (tls["credentialName"], *tls["credentialNames"]):
                if name.text and not name.text.startswith(SCHEMES):
                    yield name


def _places(name: str, gateway: Resource, mesh: Mesh) -> list[tuple[str, str]]:
    """Namespace and name of the Secrets that may be meant; `namespace/name` is taken at its word."""
    namespace, slash, own = name.partition("/")
    return [(namespace, own)] if slash else [(place, name) for place in mesh.gateway_workloads.namespaces(gateway)]


@further_check(CREDENTIAL_NOT_FOUND, kinds=["Gateway"])
def credential_not_found(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """No Secret of that name where the gateway's workloads run."""
    for name in _credentials(gateway):
        places = _places(name.text, gateway, mesh)
        if places and not any(mesh.secrets.may_exist(*place) for place in places):
            elsewhere = mesh.secrets.namespaces_of(name.text)
            where = " or ".join(f"`{namespace}`" for namespace, _ in places)
            yield finding(
                name,
                f"there is no Secret `{places[0][1]}` in {where}, where the gateway's workloads run; the server serves no TLS",
                hint=f"move it there from `{elsewhere[0]}`" if elsewhere else "make the Secret in the namespace of the workloads",
                known=mesh.settings.whole_mesh or bool(elsewhere),
            )


@further_check(UNUSABLE_CREDENTIAL, kinds=["Gateway"])
def unusable_credential(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A Secret that holds no certificate, or one that is not in force."""
    for name in _credentials(gateway):
        for place in _places(name.text, gateway, mesh):
            secret = mesh.get("Secret", *place)
            if secret and (why := fault(secret)):
                yield finding(
                    name,
                    f"the Secret `{place[0]}/{place[1]}` cannot serve TLS: {why}",
                    hint="a Secret of type `kubernetes.io/tls` needs `tls.crt` and `tls.key` in PEM form",
                    related=[(secret.metadata["name"], "the Secret")],
                )
                break

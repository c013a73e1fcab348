"""Hosts that Sidecars let their workloads see: is there anything of that name in that namespace?"""

from collections.abc import Iterator

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.hosts import KnownHost
from istiolint.mesh.visibility import in_words, sees
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "sidecar-host-not-found", severity="warning", evidence="missing", kinds=["Sidecar"], codes=["KIA1004"],
    fixable=True,
)  # fmt: skip
def sidecar_host_not_found(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An egress host, `NAMESPACE/HOST`, that lets nothing in: a wrong namespace, or no such service."""
    for listener in sidecar.spec["egress"]:
        for entry in listener["hosts"]:
            owner, slash, host = entry.text.partition("/")
            if not slash or owner.startswith("~") or "." not in host or not can_be_name(entry.text):
                continue  # short names are no hosts here at all: the rule invalid-host tells of them
            namespace = sidecar.namespace if owner == "." else owner
            under = [each for each in mesh.hosts.under(host) if namespace in ("*", each.namespace)]
            here = bool(under)
            if (
                under
                and not any(sees(sidecar.namespace, each.scope) for each in under)
                and sidecar.namespace != mesh.root_namespace
            ):
                yield finding(
                    entry,
                    f"`{host}` is exported to {in_words(under[0].scope)} only; the entry imports nothing into namespace "
                    f"`{sidecar.namespace}`",
                    hint=f"export it to `{sidecar.namespace}`, or remove the entry",
                    related=[each.place for each in under[:2] if each.place],
                )
                continue
            if not here and not mesh.settings.knows_host(host) and next(mesh.virtual_services.on_mesh(host), None) is None:
                yield _nothing(entry, list(mesh.hosts.named(host)), sidecar, mesh)


def _nothing(entry: Cursor, known: list[KnownHost], sidecar: Resource, mesh: Mesh) -> Finding:
    """Why an entry lets nothing in; `known` is what has its host in other namespaces."""
    owner, _, host = entry.text.partition("/")
    namespace = sidecar.namespace if owner == "." else owner
    if known:
        owners = sorted({each.namespace for each in known})
        return finding(
            entry,
            f"`{host}` is not in namespace `{namespace}`, and the entry lets nothing in",
            hint=f"its namespace is {' or '.join(f'`{owner}`' for owner in owners[:3])}",
            related=[each.place for each in known[:2] if each.place],
            fix=_fix(entry, f"{owners[0]}/{host}") if len(owners) == 1 else None,
            known=mesh.settings.whole_mesh or _all_placed(known, sidecar if owner == "." else None),
        )
    service = mesh.hosts.service_name(host)
    return finding(
        entry,
        f"no service of namespace `{namespace}` has the host `{host}`; the entry lets nothing in",
        hint="name a host that a Service, ServiceEntry or VirtualService of that namespace has",
        known=mesh.hosts.lacks(host, sidecar) if service else mesh.settings.whole_mesh,
    )


def _all_placed(known: list[KnownHost], sidecar: Resource | None) -> bool:
    """Whether all say in which namespace they live; else the command that applies them may bring them together."""
    resources = [*(each.resource for each in known), sidecar]
    return all(resource is None or resource.placed for resource in resources)


def _fix(entry: Cursor, text: str) -> Fix:
    return Fix(f"write `{text}`", (Replace(entry.place, f'"{text}"' if text.startswith("*") else text),), safe=False)

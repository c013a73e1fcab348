"""Egress hosts of Sidecars that match no service."""

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
    """Report an egress host, `NAMESPACE/HOST`, that imports nothing: a wrong namespace, or an unknown service."""
    for listener in sidecar.spec["egress"]:
        for entry in listener["hosts"]:
            owner, slash, host = entry.text.partition("/")
            if not slash or owner.startswith("~") or "." not in host or not can_be_name(entry.text):
                continue  # the rule invalid-host reports short names
            namespace = sidecar.namespace if owner == "." else owner
            under = [each for each in mesh.hosts.overlapping(host) if namespace in ("*", each.namespace)]
            here = bool(under)
            if (
                under
                and not any(sees(sidecar.namespace, each.scope) for each in under)
                and sidecar.namespace != mesh.root_namespace
            ):
                yield finding(
                    entry,
                    f"`{host}` is only exported to {in_words(under[0].scope)}; the entry imports nothing into namespace "
                    f"`{sidecar.namespace}`",
                    hint=f"export it to `{sidecar.namespace}`, or remove the entry",
                    related=[each.place for each in under[:2] if each.place],
                )
                continue
            if not here and not mesh.settings.is_known_host(host) and next(mesh.virtual_services.on_mesh(host), None) is None:
                yield _nothing(entry, list(mesh.hosts.exact(host)), sidecar, mesh)


def _nothing(entry: Cursor, known: list[KnownHost], sidecar: Resource, mesh: Mesh) -> Finding:
    """Return why an entry imports nothing; `known` has its host in other namespaces."""
    owner, _, host = entry.text.partition("/")
    namespace = sidecar.namespace if owner == "." else owner
    if known:
        owners = sorted({each.namespace for each in known})
        return finding(
            entry,
            f"host `{host}` is not in namespace `{namespace}`; the entry imports nothing",
            hint=f"use namespace {' or '.join(f'`{owner}`' for owner in owners[:3])}",
            related=[each.place for each in known[:2] if each.place],
            fix=_fix(entry, f"{owners[0]}/{host}") if len(owners) == 1 else None,
            known=mesh.settings.whole_mesh or _all_placed(known, sidecar if owner == "." else None),
        )
    service = mesh.hosts.service_name(host)
    return finding(
        entry,
        f"no service in namespace `{namespace}` has host `{host}`; the entry imports nothing",
        hint="use the host of a Service, ServiceEntry or VirtualService in that namespace",
        known=mesh.hosts.lacks(host, sidecar) if service else mesh.settings.whole_mesh,
    )


def _all_placed(known: list[KnownHost], sidecar: Resource | None) -> bool:
    """Return whether all declare their namespace; otherwise they may be applied to the same one."""
    resources = [*(each.resource for each in known), sidecar]
    return all(resource is None or resource.placed for resource in resources)


def _fix(entry: Cursor, text: str) -> Fix:
    return Fix(f"replace with `{text}`", (Replace(entry.place, f'"{text}"' if text.startswith("*") else text),), safe=False)

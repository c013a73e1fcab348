"""The rules of upgrades: what breaks, what changes, and removed flags.

(What the API server of a later release rejects is always reported: constraints of the newest release apply to all.)
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from istiolint.checks.upgrade.kinds import KINDS
from istiolint.data import read
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import PROXY_KINDS, proxy_configs
from istiolint.mesh.flags import FLAG_KINDS, flags_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.settings import minor

if TYPE_CHECKING:
    from istiolint.checks.upgrade.changes import Change

_FLAG_KINDS = tuple(dict.fromkeys([*FLAG_KINDS, *PROXY_KINDS]))


def _passed(release: str, mesh: Mesh) -> bool:
    """Whether the upgrade passes a release: it is newer than today's Istio, and not newer than the target."""
    target = mesh.settings.upgrade_to
    return target is not None and mesh.settings.istio_minor < minor(release) <= minor(target)


def _changes(resource: Resource, mesh: Mesh, *, breaks: bool) -> Iterator[Finding]:
    if mesh.settings.upgrade_to is None:
        return
    from istiolint.checks.upgrade.changes import CHANGES

    for change in CHANGES:
        if change.breaks is breaks and resource.type in change.kinds and _passed(change.release, mesh):
            yield from _found(change, resource, mesh)


def _found(change: "Change", resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    for at in change.find(resource, mesh):
        yield finding(at, f"starting with Istio {change.release}, {change.what}", hint=change.fix)


@check("broken-by-upgrade", severity="error", evidence="document", kinds=KINDS)
def broken_by_upgrade(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report what stops working."""
    yield from _changes(resource, mesh, breaks=True)


@check("changed-by-upgrade", severity="warning", evidence="document", kinds=KINDS)
def changed_by_upgrade(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report what keeps working but changes its meaning."""
    yield from _changes(resource, mesh, breaks=False)


@check("flag-gone-after-upgrade", severity="warning", evidence="document", kinds=_FLAG_KINDS)
def flag_gone_after_upgrade(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report environment variables of istiod and proxies that the target release ignores."""
    if mesh.settings.upgrade_to is None:
        return
    for name, at in _variables(resource):
        release = _removed().get(name)
        if release and _passed(release, mesh):
            yield finding(
                at,
                f"starting with Istio {release}, `{name}` is ignored; the default of that release applies",
                hint="remove it, and check whether your manifests rely on the old behavior",
            )


@cache
def _removed() -> dict[str, str]:
    flags: dict[str, str] = read("feature-flags")
    return flags


def _variables(resource: Resource) -> Iterator[tuple[str, Cursor]]:
    """Yield the names of environment variables with their places."""
    yield from ((flag.name, flag.at) for flag in flags_of(resource))
    for config in proxy_configs(resource) if resource.type in PROXY_KINDS else ():
        yield from config["proxyMetadata"].items()

"""The rules of upgrades: what breaks, what changes, and flags that are gone.

(What the API server of a later release refuses is told anyway: constraints of the newest release hold for all.)
"""

import json
from collections.abc import Iterator
from functools import cache

from istiolint.checks.upgrade.changes import CHANGES, KINDS, Change
from istiolint.data import folder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import PROXY_KINDS, proxy_configs
from istiolint.mesh.flags import FLAG_KINDS, flags_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.settings import minor

_FLAG_KINDS = tuple(dict.fromkeys([*FLAG_KINDS, *PROXY_KINDS]))


def _passed(release: str, mesh: Mesh) -> bool:
    """Whether the upgrade passes a release: it is newer than today's Istio, and not newer than the target."""
    target = mesh.settings.upgrade_to
    return target is not None and mesh.settings.istio_minor < minor(release) <= minor(target)


def _changes(resource: Resource, mesh: Mesh, *, breaks: bool) -> Iterator[Finding]:
    if mesh.settings.upgrade_to is None:
        return
    for change in CHANGES:
        if change.breaks is breaks and resource.type in change.kinds and _passed(change.release, mesh):
            yield from _found(change, resource, mesh)


def _found(change: Change, resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    for at in change.find(resource, mesh):
        yield finding(at, f"from Istio {change.release} on, {change.what}", hint=change.mend)


@check("broken-by-upgrade", severity="error", evidence="document", kinds=KINDS)
def broken_by_upgrade(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """What stops working."""
    yield from _changes(resource, mesh, breaks=True)


@check("changed-by-upgrade", severity="warning", evidence="document", kinds=KINDS)
def changed_by_upgrade(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """What goes on working, and means something else."""
    yield from _changes(resource, mesh, breaks=False)


@check("flag-gone-after-upgrade", severity="warning", evidence="document", kinds=_FLAG_KINDS)
def flag_gone_after_upgrade(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Environment variables of istiod and of proxies that the target does not read."""
    if mesh.settings.upgrade_to is None:
        return
    for name, at in _variables(resource):
        release = _removed().get(name)
        if release and _passed(release, mesh):
            yield finding(
                at,
                f"from Istio {release} on, nobody reads `{name}`: the default of that release holds",
                hint="delete it, and look whether the manifests still want the old behaviour",
            )


@cache
def _removed() -> dict[str, str]:
    flags: dict[str, str] = json.loads((folder("schemas") / "feature-flags.json").read_text("utf-8"))
    return flags


def _variables(resource: Resource) -> Iterator[tuple[str, Cursor]]:
    """Names of environment variables, and where they stand."""
    yield from ((flag.name, flag.at) for flag in flags_of(resource))
    for config in proxy_configs(resource) if resource.type in PROXY_KINDS else ():
        yield from config["proxyMetadata"].items()

"""EnvoyFilters for specific releases only: `match.proxy.proxyVersion`."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.settings import NEWEST, OLDEST, minor
from istiolint.traffic import regex

_TO_COME = 10
"""Minor releases after the newest that an expression may be written for."""
_PATCHES = 40


@check("patch-for-no-release", severity="warning", evidence="document", kinds=["EnvoyFilter"])
def patch_for_no_release(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a patch that matches no proxy version that may still run."""
    for patch in _bound(envoy_filter):
        version = _version(patch)
        if not any(_applies(version.text, release) for release in range(minor(OLDEST), minor(NEWEST) + _TO_COME)):
            yield finding(
                version,
                f"`proxyVersion: {version.text}` matches no proxy of Istio {OLDEST} or later; the patch is never applied",
                hint=f"remove the patch, or match current releases, as in `^1\\.{minor(NEWEST)}.*`",
            )


@check("patch-stops-after-upgrade", severity="error", evidence="document", kinds=["EnvoyFilter"])
def patch_stops_after_upgrade(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a patch that matches the current proxies but not those after the upgrade."""
    target = mesh.settings.upgrade_to
    for patch in _bound(envoy_filter) if target else ():
        version, then = _version(patch), minor(str(target))
        if (
            _applies(version.text, mesh.settings.istio_minor)
            and not _applies(version.text, then)
            and not _heir(patch, then, mesh)
        ):
            yield finding(
                version,
                f"`proxyVersion: {version.text}` matches {mesh.settings.istio_version} but not {target}; "
                "after the upgrade the patch is silently skipped",
                hint=f"test the patch with {target}, and extend the expression to match that release",
            )


def _version(patch: Cursor) -> Cursor:
    return patch["match"]["proxy"]["proxyVersion"]


def _bound(envoy_filter: Resource) -> Iterator[Cursor]:
    """The patches that are bound to versions."""
    for patch in envoy_filter.spec["configPatches"]:
        text = _version(patch).text
        if text and not has_placeholder(text) and regex.compiled(text):
            yield patch


def _heir(patch: Cursor, release: int, mesh: Mesh) -> bool:
    """Whether some patch for the same kind of object is bound to a release: it may well be the same for its proxies."""
    return any(
        other["applyTo"].text == patch["applyTo"].text and _applies(_version(other).text, release)
        for envoy_filter in mesh.all("EnvoyFilter")
        for other in _bound(envoy_filter)
    )


@lru_cache(maxsize=4096)
def _applies(pattern: str, release: int) -> bool:
    """Whether the proxies of a minor release, given by its number, have a version that an expression is found in."""
    expression = regex.compiled(pattern)
    names = chain((f"1.{release}.{patch}" for patch in range(_PATCHES)), (f"1.{release}-dev", f"1.{release}.0-rc.1"))
    return expression is not None and any(expression.search(name) for name in names)

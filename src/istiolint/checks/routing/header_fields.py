"""Headers that VirtualServices set, add and remove, and header names in CORS policies."""

from collections.abc import Callable, Iterator

from istiolint.checks.schema.shared_rules import INVALID_HEADER_NAME
from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.headers import cors_name_fault, edited_name_fault, names_authority, set_name_fault, value_fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected

_TEMPLATES = ("{{", "${", "$(")
"""Marks of templates that fill in a value later. (Envoy itself fills in `%NAME%`.)"""


def _edits(service: Resource) -> Iterator[Cursor]:
    """Yield the header operations of routes and of their destinations."""
    for route in service.spec["http"]:
        for edits in (route["headers"], *(destination["headers"] for destination in route["route"])):
            if edits:
                yield edits


@further_check(
    INVALID_HEADER_NAME,
    kinds=["VirtualService"],
    rows=["VS-60", "VS-62", "VS-63", "VS-65", "VS-113", "P-20", "P-21"],
    when=["headers"],
)
def name_of_edited_header(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report headers that cannot be set, added or removed."""
    for headers in _edits(service):
        for side in ("request", "response"):
            fault_of = set_name_fault if side == "request" else edited_name_fault
            for verb in ("set", "add"):
                for name, value in headers[side][verb].items():
                    yield from _refused(name, value, f"cannot be {verb if verb == 'set' else 'added'}", fault_of)
            for item in headers[side]["remove"]:
                if isinstance(item.value, str):
                    yield from _refused(item.text, item, "cannot be removed", edited_name_fault)


def _refused(name: str, at: Cursor, cannot: str, fault_of: Callable[[str], str | None]) -> Iterator[Finding]:
    if isinstance(name, str) and not has_placeholder(name) and (fault := fault_of(name)):
        yield finding(
            at if isinstance(at.name, int) else at.key,
            rejected(f"{f'header `{name}` {cannot}: {fault}' if name else 'empty header name'}", "VirtualService"),
            hint="use `rewrite` to change paths and hosts" if name in (":path", ":authority", "host") else "remove it",
        )


@check(
    "invalid-header-value", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-61", "VS-64", "VS-113", "P-27"],
    when=["headers"],
)  # fmt: skip
def invalid_header_value(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report values that Envoy cannot parse, mostly with an unescaped percent sign."""
    for headers in _edits(service):
        for side in ("request", "response"):
            for verb in ("set", "add"):
                for _, value in headers[side][verb].items():
                    text = value.text
                    if not any(mark in text for mark in _TEMPLATES) and (fault := value_fault(text)):
                        shown = f" `{text[:60]}`" if text.isprintable() else ""
                        yield finding(
                            value,
                            rejected(f"invalid header value{shown}: {fault}", "VirtualService"),
                            hint="write Envoy variables as `%NAME%` or `%NAME(argument)%`",
                        )


@check(
    "authority-set-twice", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-66"],
    when=["headers"],
)  # fmt: skip
def authority_set_twice(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes that set the host of the request more than once."""
    for route in service.spec["http"]:
        request = route["headers"]["request"]
        written = [value for verb in ("set", "add") for name, value in request[verb].items() if names_authority(str(name))]
        if route["rewrite"]["authority"].text:
            written.insert(0, route["rewrite"]["authority"])
        for other in written[1:]:
            yield finding(
                other.key,
                rejected(f"`{other.name}` and `{written[0].name}` both set the host of the request", "VirtualService"),
                hint="keep only `rewrite.authority`",
                related=[(written[0].key, "the host is also set here")],
            )


@further_check(INVALID_HEADER_NAME, kinds=["VirtualService"], rows=["VS-70", "VS-71", "P-23"], when=["corsPolicy"])
def header_name_for_scripts(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid header names in CORS policies."""
    for route in service.spec["http"]:
        for field in ("allowHeaders", "exposeHeaders"):
            for name in route["corsPolicy"][field]:
                if isinstance(name.value, str) and not name.unresolved and (fault := cors_name_fault(name.text)):
                    yield finding(
                        name,
                        rejected(f"invalid header name `{name.text}`: {fault}", "VirtualService"),
                        hint="list one name per item, or use `*` for all",
                    )

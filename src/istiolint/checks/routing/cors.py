"""CORS of VirtualServices: origins and methods."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD
from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check, rejected
from istiolint.schema.rules import UNKNOWN_VALUE
from istiolint.traffic.words import head

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*")


@further_check(EMPTY_FIELD, kinds=["VirtualService"], rows=["VS-67"], when=["corsPolicy"])
def empty_origin(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report empty origins."""
    for route in service.spec["http"]:
        for origin in route["corsPolicy"]["allowOrigins"]:
            if isinstance(origin.value, dict) and all(origin[form].value in (None, "") for form in ("exact", "prefix", "regex")):
                yield finding(
                    head(origin),
                    rejected("empty origin in `allowOrigins`", "VirtualService"),
                    hint='use `exact: "*"` to allow all origins',
                )


@further_check(UNKNOWN_VALUE, kinds=["VirtualService"], rows=["VS-69"], when=["corsPolicy"])
def unknown_method(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report methods that Istio does not know, mostly in lower case."""
    for route in service.spec["http"]:
        for method in route["corsPolicy"]["allowMethods"]:
            text = method.text
            if not isinstance(method.value, str) or text in METHODS or has_placeholder(text):
                continue
            meant = text.strip().upper()
            known = meant in METHODS
            yield finding(
                method,
                rejected(f"unknown HTTP method `{text}` in `allowMethods`", "VirtualService"),
                hint=f"use `{meant}`" if known else "use one of " + ", ".join(f"`{method}`" for method in METHODS),
                fix=Fix(f"use `{meant}`", (Replace(method.place, meant),)) if known else None,
            )

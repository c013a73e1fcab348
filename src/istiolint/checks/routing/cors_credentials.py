"""CORS policies that allow credentials for any origin."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_ANY = {"exact": ("*",), "prefix": ("http", "http://", "https://"), "regex": (".*", ".+", "^.*$", "https?://.*", "https://.*")}


@check(
    "credentials-for-all-origins",
    severity="warning",
    evidence="document",
    tags=["security"],
    kinds=["VirtualService"],
    when=["corsPolicy"],
)
def credentials_for_all_origins(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report credentials for any origin. Envoy echoes the origin of the request, so browsers do not block the response."""
    for route in service.spec["http"]:
        policy = route["corsPolicy"]
        if policy["allowCredentials"].value is not True:
            continue
        if origin := next((text for origin in policy["allowOrigins"] for text in _any_origin(origin)), None):
            yield finding(
                policy["allowCredentials"].key,
                f"`allowCredentials` is set for origin `{origin.text}`; any website can call the service with the user's cookies "
                "and read the response",
                hint="list the allowed origins with `exact`, or remove `allowCredentials`",
                related=[(origin, "matches any origin")],
            )


def _any_origin(origin: Cursor) -> Iterator[Cursor]:
    yield from (origin[form] for form, texts in _ANY.items() if origin[form].text in texts)

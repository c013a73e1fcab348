"""CORS that lets every site read what is meant for one user."""

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
    """Credentials together with any origin. Envoy answers with the origin that asked, so browsers do not stop it."""
    for route in service.spec["http"]:
        policy = route["corsPolicy"]
        if policy["allowCredentials"].value is not True:
            continue
        if origin := next((text for origin in policy["allowOrigins"] for text in _any_origin(origin)), None):
            yield finding(
                policy["allowCredentials"].key,
                f"`{origin.text}` lets every site read answers that are for the user who is logged in: Envoy names the site that "
                "asks as the one allowed",
                hint="list the sites with `exact`, or leave `allowCredentials` out",
                related=[(origin, "any origin")],
            )


def _any_origin(origin: Cursor) -> Iterator[Cursor]:
    yield from (origin[form] for form, texts in _ANY.items() if origin[form].text in texts)

"""Headers with credentials in access logs and traces."""

import re
from collections.abc import Iterator

from istiolint.findings.finding import Finding, Place
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, mesh_configs, proxy_configs
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_SECRET = ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token")
_HEADER = re.compile(r"%(?:REQ|RESP|TRAILER)\(([^)%]{1,99})\)(?::\d+)?%", re.IGNORECASE)
"""A header in an access log format, with an optional fallback header: `%REQ(X-ID?COOKIE)%`."""
_ALL_KINDS = ("Telemetry", *CONFIG_KINDS, *WORKLOADS)


@check(
    "credentials-in-logs",
    severity="warning",
    evidence="document",
    tags=["security"],
    kinds=_ALL_KINDS,
    when=["accessLogFormat", "customTags", "extensionProviders"],
)
def credentials_in_logs(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report logs and traces that contain the credentials of each request."""
    for text in _formats(resource):
        for match in _HEADER.finditer(text.text):
            for header in match[1].split("?"):
                if header.strip().lower() in _SECRET:
                    yield _leak(text.part(match[0]), header.strip(), "the access log")
    for header in _logged(resource):
        if header.text.lower() in _SECRET:
            yield _leak(header.place, header.text, "the access log")
    for header in _traced(resource):
        if header.text.lower() in _SECRET:
            yield _leak(header.place, header.text, "every trace span")


def _leak(at: Place, header: str, where: str) -> Finding:
    return finding(
        at,
        f"`{header}` of each request is written to {where}; any reader can impersonate the users",
        hint="remove the header, or log a part that is not secret, such as a claim",
    )


def _formats(resource: Resource) -> Iterator[Cursor]:
    """Yield the formats of access logs."""
    if resource.type not in CONFIG_KINDS:
        return
    for config in mesh_configs(resource):
        yield config["accessLogFormat"]
        for provider in config["extensionProviders"]:
            for name in ("envoyFileAccessLog", "envoyOtelAls"):
                form = provider[name]["logFormat"]
                yield form["text"]
                yield from (value for _, value in form["labels"].items())


def _logged(resource: Resource) -> Iterator[Cursor]:
    """Yield the headers that are sent to a log server."""
    for config in mesh_configs(resource) if resource.type in CONFIG_KINDS else ():
        for provider in config["extensionProviders"]:
            for field in ("additionalRequestHeadersToLog", "additionalResponseHeadersToLog"):
                yield from provider["envoyHttpAls"][field]


def _traced(resource: Resource) -> Iterator[Cursor]:
    """Yield the headers that become trace tags."""
    if resource.type == "Telemetry":
        tracings = list(resource.spec["tracing"])
    else:
        tracings = [config["tracing"] for config in proxy_configs(resource)]
    for tracing in tracings:
        yield from (tag["header"]["name"] for _, tag in tracing["customTags"].items())

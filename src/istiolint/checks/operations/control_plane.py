"""Resources of the control plane: webhooks of istiod, and the addresses that istiod may fetch."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

WEBHOOKS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
BLOCKED_CIDRS = "BLOCKED_CIDRS_IN_JWKS_URIS"
_BLOCKED_CIDRS_SINCE = 29
_RELEASE = re.compile(r"1\.(\d{1,3})")


def _istiod_webhooks(configuration: Resource) -> Iterator[Cursor]:
    """Yield the `clientConfig` of each injection and validation webhook of istiod."""
    if configuration.kind == "MutatingWebhookConfiguration":
        ours = configuration.name.startswith("istio-sidecar-injector")
    else:
        ours = configuration.name == "istiod-default-validator" or configuration.name.startswith("istio-validator")
    if ours:
        for webhook in configuration["webhooks"]:
            yield webhook["clientConfig"]


@check("webhook-without-address", severity="warning", evidence="document", kinds=WEBHOOKS, codes=["IST0163"])
def webhook_without_address(configuration: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report webhooks without a service or a usable URL: the API server cannot reach istiod."""
    for client in _istiod_webhooks(configuration):
        url = client["url"]
        if url.text:
            if not _hostname(url.text):
                yield finding(url, f"invalid URL `{url.text}`: no host; the API server cannot call istiod", hint=_URL)
        elif not client["service"]:
            at = url.key if url.exists else client.key
            yield finding(at, "the webhook has neither a `service` nor a `url`; the API server cannot call istiod", hint=_URL)


_URL = "set the URL of the external istiod, such as `https://istiod.example.com:15017/inject`, or a `service`"


@check("webhook-url-with-ip-address", severity="info", evidence="document", kinds=WEBHOOKS, codes=["IST0164"])
def webhook_url_with_ip_address(configuration: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report IP addresses in webhook URLs: certificates rarely include them, and they change with the cluster."""
    for client in _istiod_webhooks(configuration):
        host = _hostname(client["url"].text)
        if host and _is_address(host):
            yield finding(
                client["url"].part(host),
                f"the webhook calls istiod by IP address `{host}`; it breaks if the address changes or is not in the certificate",
                hint="use a DNS name",
            )


@check(
    "jwks-fetch-unrestricted",
    severity="info",
    evidence="contradiction",
    tags=["security"],
    kinds=["Deployment"],
    codes=["IST0175"],
)
def jwks_fetch_unrestricted(deployment: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an istiod that fetches the `jwksUri` of any RequestAuthentication without restrictions."""
    authentication = next(iter(mesh.all("RequestAuthentication")), None)
    if deployment.labels.get("app") != "istiod" or authentication is None:
        return
    containers = list(deployment.spec["template"]["spec"]["containers"])
    if not mesh.settings.whole_mesh and not any(map(_knows_blocked_ranges, containers)):
        return
    blocked = any(env["name"].text == BLOCKED_CIDRS and env["value"].text for container in containers for env in container["env"])
    if not blocked:
        yield finding(
            deployment.metadata["name"],
            f"`{BLOCKED_CIDRS}` is not set; any user who can create a RequestAuthentication can make istiod fetch any "
            "address it can reach",
            hint=f"set `{BLOCKED_CIDRS}` on istiod to ranges without key servers, such as the cloud metadata service",
            related=[(authentication, "a RequestAuthentication is in use")],
        )


def _knows_blocked_ranges(container: Cursor) -> bool:
    """Whether a container runs an istiod that supports the setting; a patch for a Deployment has no image."""
    image, _, tag = container["image"].text.rpartition(":")
    release = _RELEASE.match(tag)
    return image.rpartition("/")[2] == "pilot" and (release is None or int(release[1]) >= _BLOCKED_CIDRS_SINCE)


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

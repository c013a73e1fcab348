"""TLS settings of servers, `ServerTLSSettings`: `servers[].tls` of a Gateway, `ingress[].tls` of a Sidecar.

The certificate comes from one of four sources: files (`serverCertificate` with `privateKey`), a Secret
(`credentialName`), several Secrets (`credentialNames`) or several pairs of files (`tlsCertificates`).
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import PASSTHROUGH_MODES
from istiolint.primitives.ciphers import is_cipher_suite
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check, rejected
from istiolint.settings import minor

CERTIFICATE_MISSING = declare("certificate-missing", severity="error", topic="gateways")

DEFAULT_MODE = "PASSTHROUGH"
"""Modes in which the server passes TLS through and needs no certificate."""
TERMINATING = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL")
CERTIFICATES = (
    "serverCertificate", "privateKey", "caCertificates", "tlsCertificates", "credentialName", "credentialNames",
)  # fmt: skip
_SECRETS = ("credentialName", "credentialNames")
_ONE_SOURCE = 27
"""The minor release in which Istio started to reject several sources."""
_TOLD_BY_SCHEMA = {("credentialName", "credentialNames"), ("credentialNames", "tlsCertificates")}


class ServerTls(NamedTuple):
    """The settings of one server."""

    settings: Cursor

    @property
    def mode(self) -> str:
        """Return `mode`, or its default."""
        return self.settings["mode"].text or DEFAULT_MODE

    @property
    def mode_in_words(self) -> str:
        """Return the mode as messages show it."""
        return f"mode `{self.mode}`" if self.settings["mode"].text else f"the default mode `{self.mode}`"

    def written(self, *fields: str) -> list[Cursor]:
        """Return the fields that are set and not empty."""
        return [self.settings[field] for field in fields if self.settings[field]]

    def sources(self) -> list[Cursor]:
        """Return the fields that are each a complete certificate source."""
        files = self.written("serverCertificate") if self.settings["privateKey"] else []
        return [*files, *self.written("credentialName", "credentialNames", "tlsCertificates")]


def server_tls(resource: Resource) -> Iterator[ServerTls]:
    """Yield the TLS settings of the servers of a Gateway or Sidecar."""
    for server in resource.spec["servers" if resource.type == "Gateway" else "ingress"]:
        if isinstance(server["tls"].value, dict):
            yield ServerTls(server["tls"])


@check(
    "certificate-contradicts-mode", severity="error", evidence="document", kinds=["Gateway", "Sidecar"],
    rows=["GT-04", "GT-05", "GT-06", "GT-07", "GT-08", "GT-09", "GT-17", "GT-18", "SC-23"],
)  # fmt: skip
def certificate_contradicts_mode(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a certificate where Istio provides its own, and a revocation list where no client certificate is verified."""
    for tls in server_tls(resource):
        if tls.mode == "ISTIO_MUTUAL":
            for field in tls.written(*CERTIFICATES):
                yield finding(
                    field.key,
                    rejected(
                        f"`{field.name}` contradicts mode `ISTIO_MUTUAL`, in which Istio provides the certificates", resource.kind
                    ),
                    hint=f"remove `{field.name}`, or set `mode: SIMPLE` (`MUTUAL` to require client certificates)",
                )
        elif crl := tls.settings["caCrl"]:
            if tls.mode in PASSTHROUGH_MODES and tls.settings["credentialName"]:
                yield finding(
                    crl.key,
                    rejected("`caCrl` contradicts `credentialName`, whose Secret includes the revocation list", resource.kind),
                    hint="remove `caCrl`, and add the list to the Secret as `ca.crl`",
                )
            elif tls.mode == "SIMPLE" and not tls.written(*_SECRETS):
                yield finding(
                    crl.key,
                    rejected("`caCrl` contradicts mode `SIMPLE`, in which clients present no certificate", resource.kind),
                    hint="set `mode: MUTUAL`, or remove `caCrl`",
                )


@check(
    "certificate-without-effect", severity="warning", evidence="document", kinds=["Gateway", "Sidecar"],
    rows=["GT-10"],
)  # fmt: skip
def certificate_without_effect(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a certificate on a server that passes TLS through."""
    for tls in server_tls(resource):
        fields = tls.written("caCrl", *CERTIFICATES)
        if tls.mode in PASSTHROUGH_MODES and fields:
            names = " and ".join(f"`{field.name}`" for field in fields)
            yield finding(
                fields[0].key,
                f"in {tls.mode_in_words} the server passes TLS through; {names} {'have' if len(fields) > 1 else 'has'} no effect",
                hint="set `mode: SIMPLE` to terminate TLS with this certificate, or remove it",
            )


@check(
    "several-certificate-sources", severity="error", evidence="document", kinds=["Gateway", "Sidecar"],
    rows=["GT-11"],
)  # fmt: skip
def several_certificate_sources(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report more than one certificate source."""
    for tls in server_tls(resource):
        sources = tls.sources() if tls.mode != "ISTIO_MUTUAL" and minor(mesh.settings.istio_version) >= _ONE_SOURCE else []
        for first, other in pairwise(sources):
            if (first.name, other.name) not in _TOLD_BY_SCHEMA:
                yield finding(
                    other.key,
                    rejected(f"`{first.name}` and `{other.name}` are both certificate sources", resource.kind),
                    hint="keep one of them",
                    related=[(first.key, f"`{first.name}` is set here")],
                )


@further_check(CERTIFICATE_MISSING, kinds=["Gateway", "Sidecar"], rows=["GT-13", "GT-15", "GT-16"])
def certificate_missing(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a server that terminates TLS without a certificate, its key, or the CA of its clients."""
    for tls in server_tls(resource):
        if tls.mode not in TERMINATING or tls.written(*_SECRETS):
            continue
        pairs = list(tls.settings["tlsCertificates"]) or [tls.settings]
        for pair in pairs:
            lacking = [field for field in ("serverCertificate", "privateKey") if not pair[field]]
            if lacking:
                yield finding(
                    pair if pair is not tls.settings else _mode_of(tls),
                    rejected(f"{_list(lacking)} missing, but the server terminates TLS in mode `{tls.mode}`", resource.kind),
                    hint="set `credentialName` to the name of a Secret, or set the file paths",
                )
        if tls.mode != "SIMPLE" and not tls.settings["caCertificates"]:
            yield finding(
                _mode_of(tls),
                rejected(f"`caCertificates` is missing, but mode `{tls.mode}` verifies client certificates", resource.kind),
                hint="set `caCertificates`, or a `credentialName` whose Secret includes `ca.crt`",
            )


def _mode_of(tls: ServerTls) -> Cursor:
    return tls.settings["mode"]


def _list(fields: list[str]) -> str:
    return " and ".join(f"`{field}`" for field in fields) + (" are" if len(fields) > 1 else " is")


@check(
    "old-tls-without-ciphers", severity="warning", evidence="document", kinds=["Gateway", "Sidecar"],
    rows=["GT-01"],
)  # fmt: skip
def old_tls_without_ciphers(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an old minimum TLS version without cipher suites for it."""
    for tls in server_tls(resource):
        oldest = tls.settings["minProtocolVersion"]
        if oldest.text in ("TLSV1_0", "TLSV1_1") and not tls.settings["cipherSuites"]:
            yield finding(
                oldest,
                f"`{oldest.text}` without `cipherSuites`; Envoy's default cipher suites require TLS 1.2, and handshakes of older "
                "clients fail",
                hint="list cipher suites such as `ECDHE-RSA-AES128-SHA` in `cipherSuites`, or use `TLSV1_2`",
            )


@check(
    "cipher-suite-ignored", severity="warning", evidence="document", kinds=["Gateway", "Sidecar"],
    rows=["GT-02", "GT-03"],
)  # fmt: skip
def cipher_suite_ignored(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a cipher suite that Istio drops: unknown or duplicate."""
    for tls in server_tls(resource):
        seen: dict[str, Cursor] = {}
        for suite in tls.settings["cipherSuites"] if tls.mode != "ISTIO_MUTUAL" else ():
            if "$" in suite.text or not isinstance(suite.value, str):
                continue
            if not is_cipher_suite(suite.text):
                yield finding(
                    suite,
                    f"unknown cipher suite `{suite.text}`; Istio drops it",
                    hint="use a BoringSSL name such as `ECDHE-RSA-AES128-GCM-SHA256`",
                )
            elif seen.setdefault(suite.text, suite) is not suite:
                yield finding(
                    suite,
                    f"cipher suite `{suite.text}` is listed twice; Istio drops the duplicate",
                    hint="remove the duplicate",
                    related=[(seen[suite.text], "first listed here")],
                )

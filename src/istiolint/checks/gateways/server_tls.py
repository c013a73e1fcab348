"""TLS settings of servers, `ServerTLSSettings`: `servers[].tls` of a Gateway, `ingress[].tls` of a Sidecar.

They say where the server's certificate comes from, in one of four ways: files (`serverCertificate` with `privateKey`), a Secret
(`credentialName`), several Secrets (`credentialNames`) or several pairs of files (`tlsCertificates`).
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.ciphers import is_cipher_suite
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check
from istiolint.settings import minor

CERTIFICATE_MISSING = declare("certificate-missing", severity="error", topic="gateways")

DEFAULT_MODE = "PASSTHROUGH"
PASSING = ("PASSTHROUGH", "AUTO_PASSTHROUGH")
"""Modes in which the server forwards the connection as it comes, and needs no certificate."""
TERMINATING = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL")
CERTIFICATES = (
    "serverCertificate", "privateKey", "caCertificates", "tlsCertificates", "credentialName", "credentialNames",
)  # fmt: skip
_SECRETS = ("credentialName", "credentialNames")
_ONE_SOURCE = 27
"""The minor release of Istio from which on it refuses several sources."""
_TOLD_BY_SCHEMA = {("credentialName", "credentialNames"), ("credentialNames", "tlsCertificates")}


class ServerTls(NamedTuple):
    """The settings of one server."""

    settings: Cursor

    @property
    def mode(self) -> str:
        """`mode`, or what holds without one."""
        return self.settings["mode"].text or DEFAULT_MODE

    @property
    def mode_in_words(self) -> str:
        """How messages call the mode."""
        return f"mode `{self.mode}`" if self.settings["mode"].text else f"mode `{self.mode}`, which holds without `mode`,"

    def written(self, *fields: str) -> list[Cursor]:
        """Those of the fields that are there and not empty."""
        return [self.settings[field] for field in fields if self.settings[field]]

    def sources(self) -> list[Cursor]:
        """The fields of which each alone says where the certificate comes from."""
        files = self.written("serverCertificate") if self.settings["privateKey"] else []
        return [*files, *self.written("credentialName", "credentialNames", "tlsCertificates")]


def server_tls(resource: Resource) -> Iterator[ServerTls]:
    """The TLS settings of a Gateway's or Sidecar's servers."""
    for server in resource.spec["servers" if resource.type == "Gateway" else "ingress"]:
        if isinstance(server["tls"].value, dict):
            yield ServerTls(server["tls"])


@check(
    "certificate-contradicts-mode", severity="error", evidence="document", kinds=["Gateway", "Sidecar"],
    rows=["GT-04", "GT-05", "GT-06", "GT-07", "GT-08", "GT-09", "GT-17", "GT-18", "SC-23"],
)  # fmt: skip
def certificate_contradicts_mode(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A certificate where Istio brings its own, or a revocation list without clients whose certificates it could revoke."""
    for tls in server_tls(resource):
        if tls.mode == "ISTIO_MUTUAL":
            for field in tls.written(*CERTIFICATES):
                yield finding(
                    field.key,
                    f"`{field.name}` contradicts mode `ISTIO_MUTUAL`, in which Istio brings the certificates; Istio refuses both",
                    hint=f"delete `{field.name}`, or write `mode: SIMPLE` (or `MUTUAL`, to ask clients for certificates)",
                )
        elif crl := tls.settings["caCrl"]:
            if tls.mode in PASSING and tls.settings["credentialName"]:
                yield finding(
                    crl.key,
                    "`caCrl` contradicts `credentialName`: a Secret brings the revocation list, too; Istio refuses both",
                    hint="delete `caCrl`, and put the list into the Secret's key `ca.crl`",
                )
            elif tls.mode == "SIMPLE" and not tls.written(*_SECRETS):
                yield finding(
                    crl.key,
                    "`caCrl` contradicts mode `SIMPLE`, in which clients show no certificate to revoke; Istio refuses both",
                    hint="write `mode: MUTUAL`, or delete `caCrl`",
                )


@check(
    "certificate-without-effect", severity="warning", evidence="document", kinds=["Gateway", "Sidecar"],
    rows=["GT-10"],
)  # fmt: skip
def certificate_without_effect(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A certificate for connections that the server passes on unopened."""
    for tls in server_tls(resource):
        fields = tls.written("caCrl", *CERTIFICATES)
        if tls.mode in PASSING and fields:
            names = " and ".join(f"`{field.name}`" for field in fields)
            yield finding(
                fields[0].key,
                f"{names} without effect: in {tls.mode_in_words} the server passes connections on unopened",
                hint="write `mode: SIMPLE` to open them with this certificate, or delete it",
            )


@check(
    "several-certificate-sources", severity="error", evidence="document", kinds=["Gateway", "Sidecar"],
    rows=["GT-11"],
)  # fmt: skip
def several_certificate_sources(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two ways of saying where the certificate comes from."""
    for tls in server_tls(resource):
        sources = tls.sources() if tls.mode != "ISTIO_MUTUAL" and minor(mesh.settings.istio_version) >= _ONE_SOURCE else []
        for first, other in pairwise(sources):
            if (first.name, other.name) not in _TOLD_BY_SCHEMA:
                yield finding(
                    other.key,
                    f"`{first.name}` and `{other.name}` both say where the certificate comes from; Istio refuses both",
                    hint="keep one of them",
                    related=[(first.key, f"`{first.name}` is here")],
                )


@further_check(CERTIFICATE_MISSING, kinds=["Gateway", "Sidecar"], rows=["GT-13", "GT-15", "GT-16"])
def certificate_missing(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A server that opens TLS connections and lacks the certificate, its key, or the CA of its clients."""
    for tls in server_tls(resource):
        if tls.mode not in TERMINATING or tls.written(*_SECRETS):
            continue
        pairs = list(tls.settings["tlsCertificates"]) or [tls.settings]
        for pair in pairs:
            lacking = [field for field in ("serverCertificate", "privateKey") if not pair[field]]
            if lacking:
                yield finding(
                    pair if pair is not tls.settings else _mode_of(tls),
                    f"in mode `{tls.mode}` the server needs a certificate: {_list(lacking)} missing; Istio refuses this",
                    hint="write `credentialName` with the name of a Secret, or the paths of the files",
                )
        if tls.mode != "SIMPLE" and not tls.settings["caCertificates"]:
            yield finding(
                _mode_of(tls),
                f"in mode `{tls.mode}` the server needs the CA of its clients: `caCertificates` is missing; Istio refuses this",
                hint="write `caCertificates`, or `credentialName` with a Secret that holds `ca.crt`",
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
    """An old version of TLS, for which Envoy offers no cipher unless one is listed."""
    for tls in server_tls(resource):
        oldest = tls.settings["minProtocolVersion"]
        if oldest.text in ("TLSV1_0", "TLSV1_1") and not tls.settings["cipherSuites"]:
            yield finding(
                oldest,
                f"`{oldest.text}` without `cipherSuites`: the ciphers that Envoy offers by default do not work below TLS 1.2, "
                "so old clients fail in the handshake",
                hint="list ciphers such as `ECDHE-RSA-AES128-SHA` in `cipherSuites`, or write `TLSV1_2`",
            )


@check(
    "cipher-suite-ignored", severity="warning", evidence="document", kinds=["Gateway", "Sidecar"],
    rows=["GT-02", "GT-03"],
)  # fmt: skip
def cipher_suite_ignored(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A cipher suite that Istio drops: it does not know it, or has it already."""
    for tls in server_tls(resource):
        seen: dict[str, Cursor] = {}
        for suite in tls.settings["cipherSuites"] if tls.mode != "ISTIO_MUTUAL" else ():
            if "$" in suite.text or not isinstance(suite.value, str):
                continue
            if not is_cipher_suite(suite.text):
                yield finding(
                    suite,
                    f"`{suite.text}` is no cipher suite that Envoy knows; Istio drops it",
                    hint="write a name of BoringSSL, such as `ECDHE-RSA-AES128-GCM-SHA256`",
                )
            elif seen.setdefault(suite.text, suite) is not suite:
                yield finding(
                    suite,
                    f"`{suite.text}` stands in the list twice; Istio drops the second",
                    hint="delete it",
                    related=[(seen[suite.text], "the first is here")],
                )

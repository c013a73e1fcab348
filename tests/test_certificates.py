"""Certificates of Secrets. (That those of the rules' examples are judged rightly: rules/gateways.)"""

import warnings

import pytest
from cryptography import x509

from istiolint.documents import read
from istiolint.mesh.certificates import fault
from istiolint.resources.resource import resources
from istiolint.sources import Source

SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: web}
type: kubernetes.io/tls
stringData: {tls.crt: "-----BEGIN CERTIFICATE-----", tls.key: "key"}
"""


def fault_of_secret() -> str | None:
    (document,) = read(Source("a.yaml", SECRET))
    (secret,) = resources(document)
    return fault(secret)


def test_what_the_library_cannot_read_is_no_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(pem: bytes) -> x509.Certificate:
        raise x509.InvalidVersion("7 is not a valid X509 version", 7)

    assert fault_of_secret() == "`tls.crt` is not a PEM certificate"
    monkeypatch.setattr(x509, "load_pem_x509_certificate", load)
    assert fault_of_secret() == "`tls.crt` is not a PEM certificate"


def test_warnings_of_the_library_are_not_printed(monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder) -> None:
    def load(pem: bytes) -> x509.Certificate:
        warnings.warn("a serial number which is not positive", UserWarning, stacklevel=2)
        raise ValueError

    monkeypatch.setattr(x509, "load_pem_x509_certificate", load)
    assert fault_of_secret()
    assert not recwarn.list

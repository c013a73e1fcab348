"""Hover texts: manifest text is untrusted."""

import re

from hypothesis import given
from hypothesis import strategies as st

from istiolint.documents import read
from istiolint.resources.resource import resources
from istiolint.server.completion import place
from istiolint.server.hover import code, of_field
from istiolint.sources import Source


@given(st.text(st.sampled_from("a`[](){}<>!\n\\*_#")))
def test_text_of_manifests_stays_code(text: str) -> None:
    shown = code(text)
    match = re.match("`+", shown)
    assert match
    fence = match[0]
    inside = shown[len(fence) : -len(fence)]
    assert "\n" not in shown
    assert shown.endswith(fence)
    assert fence not in re.findall("`+", inside)


def field(text: str, *path: str | int) -> str | None:
    resource = next(one for document in read(Source("a.yaml", text)) for one in resources(document))
    return of_field(resource, path)


def test_fields_show_type_values_release_and_reference() -> None:
    mode = field("apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n", "spec", "mtls", "mode") or ""
    assert "`spec.mtls.mode`: string" in mode
    assert "`STRICT`" in mode
    assert "https://istio.io/latest/docs/reference/config/security/peer_authentication/" in mode
    service = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
    assert field(service, "spec", "hosts") == (
        "`spec.hosts`: list of string\n\n"
        "[ServiceEntry reference](https://istio.io/latest/docs/reference/config/networking/service-entry/)"
    )
    assert field(service, "spec", "nothing") is None


@given(st.text(st.sampled_from("- a:{}[]\n\"' kind#"), max_size=60), st.data())
def test_completion_reads_any_text(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    assert text[:offset].endswith(place(text, offset).typed)


def test_places_in_lists_and_mappings() -> None:
    text = (
        "kind: VirtualService\nspec:\n  http:\n  - match:\n    - uri:\n        prefix: /\n"
        "    route:\n    - destination:\n        ho"
    )
    assert place(text, len(text)).path == ("spec", "http", 0, "route", 0, "destination")
    assert place(text, text.index("prefix")).path == ("spec", "http", 0, "match", 0, "uri")
    assert place(text, text.index("uri")).path == ("spec", "http", 0, "match", 0)

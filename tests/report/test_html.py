"""The HTML report and the page of the picture: their structure, and that manifest text stays text."""

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from reports import at, diagnostic, report

from istiolint.engine.lint import lint
from istiolint.findings.report import Report
from istiolint.graph.build import attach, picture_of
from istiolint.graph.picture import Picture
from istiolint.report import html, html_page, picture_html
from istiolint.sources import Source, discover

ROOT = Path(__file__).parents[2]
HOSTILE = "</script><img src=x onerror=alert(1)>\"'&<!--"
VOID = {"meta", "input", "br", "img", "link", "hr"}


class Structure(HTMLParser):
    """The elements of a page with their attributes, and its text; fails where elements are not closed in order."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [each for _, each in self.elements if name in (each.get("class") or "").split()]


@pytest.fixture(scope="module")
def shop() -> tuple[Report, list[Picture]]:
    pictures: list[Picture] = []
    found = lint(discover([str(ROOT / "fixtures/shop/broken")]), look=lambda name, mesh: pictures.append(picture_of(mesh, name)))
    attach(pictures, found.diagnostics)
    return found, pictures


def test_the_shop(shop: tuple[Report, list[Picture]]) -> None:
    found, pictures = shop
    page = Structure(html.render(found, pictures))
    assert len(page.with_class("finding")) == len(found.diagnostics)
    assert Counter(each["data-severity"] for each in page.with_class("finding")) == Counter(
        one.severity for one in found.diagnostics
    )
    assert {"findings", "picture", "mtls", "unchecked", "rules"} == {each["id"] for each in page.all("section")}
    ids = [each["id"] for _, each in page.elements if "id" in each]
    assert len(ids) == len(set(ids))
    links = {str(each["href"]) for each in page.all("a")}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(link.startswith(("#", "https://")) for link in links)


def test_the_rule_text_has_no_annotations_of_tests(shop: tuple[Report, list[Picture]]) -> None:
    text = html.render(*shop)
    rules = text[text.index('<section id="rules"') :]
    assert "What it does" in rules
    assert not re.search(r"# (error|warning|info): [a-z-]+ &quot;", rules)


def test_nothing_is_loaded_and_only_the_own_script_runs(shop: tuple[Report, list[Picture]]) -> None:
    text = html.render(*shop)
    page = Structure(text)
    (policy,) = (str(each["content"]) for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for tag in ("script", "style"):
        content = text[text.rindex(f"<{tag}>") + len(tag) + 2 : text.rindex(f"</{tag}>")]
        digest = base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")
        assert f"'sha256-{digest}'" in policy
    assert not [tag for tag, _ in page.elements if tag in ("link", "img", "iframe", "object", "form") and tag != "form"]
    assert not [
        each for _, each in page.elements if "src" in each or "style" in each or any(key.startswith("on") for key in each)
    ]
    assert "sourceMappingURL" not in text


@pytest.mark.parametrize("field", ["message", "hint", "field_path", "rule"])
def test_manifest_text_stays_text(field: str) -> None:
    page = Structure(html.render(at(f"a: {HOSTILE}\n", HOSTILE, path=f"{HOSTILE}.yaml", **{field: HOSTILE})))
    assert not page.all("img")
    assert len(page.all("script")) == 1


def test_manifest_text_in_the_picture_stays_text() -> None:
    manifest = f"apiVersion: v1\nkind: Service\nmetadata: {{name: {json.dumps(HOSTILE)}, namespace: {json.dumps(HOSTILE)}}}\n"
    pictures: list[Picture] = []
    found = lint([Source("a.yaml", manifest)], look=lambda name, mesh: pictures.append(picture_of(mesh, name)))
    page = Structure(picture_html.render(pictures, found.diagnostics))
    assert not page.all("img")
    assert len(page.all("script")) == 2
    data = json.loads(next(text for text in page.texts["script"] if text.startswith("{")))
    assert HOSTILE in [node["name"] for node in data["meshes"][0]["nodes"]]


def test_the_excerpt_has_carets_under_the_place() -> None:
    text = re.sub(r"<[^>]+>", "", html.render(at("a:\n\tb: <c>\nd: 1\n", "<c>")))
    assert "2 │     b: &lt;c&gt;\n  │        ^^^\n3 │ d: 1" in text


def test_nothing_found() -> None:
    page = Structure(html.render(report()))
    assert "Nothing found." in page.texts["p"]
    assert not page.with_class("picture")


def test_the_page_is_bounded() -> None:
    source = Source("a.yaml", "a: 1\n")
    found = report(*(diagnostic(source, 0, 1, severity="info") for _ in range(3000)), diagnostic(source, 3, 4))
    page = Structure(html.render(found))
    shown = page.with_class("finding")
    assert len(shown) == html.MOST_FINDINGS
    assert shown[0]["data-severity"] == "error"
    assert "2,001 findings of the lowest severities not shown here; the JSON format has them." in page.texts["p"]


def test_the_library_is_the_recorded_one() -> None:
    for record in json.loads(html_page.asset("libraries.json")):
        digest = hashlib.sha256((html_page.ASSETS / record["file"]).read_bytes()).hexdigest()
        assert digest == record["sha256"]
        assert record["license"] == "MIT"
    assert "MIT License" in html_page.asset("dagre.LICENSE") or "Permission is hereby granted" in html_page.asset("dagre.LICENSE")
    assert "Permission is hereby granted" in html.render(report())

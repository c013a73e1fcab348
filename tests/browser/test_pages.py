"""The HTML pages in a real browser, opened from files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Browser

SHOWN = (
    "return [...document.querySelectorAll('#findings .finding')].filter((each) => !each.hidden).map((each) => each.dataset.{})"
)
INPUT = """
const field = document.querySelector(arguments[0]);
field.value = arguments[1];
field.dispatchEvent(new Event('input', {bubbles: true}));
"""
KEY = """
const event = new KeyboardEvent('keydown', {key: arguments[1], bubbles: true, cancelable: true});
document.querySelector(arguments[0]).dispatchEvent(event);
"""
MOVED = "return document.querySelector('.canvas svg > g').getAttribute('transform')"
BRIGHT = "return [...document.querySelectorAll('.edge:not(.dim) title')].map((each) => each.textContent)"
KINDS = pytest.mark.parametrize("name", ["report", "graph"])


@KINDS
def test_no_errors_and_no_requests(browser: "Browser", pages: dict[str, Path], name: str) -> None:
    browser.open(pages[name])
    assert browser.all(".canvas g.node")
    assert browser.errors() == []
    assert browser.requests() == [pages[name].as_uri()]


@KINDS
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(browser: "Browser", pages: dict[str, Path], name: str, scheme: str) -> None:
    axe: Any = pytest.importorskip("axe_core_python", reason="the extra `browser` is not installed")
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.open(pages[name])
    browser.script("document.querySelector('.canvas g.node').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    browser.script((Path(axe.__path__[0]) / "axe.min.js").read_text("utf-8"))
    found = browser.driver.execute_async_script(
        "axe.run(document, {resultTypes: ['violations']}).then(arguments[arguments.length - 1])"
    )
    serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"]) for each in serious] == []


def test_filters_of_the_report(browser: "Browser", pages: dict[str, Path]) -> None:
    browser.open(pages["report"])
    total = len(browser.script(SHOWN.format("rule")))
    for box in browser.all("[name=severity]"):
        if box.get_attribute("value") != "warning":
            box.click()
    assert set(browser.script(SHOWN.format("severity"))) == {"warning"}
    browser.all("#findings button[type=reset]")[0].click()
    browser.all("#findings [name=search]")[0].send_keys("Field TIMOUT")
    assert set(browser.script(SHOWN.format("rule"))) == {"unknown-field"}
    assert browser.all("#shown")[0].text.endswith(f"of {total} findings shown")
    browser.all("#findings [name=search]")[0].clear()
    browser.script(INPUT, "[name=rule]", "gateway-not-found")
    assert set(browser.script(SHOWN.format("rule"))) == {"gateway-not-found"}
    assert browser.errors() == []


def test_a_finding_leads_to_its_rule_and_its_edge(browser: "Browser", pages: dict[str, Path]) -> None:
    browser.open(pages["report"])
    findings = browser.all("#findings [data-rule=strict-mtls-breaks-workload]")
    finding = next(each for each in findings if "warehouse/stock" in each.text)
    link = finding.find_element("css selector", "a[href='#rule-strict-mtls-breaks-workload']")
    browser.script("arguments[0].click()", link)
    assert browser.script("return document.querySelector('#rule-strict-mtls-breaks-workload').open")
    browser.script("arguments[0].click()", finding.find_element("css selector", ".show"))
    details = browser.all(".details")[0].text
    assert details.startswith("legacy/erp → warehouse/stock")
    assert "the caller sends plaintext" in details
    assert "fixtures/shop/broken/legacy/erp.yaml:" in details


def test_the_picture_by_keyboard(browser: "Browser", pages: dict[str, Path]) -> None:
    browser.open(pages["graph"])
    before = len(browser.all(".canvas g.node"))
    browser.script(KEY, ".space .head", "Enter")
    assert len(browser.all(".canvas g.node.namespace")) == 1
    browser.script(KEY, ".canvas g.node.namespace", "Enter")
    assert not browser.all(".canvas g.node.namespace")
    assert len(browser.all(".canvas g.node")) == before
    place = browser.script(MOVED)
    browser.script(KEY, ".canvas", "ArrowLeft")
    assert browser.script(MOVED) != place
    search = browser.all("[data-field=search]")[0]
    search.send_keys("storefront/cart\n")
    assert browser.all(".details h3")[0].text == "storefront/cart"
    assert browser.errors() == []


def test_filters_of_the_picture(browser: "Browser", pages: dict[str, Path]) -> None:
    browser.open(pages["graph"])
    browser.script(INPUT, "[data-field=rule]", "host-not-found")
    bright = browser.script(BRIGHT)
    assert any(title.startswith("storefront/shop routes to storefront/orders") for title in bright)
    assert 0 < len(bright) < len(browser.all(".edge"))

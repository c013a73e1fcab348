"""A real browser: Chromium and its driver where they are installed, with the packages of the extra `browser`."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from istiolint.engine.lint import lint
from istiolint.graph.build import attach, picture_of
from istiolint.graph.picture import Picture
from istiolint.report import html, picture_html
from istiolint.sources import discover

SHOP = Path(__file__).parents[2] / "fixtures/shop/broken"
CHROMIUM, DRIVER = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1440,900",
)  # fmt: skip


class Browser:
    """Pages of files, and what the browser logs and requests for them."""

    def __init__(self, driver: Any):
        self.driver = driver

    def open(self, page: Path) -> None:
        """Load a page; what was logged before is forgotten."""
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(page.as_uri())

    def script(self, text: str, *arguments: Any) -> Any:
        """The value of a script."""
        return self.driver.execute_script(text, *arguments)

    def all(self, selector: str) -> list[Any]:
        """The elements of a selector."""
        found: list[Any] = self.driver.find_elements("css selector", selector)
        return found

    def errors(self) -> list[str]:
        """What the console shows: errors of scripts, and what the content security policy forbids."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """What was requested."""
        messages = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        return [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser; skips where it is not installed."""
    if not CHROMIUM or not DRIVER:
        pytest.skip("Chromium or its driver is not installed")
    webdriver = pytest.importorskip("selenium.webdriver", reason="the extra `browser` is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(600)  # a busy machine takes its time
    yield Browser(driver)
    driver.quit()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report and the picture of the shop."""
    folder, pictures = tmp_path_factory.mktemp("pages"), list[Picture]()
    found = lint(discover([str(SHOP)]), look=lambda name, mesh: pictures.append(picture_of(mesh, name)))
    attach(pictures, found.diagnostics)
    texts = {"report": html.render(found, pictures), "graph": picture_html.render(pictures, found.diagnostics)}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    return {name: folder / f"{name}.html" for name in texts}

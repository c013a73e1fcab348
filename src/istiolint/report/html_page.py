"""An HTML page in one file: style, script and data inside it, and a policy that forbids everything else.

Text from manifests is escaped wherever it is; the Content-Security-Policy allows the page's own style and script by their hashes,
and no request.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape as _escape
from pathlib import Path
from typing import Any

from istiolint import __version__
from istiolint.findings.escape import as_json, printable

ASSETS = Path(__file__).parent / "assets"
_CODE = re.compile(r"`([^`]+)`")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_LOGO = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M11 2v14L3 19z" fill="currentColor" opacity=".55"/>'
    '<path d="M12.5 6v10l7 3z" fill="currentColor"/><path d="M3 20.5h18l-8 2z" fill="currentColor" opacity=".75"/></svg>'
)


def escape(text: str) -> str:
    """Return a text as HTML that shows it, control characters as escapes."""
    return _escape(printable(text))


def words(text: str) -> str:
    """Return a sentence with `code` in it as HTML."""
    parts = _CODE.split(text)
    return "".join(f"<code>{escape(part)}</code>" if index % 2 else escape(part) for index, part in enumerate(parts))


def page(title: str, body: str, *, navigation: Mapping[str, str], data: Any = None, kind: str = "report") -> str:
    """Return the page; `navigation` are the titles of its sections by id, `data` is what its script reads."""
    style, script = asset("page.css"), _script()
    policy = f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    links = "".join(f'<a href="#{name}">{escape(text)}</a>' for name, text in navigation.items())
    menu = f'<nav aria-label="Sections">{links}</nav>' if links else ""
    first = next(iter(navigation), "picture")
    block = f'<script type="application/json" id="data">{_data(data)}</script>' if data is not None else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n"
        f'<body class="{kind}">\n<a class="skip" href="#{first}">Skip to content</a>\n'
        f'<header class="top"><h1>{_LOGO} {escape(title)}</h1>{menu}<span class="made">istiolint {__version__}</span></header>\n'
        f"<main>\n{body}\n</main>\n{block}\n<script>{script}</script>\n</body>\n</html>\n"
    )


@cache
def asset(name: str) -> str:
    """Return the text of an asset."""
    return (ASSETS / name).read_text("utf-8")


def options(values: Iterable[str]) -> str:
    """Return the options of a list, `All` first."""
    return '<option value="">All</option>' + "".join(
        f'<option value="{escape(value)}">{escape(value)}</option>' for value in values
    )


@cache
def _script() -> str:
    library = f"/*!\n{asset('dagre.LICENSE').strip()}\n*/\n" + _SOURCE_MAP.sub("", asset("dagre.min.js"))
    return "\n".join([library, asset("picture.js"), asset("report.js")])


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _data(value: Any) -> str:
    """JSON in which nothing can end the element that holds it."""
    return as_json(value).strip().replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")

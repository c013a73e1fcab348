"""The picture of a mesh as one HTML page, to be opened from a file: pan, zoom, search, filter, and click for findings."""

from collections.abc import Collection, Sequence
from typing import Any

from istiolint.findings.finding import SEVERITIES, Diagnostic
from istiolint.graph.picture import Picture
from istiolint.report.html_page import escape, options, page
from istiolint.report.picture_json import value


def render(pictures: Sequence[Picture], diagnostics: Sequence[Diagnostic]) -> str:
    """Return the page."""
    return page("Mesh", section(pictures), navigation={}, data=data(pictures, diagnostics), kind="graph")


def data(pictures: Sequence[Picture], diagnostics: Sequence[Diagnostic], shown: Collection[int] | None = None) -> dict[str, Any]:
    """Return what the script reads: the JSON format, without the findings that the page does not show."""
    found = value(pictures, diagnostics)
    if shown is not None:
        found["findings"] = [each if number in shown else None for number, each in enumerate(found["findings"])]
    return found


def section(pictures: Sequence[Picture]) -> str:
    """Return the part of a page in which the picture is drawn."""
    names = "".join(
        f'<option value="{number}">{escape(picture.name or "mesh")}</option>' for number, picture in enumerate(pictures)
    )
    target = f'<label>Target <select data-field="target">{names}</select></label>' if len(pictures) > 1 else ""
    legend = "".join(
        f'<span class="{kind}"><i></i>{text}</span>'
        for kind, text in {
            "mtls": "mTLS", "plaintext": "plaintext", "tls": "other TLS", "broken": "fails", "mirror": "mirrored",
        }.items()
    )  # fmt: skip
    return (
        '<section id="picture" aria-labelledby="picture-title"><h2 id="picture-title">Picture of the mesh</h2>'
        '<div class="picture"><div class="bar" role="group" aria-label="Filter the picture">'
        f'{target}<label>Search <input type="search" data-field="search" placeholder="namespace/name"></label>'
        f'<label>Namespace <select data-field="namespace">{options(())}</select></label>'
        f'<label>Severity <select data-field="severity">{options(SEVERITIES)}</select></label>'
        f'<label>Rule <select data-field="rule">{options(())}</select></label><span class="found" role="status"></span>'
        '<div class="buttons"><button type="button" data-act="open">Expand all</button>'
        '<button type="button" data-act="close">Collapse all</button>'
        '<button type="button" data-act="out" aria-label="Zoom out">−</button>'
        '<button type="button" data-act="in" aria-label="Zoom in">+</button>'
        '<button type="button" data-act="fit">Fit</button></div></div>'
        '<div class="canvas" tabindex="0" role="group" aria-label="Mesh; arrow keys move it, plus and minus zoom">'
        f'<svg></svg><div class="legend" aria-hidden="true">{legend}</div></div>'
        '<aside class="details" tabindex="-1" aria-label="Details" aria-live="polite"></aside></div></section>'
    )

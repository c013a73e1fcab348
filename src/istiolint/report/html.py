"""The report as one HTML page: findings with filters, the picture of the mesh, the mTLS table, and the pages of the rules."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from istiolint.findings.finding import SEVERITIES, Diagnostic, Span
from istiolint.findings.report import Report
from istiolint.graph.picture import Fact, Mode, Picture
from istiolint.report import picture_html
from istiolint.report.counts import counted, found, listed_charts, read
from istiolint.report.html_page import escape, options, page, words
from istiolint.report.wording import in_targets

MOST_FINDINGS = 1000
"""Findings that the page shows, the most severe first: a browser takes long for more."""
MOST_ROWS = 2000
"""Rows of each other table."""
WIDEST = 240
"""Characters of a line of an excerpt."""
_LINK = re.compile(r"^(?:\.\./[\w-]+/|\./)?(?P<rule>[a-z0-9-]+)\.md$")


def render(report: Report, pictures: Sequence[Picture] = ()) -> str:
    """Return the page; the pictures have the numbers of the report's findings."""
    order = sorted(range(len(report.diagnostics)), key=lambda number: SEVERITIES.index(report.diagnostics[number].severity))
    shown = order[:MOST_FINDINGS]
    pictures = [picture for picture in pictures if picture.nodes]
    modes = [(picture.name, mode) for picture in pictures for mode in picture.modes]
    rules = sorted({report.diagnostics[number].rule for number in shown})
    sections = {"findings": ("Findings", _findings(report, shown, len(order) - len(shown), pictures=bool(pictures)))}
    if pictures:
        sections["picture"] = ("Picture", picture_html.section(pictures))
    if modes:
        sections["mtls"] = ("mTLS", _modes(modes))
    if report.summary.unchecked.total():
        sections["unchecked"] = ("Not checked", _unchecked(report))
    if report.suppressed:
        sections["suppressed"] = ("Suppressed", _suppressed(report))
    if rules:
        sections["rules"] = ("Rules", _rules(rules))
    body = _summary(report) + "\n".join(text for _, text in sections.values())
    data = picture_html.data(pictures, report.diagnostics, set(shown)) if pictures else None
    return page("istiolint report", body, navigation={name: title for name, (title, _) in sections.items()}, data=data)


def _summary(report: Report) -> str:
    severities = [diagnostic.severity for diagnostic in report.diagnostics]
    cards: list[tuple[str, int, str]] = [(each, severities.count(each), f"{each}s") for each in SEVERITIES]
    cards += [("ok", report.summary.files, "files read"), ("", report.summary.documents, "resources")]
    items = "".join(
        f'<li class="{kind if number or kind == "ok" else ""}"><b>{number:,}</b><span>{name}</span></li>'
        for kind, number, name in cards
    )
    lines = [found(report), *read(report), *listed_charts(report)]
    errors = "".join(f'<p class="fails">Internal error: {escape(error)}</p>' for error in report.internal_errors)
    return f'<ul class="cards" aria-label="Summary">{items}</ul>{errors}' + "".join(
        f'<p class="lead">{escape(line)}</p>' for line in lines
    )


def _findings(report: Report, shown: Sequence[int], hidden: int, *, pictures: bool) -> str:
    diagnostics = [report.diagnostics[number] for number in shown]
    severities = "".join(
        f'<label><input type="checkbox" name="severity" value="{severity}" checked> {severity}</label>' for severity in SEVERITIES
    )
    choices = {
        "Rule": ("rule", sorted({each.rule for each in diagnostics})),
        "Topic": ("topic", sorted({each.topic for each in diagnostics})),
        "Namespace": ("namespace", sorted({_namespace(each) for each in diagnostics} - {""})),
    }
    selects = "".join(
        f'<label>{title} <select name="{name}">{options(values)}</select></label>' for title, (name, values) in choices.items()
    )
    form = (
        f'<form class="filters" role="search" aria-label="Filter the findings"><fieldset>'
        f"<legend>Severity</legend>{severities}"
        f'</fieldset>{selects}<label>Text <input type="search" name="search"></label><button type="reset">Reset</button></form>'
    )
    items = "".join(_finding(number, report.diagnostics[number], pictures=pictures) for number in shown)
    more = (
        f'<p class="lead">{counted(hidden, "finding")} of the lowest severities not shown here; the JSON format has them.</p>'
        if hidden
        else ""
    )
    content = f'{form}<p class="status" id="shown" role="status"></p><ol class="findings">{items}</ol>{more}' if shown else ""
    return _section("findings", "Findings", content or "<p>Nothing found.</p>")


def _finding(number: int, diagnostic: Diagnostic, *, pictures: bool) -> str:
    severity, begins = diagnostic.severity, diagnostic.span.begins
    resource = f"<span>{escape(str(diagnostic.resource))}</span>" if diagnostic.resource else ""
    where = f"{diagnostic.span.source.path}:{begins.line}:{begins.column}"
    targets = in_targets(diagnostic)
    notes = "".join(
        f'<li>{words(message)} <span class="meta">{escape(f"{span.source.path}:{span.begins.line}")}</span>'
        f"{_excerpt(span, 'info', context=0)}</li>"
        for span, message in diagnostic.related
    )
    button = f'<button type="button" class="show" data-finding="{number}" hidden>Show in the picture</button>' if pictures else ""
    codes = f"<span>{escape(', '.join(diagnostic.codes))}</span>" if diagnostic.codes else ""
    return (
        f'<li class="finding {severity}" id="finding-{number}" data-severity="{severity}" data-rule="{escape(diagnostic.rule)}" '
        f'data-topic="{escape(diagnostic.topic)}" data-namespace="{escape(_namespace(diagnostic))}">'
        f'<h3>{words(diagnostic.message)}</h3><div class="meta"><span class="badge {severity}">{severity}</span>'
        f'<a href="#rule-{escape(diagnostic.rule)}">{escape(diagnostic.rule)}</a>{codes}{resource}'
        f"<span>{escape(where)}</span></div>"
        f"{_excerpt(diagnostic.span, severity)}"
        + (f'<p class="help">{words(diagnostic.hint)}</p>' if diagnostic.hint else "")
        + (f'<ul class="related">{notes}</ul>' if notes else "")
        + (f'<p class="meta">{escape(targets)}</p>' if targets else "")
        + f"{button}</li>"
    )


def _namespace(diagnostic: Diagnostic) -> str:
    return (diagnostic.resource.namespace or "") if diagnostic.resource else ""


def _excerpt(span: Span, severity: str, context: int = 1) -> str:
    """The lines around a place, with carets under the part of it on its first line."""
    source, begins, ends = span.source, span.begins, span.ends
    if not source.text:
        return ""
    last = min(begins.line + context, len(source.line_starts))
    margin = len(str(last))
    lines = []
    for number in range(max(1, begins.line - context), last + 1):
        text = _expanded(source.line(number))
        lines.append(f'<span class="n">{number:>{margin}} │ </span>{escape(text[:WIDEST])}')
        if number == begins.line:
            start = len(_expanded(source.line(number)[: begins.column - 1]))
            end = len(_expanded(source.line(number)[: ends.column - 1])) if ends.line == begins.line else len(text)
            if start < WIDEST:
                carets = "^" * max(1, min(end, WIDEST) - start)
                bar = f'<span class="n">{" " * margin} │ </span>'
                lines.append(f'{bar}{" " * start}<span class="caret {severity}" aria-hidden="true">{carets}</span>')
    return f'<pre class="excerpt" tabindex="0"><code>{chr(10).join(lines)}</code></pre>'


def _expanded(text: str) -> str:
    return text.replace("\t", "    ")


def _modes(modes: Sequence[tuple[str, Mode]]) -> str:
    parts = []
    for (target, namespace), rows in groupby(modes[:MOST_ROWS], key=lambda pair: (pair[0], pair[1].namespace)):
        title = f"Namespace {namespace}" + (f", target {target}" if target else "")
        body = "".join(_mode(mode) for _, mode in rows)
        parts.append(
            f'<table class="modes"><caption>{escape(title)}</caption><thead><tr>'
            '<th scope="col">Workload</th><th scope="col">Port</th>'
            f'<th scope="col">Mode</th><th scope="col">Set by</th></tr></thead><tbody>{body}</tbody></table>'
        )
    note = (
        '<p class="lead">STRICT accepts only mTLS, PERMISSIVE accepts mTLS and plaintext, DISABLE accepts only plaintext. '
        "Workloads outside the mesh have no proxy; for gateways, their listeners decide.</p>"
    )
    return _section("mtls", "Mutual TLS", note + "".join(parts) + _left_out(len(modes), "port"))


def _mode(mode: Mode) -> str:
    origins = "<br>".join(_fact(fact) for fact in mode.origins)
    failing = "".join(
        f'<br><span class="fails">{"may fail" if fact.topic == "perhaps" else "fails"}: {_fact(fact)}</span>'
        for fact in mode.failing
    )
    kind = mode.mode.lower().partition(" ")[0]
    return (
        f'<tr><th scope="row">{escape(mode.workload)}</th><td>{escape(mode.port)}</td>'
        f'<td class="mode {escape(kind)}">{escape(mode.mode)}</td><td>{origins}{failing}</td></tr>'
    )


def _fact(fact: Fact) -> str:
    place = f" ({fact.span.source.path}:{fact.span.begins.line})" if fact.span is not None else ""
    return words(fact.words) + escape(place)


def _unchecked(report: Report) -> str:
    counts = "".join(
        f'<tr><th scope="row">{escape(rule)}</th><td>{number:,}</td></tr>'
        for rule, number in sorted(report.summary.unchecked.items(), key=lambda item: (-item[1], item[0]))
    )
    text = (
        '<p class="lead">References to resources outside these files, which could not be checked. Add the files with '
        "<code>--context</code>, or set <code>--whole-mesh</code> if there are no others.</p>"
        f'<table><thead><tr><th scope="col">Rule</th><th scope="col">References</th></tr></thead><tbody>{counts}</tbody></table>'
    )
    rows = "".join(
        f"<tr><td>{escape(f'{one.span.source.path}:{one.span.begins.line}')}</td><td>{escape(one.rule)}</td>"
        f"<td>{escape(one.field_path)}</td><td><code>{escape(one.span.text[:WIDEST])}</code></td></tr>"
        for one in report.unchecked[:MOST_ROWS]
    )
    if rows:
        heads = "".join(f'<th scope="col">{name}</th>' for name in ("Place", "Rule", "Field", "Value"))
        text += f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        text += _left_out(len(report.unchecked), "reference")
    return _section("unchecked", "Not checked", text)


def _suppressed(report: Report) -> str:
    rows = "".join(
        f"<tr><td>{escape(f'{one.diagnostic.span.source.path}:{one.diagnostic.span.begins.line}')}</td>"
        f"<td>{escape(one.diagnostic.rule)}</td><td>{words(one.diagnostic.message)}</td><td>{escape(one.reason)}</td></tr>"
        for one in report.suppressed[:MOST_ROWS]
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Place", "Rule", "Message", "Reason"))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return _section("suppressed", "Suppressed", table + _left_out(len(report.suppressed), "finding"))


def _left_out(number: int, noun: str) -> str:
    return f'<p class="lead">{counted(number - MOST_ROWS, f"more {noun}")}.</p>' if number > MOST_ROWS else ""


def _rules(rules: Iterable[str]) -> str:
    return _section("rules", "Rules", "".join(_rule_pages(list(rules))))


def _rule_pages(rules: Sequence[str]) -> Iterator[str]:
    from markdown_it import MarkdownIt

    from istiolint.rules.pages import pages
    from istiolint.rules.reading import readable, without_near_misses

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    for rule in rules:
        known = pages().get(rule)
        if known is None:
            yield f'<details class="rule" id="rule-{escape(rule)}"><summary>{escape(rule)}</summary></details>'
            continue
        tokens = markdown.parse(readable(without_near_misses(known.text)).partition("\n")[2])
        for token in tokens:
            if token.type in ("heading_open", "heading_close"):
                token.tag = "h3"
            for child in token.children or ():
                link = _LINK.match(str(child.attrs.get("href", "")))
                if link:
                    child.attrs["href"] = f"#rule-{link['rule']}" if link["rule"] in rules else "#rules"
                if child.type == "link_open":
                    child.attrs["rel"] = "noreferrer"
        text = markdown.renderer.render(tokens, markdown.options, {}).replace("<pre>", '<pre tabindex="0">')
        yield (
            f'<details class="rule" id="rule-{escape(rule)}"><summary>{escape(known.title)} '
            f"<code>{escape(rule)}</code></summary>{text}</details>"
        )


def _section(name: str, title: str, content: str) -> str:
    return f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{title}</h2>{content}</section>'

"""A page for each rule, with what the code knows of it, and the list of all."""

import re
import shlex
from itertools import groupby

from istiolint.documents.quoting import as_flow
from istiolint.rules.check import Rule
from istiolint.rules.pages import Page, pages
from istiolint.rules.parameters import AnyParameter
from istiolint.rules.registry import all_rules
from istiolint.rules.topics import TOPICS

_FENCE = re.compile(r"^```yaml(?P<info> [^\n]*)$", re.MULTILINE)

EVIDENCE = {
    "document": "one document is enough",
    "contradiction": "two resources in the input disagree",
    "missing": "a referenced resource is missing from input that should contain it",
    "heuristic": "an opinion",
}
INDEX_HEAD = """\
# Rules

{number} rules, of which {default} are on by default; select the others with `--select` or the setting `select`.

- **error**: Istio or the API server rejects it, or requests fail.
- **warning**: Istio warns about it, or it is very likely a mistake.
- **info**: an opinion.

The evidence for a finding:

{evidence}

`--select` and `--ignore` accept rules, the codes of `istioctl analyze` and Kiali, topics (the names of the chapters below),
the tags `security` and `production`, and `ALL`.
"""
TABLE_HEAD = "\n## {title}\n\nThe topic `{topic}`.\n\n| rule | | title | other codes |\n|---|---|---|---|\n"
SETTINGS = {
    "whole-mesh": "This example is the entire mesh, as with `--whole-mesh`.",
    "clusters": "The first folder of each file is its cluster, as with `--cluster`.",
    "istio-version": "This example is for Istio {}.",
    "upgrade-to": "It is upgraded to Istio {}.",
    "encoding": "The encoding of this file is {}.",
}


def rule_pages() -> dict[str, str]:
    """Return the pages by their paths."""
    book = pages()
    written = {f"rules/{book[rule.id].topic}/{rule.id}.md": rule_page(rule, book[rule.id]) for rule in all_rules().values()}
    return {"rules/index.md": index(), **written}


def index() -> str:
    """Return the list of all rules, by topic."""
    order = list(TOPICS)
    rules = sorted(all_rules().values(), key=lambda rule: (order.index(rule.topic), rule.id))
    text = INDEX_HEAD.format(
        number=len(rules),
        default=sum(rule.default for rule in rules),
        evidence="\n".join(f"- **{name}**: {words}." for name, words in EVIDENCE.items()),
    )
    for topic, found in groupby(rules, key=lambda rule: rule.topic):
        text += TABLE_HEAD.format(title=TOPICS[topic], topic=topic) + "".join(map(_row, found))
    return text


def _row(rule: Rule) -> str:
    page = pages()[rule.id]
    level = rule.severity + ("" if rule.default else ", off")
    return f"| [{rule.id}]({page.topic}/{rule.id}.md) | {level} | {_cell(page.title)} | {' '.join(rule.codes)} |\n"


def rule_page(rule: Rule, page: Page) -> str:
    """Return the page of one rule: its title, its properties, and its text."""
    _, _, text = page.text.partition("\n")
    return f"# {page.title}\n\n{facts(rule)}\n{_FENCE.sub(_fence, text).lstrip()}"


def facts(rule: Rule) -> str:
    """Return the properties of a rule as a table."""
    rows = {
        "rule": f"`{rule.id}`",
        "severity": rule.severity,
        "evidence": f"{rule.evidence}: {EVIDENCE[rule.evidence]}",
        "topic": f"[{rule.topic}](../index.md#{_anchor(TOPICS[rule.topic])})",
        "tags": ", ".join(rule.tags),
        "by default": "on" if rule.default else "off",
        "parameters": "<br>".join(map(_parameter, rule.parameters)),
        "automatic fix": "yes" if rule.fixable else "",
        "kinds": ", ".join(rule.kinds),
        "other codes": ", ".join(map(_code, rule.codes)),
        "checks of Istio's validation": f"[{', '.join(rule.rows)}](../../validation.md)" if rule.rows else "",
    }
    return "| | |\n|---|---|\n" + "".join(f"| {name} | {_cell(value)} |\n" for name, value in rows.items() if value)


def _parameter(parameter: AnyParameter) -> str:
    return f"`{parameter.name}: {as_flow(parameter.schema['default'])}` {parameter.description}"


def _anchor(title: str) -> str:
    """Return the anchor that Python-Markdown generates for a heading."""
    return re.sub(r"[^\w\s-]", "", title).strip().lower().replace(" ", "-")


def _code(code: str) -> str:
    page, tool = ("kiali", "Kiali") if code.startswith("KIA") else ("istioctl-analyze", "istioctl analyze")
    return f"[{code}](../../{page}.md) ({tool})"


def _fence(match: re.Match[str]) -> str:
    """The settings of an example as a sentence above it, and its title as the site shows titles."""
    settings = {key: value for key, _, value in (word.partition("=") for word in shlex.split(match["info"]))}
    fixed, unsafe = (settings.pop(name, None) is not None for name in ("fixed", "unsafe"))
    title = settings.pop("title", "After --fix --unsafe-fixes" if unsafe else "After --fix" if fixed else "")
    sentences = [SETTINGS[name].format(value) for name, value in settings.items()]
    head = " ".join(sentences) + "\n\n" if sentences else ""
    return f"{head}```yaml" + (f' title="{title}"' if title else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")

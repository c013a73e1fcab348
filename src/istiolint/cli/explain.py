"""`istiolint explain RULE`: explain a rule, and which rules a topic has."""

import re

import click
from click.shell_completion import CompletionItem

from istiolint.findings.escape import printable
from istiolint.report.counts import counted
from istiolint.sources import InputError

MOST_PAGES = 8
"""More rules than these under one code are listed, not shown."""

_FENCE = re.compile(r"^```.*$")
_LANGUAGE = re.compile(r"^```\w* *")
_FIXED = {"fixed": "after --fix", "fixed unsafe": "after --fix --unsafe-fixes"}


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from istiolint.rules.registry import names

    return [CompletionItem(name) for name in names() if name != "ALL" and name.lower().startswith(incomplete.lower())]


@click.command(short_help="Show the page of a rule.")
@click.argument("rule", shell_complete=_complete)
def explain(rule: str) -> None:
    """Show the page of a rule: what goes wrong, how to fix it, and examples; also by its IST or KIA code.

    For a topic or tag, list its rules.
    """
    from istiolint.cli.inputs import define_custom_rules
    from istiolint.rules.other_tools import UNSUPPORTED_CODES, UNSUPPORTED_KIALI_CODES
    from istiolint.rules.registry import matching, suggestion
    from istiolint.rules.renamed import current, notice
    from istiolint.rules.search import Query

    try:
        define_custom_rules(None, isolated=False)
    except InputError as error:
        for line in error.lines:
            click.echo(f"istiolint: {printable(line)}", err=True)
    if message := notice([rule]):
        click.echo(f"istiolint: {message}", err=True)
        rule = current(rule)
    found = [match for match in matching(rule) if rule in (match.id, match.id.lower()) or rule.upper() in match.codes]
    reason = (UNSUPPORTED_CODES | UNSUPPORTED_KIALI_CODES).get(rule.upper())
    if not found and reason:
        click.echo(f"No rule answers for {rule.upper()}. {reason}")
        return
    if not found and (of_topic := list(Query(topics=[rule]).rules())):
        click.echo(f"{rule.lower()} has {counted(len(of_topic), 'rule')}:\n")
        width = max(len(each.id) for each in of_topic)
        click.echo("".join(f"  {each.id:<{width}}  {_title(each.id)}".rstrip() + "\n" for each in of_topic))
        click.echo("`istiolint explain RULE` shows the page of a rule.")
        return
    if not found:
        raise click.UsageError(f"unknown rule `{rule}`{suggestion(rule)}")
    if len(found) > MOST_PAGES:
        click.echo(f"istioctl uses {rule.upper()} for several checks; istiolint has a rule for each:\n")
        click.echo("".join(f"  {match.id}\n" for match in found) + "\n`istiolint explain RULE` shows its page.")
        return
    for number, match in enumerate(found):
        if number:
            click.echo("\n" + "-" * 78 + "\n")
        click.echo(_page(match.id), nl=False)


def _title(rule_id: str) -> str:
    from istiolint.rules.pages import pages

    page = pages().get(rule_id)
    return page.title if page else ""


def _page(rule_id: str) -> str:
    from istiolint.documents.quoting import as_flow
    from istiolint.rules.pages import pages
    from istiolint.rules.reading import has_long_examples, readable
    from istiolint.rules.registry import all_rules

    rule, page = all_rules()[rule_id], pages().get(rule_id)
    facts = [f"{rule.severity}, topic {rule.topic}", "on by default" if rule.default else "off until selected"]
    facts += [", ".join(rule.codes)] if rule.codes else []
    head = f"{click.style(rule_id, bold=True)} ({'; '.join(facts)})\n\n"
    if rule.parameters:
        head += "Parameters, with their defaults:\n\n"
        head += "".join(f"  {each.name}: {as_flow(each.schema['default'])}  # {each.description}\n" for each in rule.parameters)
        head += "\n"
    if not page:
        return head + "This rule has no page; it comes from a plugin.\n"
    cut = f"\nLong examples are shortened; the entire page is {page.path}\n" if has_long_examples(page.text) else ""
    return head + _for_terminal(readable(page.text)) + cut


def _for_terminal(markdown: str) -> str:
    """Return Markdown for a terminal: bold headings, indented code."""
    lines, in_code = [], False
    for line in markdown.splitlines():
        if _FENCE.match(line):
            in_code = not in_code
            words = _LANGUAGE.sub("", line)
            if in_code and words:
                lines.append(click.style(f"    # {_FIXED.get(words, words)}", dim=True))
        elif in_code:
            lines.append(f"    {line}".rstrip())
        elif line.startswith("#"):
            lines.append(click.style(line.lstrip("# "), bold=True))
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"

"""`istiolint rules`: list and search the rules."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from istiolint.cli.refusal import Refusal
from istiolint.findings.finding import SEVERITIES
from istiolint.settings import CustomRule
from istiolint.sources import InputError

if TYPE_CHECKING:
    from istiolint.rules.check import Rule


class RuleFact(click.ParamType):  # type: ignore[type-arg]
    """A topic, kind or code that a rule has; completed by the shell."""

    def __init__(self, name: str):
        self.name = name

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the value. Fails if no rule has it."""
        from difflib import get_close_matches

        known = self._known()
        if value.lower() not in map(str.lower, known):
            near = get_close_matches(value, known, 1)
            self.fail(f"no rule has the {self.name} `{value}`" + (f"; did you mean `{near[0]}`?" if near else ""), param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the values that continue the typed text."""
        return [CompletionItem(value) for value in self._known() if value.lower().startswith(incomplete.lower())]

    def _known(self) -> list[str]:
        from istiolint.resources.kinds import KNOWN
        from istiolint.rules.custom import TOPIC
        from istiolint.rules.registry import all_rules

        facts: dict[str, Any] = {
            "topic": lambda rule: rule.groups,
            "kind": lambda rule: rule.kinds,
            "code": lambda rule: rule.codes,
        }
        further = {"topic": {TOPIC}, "kind": KNOWN}.get(self.name, frozenset())  # rules of a configuration may have these
        return sorted({value for rule in all_rules().values() for value in facts[self.name](rule)} | further)


@click.command(short_help="List the rules, or search them.")
@click.option("--search", multiple=True, metavar="WORD", help="Rules with this word in id, title, summary, codes or kinds.")
@click.option("--topic", multiple=True, type=RuleFact("topic"), metavar="TOPIC", help="Rules of this topic or with this tag.")
@click.option("--severity", multiple=True, type=click.Choice(SEVERITIES), help="Rules of this severity.")
@click.option("--kind", multiple=True, type=RuleFact("kind"), metavar="KIND", help="Rules for this kind of resource.")
@click.option("--code", multiple=True, type=RuleFact("code"), metavar="CODE", help="Rules for a code of istioctl or Kiali.")
@click.option("--fixable", is_flag=True, help="Rules with a fix.")
@click.option("--test", is_flag=True, help="Test the rules of the configuration with their examples.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Use this configuration file.")
@click.option("--isolated", is_flag=True, help="Ignore configuration files.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to list.")
def rules(format_: str, test: bool, config: Path | None, isolated: bool, **filters: Any) -> None:
    """List the rules: id, topic, severity, evidence, whether on by default, codes of istioctl and Kiali, title.

    A rule must match all options, and one value of an option that is given several times; --search must match with each word.
    Rules that the configuration of the current folder defines are listed as well.
    """
    from istiolint.cli.inputs import define_custom_rules
    from istiolint.findings.escape import printable
    from istiolint.rules.pages import pages
    from istiolint.rules.registry import plugin_failures
    from istiolint.rules.search import Query

    try:
        found = define_custom_rules(config, isolated=isolated)
    except InputError as error:
        raise Refusal(error) from error
    if test:
        sys.exit(_test(found.custom_rules()))
    for failure in plugin_failures():
        click.echo(f"istiolint: {printable(failure.words)}", err=True)
    query = Query(
        words=filters["search"], topics=filters["topic"], severities=filters["severity"], kinds=filters["kind"],
        codes=filters["code"], fixable=filters["fixable"],
    )  # fmt: skip
    matching = list(query.rules())
    book = pages()
    titles = {rule.id: book[rule.id].title if rule.id in book else "" for rule in matching}
    if format_ == "json":
        click.echo(json.dumps([_as_json(rule, titles[rule.id]) for rule in matching], indent=2))
    elif matching:
        _write_table([_cells(rule, titles[rule.id]) for rule in matching])
    else:
        click.echo("istiolint: no rule matches", err=True)


def _as_json(rule: "Rule", title: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": title,
        "severity": rule.severity,
        "evidence": rule.evidence,
        "topic": rule.topic,
        "tags": list(rule.tags),
        "category": rule.category,
        "default": rule.default,
        "fixable": rule.fixable,
        "codes": list(rule.codes),
        "kinds": list(rule.kinds),
        "parameters": {parameter.name: parameter.schema for parameter in rule.parameters},
    }


_HEAD = ("rule", "topic", "severity", "evidence", "default", "codes", "what it is about")


def _cells(rule: "Rule", title: str) -> tuple[str, ...]:
    """Return the cells of a rule, in the order of `_HEAD`."""
    on = "on" if rule.default else "off"
    return rule.id, rule.topic, rule.severity, rule.evidence, on, " ".join(rule.codes), title


def _write_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    for row in (_HEAD, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        click.echo(click.style(line, bold=True) if row is _HEAD else line)


def _test(custom: tuple[CustomRule, ...]) -> int:
    """Test the examples of custom rules; return the exit status."""
    from istiolint.findings.escape import printable
    from istiolint.report.counts import counted
    from istiolint.testing.custom import problems_of_examples

    problems = list(problems_of_examples(custom))
    for problem in problems:
        click.echo(printable(problem))
    untested = [rule.id for rule in custom if not (rule.bad and rule.good)]
    if untested:
        click.echo(f"Without a bad or a good example: {', '.join(untested)}.")
    examples = sum(len(rule.bad) + len(rule.good) for rule in custom)
    click.echo(f"{counted(len(custom), 'rule')}, {counted(examples, 'example')}, {counted(len(problems), 'problem')}.")
    return int(bool(problems))

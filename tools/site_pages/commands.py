"""The commands and their options, as click knows them."""

from collections.abc import Iterable

import click

from istiolint.cli.group import group
from istiolint.cli.help import REST, SECTIONS, SectionedCommand

HEAD = """\
# Commands

`istiolint [PATH]...` is short for `istiolint lint [PATH]...`. Every command has the option `--help`.

| Command | |
|---|---|
"""


def command_pages() -> dict[str, str]:
    """Return a page for each command, and the list of all commands."""
    context = click.Context(group, info_name="istiolint", **group.context_settings)
    pages = {"commands/index.md": HEAD}
    for name, command in sorted(group.commands.items()):
        summary, _, _ = (command.help or "").partition("\n\n")
        pages["commands/index.md"] += f"| [istiolint {name}]({name}.md) | {_markdown(summary)} |\n"
        pages[f"commands/{name}.md"] = _command(click.Context(command, context, info_name=name), command)
    return pages


def _command(context: click.Context, command: click.Command) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    text = f"# istiolint {command.name}\n\n{_markdown(command.help or '')}\n\n```text\n{usage}\n```\n"
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    for title, found in _sections(options) if isinstance(command, SectionedCommand) else [("", options)]:
        heading = f"\n## {title}\n" if title else ""
        text += f"{heading}\n" + "".join(map(_option, _records(context, found)))
    return text + _epilog(command.epilog or "")


def _sections(options: list[click.Option]) -> Iterable[tuple[str, list[click.Option]]]:
    """The options as `--help` shows them: those of `lint` in sections."""
    by_name = {option.name: option for option in options}
    sections = {title: [by_name[name] for name in names if name in by_name] for title, names in SECTIONS.items()}
    placed = {option.name for found in sections.values() for option in found}
    found = [*sections.items(), (REST, [option for option in options if option.name not in placed])]
    return [(title, those) for title, those in found if those]


def _records(context: click.Context, options: Iterable[click.Option]) -> list[tuple[str, str]]:
    return [record for option in options if (record := option.get_help_record(context))]


def _option(record: tuple[str, str]) -> str:
    names, words = record
    return f"- `{names}`: {_markdown(words)}\n"


def _epilog(text: str) -> str:
    words = text.replace("\b\n", "").strip("\n")
    if not words:
        return ""
    title, _, rest = words.partition("\n")
    return f"\n{title}\n\n```text\n{rest}\n```\n"


def _markdown(text: str) -> str:
    """Words for a terminal as Markdown, on one line."""
    return " ".join(text.split())

"""Names of rules on the command line."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class RuleNames(click.ParamType):  # type: ignore[type-arg]
    """Ids, codes, topics, tags or ALL, with commas between them; completed by the shell."""

    name = "rules"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names unchecked: the configuration may define rules, so `check_names` checks them after it was read."""
        return tuple(name.strip() for name in value.split(",") if name.strip())

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Return the names that continue the typed text."""
        from click.shell_completion import CompletionItem

        from istiolint.rules.registry import names

        before, _, begun = incomplete.rpartition(",")
        prefix = f"{before}," if before else ""
        return [CompletionItem(prefix + name) for name in names() if name.startswith(begun)]


def check_names(names: Iterable[str], option: str) -> None:
    """Raise click.BadParameter for a name that matches no rule; `option` is its parameter."""
    from istiolint.rules.registry import matching, suggestion

    for name in names:
        if next(matching(name), None) is None:
            hint = f"'--{option.replace('_', '-')}'"
            raise click.BadParameter(f"unknown rule `{name}`{suggestion(name)}", param_hint=hint)

"""Names of rules on the command line."""

from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem


class RuleNames(click.ParamType):  # type: ignore[type-arg]
    """Ids, codes, topics, tags or ALL, with commas between them; completed by the shell."""

    name = "rules"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names, each checked."""
        names = tuple(name.strip() for name in value.split(",") if name.strip())
        check_names(names)
        return names

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that go on from what is typed."""
        from istiolint.rules.registry import names

        before, _, begun = incomplete.rpartition(",")
        prefix = f"{before}," if before else ""
        return [CompletionItem(prefix + name) for name in names() if name.startswith(begun)]


def check_names(names: Iterable[str]) -> None:
    """Raise click.BadParameter for a name that means no rule."""
    from istiolint.rules.registry import matching, suggestion

    for name in names:
        if next(matching(name), None) is None:
            raise click.BadParameter(f"unknown rule `{name}`{suggestion(name)}")

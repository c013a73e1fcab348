"""Releases of Istio on the command line."""

from typing import TYPE_CHECKING

import click

from istiolint.settings import NEWEST, OLDEST, minor

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Release(click.ParamType):  # type: ignore[type-arg]
    """A release of Istio as written, such as `1.30` or `v1.30.2`; the shell completes the known ones."""

    name = "release"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the release as written: it is checked together with the settings of the configuration."""
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Return the releases that continue the typed text, newest first."""
        from click.shell_completion import CompletionItem

        known = [f"1.{number}" for number in range(minor(NEWEST), minor(OLDEST) - 1, -1)]
        return [CompletionItem(release) for release in known if release.startswith(incomplete)]

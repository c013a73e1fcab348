"""The steps of a trace: what happens, and the lines of the manifests that cause it."""

from typing import Literal, NamedTuple, TypeAlias

from istiolint.resources.cursor import Cursor

Stage: TypeAlias = Literal["client", "listener", "host", "route", "destination", "tls", "server", "outcome"]
Kind: TypeAlias = Literal["fact", "rejected", "unknown"]


class Step(NamedTuple):
    """One step: the stage it belongs to, what happens in words, and where that is written.

    `kind` is `rejected` for something that was considered and does not apply, `unknown` if the files do not show it.
    """

    stage: Stage
    words: str
    places: tuple[Cursor, ...] = ()
    kind: Kind = "fact"


class Steps(list[Step]):
    """The steps so far."""

    def add(self, stage: Stage, words: str, *places: Cursor | None, kind: Kind = "fact") -> None:
        """Add a step."""
        self.append(Step(stage, words, tuple(place for place in places if place is not None), kind))

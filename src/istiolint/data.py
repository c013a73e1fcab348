"""Where the data folders (rules/, schemas/) are."""

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = os.path.dirname(os.path.realpath(__file__))


@cache
def _place(name: str) -> str:
    packaged = os.path.join(_PACKAGE, "_data", name)
    return packaged if os.path.isdir(packaged) else os.path.join(os.path.dirname(os.path.dirname(_PACKAGE)), name)


def folder(name: str) -> "Path":
    """The folder `rules` or `schemas`: inside the installed package, or next to src/ in a checkout."""
    from pathlib import Path  # most runs need no other path than `read` does

    return Path(_place(name))


def read(name: str) -> Any:
    """Return the content of a JSON file in `schemas`. Raises FileNotFoundError."""
    with open(os.path.join(_place("schemas"), f"{name}.json"), encoding="utf-8") as file:
        return json.loads(file.read())

"""Regular expressions of modules that every run imports: most of a small run is imports, and it uses few of them."""

import re
from typing import Any, cast


class _Late:
    def __init__(self, text: str, flags: int):
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        """Compile it at the first use; from then on its attributes are found without this detour."""
        compiled = re.compile(self._text, self._flags)
        for each in ("match", "fullmatch", "search", "finditer", "findall", "split", "sub", "pattern"):
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)


def late(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that is compiled when it is first used."""
    return cast("re.Pattern[str]", _Late(text, flags))

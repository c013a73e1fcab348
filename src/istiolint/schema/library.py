"""The library that validates, imported without what it needs only to say when it was built.

Its extension parses this time with `email.utils`, which imports sockets, URLs and MIME types: half the time of the import. It is
not needed here, so a module that knows no time stands in.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

_PARSER = "email.utils"


def _import_without_parser() -> None:
    """Import it with the stand-in, unless the parser is known already, or another thread could meet the stand-in."""
    threading = sys.modules.get("threading")
    if _PARSER in sys.modules or (threading and threading.active_count() > 1):
        return
    stand_in = ModuleType(_PARSER)
    stand_in.parsedate_to_datetime = lambda _: None  # type: ignore[attr-defined]
    sys.modules[_PARSER] = stand_in
    try:
        import jsonschema_rs  # noqa: F401
    finally:
        del sys.modules[_PARSER]


if not TYPE_CHECKING:
    _import_without_parser()

from jsonschema_rs import Draft202012Validator  # noqa: E402

__all__ = ["Draft202012Validator"]

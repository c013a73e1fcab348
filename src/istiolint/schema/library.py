"""The library that validates, imported without what it needs only to say when it was built.

Its extension parses this time with `email.utils`, which imports sockets, URLs and MIME types: half the time of the import. As
istiolint does not use it, a small module replaces `email.utils` meanwhile.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

_PARSER = "email.utils"


def _import_without_parser() -> None:
    """Import it with the replacement, unless the parser is imported already, or another thread could see the replacement."""
    threading = sys.modules.get("threading")
    if _PARSER in sys.modules or (threading and threading.active_count() > 1):
        return
    replacement = ModuleType(_PARSER)
    replacement.parsedate_to_datetime = lambda _: None  # type: ignore[attr-defined]
    sys.modules[_PARSER] = replacement
    try:
        import jsonschema_rs  # noqa: F401
    finally:
        del sys.modules[_PARSER]


if not TYPE_CHECKING:
    _import_without_parser()

from jsonschema_rs import Draft202012Validator  # noqa: E402

__all__ = ["Draft202012Validator"]

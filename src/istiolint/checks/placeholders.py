"""Texts that stand for what somebody or something writes there later: `SERVICE_NAME`, `${HOST}`, `<name>`."""

import re

_PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9]*[A-Z_][A-Z0-9_]*|[${}<>%]|__")


def is_placeholder(text: str) -> bool:
    """Whether a name of the mesh (never in capitals, never with these marks) is filled in later."""
    return bool(_PLACEHOLDER.search(text))

"""Path normalization of Envoy."""

import re

_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]", re.ASCII)


def normalized(path: str) -> str:
    """A path with its query after Envoy's `normalize_path`, which Istio turns on by default: `.`, `..` and `\\` are resolved."""
    plain, mark, query = path.partition("?")
    plain = _ESCAPE.sub(_unescaped, plain).replace("\\", "/")
    if "/." not in plain:
        return plain + mark + query
    kept: list[str] = []
    segments = plain.split("/")
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
            if last:
                kept.append("")
        elif segment == ".":
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return ("/".join(kept) or "/") + mark + query


def _unescaped(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0]

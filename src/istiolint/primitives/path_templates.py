"""Templates of paths in AuthorizationPolicies: `{*}` stands for one segment, `{**}` for all that follow."""

import re

ONE, REST = "{*}", "{**}"
_LITERAL = re.compile(r"[a-zA-Z0-9\-._~%!$&'()+,;:@=]+", re.ASCII)
"""What a segment beside a template may be made of."""


def path_fault(path: str) -> str | None:
    """What keeps a text from being a path, as words that continue "`x` is no path: "; None when nothing does."""
    segments = path.strip("/").split("/")
    for segment in segments:
        if segment not in (ONE, REST) and ("{" in segment or "}" in segment):
            return f"`{segment}` is no template; there are only `{ONE}` and `{REST}`, each a segment of its own"
    if REST in segments and any(segment in (ONE, REST) for segment in segments[segments.index(REST) + 1 :]):
        return f"no template may follow `{REST}`, which takes all that follows"
    if ONE in path or REST in path:
        for segment in segments:
            if segment not in (ONE, REST) and not _LITERAL.fullmatch(segment):
                return f"`{segment}` cannot stand beside a template" if segment else "a segment beside a template is empty"
    return None

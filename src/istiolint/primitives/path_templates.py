"""Templates of paths in AuthorizationPolicies: `{*}` matches one segment, `{**}` all remaining segments."""

import re

ONE, REST = "{*}", "{**}"
_LITERAL = re.compile(r"[a-zA-Z0-9\-._~%!$&'()+,;:@=]+", re.ASCII)
"""The characters that a segment next to a template may have."""


def path_fault(path: str) -> str | None:
    """What is wrong with a path, as words that continue "invalid path `x`: "; None if it is valid."""
    segments = path.strip("/").split("/")
    for segment in segments:
        if segment not in (ONE, REST) and ("{" in segment or "}" in segment):
            return f"only `{ONE}` and `{REST}`, each as an entire segment, are supported"
    if REST in segments and any(segment in (ONE, REST) for segment in segments[segments.index(REST) + 1 :]):
        return f"no template is allowed after `{REST}`"
    if ONE in path or REST in path:
        for segment in segments:
            if segment not in (ONE, REST) and not _LITERAL.fullmatch(segment):
                return (
                    f"`{segment}` is not allowed in a path with a template"
                    if segment
                    else "empty segment in a path with a template"
                )
    return None

"""Explain the errors of a YAML parser: what is wrong, exactly where, and what to write instead."""

import re
from collections.abc import Callable

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from istiolint.documents.fault import Fault, Spot
from istiolint.primitives.patterns import late

_KEY_WITHOUT_SPACE = late(r"(?P<indent>[ ]*)(?:- +)*(?P<key>[A-Za-z_][\w./-]*):(?P<value>[^\s:/].*)?$")

_COMMENTS = "start comments with `#`"


def _comment(text: str) -> str | None:
    """What is wrong with a comment as other languages write it; None for any other text."""
    sign = next((sign for sign in ("//", "/*") if text.startswith(sign)), None)
    return f"`{sign}` does not start a comment in YAML" if sign else None


def explain(error: Exception, text: str, first_line: int = 1) -> Fault:
    """Return the cause of an error of libyaml or of ruamel's own parser; `first_line` is the number of the text's first line."""
    if isinstance(error, ReaderError):  # its position counts bytes in libyaml and characters in Python
        return _character(text, text.find(chr(error.character)))
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    if not isinstance(error, MarkedYAMLError) or mark is None:
        at = next((at for at, character in enumerate(text) if "\ud800" <= character <= "\udfff"), 0)
        return _character(text, at)
    opened = error.context_mark.index if error.context_mark else mark.index
    place = Spot(text, min(mark.index, len(text)), min(opened, len(text)), first_line)
    if place.character == "\t":
        return place.fault("tab in the indentation; YAML allows only spaces there", r"\t+", hint="indent with spaces")
    problem = error.problem or ""
    for words, explained in _CAUSES:
        if re.search(words, problem):
            return explained(place)
    return place.fault(f"invalid YAML: {problem}")


def _character(text: str, at: int) -> Fault:
    at = min(max(at, 0), max(len(text) - 1, 0))
    code = f"U+{ord(text[at]):04X}" if text else "a character"
    hint = "remove it, or use an escape in double quotes"
    return Fault(f"invalid control character {code} in YAML", at, min(at + 1, len(text)), hint)


def _no_token(place: Spot) -> Fault:
    character = place.character
    hint = f"quote the value: '{place.token}'"
    return place.fault(f"a value cannot start with `{character}`", hint=hint)


def _second_colon(place: Spot) -> Fault:
    """`a: b: c`, a line indented deeper than the value above, `a:b` above, or a line above without a key."""
    key = place.before.strip().removeprefix("- ").strip()
    if ": " in place.before or place.before.lstrip("- ").startswith(("'", '"')):
        value = place.before.partition(": ")[2].strip() + ": ..."
        return place.fault("second `: ` in one value", r":", hint=f'quote the value if it is text: "{value}"')
    start, above = next(place.lines_above(), (place.line_start, ""))
    if match := _KEY_WITHOUT_SPACE.match(above):
        if match["value"]:
            at = start + match.end("key")
            return place.fault(
                f"missing space after the colon of `{match['key']}:`", ":", at=at,
                hint=f"use `{match['key']}: {match['value']}`",
            )  # fmt: skip
    elif ":" not in above and above:
        at = start + len(above) - len(above.lstrip())
        if (comment := _comment(above.strip())) is not None:
            return place.fault(comment, r"[^\r\n]*", at=at, hint=_COMMENTS)
        return place.fault(
            f"`{above.strip()}` has no colon, so no key can follow it",
            r"[^\r\n]*",
            at=at,
            hint="add a colon to make it a key",
        )
    at = place.line_start + len(place.before) - len(place.before.lstrip(" -"))
    return place.fault(
        f"`{key}` is indented deeper than the line above, which already has a value", r"[^\r\n:]*", at=at,
        hint="align it with the keys next to it",
    )  # fmt: skip


def _item_beside_key(place: Spot) -> Fault:
    return place.fault("a list item cannot start on the line of its key", hint="start it on the next line")


def _no_colon(place: Spot) -> Fault:
    line = place.text[place.opened :].splitlines()[0].rstrip()
    if (comment := _comment(line)) is not None:
        return place.fault(comment, r"[^\r\n]*", at=place.opened, hint=_COMMENTS)
    return place.fault(
        f"`{line}` is neither a key with a colon nor a list item", r"[^\r\n]*", at=place.opened,
        hint="use `key: value`, or start the line with `- `",
    )  # fmt: skip


def _unclosed_quote(place: Spot) -> Fault:
    quote = place.text[place.opened : place.opened + 1]
    return place.fault(f"unclosed quote {quote}", r".", at=place.opened, hint=f"close it with {quote}")


def _unclosed_bracket(place: Spot) -> Fault:
    bracket = place.text[place.opened : place.opened + 1]
    closing = {"[": "]", "{": "}"}.get(bracket, "]")
    if place.start_of_line(place.opened) != place.line_start or place.at >= len(place.text.rstrip()):
        return place.fault(f"unclosed bracket {bracket}", r".", at=place.opened, hint=f"close it with {closing}")
    if place.character == ":":
        return place.fault("second `: ` in one value", ":", hint="quote the value if it is text")
    in_value = bool(place.before) and place.before[-1] not in " ,:[{"
    hint = f"quote the value: `{place.character}` ends it in a list or mapping in brackets" if in_value else None
    return place.fault(f"missing comma or {closing} before `{place.token}`", hint=hint)


def _no_key(place: Spot) -> Fault:
    if place.text[place.opened : place.opened + 1] == "-":
        return _no_item(place)
    before = place.before.rstrip()
    if place.character in ("]", "}"):
        opening = "[" if place.character == "]" else "{"
        return place.fault(
            f"closing bracket {place.character} without an opening one", r".", hint=f"remove it, or open it with {opening}"
        )
    if place.character in ("&", "!"):
        return place.fault(f"second {'anchor' if place.character == '&' else 'tag'} for one value")
    if before.endswith(("'", '"')) and before.strip() not in ("'", '"'):
        quote = before[-1]
        hint = f"double a {quote} inside the text: {quote * 2}" if quote == "'" else r'escape a " inside the text as \"'
        return place.fault("text after the closing quote", r"[^\r\n]*", hint=hint)
    if before.strip(" -?:"):
        return _misplaced_text(place)
    return _indentation(place)


def _misplaced_text(place: Spot) -> Fault:
    if (comment := _comment(place.token)) is not None:
        return place.fault(comment, r"[^\r\n]*", hint=_COMMENTS)
    return place.fault(f"unexpected `{place.token}`")


def _indentation(place: Spot) -> Fault:
    indent = len(place.before)
    mapping = place.opened - place.start_of_line(place.opened)
    if place.character == "-" and place.text[place.at + 1 : place.at + 2].isspace():
        if indent == mapping:
            message = f"list item instead of a key in the mapping that starts on line {place.number(place.opened)}"
            in_item = place.text[place.start_of_line(place.opened) : place.opened].lstrip().startswith("- ")
            aligned = "align its `-` with the item above" if in_item else "indent it under its key, or make it a key"
            return place.fault(message, hint=aligned)
        return place.fault(f"list item indented by {_spaces(indent)} matches no line above it", hint="align the items of a list")
    levels = sorted({len(line) - len(line.lstrip(" ")) for _, line in place.lines_above()})
    near = sorted(levels, key=lambda level: abs(level - indent))[:2]
    hint = f"indent it by {' or '.join(str(level) for level in sorted(near))}" if near and indent not in near else None
    if indent in near:
        return place.fault(
            f"`{place.token}` is indented deeper than the line above, which already has a value",
            hint="align it with the keys next to it",
        )
    return place.fault(f"`{place.token}` indented by {_spaces(indent)} matches no line above it", hint=hint)


def _no_item(place: Spot) -> Fault:
    message = f"`{place.token}` is not an item of the list that starts on line {place.number(place.opened)}"
    return place.fault(message, hint="start it with `- `, or indent it under the item that it belongs to")


def _no_content(place: Spot) -> Fault:
    if not place.token.strip():
        opened = max(place.text.rfind("[", 0, place.at), place.text.rfind("{", 0, place.at))
        return place.fault(f"unclosed bracket {place.text[opened]}", r".", at=opened)
    hint = "remove the comma, or add a value before it" if place.token == "," else "quote it if it is text"
    return place.fault(f"missing value before `{place.token}`", hint=hint)


def _no_name(place: Spot) -> Fault:
    start = place.opened
    sign = place.text[start : start + 1]
    text = re.compile(r"[^\s,\[\]{}]*").match(place.text, start)
    what = "an alias" if sign == "*" else "an anchor"
    quoted = f'"{text[0] if text else sign}"'
    return place.fault(
        f"`{sign}` starts {what}, but no name follows", r"[^\s,\[\]{}]+", at=start, hint=f"quote it if it is text: {quoted}"
    )


def _escape(place: Spot) -> Fault:
    at = place.text.rfind("\\", 0, place.at + 1)
    escape = place.text[at : at + 2]
    return place.fault(
        f"invalid YAML escape {escape}", r"\\.?", at=max(at, 0), hint="use single quotes, or double each backslash"
    )


def _block_header(place: Spot) -> Fault:
    sign = place.text[place.opened : place.opened + 1]
    return place.fault(f"unexpected text after `{sign}`", hint="start the text on the next line, indented")


def _directive(place: Spot) -> Fault:
    line = place.text[place.opened :].splitlines()[0].rstrip()
    return place.fault(f"invalid YAML directive `{line}`", r"[^\r\n]*", at=place.opened, hint="quote it if it is text")


def _just(message: str, hint: str | None = None) -> Callable[[Spot], Fault]:
    return lambda place: place.fault(message.replace("{token}", place.token), hint=hint)


_CAUSES: tuple[tuple[str, Callable[[Spot], Fault]], ...] = (
    (r"cannot start any token", _no_token),
    (r"mapping values are not allowed", _second_colon),
    (r"sequence entries are not allowed", _item_beside_key),
    (r"mapping keys are not allowed", _just("`?` cannot start a key here", "quote it if it is text")),
    (r"could not find expected ':'", _no_colon),
    (r"found unexpected (end of stream|document indicator|document separator)", _unclosed_quote),
    (r"expected ',' or '[\]}]'", _unclosed_bracket),
    (r"expected (key|<block end>)", _no_key),
    (r"expected '-' indicator", _no_item),
    (r"expected (the )?node content", _no_content),
    (r"alphabetic or numeric character", _no_name),
    (r"unknown escape|hexdecimal|invalid Unicode", _escape),
    (r"chomping or indentation|comment or line break|indentation indicator", _block_header),
    (r"undefined tag handle", _just("undefined tag `{token}`", "quote it if it is text")),
    (r"incompatible YAML document", _just("unknown YAML version", "remove the %YAML line")),
    (r"directive|version number|expected a digit", _directive),
    (r"expected '?<document start>'?", _just("text after the end of the document", "start a new document with `---`")),
)


def _spaces(count: int) -> str:
    return "1 space" if count == 1 else f"{count} spaces"

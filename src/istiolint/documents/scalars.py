"""What a plain YAML scalar means to kubectl: the rules of sigs.k8s.io/yaml, a YAML 1.1 reader.

`yes` and `on` are booleans, `1.10` is a number, `017` is octal, `12:30` and dates stay strings.
"""

import re
from functools import lru_cache
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True)
_WORDS |= dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False)
_WORDS |= {sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")}
_WORDS |= {word: float("nan") for word in (".nan", ".NaN", ".NAN")}

_MAYBE_NUMBER = frozenset("+-.0123456789")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\Z", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_BASES = (16, 2, 8, 10)


@lru_cache(maxsize=65536)
def plain(text: str) -> Scalar:
    """The value of a scalar written without quotes and without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAYBE_NUMBER:
        return text
    digits = text.replace("_", "")
    if match := _INTEGER.match(digits):
        number = next(int(body, base) for body, base in zip(match.groups()[1:], _BASES, strict=True) if body)
        number = -number if match[1] == "-" else number
        return number if -(2**63) <= number < 2**64 else float(number)
    if _FLOAT.match(digits):
        return float(digits)
    return text


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag; a tag that YAML does not define leaves a string."""
    kind = tag.removeprefix("tag:yaml.org,2002:").removeprefix("!!")
    if kind == "null":
        return None
    if kind in ("int", "bool", "float"):
        value = plain(text)
        return float(value) if kind == "float" and type(value) is int else value
    return text


def as_key(value: Scalar) -> str:
    """A mapping key as JSON has it: always a string."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return f"{value:g}" if isinstance(value, float) else str(value)

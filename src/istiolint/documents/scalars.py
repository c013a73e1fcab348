"""What a plain YAML scalar means to kubectl: the rules of sigs.k8s.io/yaml, a YAML 1.1 reader.

`yes` and `on` are booleans, `1.10` is a number, `017` is octal, `12:30` and dates stay strings.
"""

import re
from functools import lru_cache
from math import isfinite
from typing import TypeAlias

from istiolint.primitives.patterns import late

Scalar: TypeAlias = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True)
_WORDS |= dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False)
_WORDS |= {sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")}
_WORDS |= {word: float("nan") for word in (".nan", ".NaN", ".NAN")}

_MAYBE_NUMBER = frozenset("+-.0123456789")
_INTEGER = late(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\Z", re.ASCII)
_FLOAT = late(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_BASES = (16, 2, 8, 10)
_MAX_DIGITS = 2000
"""No float has more digits, in any base."""


@lru_cache(maxsize=65536)
def plain(text: str) -> Scalar:
    """The value of a scalar written without quotes and without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAYBE_NUMBER:
        return text
    digits = text.replace("_", "")
    if match := _INTEGER.match(digits):
        return _integer(match, text)
    if _FLOAT.match(digits):
        return _if_finite(float(digits), text)
    return text


def _integer(match: re.Match[str], text: str) -> Scalar:
    """Return an integer, as a float where it has more than 64 bits."""
    base, body = next((base, body) for body, base in zip(match.groups()[1:], _BASES, strict=True) if body)
    if len(body) > _MAX_DIGITS:
        return text
    number = int(match[1] + body, base)
    try:
        return number if -(2**63) <= number < 2**64 else float(number)
    except OverflowError:
        return text


def _if_finite(number: float, text: str) -> Scalar:
    """Return a number, or its text if no float can represent it; Go's YAML parser takes such numbers for strings as well."""
    return number if isfinite(number) else text


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

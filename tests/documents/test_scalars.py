"""Scalars as kubectl reads them: the rules of sigs.k8s.io/yaml."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.documents.scalars import as_key, plain, tagged


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("NULL", None),
        ("nULL", "nULL"),
        ("none", "none"),
        ("y", True),
        ("Y", True),
        ("yes", True),
        ("Yes", True),
        ("on", True),
        ("On", True),
        ("ON", True),
        ("true", True),
        ("n", False),
        ("N", False),
        ("no", False),
        ("NO", False),
        ("off", False),
        ("Off", False),
        ("FALSE", False),
        ("yEs", "yEs"),
        ("tRUE", "tRUE"),
        ("oN", "oN"),
        ("0", 0),
        ("80", 80),
        ("+80", 80),
        ("-80", -80),
        ("1_000", 1000),
        ("_1", "_1"),
        ("0x1F", 31),
        ("-0x1f", -31),
        ("0b101", 5),
        ("-0b101", -5),
        ("0o17", 15),
        ("017", 15),
        ("-017", -15),
        ("08", 8.0),
        ("09.5", 9.5),
        ("0x", "0x"),
        ("0xg", "0xg"),
        ("0b2", "0b2"),
        ("1.10", 1.1),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        ("1E3", 1000.0),
        ("1e+3", 1000.0),
        ("1.5e-3", 0.0015),
        ("1e", "1e"),
        ("e3", "e3"),
        (".", "."),
        ("+", "+"),
        ("-", "-"),
        ("--1", "--1"),
        ("1.2.3", "1.2.3"),
        (".e1", ".e1"),
        (".inf", math.inf),
        ("+.inf", math.inf),
        ("-.Inf", -math.inf),
        ("-.INF", -math.inf),
        ("inf", "inf"),
        ("nan", "nan"),
        ("18446744073709551615", 18446744073709551615),
        ("18446744073709551616", 18446744073709551616.0),
        ("-9223372036854775808", -9223372036854775808),
        ("-9223372036854775809", -9223372036854775809.0),
        ("12:30", "12:30"),
        ("1:2:3", "1:2:3"),
        ("2001-01-01", "2001-01-01"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("<<", "<<"),
        ("=", "="),
        ("1 000", "1 000"),
        ("٣", "٣"),
        ("1٣", "1٣"),
        ("10s", "10s"),
        ("1,000", "1,000"),
    ],
)
def test_plain(text: str, value: Any) -> None:
    found = plain(text)
    assert found == value
    assert type(found) is type(value)


def test_not_a_number() -> None:
    for word in (".nan", ".NaN", ".NAN"):
        found = plain(word)
        assert isinstance(found, float)
        assert math.isnan(found)


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("tag:yaml.org,2002:str", "80", "80"),
        ("!!str", "yes", "yes"),
        ("tag:yaml.org,2002:int", "80", 80),
        ("!!float", "80", 80.0),
        ("!!bool", "on", True),
        ("!!null", "", None),
        ("tag:yaml.org,2002:binary", "aGk=", "aGk="),
        ("!Ref", "1", "1"),
    ],
)
def test_tagged(tag: str, text: str, value: Any) -> None:
    found = tagged(tag, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("a", "a"),
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (80, "80"),
        (-1, "-1"),
        (1.5, "1.5"),
        (1.1, "1.1"),
        (1e21, "1e+21"),
    ],
)
def test_keys(value: Any, key: str) -> None:
    assert as_key(value) == key


@given(st.integers(-(2**63), 2**64 - 1))
def test_integers_round_trip(number: int) -> None:
    for text in (str(number), hex(number), bin(number), oct(number), oct(number).replace("o", "")):
        assert plain(text) == number
        assert type(plain(text)) is int


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_round_trip(number: float) -> None:
    found = plain(repr(number))
    assert found == number
    assert isinstance(found, float)


@given(st.text(st.characters(codec="utf-8"), max_size=12) | st.from_regex(r"[-+.0-9_eExXobn:]{1,12}", fullmatch=True))
def test_nothing_else_happens_to_text(text: str) -> None:
    found = plain(text)
    assert found == text or not isinstance(found, str)

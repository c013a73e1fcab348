import math

import pytest

from istiolint.documents import Document
from istiolint.resources.cursor import Cursor
from istiolint.sources import Source

DOCUMENT = Document(Source("a.yaml"), 0, 0, "")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (80, 80),
        (80.0, 80),
        (10**400, 10**400),
        (0, 0),
        (True, None),
        (8.5, None),
        (math.inf, None),
        (math.nan, None),
        ("80", None),
    ],
)
def test_number_is_an_integer_or_none(value: object, number: int | None) -> None:
    assert Cursor(DOCUMENT, (), value).number == number


@pytest.mark.parametrize(
    ("value", "literal", "unresolved"),
    [
        ("reviews", "reviews", False),
        ("", "", False),
        ("reviews.${NS}.svc", "", True),
        ("SERVICE_NAME", "", True),
        (80, "", False),
        (None, "", False),
        (["${A}"], "", False),
    ],
)
def test_literal_is_empty_for_text_with_a_placeholder(value: object, literal: str, *, unresolved: bool) -> None:
    cursor = Cursor(DOCUMENT, (), value)
    assert (cursor.literal, cursor.unresolved) == (literal, unresolved)
    assert cursor["missing"].literal == ""

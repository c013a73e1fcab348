"""URLs as Go reads them."""

import pytest

from istiolint.primitives.urls import scheme


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example.com/k", "https"), ("HTTP://a", "http"), ("/a/b", ""), ("oci://a/b:1", "oci"),
        ("http://[::1]:80/", "http"),
        ("https:///a", "https"), ("file:///a", "file"),
    ],
)  # fmt: skip
def test_urls(text: str, expected: str) -> None:
    assert scheme(text) == expected


@pytest.mark.parametrize(
    "text", ["", "a.example.com/k", "http:foo", "://a", "http://a b", "http://a:port/", "http://a/%zz", "http://[::1/", "1a://b"]
)
def test_no_urls(text: str) -> None:
    assert scheme(text) is None

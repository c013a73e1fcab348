"""URLs as Go reads them."""

import pytest

from istiolint.primitives.urls import scheme


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example.com/k", "https"), ("HTTP://a", "http"), ("/a/b", ""), ("oci://a/b:1", "oci"),
        ("http://[::1]:80/", "http"),
        ("https:///a", "https"), ("file:///a", "file"),
        ("http:foo", "http"), ("registry.example.com:5000/a:1", "registry.example.com"), ("https://a/b c", "https"),
        ("https://a]b/", "https"), ("mailto:a@b", "mailto"), ("https://u:p@a/?q= %zz", "https"),
    ],
)  # fmt: skip
def test_urls(text: str, expected: str) -> None:
    assert scheme(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "a.example.com/k", "://a", "10.0.0.1:5000/a", "http://a b", "http://a:port/", "http://a/%zz", "http://[::1/", "1a://b"],
)
def test_no_urls(text: str) -> None:
    assert scheme(text) is None

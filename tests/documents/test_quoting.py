from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from istiolint.documents import read
from istiolint.documents.quoting import as_flow, as_scalar
from istiolint.sources import Source

TEXT = (
    st.text()
    | st.from_regex(r"/[ -~]*", fullmatch=True)
    | st.sampled_from(["true", "~", "1", "a: b", "#", "\u2028", "😀", "##[error]", "###"])
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(DATA)
def test_data_is_read_back(data: Any) -> None:
    (document,) = read(Source("a.yaml", f"key: {as_flow(data)}\n"))
    assert document.data == {"key": data}


@given(TEXT)
def test_texts_are_printable_and_no_commands(text: str) -> None:
    assert as_scalar(text).isprintable()
    assert "##[" not in as_scalar(text)


def test_paths_stay_plain() -> None:
    assert as_scalar("/api/v1.0/") == "/api/v1.0/"
    assert as_scalar("/a: b") == '"/a: b"'

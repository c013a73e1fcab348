import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.mesh.host_index import HostIndex, covers, overlap

LABELS = st.sampled_from(["a", "b", "ab", "ba", "com"])
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
HOSTS = st.one_of(NAMES, NAMES.map("*.{}".format), NAMES.map("*{}".format), st.just("*"))


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("*.example.com", "www.example.com", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*ws.example.com", "news.example.com", True),
        ("*.example.com", "*.eu.example.com", True),
        ("*.eu.example.com", "*.example.com", False),
        ("*", "*.example.com", True),
        ("www.example.com", "www.example.com", True),
        ("www.example.com", "*.example.com", False),
    ],
)
def test_covers(pattern: str, host: str, expected: bool) -> None:
    assert covers(pattern, host) is expected


@given(HOSTS, HOSTS)
def test_overlap_is_symmetric(one: str, other: str) -> None:
    assert overlap(one, other) == overlap(other, one)


@given(st.lists(HOSTS, max_size=12), HOSTS)
def test_index_answers_as_going_through_all(hosts: list[str], asked: str) -> None:
    index = HostIndex((host, (number, host)) for number, host in enumerate(hosts))
    everything = set(enumerate(hosts))
    covering = list(index.covering(asked))
    assert set(covering) == {item for item in everything if covers(item[1], asked)}
    assert set(index.overlapping(asked)) == {item for item in everything if overlap(item[1], asked)}
    assert len(list(index.overlapping(asked))) == len(set(index.overlapping(asked)))
    lengths = [len(host) if host != asked else 1000 for _, host in covering]
    assert lengths == sorted(lengths, reverse=True), "not the most specific first"
    assert list(index.most_specific(asked)) == [item for item in covering if item[1] == covering[0][1]]

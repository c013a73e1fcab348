"""Looking up all prefixes of a path finds what comparing it with every path before it would find."""

from hypothesis import given
from hypothesis import strategies as st

from istiolint.traffic.textual_order import Warned, covers, warned

PATHS = st.builds(lambda path: {"uri": {"prefix": path}}, st.text("/a", max_size=4))
METHODS = st.sampled_from([{}, {"method": {"exact": "GET"}}, {"method": {"exact": "POST"}}])
MATCHES = st.builds(lambda path, method: {**path, **method}, PATHS, METHODS)
ROUTES = st.lists(st.lists(MATCHES, min_size=1, max_size=3), max_size=6)


@given(ROUTES)
def test_pairs_of_paths(routes):
    flat = [(route, position, match) for route, matches in enumerate(routes) for position, match in enumerate(matches)]
    expected = []
    first = []
    for route, position, match in flat:
        same = next(((r, p) for r, p, other in first if other == match), None)
        if same:
            expected.append(Warned(route, position, *same))
            continue
        path = match["uri"]["prefix"]
        expected += [
            Warned(route, position, r, p)
            for r, p, other in first
            if other["uri"]["prefix"] not in ("", path) and path.startswith(other["uri"]["prefix"]) and covers(other, match)
        ]
        first.append((route, position, match))
    assert list(warned(routes, by_prefix=True)) == expected


def test_routes_without_match():
    assert list(warned([[], [{}], []], by_prefix=False)) == [Warned(1, 0, 0, None), Warned(2, None, 0, None)]


def test_what_is_not_set_makes_no_difference():
    assert list(warned([[{"port": 80, "name": "a"}], [{"port": 80, "headers": {}, "gateways": None}]], by_prefix=True)) == [
        Warned(1, 0, 0, 0)
    ]
    assert not list(warned([[{"uri": {}}], [{}]], by_prefix=True))


def test_conditions_are_compared_as_text():
    get, post, any_method = {"method": {"exact": "GET"}}, {"method": {"exact": "POST"}}, {}
    assert covers(get, any_method)
    assert covers(any_method, get)
    assert not covers(post, any_method)
    assert covers({"authority": {"exact": "shop.example"}}, {"authority": {"exact": "shop"}})
    assert not covers({"headers": {"a": {"exact": "1"}}}, {})
    assert covers({"headers": {"a": {"exact": "1"}}}, {"headers": {"a": {"regex": ".*"}}})
    assert not covers({"port": 80}, {})

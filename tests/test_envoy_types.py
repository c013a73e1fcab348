"""Which packages of Envoy's API a release knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.istio.envoy_types import near, package_of, packages, types
from istiolint.resources.cursor import Cursor
from istiolint.settings import NEWEST, OLDEST, minor


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("type.googleapis.com/envoy.config.core.v3.Address", "envoy.config.core.v3"),
        ("envoy.config.core.v3.HealthCheck.Payload", "envoy.config.core.v3"),
        ("type.googleapis.com/stats.PluginConfig", "stats"),
        ("", ""),
    ],
)
def test_package(url: str, package: str) -> None:
    assert package_of(url) == package


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("envoy.extensions.filters.http.local_rate_limit.v3", "envoy.extensions.filters.http.local_ratelimit.v3"),
        ("envoy.extensions.filters.http.routr.v3", "envoy.extensions.filters.http.router.v3"),
        ("envoy.filters.http.lua.v3", None),  # the filter, the cluster specifier or the string matcher
        ("envoy.filters.http.oauth3.v3", None),
    ],
)
def test_near(written: str, meant: str | None) -> None:
    assert near(written, minor(NEWEST)) == meant


def test_spans_lie_within_the_releases() -> None:
    for span in packages().values():
        assert span.since is None or minor(OLDEST) < minor(span.since) <= minor(NEWEST)
        assert span.removed is None or minor(span.since or OLDEST) < minor(span.removed) <= minor(NEWEST)


@given(st.sampled_from(sorted(packages())), st.integers(min_value=0, max_value=2), st.integers(minor(OLDEST), minor(NEWEST)))
def test_what_is_near_is_known_to_the_release(package: str, dropped: int, release: int) -> None:
    found = near(package[: len(package) - dropped], release)
    assert found is None or (packages()[found].begun(release) and not packages()[found].ended(release))


def test_typed_structs_are_left_alone() -> None:
    wrapped = {"@type": "type.googleapis.com/xds.type.v3.TypedStruct", "value": {"@type": "inner"}}
    value = {"a": [{"@type": "outer", "b": {"@type": "within"}}], "c": wrapped}
    assert sorted(at.text for at in types(Cursor(None, (), value))) == [  # type: ignore[arg-type]
        "outer", "type.googleapis.com/xds.type.v3.TypedStruct", "within",
    ]  # fmt: skip

"""Settings of all tests: no deadline in hypothesis, since no test measures time, and a cache other than that of the user."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from istiolint.rules.registry import define

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["ISTIOLINT_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache") / "istiolint")


@pytest.fixture(autouse=True)
def _own_rules_only() -> Iterator[None]:
    """Forget the rules that the configuration of a test defined."""
    yield
    define(())

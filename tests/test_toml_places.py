"""Where keys stand in TOML."""

import pytest

from istiolint.config.toml_places import place

TEXT = """\
title = "a = b"

[project]
name = "x"  # [tool.istiolint]

[tool.istiolint]
select = [
  "a",
]
"fail-on" = "error"
environments.live.paths = ["x"]

[tool.istiolint.per-path-ignores]
"old/**" = ["a"]  # a comment
'new = 1' = ["b"]

[tool.other]
select = 1
"""


@pytest.mark.parametrize(
    ("steps", "where"),
    [
        (("tool", "istiolint"), ":6"),
        (("tool", "istiolint", "select"), ":7"),
        (("tool", "istiolint", "select", 0), ":7"),
        (("tool", "istiolint", "fail-on"), ":10"),
        (("tool", "istiolint", "environments", "live"), ":11"),
        (("tool", "istiolint", "environments", "live", "paths"), ":11"),
        (("tool", "istiolint", "per-path-ignores", "old/**", 0), ":14"),
        (("tool", "istiolint", "per-path-ignores", "new = 1"), ":15"),
        (("tool", "istiolint", "nowhere"), ":6"),
        (("nowhere",), ""),
    ],
)
def test_lines_of_keys(steps: tuple[str | int, ...], where: str) -> None:
    assert place(TEXT, steps) == where

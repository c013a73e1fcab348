"""The extension for Visual Studio Code names what exists; editors/vscode/build.sh checks, tests and packages it."""

import json
from pathlib import Path

from istiolint.config import NAMES
from istiolint.server.app import EXPLAIN
from istiolint.server.features import TRACE

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors" / "vscode"


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))
    assert lock["packages"]
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_schemas_of_the_extension_exist_and_are_copied() -> None:
    package = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    found = package["contributes"]["yamlValidation"]
    for each in found:
        name = Path(each["url"]).name
        assert (ROOT / "schemas" / name).is_file()
        assert f"schemas/{name}" in (EXTENSION / "build.sh").read_text("utf-8")
    assert set(NAMES) <= {name for each in found for name in each["fileMatch"]}


def test_commands_that_the_extension_sends_exist() -> None:
    source = (EXTENSION / "src" / "extension.ts").read_text("utf-8")
    for command in (EXPLAIN, TRACE):
        assert f'"{command}"' in source

"""The pages of the site, as they are written for MkDocs, which need not be installed: whole, linked, and true to the code."""

import json
import posixpath
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from build_site import site
from ruamel.yaml import YAML
from site_pages import configuration as settings
from site_pages.links import relinked
from site_pages.rules import rule_page

from istiolint.cli.group import group
from istiolint.data import folder
from istiolint.rules.check import Rule
from istiolint.rules.pages import Page, pages
from istiolint.rules.registry import all_rules

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ +(?P<text>.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return site()


def anchors(text: str) -> set[str]:
    """The anchors of headings, as Python-Markdown makes them."""
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", match["text"]).strip().lower()) for match in HEADING.finditer(text)}


def test_every_link_leads_to_a_page(written: dict[str, str]) -> None:
    for name, text in written.items():
        for match in LINK.finditer(FENCED.sub("", text)):
            target, _, anchor = match["target"].partition("#")
            if "://" in target:
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) if target else name
            schema = path.startswith("schemas/") and (ROOT / path).exists()
            assert path in written or schema, f"{name}: {match['target']}"
            assert not anchor or anchor in anchors(written[path]), f"{name}: {match['target']}"


def test_links_to_files_become_links_to_pages() -> None:
    text = "[a](../rules/x/y.md#z) [b](../README.md) [c](https://a.example/b.md)\n```yaml\nd: [e](../README.md)\n```\n"
    expected = "[a](rules/x/y.md#z) [b](index.md) [c](https://a.example/b.md)\n```yaml\nd: [e](../README.md)\n```\n"
    assert relinked(text, "docs/page.md") == expected
    assert relinked("[a](docs/mtls.md)", "README.md") == "[a](mtls.md)"


def test_every_rule_has_its_page_and_its_line(written: dict[str, str]) -> None:
    for rule in all_rules().values():
        path = f"{pages()[rule.id].topic}/{rule.id}.md"
        text = written[f"rules/{path}"]
        assert text.startswith(f"# {pages()[rule.id].title}\n")
        assert f"| severity | {rule.severity} |" in text
        assert "\n## Bad\n" in text or "\n## Example\n" in text
        assert "\n## Good\n" in text or "\n## Not reported\n" in text
        assert all(code in text for code in rule.codes)
        assert f"]({path}) | {rule.severity}" in written["rules/index.md"]


def test_settings_of_examples_are_reported_in_words(written: dict[str, str]) -> None:
    """MkDocs knows no `whole-mesh` behind ```yaml."""
    for name, text in written.items():
        if name.startswith("rules/"):
            for match in FENCED.finditer(text):
                assert re.fullmatch(r"yaml( title=\"[^\"]+\")?|\w*", match["info"]), f"{name}: {match['info']}"
    rule = Rule("a", "error", "document", "routing", ("Service",))
    text = '# T\n\nWhy.\n\n## Bad\n\n```yaml whole-mesh title="a.yaml"\na: 1\n```\n\n```yaml fixed\na: 2\n```\n'
    text += "\n```yaml fixed unsafe\na: 3\n```\n"
    page = rule_page(rule, Page("a", "routing", Path("a.md"), text))
    assert 'as with `--whole-mesh`.\n\n```yaml title="a.yaml"\na: 1\n```' in page
    assert '```yaml title="After --fix"\na: 2\n```' in page
    assert '```yaml title="After --fix --unsafe-fixes"\na: 3\n```' in page


def test_every_command_and_option_is_described(written: dict[str, str]) -> None:
    for name, command in group.commands.items():
        assert f"]({name}.md) | " in written["commands/index.md"]
        section = written[f"commands/{name}.md"]
        assert section.startswith(f"# istiolint {name}\n")
        assert command.help.splitlines()[0] in section
        for parameter in command.params:
            for option in (one for one in parameter.opts if one.startswith("--")):
                assert len(re.findall(rf"^- `(?:-\w, )?{option}\b", section, re.MULTILINE)) == 1, f"{name} {option}"
        assert "\b" not in section
        assert re.search(r"^## [^\n]*\n\n+(?:#|Exit)", section, re.MULTILINE) is None


def test_every_setting_is_described(written: dict[str, str]) -> None:
    text = written["configuration.md"]
    schema = json.loads((folder("schemas") / settings.SCHEMA).read_text("utf-8"))
    for name, node in schema["properties"].items():
        _, _, rest = text.partition(f"\n### {name}\n")
        section = rest.partition("\n### ")[0]
        assert section.strip(), name
        assert node.get("description", "").replace("*", "\\*") in section
        assert "any value" not in section, name
    assert "`error`, `warning`, `info`" in text
    assert "- Default: `error`." in text
    assert "`NAME.namespaces`: " in text


def test_the_example_of_settings_is_one(written: dict[str, str], tmp_path: Path) -> None:
    from istiolint.config import load

    path = tmp_path / "c.yaml"
    example = next(FENCED.finditer(written["configuration.md"]))
    path.write_text(example["text"], "utf-8")
    assert load(path).values["fail-on"] == "warning"


HAND_WRITTEN = (
    "continuous-integration.md", "rendered.md", "comparison.md", "mtls.md", "trace.md", "request-tests.md", "access.md",
    *(f"guides/{file.name}" for file in sorted((ROOT / "docs/guides").glob("*.md"))),
)  # fmt: skip


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_commands_in_pages_can_be_called(name: str) -> None:
    """Each option behind `istiolint` is one of the command."""
    text = (ROOT / "docs" / name).read_text("utf-8")
    found = re.findall(r"\bistiolint(?:\"|') ?((?: +[^\s`|)]+)+)|\bistiolint((?: +[^\s`|)]+)+)", text)
    for words in ("".join(groups).split() for groups in found):
        command = group.commands.get(words[0], group.commands["lint"])
        options = {option: parameter for parameter in command.params for option in parameter.opts}
        for at, word in enumerate(words):
            if word.startswith("--"):
                assert word in options, f"{name}: {word}"
                if word == "--format":
                    assert options[word].type.convert(words[at + 1], None, None), words


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_yaml_in_pages_is_yaml(name: str) -> None:
    for block in FENCED.finditer((ROOT / "docs" / name).read_text("utf-8")):
        if block["info"] == "yaml":
            assert YAML(typ="safe").load(block["text"])


def test_recipes_name_what_there_is() -> None:
    text = (ROOT / "docs/continuous-integration.md").read_text("utf-8")
    blocks = [YAML(typ="safe").load(block["text"]) for block in FENCED.finditer(text) if block["info"] == "yaml"]
    hooks = {hook["id"] for hook in YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    (pre_commit,) = (block for block in blocks if "repos" in block)
    assert {hook["id"] for repository in pre_commit["repos"] for hook in repository["hooks"]} <= hooks
    (workflow,) = (block for block in blocks if "jobs" in block)
    steps: list[dict[str, Any]] = workflow["jobs"]["istiolint"]["steps"]
    action = YAML(typ="safe").load((ROOT / "action.yml").read_text("utf-8"))
    (ours,) = (step for step in steps if "/istiolint@" in step.get("uses", ""))
    assert set(ours["with"]) <= set(action["inputs"])
    for subject in ("pre-commit", "GitHub Actions", "GitLab", "Jenkins", "Argo CD", "Flux"):
        assert f"\n## {subject}\n" in text


def test_navigation_names_every_page_once(written: dict[str, str]) -> None:
    config = YAML(typ="safe").load((ROOT / "mkdocs.yml").read_text("utf-8"))

    def leaves(node: Any) -> list[str]:
        if isinstance(node, str):
            return [node]
        return [leaf for inner in (node.values() if isinstance(node, dict) else node) for leaf in leaves(inner)]

    named = leaves(config["nav"])
    assert len(named) == len(set(named))
    single = {name for name in written if not name.startswith("rules/")} | {"rules/index.md"}
    assert set(named) | {"license.md"} == single
    assert config["docs_dir"] == "build/docs"


def test_the_tool_writes_the_pages_without_mkdocs(written: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/stale.md").touch()
    command = [sys.executable, "tools/build_site.py", str(tmp_path / "site")]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"{len(written)} pages" in found.stdout
    files = {file.relative_to(tmp_path / "site").as_posix(): file for file in (tmp_path / "site").rglob("*.md")}
    assert {name: file.read_text("utf-8") for name, file in files.items()} == written
    assert (tmp_path / f"site/schemas/{settings.SCHEMA}").is_file()


def test_mkdocs_is_needed_for_the_site_alone() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert any(name.startswith("mkdocs-material") for name in project["optional-dependencies"]["docs"])
    assert not any("mkdocs" in name for name in [*project["dependencies"], *project["optional-dependencies"]["dev"]])

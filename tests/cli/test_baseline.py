"""The baseline: known findings are hidden and new ones are reported, even if lines move."""

import json
from pathlib import Path

import pytest
from commands import FAULTY, Run

from istiolint.comparison import BASELINE

NEW = FAULTY.replace("      timeout: 2s", "      timeout: 2s\n      nonsense: 5")


@pytest.fixture
def known(run: Run, faulty: str, tmp_path: Path) -> Path:
    found = run("--write-baseline")
    assert (found.exit_code, found.stdout) == (0, "")
    assert found.stderr == f"istiolint: wrote 1 finding to {BASELINE}\n"
    return tmp_path / BASELINE


def test_what_is_known_is_hidden(run: Run, faulty: str, known: Path) -> None:
    found = run(faulty)
    assert found.exit_code == 0
    assert "Nothing found in 1 file." in found.output
    assert "Hidden by the baseline: 1 finding." in found.output
    assert run(faulty, "--isolated").exit_code == 1


def test_what_is_new_is_reported(run: Run, faulty: str, known: Path, tmp_path: Path) -> None:
    (tmp_path / faulty).write_text(NEW, "utf-8")
    found = run(".")
    assert found.exit_code == 1
    assert "unknown-field" in found.output
    assert "duplicate-key" not in found.output
    report = json.loads(run(".", "--format", "json").stdout)
    assert report["summary"]["baseline"] == {"known": 1, "stale": 0}
    (result,) = json.loads(run(".", "--format", "sarif").stdout)["runs"][0]["results"]
    assert (result["ruleId"], result["baselineState"]) == ("unknown-field", "new")


@pytest.mark.parametrize(
    "text",
    [
        "# lines\n\n\n" + FAULTY,
        FAULTY.replace("    - route:", "    - name: first\n      route: [{destination: {host: ratings}}]\n    - route:"),
        FAULTY.replace("metadata: {name", "metadata:\n  {name"),
    ],
)
def test_moved_lines_and_items_stay_known(run: Run, faulty: str, known: Path, tmp_path: Path, text: str) -> None:
    assert text != FAULTY
    (tmp_path / faulty).write_text(text, "utf-8")
    assert "duplicate-key" not in run(faulty).output
    assert "duplicate-key" in run(faulty, "--isolated").output


def test_one_more_of_a_kind_is_new(run: Run, faulty: str, known: Path, tmp_path: Path) -> None:
    (tmp_path / faulty).write_text(FAULTY + "      timeout: 3s\n", "utf-8")
    found = run(faulty)
    assert found.exit_code == 1
    assert found.output.count("error[duplicate-key]") == 1


def test_paths_are_those_of_the_baseline(
    run: Run, faulty: str, known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert run(f"../{faulty}", "--baseline", f"../{BASELINE}").exit_code == 0
    assert run(str(tmp_path / faulty), "--baseline", str(known)).exit_code == 0


def test_what_is_gone_is_reported_and_dropped(run: Run, faulty: str, sound: str, known: Path, tmp_path: Path) -> None:
    assert "Gone" not in run(sound).output  # the other file was not looked at
    assert "Gone" not in run(".", "--select", "yaml-syntax").output
    (tmp_path / faulty).write_text((tmp_path / sound).read_text("utf-8"), "utf-8")
    found = run(faulty)
    assert found.exit_code == 0
    assert "1 baseline entry no longer matches; run --write-baseline to update." in found.output
    (tmp_path / faulty).unlink()
    assert "1 baseline entry no longer matches; run --write-baseline to update." in run(sound).output
    run(sound, "--write-baseline")
    assert json.loads(known.read_text("utf-8")) == {"version": 1, "findings": []}


def test_writing_after_a_run_over_some_files_keeps_the_others(run: Run, faulty: str, known: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(NEW.replace("reviews", "ratings"), "utf-8")
    assert "wrote 3 findings" in run("other.yaml", "--write-baseline").stderr
    assert run(".").exit_code == 0
    assert "wrote 3 findings" in run(".", "--write-baseline", "--select", "yaml-syntax").stderr


def test_a_line_a_finding_in_order(run: Run, faulty: str, known: Path, tmp_path: Path) -> None:
    (tmp_path / "also.yaml").write_text(FAULTY + "      timeout: 3s\n", "utf-8")
    run(".", "--write-baseline")
    first, *lines, last = known.read_text("utf-8").splitlines()
    assert (first, last) == ('{"version": 1, "findings": [', "]}")
    assert [json.loads(line.rstrip(",")).get("count") for line in lines] == [2, None]
    assert '"path": "also.yaml"' in lines[0]
    before = known.read_bytes()
    run(".", "--write-baseline")
    assert known.read_bytes() == before


def test_it_stands_beside_the_configuration_or_where_that_says(run: Run, faulty: str, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/.istiolint.yaml").write_text("fail-on: info\n", "utf-8")
    assert run(faulty, "--config", "conf/.istiolint.yaml", "--write-baseline").exit_code == 0
    assert (tmp_path / "conf" / BASELINE).exists()
    (tmp_path / ".istiolint.yaml").write_text("baseline: known/here.json\n", "utf-8")
    assert "cannot read known/here.json" in run(faulty).output
    (tmp_path / "known").mkdir()
    assert run(faulty, "--write-baseline").exit_code == 0
    assert run(faulty).exit_code == 0
    assert (tmp_path / "known/here.json").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 1}', '{"version": 1, "findings": [{}]}', '{"version": 1, "findings": 5}', "a: 1\n"]
)
def test_what_is_no_baseline_is_neither_read_nor_written_over(run: Run, faulty: str, tmp_path: Path, text: str) -> None:
    (tmp_path / "values.yaml").write_text(text, "utf-8")
    for more in ([], ["--write-baseline"]):
        found = run(faulty, "--baseline", "values.yaml", *more)
        assert found.exit_code == 2
        assert "values.yaml is not an istiolint baseline" in found.output
    assert (tmp_path / "values.yaml").read_text("utf-8") == text


def test_one_of_another_version(run: Run, faulty: str, known: Path) -> None:
    known.write_text('{"version": 2}', "utf-8")
    found = run(faulty)
    assert found.exit_code == 2
    assert "was written by another version of istiolint: update it with --write-baseline" in found.output
    assert run(faulty, "--write-baseline").exit_code == 0


def test_only_what_is_new_is_fixed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(FAULTY.replace("      timeout: 1s\n      timeout: 2s", "      timout: 1s"), "utf-8")
    run("--write-baseline")
    path.write_text(path.read_text("utf-8") + "      retires: {attempts: 2}\n", "utf-8")
    assert run("--fix").exit_code == 0
    assert "timout" in path.read_text("utf-8")
    assert "retries" in path.read_text("utf-8")


@pytest.mark.parametrize("more", [["--fix"], ["--diff"], ["--against", "HEAD"]])
def test_writing_goes_with_nothing_else(run: Run, faulty: str, more: list[str]) -> None:
    assert run(faulty, "--write-baseline", *more).exit_code == 2

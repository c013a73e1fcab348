"""Which files are read, in which order, under which names, and what is reported about those that cannot be read."""

import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from istiolint.sources import MissingPathError, Source, discover
from istiolint.sources.decode import encode
from istiolint.sources.discover import MEBIBYTE


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*paths: str, text: str = "a: 1\n") -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)


def shown(*paths: str, context: tuple[str, ...] = ()) -> list[str]:
    return [source.path for source in discover(paths, context=context)]


def only(path: str) -> Source:
    (source,) = discover([path])
    return source


def test_folders_are_read_in_the_order_of_names(tree: Path) -> None:
    write("b/x.yaml", "a.yml", "b.json", "c/Kustomization", "c/d/e.yaml", "c/notes.txt", "README.md")
    assert shown(".") == ["a.yml", "b/x.yaml", "b.json", "c/Kustomization", "c/d/e.yaml"]


def test_paths_are_shown_as_they_were_named(tree: Path) -> None:
    write("m/x.yaml")
    (tree / "sub").mkdir()
    assert shown("./m") == ["m/x.yaml"]
    assert shown("m/") == ["m/x.yaml"]
    assert shown("sub/../m") == ["sub/../m/x.yaml"]
    assert shown("./m/x.yaml") == ["m/x.yaml"]
    assert shown(str(tree / "m")) == [f"{tree}/m/x.yaml"]


def test_a_named_file_is_read_whatever_it_is_called(tree: Path) -> None:
    write(".hidden/manifest.txt")
    assert shown(".hidden/manifest.txt") == [".hidden/manifest.txt"]


def test_hidden_files_and_folders_are_left_out(tree: Path) -> None:
    write(".x.yaml", ".github/w.yaml", "a.yaml")
    assert shown(".") == ["a.yaml"]
    assert shown(".github") == [".github/w.yaml"]


def test_what_is_named_twice_is_read_once(tree: Path) -> None:
    write("a/x.yaml", "a/b/y.yaml")
    os.symlink("x.yaml", "a/z.yaml")
    assert shown("a/b", "a", "a/x.yaml", "./a/b/y.yaml") == ["a/b/y.yaml", "a/x.yaml"]


def test_context_is_read_but_not_linted_unless_it_is_both(tree: Path) -> None:
    write("a/x.yaml", "a/y.yaml")
    assert [(s.path, s.linted) for s in discover(["a/y.yaml"], context=["a"])] == [("a/y.yaml", True), ("a/x.yaml", False)]


def test_circles_of_links_end(tree: Path) -> None:
    write("a/b/x.yaml")
    os.symlink("../..", "a/b/up")
    os.symlink("loop.yaml", "a/loop.yaml")
    sources = list(discover(["."]))
    assert [source.path for source in sources] == ["a/b/x.yaml", "a/loop.yaml"]
    assert "symbolic links" in (sources[1].trouble or "")


def test_very_deep_folders(tree: Path) -> None:
    depth = 1200
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(tree)
    write("d/x.yaml")
    try:
        assert shown(".") == ["d/x.yaml"]
    finally:  # pytest cannot remove folders as deep as that
        os.remove("d/x.yaml")
        while os.path.isdir("d"):
            os.rename("d", "top")
            if os.path.isdir("top/d"):
                os.rename("top/d", "d")
            os.rmdir("top")


def test_a_missing_path_is_reported_before_anything_is_read(tree: Path) -> None:
    write("a.yaml")
    with pytest.raises(MissingPathError) as caught:
        discover(["a.yaml"], context=["gone.yaml"])
    assert caught.value.path == "gone.yaml"


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\ufeffa: ä\r\n".encode())))
    (source,) = discover(["-", "-"])
    assert (source.path, source.text) == ("<stdin>", "a: ä\r\n")


def test_gitignore_in_the_folder_above_and_below(tree: Path) -> None:
    write(
        "repo/m/a.yaml", "repo/m/gen.yaml", "repo/m/sub/b.yaml", "repo/m/sub/keep.yaml", "repo/m/out/c.yaml", "repo/m/out2/d.yaml"
    )
    os.mkdir("repo/.git")
    write("repo/.gitignore", text="gen.yaml\n/m/out/\n[bad\n")
    write(".gitignore", text="*.yaml\n")
    write("repo/m/.gitignore", text="sub/*\n!sub/keep.yaml\n")
    assert shown("repo") == ["repo/m/a.yaml", "repo/m/out2/d.yaml", "repo/m/sub/keep.yaml"]
    assert shown("repo/m") == ["repo/m/a.yaml", "repo/m/out2/d.yaml", "repo/m/sub/keep.yaml"]


def test_gitignore_with_patterns_that_match_nothing(tree: Path) -> None:
    write("a.yaml", "b1.yaml", "c2.yaml")
    os.mkdir(".git")
    write(".gitignore", text="[z-a]\n!\n[[a]\nb[[:digit:]].yaml\nc[[:punct:]].yaml\n")
    assert shown(".") == ["a.yaml", "c2.yaml"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux alone")
def test_gitignore_with_names_that_are_no_text(tree: Path) -> None:
    names = ["\udcff.yaml", "\udcfe.yaml"]
    write(*names)
    os.mkdir(".git")
    with open(".gitignore", "wb") as file:
        file.write(b"\xff.yaml\n")
    assert shown(".") == [names[1]]


def test_nearest_gitignore_decides(tree: Path) -> None:
    write("a/x.yaml", "y.yaml")
    write(".gitignore", text="*.yaml\n")
    write("a/.gitignore", text="!x.yaml\n")
    assert shown(".") == ["a/x.yaml"]


def test_what_git_ignores_is_read_when_it_is_named(tree: Path) -> None:
    write("rendered/deep/a.yaml", "rendered/deep/b.yaml")
    os.mkdir(".git")
    write(".gitignore", text="rendered/\n")
    write("rendered/deep/.gitignore", text="b.yaml\n")
    assert shown(".") == []
    assert shown("rendered/deep") == ["rendered/deep/a.yaml"]
    assert shown("rendered/deep/b.yaml") == ["rendered/deep/b.yaml"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: \xe9\n", "not valid UTF-8 (byte 0xe9 on line 1)"),
        (b"a: 1\nb: \xff", "not valid UTF-8 (byte 0xff on line 2)"),
        (b"\x7fELF\0\0", "NUL bytes"),
        ("a: 1".encode("utf-16-le"), "NUL bytes"),
        (b"\xff\xfea", "not valid UTF-16"),
    ],
)
def test_what_is_no_text_is_reported(tree: Path, content: bytes, words: str) -> None:
    Path("a.yaml").write_bytes(content)
    write("b.yaml")
    broken, fine = discover(["."])
    assert words in (broken.trouble or "")
    assert broken.text == ""
    assert fine.trouble is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings_are_kept_for_writing(tree: Path, encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""  # Python writes that of utf-16 itself
    content = mark + "a: 1\r\nb: ü𝄞\rc: 2\n".encode(encoding)
    Path("a.yaml").write_bytes(content)
    source = only("a.yaml")
    assert source.text == "a: 1\r\nb: ü𝄞\rc: 2\n"
    assert encode(source.text, source.encoding) == content


def test_lines_end_at_all_three_line_ends() -> None:
    source = Source("x", "a: 1\r\nb: ü𝄞\rc: 2\nd")
    assert [source.line(number) for number in (1, 2, 3, 4)] == ["a: 1", "b: ü𝄞", "c: 2", "d"]
    assert source.position(source.text.index("𝄞")) == (2, 5)
    assert source.position(source.text.index("c")) == (3, 1)


def test_a_huge_file_is_not_read(tree: Path) -> None:
    with open("huge.yaml", "wb") as file:
        file.truncate(100 * 1024 * 1024)
    write("small.yaml")
    huge, small = discover(["."])
    assert "100 MiB" in (huge.trouble or "")
    assert small.text


def test_a_pipe_that_is_named_is_read_up_to_the_limit(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a" * (MEBIBYTE + 2))))
    (found,) = discover(["-"], most_bytes=MEBIBYTE)
    assert found.trouble == "cannot read the file: it is larger than the limit of 1 MiB (`--max-file-size`)"


def test_pipes_in_folders_are_left_out(tree: Path) -> None:
    os.mkfifo("pipe.yaml")
    write("a.yaml")
    assert shown(".") == ["a.yaml"]


def test_links_to_nothing_are_reported(tree: Path) -> None:
    os.symlink("gone.yaml", "a.yaml")
    assert "no such file" in (only(".").trouble or "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_files_and_folders_are_reported(tree: Path) -> None:
    write("a/x.yaml", "b.yaml", "c.yaml")
    os.chmod("a", 0)
    os.chmod("b.yaml", 0)
    try:
        troubles = [source.trouble for source in discover(["."])]
    finally:
        os.chmod("a", 0o755)
    assert troubles == ["the folder cannot be read: permission denied", "the file cannot be read: permission denied", None]


def test_an_open_error_is_reported_and_the_rest_is_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.yaml", "b.yaml")
    opened = open

    def refuse(path: str, *arguments: Any, **options: Any) -> Any:
        if path == "a.yaml":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr("builtins.open", refuse)
    assert [source.trouble for source in discover(["."])] == ["the file cannot be read: permission denied", None]

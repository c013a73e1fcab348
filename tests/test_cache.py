"""The cache changes no finding: not when it is empty, full, damaged, planted, or cannot be used."""

import errno
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_workers import shown

from istiolint.cache import Folder, Pack, Payload, folder, pack
from istiolint.documents import Document, Store, key_of, parsed, prepare, read, reader
from istiolint.engine import lint as engine
from istiolint.settings import Settings
from istiolint.sources import Source, discover

FIXTURES = Path(__file__).parents[1] / "fixtures"
TEXTS = [
    "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {weight: 1.5, none: ~, big: 18446744073709551615, nan: .nan}\n",
    "a: &a [1]\nb: *a\n",
    "a: 1\na: 2\n---\n# only a comment\n---\nkind: [\n",
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '${NAME}'}\n",
    "apiVersion: [v1\n",
    "",
]
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links and modes as on Unix")


def linted(cache: Pack | None, path: Path = FIXTURES) -> Any:
    return shown(engine.lint(discover([str(path)]), Settings(select=("ALL",), show_unchecked=True), cache=cache))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MANY", 1)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def cache_in(place: Path, version: bytes = b"1") -> Pack:
    return Pack(Folder(str(place)), version)


def body(content: bytes) -> Payload:
    """A payload that has only a body."""
    return Payload((), (), content)


def content(payload: Payload | None) -> Any:
    """What a payload has: its head with words instead of their numbers, and its body."""
    return payload and ([(payload.words[word], *rest) for word, *rest in payload.head], payload.body)


def bodies(cache: Pack) -> dict[bytes, bytes]:
    return {key: payload.body for key, payload in cache.load().items()}


def packs(place: Path) -> list[Path]:
    return sorted(place.glob("*.pack"))


def documents(source: Source, store: Store | None) -> list[Any]:
    return [
        (
            d.index,
            d.offset,
            d.text,
            repr(d.data),
            d.skipped,
            d.parse,
            [(p.rule, p.message, p.hint, p.severity, str(p.place)[:9], len(p.related)) for p in d.problems],
        )
        for d in read(source, store=store)
    ]


def test_findings_are_the_same_cold_and_warm(place: Path) -> None:
    without = linted(None)
    assert linted(cache_in(place)) == without
    written = packs(place)[0].read_bytes()
    assert linted(cache_in(place)) == without
    assert packs(place)[0].read_bytes() == written


def test_what_is_known_is_not_composed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    source, store = Source("a.yaml", TEXTS[0]), Store()
    expected = documents(source, store)
    monkeypatch.setattr(reader, "_compose", None)
    assert documents(source, store) == expected


@pytest.mark.parametrize("text", TEXTS)
def test_documents_are_the_same_from_the_store(text: str) -> None:
    source, store = Source("a.yaml", text), Store()
    expected = documents(source, None)
    assert documents(source, store) == expected
    again = Store(store.used)
    assert documents(source, again) == expected
    assert not again.added or not store.used


@pytest.mark.parametrize("text", TEXTS)
def test_what_workers_prepare_is_what_the_store_would_have(text: str) -> None:
    source, store = Source("a.yaml", text), Store()
    documents(source, store)
    assert content(prepare(source)) == content(next(iter(store.used.values()), None))


def test_the_key_depends_on_what_matters_of_the_path() -> None:
    keys = [key_of(Source(path, "a")) for path in ("a.yaml", "b/c.yaml", "a.json", "templates/a.yaml")]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


@given(data=st.data())
def test_a_damaged_file_is_no_cache(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("damaged")
    cache_in(place / "cache").save({b"key": Payload([(0, 1)], ["word"], b"payload" * 3)})
    (file,) = packs(place / "cache")
    written = file.read_bytes()
    at = data.draw(st.integers(0, len(written) - 1))
    damaged = data.draw(
        st.sampled_from([written[:at], written[:at] + bytes([written[at] ^ 1]) + written[at + 1 :], written + b"\0", b""])
    )
    file.write_bytes(damaged)
    found = cache_in(place / "cache").load()
    if found:  # only the body is damaged
        assert at >= len(written) - len(b"payload" * 3)
        with pytest.raises(ValueError, match="damaged"):
            _ = found[b"key"].body


def test_a_document_with_a_damaged_body_is_composed_again(place: Path) -> None:
    expected = linted(None)
    assert linted(cache_in(place)) == expected
    (file,) = packs(place)
    written = bytearray(file.read_bytes())
    written[-1000:] = bytes(1000)
    file.write_bytes(written)
    assert linted(cache_in(place)) == expected


def test_what_another_run_replaced_meanwhile_is_composed_again(place: Path) -> None:
    expected = linted(None)
    linted(cache_in(place))
    cache = cache_in(place)
    assert cache.load()
    cache_in(place).save({b"key": body(b"other")})
    assert linted(cache) == expected


entries = st.dictionaries(
    st.binary() | st.text(),
    st.tuples(st.lists(st.tuples(st.integers(-9, 9), st.text())), st.integers(-9, 9), st.integers(-9, 9), st.binary()),
)


words = st.lists(st.text()) | st.text() | st.dictionaries(st.text(), st.text())


@given(index=st.binary(max_size=200) | st.tuples(entries, words, st.just({}), st.just(0)).map(msgpack.packb))
def test_a_planted_file_is_no_cache(index: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever it holds can be asked for, and an error says that it is not what was stored."""
    cache = cache_in(tmp_path_factory.mktemp("planted"))
    Path(cache.path).write_bytes(pack.MAGIC + pack._checksum(index) + len(index).to_bytes(8, "big") + index)
    for key, payload in cache.load().items():
        assert type(key) is bytes
        assert type(payload.words) is tuple
        parsed.decode_head(payload, 5)
        parsed.decode(payload, 5)
    cache.save({b"key": body(b"payload")})
    assert bodies(cache_in(Path(cache.path).parent))[b"key"] == b"payload"


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(plain)
def test_plain_data_comes_back_as_it_was(data: Any) -> None:
    payload = parsed.encode([parsed.Parsed(0, 0, 1, data)])
    rows = parsed.decode(payload, 1)
    assert payload is None or (rows and repr(rows[0].data) == repr(data))


@given(st.binary() | st.lists(st.lists(plain | st.integers(-1, 10))).map(msgpack.packb))
def test_what_was_not_encoded_here_is_not_known(payload: bytes) -> None:
    for row in parsed.decode(body(payload), 5) or ():
        assert 0 <= row.start < row.end <= 5
        assert type(row.number) is int


SPEC = st.just(()) | st.tuples(
    st.text() | st.integers(), st.lists(st.text()).map(tuple) | st.text(), st.tuples(st.text() | st.none())
)
small = st.integers(-1, 6)


@given(st.lists(st.tuples(small, small, small, small, small, small, st.text(), st.text(), SPEC | plain) | st.tuples(plain)))
def test_heads_of_another_form_are_not_known(head: list[Any]) -> None:
    place = (0, 0)
    for word, number, start, end, _, _, name, namespace, spec in parsed.decode_head(Payload(head, ["a", "b"], b""), 5) or ():
        assert word in (0, 1)
        assert place[0] <= number
        assert place[1] <= start < end <= 5
        assert type(name) is type(namespace) is str
        assert not spec or all(type(text) is str for text in (spec[0], *spec[1], *spec[2]))
        place = number + 1, end


@pytest.mark.parametrize(
    "data",
    [b"bytes", {b"key": 1}, {1: 2}, msgpack.ExtType(5, b"x"), msgpack.Timestamp(1), [msgpack.Timestamp(1)]],
    ids=["bytes", "key of bytes", "key of another type", "extension", "time", "time in a list"],
)
def test_only_plain_data_is_known(data: Any) -> None:
    assert parsed.decode(body(msgpack.packb([[0, 0, 1, data, ""]])), 1) is None


@pytest.mark.parametrize(
    "row",
    [[0, 0, 9, {}, ""], [0, -1, 1, {}, ""], ["0", 0, 1, {}, ""], [0, 1, 1, {}, ""], [0, 0, 1, {}], [0, 0, 1, {}, 0],
     [0, 0, 1, {}, ["a"]], [0, 0, 1, {}, 9, False, None, "", None, ""], [0, 0, 1, {}, 0, False, None, "", None, ["a"]],
     [0, 0, 1, {}, 0, False, [0, 1, "made-up", "m", None], "", None, ""],
     [0, 0, 1, {}, 0, False, None, "", [0, 1, "made up"], ""], [0, 0, 1, {}, 0, False, None, "fatal", None, ""]],
)  # fmt: skip
def test_rows_of_another_form_are_not_known(row: Any) -> None:
    assert parsed.decode(body(msgpack.packb([row], use_bin_type=False)), 5) is None


def test_a_planted_entry_speaks_for_its_own_text_only(place: Path, tmp_path: Path) -> None:
    """Whoever can write to the cache can change what a file is taken for, as can who writes the file."""
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
    one, other = Source("one.yaml", text), Source("other.yaml", text.replace("a}", "b}"))
    planted = parsed.encode([parsed.Parsed(0, 0, len(text), {"planted": "${IFS}"}, usual=True)])
    assert planted
    store = Store({key_of(one): planted})
    assert [d.data for d in read(one, store=store)] == [{"planted": "${IFS}"}]
    assert documents(other, store) == documents(other, None)


@needs_links
def test_the_folder_is_for_its_user_alone(place: Path) -> None:
    cache_in(place).save({b"a": body(b"b")})
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(packs(place)[0].stat().st_mode) == 0o600
    assert bodies(cache_in(place)) == {b"a": b"b"}
    place.chmod(0o777)
    assert cache_in(place).load() == {}
    cache_in(place).save({b"a": body(b"c")})
    place.chmod(0o700)
    assert bodies(cache_in(place)) == {b"a": b"b"}


@needs_links
def test_planted_links_are_not_followed(place: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place.symlink_to(elsewhere)
    cache_in(place).save({b"a": body(b"b")})
    assert not list(elsewhere.iterdir())
    place.unlink()
    cache_in(place).save({b"a": body(b"b")})
    (file,) = packs(place)
    secret = tmp_path / "secret"
    file.rename(secret)
    file.symlink_to(secret)
    assert cache_in(place).load() == {}
    before = secret.read_bytes()
    Folder(str(place)).clean()
    cache_in(place).save({b"c": body(b"d")})
    assert secret.read_bytes() == before


@needs_links
def test_a_pipe_in_place_of_the_file_is_not_read(place: Path) -> None:
    cache_in(place).save({b"a": body(b"b")})
    (file,) = packs(place)
    file.unlink()
    os.mkfifo(file)
    assert cache_in(place).load() == {}


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("call", ["os.replace", "os.mkdir", "os.open"])
def test_what_cannot_be_written_is_not_cached(call: str, error: int, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    expected = linted(None, FIXTURES / "shop" / "healthy")
    monkeypatch.setattr(call, fail)
    assert linted(cache_in(place), FIXTURES / "shop" / "healthy") == expected
    assert not place.exists() or not [*place.glob("*.pack"), *place.glob("*.tmp")]


def test_a_run_over_other_files_keeps_what_is_known(place: Path) -> None:
    cache_in(place).save({b"a": body(b"1")})
    second = cache_in(place)
    second.load()
    second.save({b"b": body(b"2")})
    assert bodies(cache_in(place)) == {b"a": b"1", b"b": b"2"}


def test_the_size_is_bounded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "MOST_BYTES", 2000)
    first = cache_in(place)
    first.save({bytes([n]): body(b"x" * 100) for n in range(5)})
    second = cache_in(place)
    second.load()
    second.save({b"new": body(b"y" * 600)})
    kept = cache_in(place).load()
    assert b"new" in kept
    assert len(kept) < 6
    monkeypatch.setattr(folder, "MOST_BYTES", 1000)
    Pack(Folder(str(place)), b"1", "/elsewhere").save({b"a": body(b"z" * 800)})
    assert len(packs(place)) == 1


def test_what_no_run_uses_is_deleted(place: Path) -> None:
    cache_in(place).save({b"a": body(b"1")})
    (place / "left.tmp").touch()
    for file in (*packs(place), place / "left.tmp"):
        os.utime(file, (0, 0))
    kept = place / "notes.txt"
    kept.touch()
    os.utime(kept, (0, 0))
    Pack(Folder(str(place)), b"1", "/elsewhere").save({b"b": body(b"2")})
    assert len(packs(place)) == 1
    assert not (place / "left.tmp").exists()
    assert kept.exists()


def test_what_is_in_use_is_not_deleted(place: Path) -> None:
    cache_in(place).save({b"a": body(b"1")})
    os.utime(packs(place)[0], (time.time() - 29 * 86400,) * 2)
    cache_in(place).load()
    assert time.time() - packs(place)[0].stat().st_mtime < 86400


DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: certificates.GROUP}
spec: {group: GROUP}
"""


@pytest.mark.parametrize(
    ("group", "is_linted", "is_composed"),
    [("cert-manager.io", False, False), ("cert-manager.io", True, True), ("networking.istio.io", False, True),
     ("gateway.networking.k8s.io", False, True)],
)  # fmt: skip
def test_definitions_for_reference_are_not_composed(group: str, is_linted: bool, is_composed: bool) -> None:
    source = Source("crds.yaml", DEFINITION.replace("GROUP", group), linted=is_linted)
    store = Store()
    for _ in range(2):
        found: list[Document] = list(read(source, store=store))
        assert [document.data is not None for document in found] == [is_composed]
        assert [document.skipped for document in found] == [None]

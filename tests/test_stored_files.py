"""Unchanged files for reference are not read again, without an effect on findings."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_workers import shown

from istiolint.cache import Folder, Pack, Payload, pack
from istiolint.documents import Store, parsed, read, version
from istiolint.documents.stored import StoredDocument
from istiolint.engine import lint as engine
from istiolint.resources.resource import Resource, StoredResource, resources
from istiolint.settings import Settings
from istiolint.sources import Source, StoredFiles, StoredSource, discover, stored

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{selector: {{app: {name}}}, ports: [{{name: http, port: 80}}]}}
"""
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
    - route: [{destination: {host: cart, port: {number: 81}}}]
"""
SETTINGS = Settings(select=("ALL",), show_unchecked=True)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MANY", 1)
    monkeypatch.setattr(stored, "FEW", 0)
    monkeypatch.setattr(pack, "_RECENT", -(10**18))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files for reference, and a cache next to it."""
    folder = tmp_path / "repository"
    (folder / "base").mkdir(parents=True)
    for name in ("cart", "orders", "stock"):
        (folder / "base" / f"{name}.yaml").write_text(SERVICE.format(name=name), "utf-8")
    (folder / "route.yaml").write_text(ROUTE, "utf-8")
    monkeypatch.chdir(folder)
    return folder


def cache() -> Pack:
    return Pack(Folder(os.path.abspath("../cache")), version())


def known(kept: Pack) -> StoredFiles:
    return StoredFiles(kept.files)


def found(kept: Pack | None) -> tuple[list[Source], Any]:
    """The sources and the report of a run."""
    sources = list(discover(["route.yaml"], context=["base"], stored=known(kept) if kept else None))
    return sources, shown(engine.lint(sources, SETTINGS, cache=kept))


def test_unchanged_files_are_not_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources, expected = found(None)
    assert not any(isinstance(source, StoredSource) for source in sources)
    assert found(cache())[1] == expected
    for jobs in (1, 2):
        kept = cache()
        sources = list(discover(["route.yaml"], context=["base"], stored=known(kept)))
        assert [isinstance(source, StoredSource) for source in sources] == [False, True, True, True]
        assert shown(engine.lint(sources, SETTINGS, cache=kept, jobs=jobs)) == expected
        assert "text" not in sources[2].__dict__


def test_what_another_version_has_read_is_read_again(place: Path) -> None:
    found(cache())
    assert cache().files()
    other = Pack(Folder(os.path.abspath("../cache")), b"other")
    assert not other.files()
    assert not other.load()
    other.save({b"key": Payload((), (), b"payload")})
    assert cache().files()


def test_a_changed_file_is_read(place: Path) -> None:
    found(cache())
    (place / "base/cart.yaml").write_text(SERVICE.format(name="cart").replace("80", "81"), "utf-8")
    sources, report = found(cache())
    assert [isinstance(source, StoredSource) for source in sources] == [False, False, True, True]
    assert report == found(None)[1]


@pytest.mark.skipif(sys.platform == "win32", reason="the time of a change is that of the creation there")
def test_a_file_with_the_times_of_before_is_read(place: Path) -> None:
    found(cache())
    file = place / "base/cart.yaml"
    before = file.stat()
    file.write_text(SERVICE.format(name="cart").replace("80", "81"), "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert found(cache())[1] == found(None)[1]


def test_a_file_that_was_just_written_is_read_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "_RECENT", 2 * 10**9)
    found(cache())
    assert [isinstance(source, StoredSource) for source in found(cache())[0]] == [False] * 4


def test_only_files_that_are_older_than_the_run_are_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "_RECENT", 2 * 10**9)
    now = time.time_ns()
    times = {"old": (now - 10**10, now - 10**10), "new": (now, now), "touched": (now - 10**10, now), "ahead": (now + 10**12, 0)}
    files = {path: (1, 2, *each, b"key", 3, "utf-8") for path, each in times.items()}
    payload = Payload((), (), b"payload")
    cache().save({b"key": payload}, files)
    assert set(cache().files()) == {"old"}
    cache().save({b"other": payload}, {"old": files["old"]})
    assert set(cache().files()) == set()


def test_a_file_that_changes_during_the_run_ends_it(place: Path) -> None:
    found(cache())
    sources = list(discover(["route.yaml"], context=["base"], stored=known(cache())))
    (place / "base/cart.yaml").write_text("kind: List\n", "utf-8")
    with pytest.raises(stored.ChangedFileError, match="run istiolint again"):
        _ = sources[1].text
    (place / "base/stock.yaml").unlink()
    with pytest.raises(stored.ChangedFileError):
        _ = sources[3].text


@pytest.mark.parametrize(
    "text",
    ["apiVersion: v1\nkind: Service\nmetadata: {name: '${NAME}'}\n", "a: 1\na: 2\n", "kind: [\n", "- a\n", "",
     "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Service, metadata: {name: a}}]\n",
     "apiVersion: kuttl.dev/v1beta1\nkind: TestAssert\n", "#@ load('a')\nkind: Service\n"],
)  # fmt: skip
def test_other_files_are_read(text: str, place: Path) -> None:
    (place / "base/other.yaml").write_text(text, "utf-8")
    for _ in range(2):
        expected = found(None)[1]
        assert found(cache())[1] == expected
    assert [isinstance(one, StoredSource) for one in found(cache())[0] if one.path.endswith("other.yaml")] == [False]


def test_linted_files_are_read(place: Path) -> None:
    found(cache())
    kept = cache()
    assert [isinstance(source, StoredSource) for source in discover(["."], stored=known(kept))] == [False] * 4


@pytest.mark.parametrize(
    "entry",
    [None, 1, (), (1, b"", 3, "utf-8"), (1, 2, 3, 4, b"", 3, "utf-8"), ("IDENTITY", "key", 3, "utf-8"),
     ("IDENTITY", b"", -1.5, "utf-8"), ("IDENTITY", b"", 3, "rot13"), ("IDENTITY", b"unknown", 3, "utf-8"), {"a": 1}],
)  # fmt: skip
def test_planted_entries_of_another_form_are_not_known(entry: Any, place: Path) -> None:
    unknown = isinstance(entry, tuple) and entry[1:2] == (b"unknown",)  # no documents, another length
    if isinstance(entry, tuple) and entry[:1] == ("IDENTITY",):
        entry = (*stored.identity_of(os.stat("base/cart.yaml")), *entry[1:])
    expected = found(None)[1]
    files = StoredFiles(lambda: {"base/cart.yaml": entry})
    if unknown:
        source = next(iter(discover((), context=["base/cart.yaml"], stored=files)))
        with pytest.raises(stored.ChangedFileError):
            list(read(source, store=Store()))
        return
    assert shown(engine.lint(discover(["route.yaml"], context=["base"], stored=files), SETTINGS, cache=cache())) == expected


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
objects = st.fixed_dictionaries(
    {"apiVersion": st.sampled_from(["v1", "apps/v1", "", "networking.istio.io/v1"]) | st.text(), "kind": st.text()},
    optional={
        "metadata": plain | st.dictionaries(st.sampled_from(["name", "namespace", "labels"]), plain),
        "spec": plain | st.dictionaries(st.sampled_from(["host", "hosts", "gateways"]), plain | st.lists(plain)),
        "items": plain,
    },
)


@given(objects)
def test_a_stored_resource_is_what_the_document_says(data: Any) -> None:
    payload = parsed.encode([parsed.Parsed(0, 0, 1, data, usual=True)])
    if payload is None:  # text that cannot be encoded
        return
    rows = parsed.decode_head(payload, 1)
    if not rows:
        assert data["kind"].endswith("List") or "\n" in data["kind"] + data["apiVersion"]
        (row,) = parsed.decode(payload, 1) or ()
        assert repr(row.data) == repr(data)
        return
    document = StoredDocument(Source("a.yaml", "x", linted=False), rows[0], payload)
    (resource,) = resources(document)
    assert isinstance(resource, StoredResource)
    assert "data" not in document.__dict__
    direct = Resource(document, (), data)
    for name in (
        "api_version", "group", "kind", "name", "namespace", "type", "version", "written_namespace", "title", "path",
        "host", "hosts", "gateways",
    ):  # fmt: skip
        assert getattr(resource, name) == getattr(direct, name), name
    assert "data" not in document.__dict__
    assert repr(resource.spec.value) == repr(direct.spec.value)
    assert repr(document.data) == repr(data)
    assert resource.labels == direct.labels


@given(st.binary() | plain.map(msgpack.packb) | st.just({"a": b""}).map(msgpack.packb) | st.just({b"": 1}).map(msgpack.packb))
def test_a_planted_body_is_composed_again(body: bytes) -> None:
    text = SERVICE.format(name="a")
    row = (0, 0, 0, len(text), 0, len(body), "a", "shop", ())
    data = StoredDocument(Source("a.yaml", text, linted=False), row, Payload([row], ["v1\nService\n"], body)).data
    assert type(data) is dict
    assert not has_bytes(data)


def has_bytes(value: Any) -> bool:
    """Whether plain data contain what is not plain."""
    if isinstance(value, dict):
        return any(map(has_bytes, (*value, *value.values())))
    return any(map(has_bytes, value)) if isinstance(value, list) else isinstance(value, bytes)

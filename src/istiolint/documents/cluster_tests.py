"""Files of tests that run in a cluster (chainsaw, kuttl): parts of resources that are compared or merged, and expected output."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

from istiolint.documents.skip import Skip
from istiolint.documents.store import Store
from istiolint.primitives.patterns import late
from istiolint.sources import Source, StoredSource

_GROUPS = ("chainsaw.kyverno.io/", "kuttl.dev/", "kudo.dev/")
_TESTS = ("chainsaw-test.yaml", "chainsaw-test.yml", "chainsaw-test")
_COMPARED = ("assert", "error")
_MERGED = ("apply", "create", "patch", "update")
_WORDS = ("assert", "error", "disallowed", "expected", "golden", "__snapshot")
"""Each name that says what a file is for a test has one of them, in lower or upper case, and so has each folder with expected
output."""
_STEP = late(r"[0-9]+-.*\.ya?ml\Z")
_STEP_ASSERTION = late(r"[0-9]+-assert\.ya?ml\Z")
_ASSERTION = late(
    r"(?:(?:.*[-_.])?assert(?:ions?|s)?(?:[-_.].*)?"  # 00-assert, assert-routes, chainsaw-step-01-assert-1
    r"|(?:[0-9]+|chainsaw(?:-.*)?)-errors?(?:-[0-9]+)?)\.ya?ml\Z"
)
_REJECTED = late(r"example_disallowed.*\.ya?ml\Z")
"""Samples of Gatekeeper constraints that must be rejected, as `gator` tests name them."""
_ERROR = late(r"(?:.*[-_.])?errors?(?:[-_.].*)?\.ya?ml\Z")
_EXPECTED = late(r"(?:(?:.*[-_.])?(?:expected|golden)|expected[-_.]?(?:output|result)s?)\.(?:ya?ml|json)\Z", re.IGNORECASE)
_EXPECTED_FOLDER = late(r"(?:^|.*[/\\])(?:expected|golden|goldens|__snapshots?__)[/\\]", re.IGNORECASE)


def is_cluster_test(data: Any) -> bool:
    """Return whether data is a test of chainsaw or kuttl, or a step of one."""
    api_version = data.get("apiVersion") if isinstance(data, dict) else None
    return isinstance(api_version, str) and api_version.startswith(_GROUPS)


def mentions_test(text: str) -> bool:
    """Return whether a text may contain a test of chainsaw or kuttl, which may name other files."""
    return any(group in text for group in _GROUPS)


def by_name(path: str) -> Skip | None:
    """Return what the name of a file says that it is: an assertion, a rejected sample, or the expected output of a test."""
    if not _has_word(path):
        return None
    name = os.path.basename(path)
    if _ASSERTION.match(name):
        return Skip.ASSERTION
    if _REJECTED.match(name):
        return Skip.TEST_STEP
    return Skip.EXPECTED_OUTPUT if _EXPECTED.match(name) else None


def _has_word(text: str) -> bool:
    text = text.lower()
    return any(word in text for word in _WORDS)


def named_by_tests(sources: Iterable[Source], store: Store | None = None) -> dict[str, Skip]:
    """Return the files that tests compare with the cluster, those that they merge into it, and expected output."""
    sources = list(sources)
    tests = [source for source in sources if not isinstance(source, StoredSource) and mentions_test(source.text)]
    if not tests and not _has_word("\n".join([source.path for source in sources])):  # nearly always
        return {}
    paths = [os.path.normpath(source.path) for source in sources]
    marked = list(filter(_has_word, paths))
    found: dict[str, Skip] = dict.fromkeys(_errors(marked, tests), Skip.ASSERTION)
    for source in tests:
        found |= _named_by(source, paths, store)
    steps = {os.path.dirname(path) for path in marked if _STEP_ASSERTION.match(os.path.basename(path))}
    for path in paths if steps else ():
        if os.path.dirname(path) in steps and _STEP.match(os.path.basename(path)):
            found.setdefault(path, by_name(path) or Skip.TEST_STEP)
    expected = [path for path in marked if _EXPECTED_FOLDER.match(path)]
    # Where all files are in such a folder, they are what the user wants to know about.
    return (dict.fromkeys(expected, Skip.EXPECTED_OUTPUT) if len(expected) < len(paths) else {}) | found


def _errors(paths: list[str], tests: list[Source]) -> Iterator[str]:
    """Yield the files named after errors that are next to a test or an assertion: what must not be in the cluster."""
    folders = {os.path.dirname(os.path.normpath(source.path)) for source in tests if os.path.basename(source.path) in _TESTS}
    folders |= {os.path.dirname(path) for path in paths if by_name(path) is Skip.ASSERTION}
    for path in paths if folders else ():
        if os.path.dirname(path) in folders and _ERROR.match(os.path.basename(path)):
            yield path


def _named_by(source: Source, paths: list[str], store: Store | None) -> Mapping[str, Skip]:
    from istiolint.documents.reader import read

    folder = os.path.dirname(os.path.normpath(source.path))
    found: dict[str, Skip] = {}
    for document in read(source, store=store):
        for operation, pattern in _files(document.data) if is_cluster_test(document.data) else ():
            named = os.path.normpath(os.path.join(folder, pattern))
            skip = Skip.ASSERTION if operation in _COMPARED else Skip.TEST_STEP
            for path in paths if any(sign in named for sign in "*?[") else [named]:
                # A test may apply the real manifests, which are in other folders of the repository.
                if (skip is Skip.ASSERTION or _is_below(path, folder)) and fnmatch(path, named):
                    found[path] = skip
    return found


def _files(data: Any) -> Iterator[tuple[str, str]]:
    """Yield operation and file: `assert: {file: a.yaml}` of chainsaw, `assert: [a.yaml]` of kuttl."""
    if isinstance(data, list):
        for item in data:
            yield from _files(item)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key in _COMPARED or key in _MERGED:
                for file in value if isinstance(value, list) else [value]:
                    name = file.get("file") if isinstance(file, dict) else file
                    if isinstance(name, str) and "\n" not in name:
                        yield key, name
            yield from _files(value)


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + os.sep)

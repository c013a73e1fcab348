"""Test files and their cases: each case expands to all combinations of its clients, methods and URLs."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from istiolint.documents import read
from istiolint.resources.cursor import Cursor
from istiolint.sources import InputError, Source
from istiolint.trace.request import OUTSIDE, Request, RequestError, request

ENDINGS = (".istiotest.yaml", ".istiotest.yml", ".istiotest.json")
EXPECTATIONS = (
    "outcome", "status", "flag", "allowed", "policy", "route", "delegated-from", "destination", "subset", "workload", "path",
    "authority", "headers", "removed-headers", "response-headers", "removed-response-headers", "timeout", "retries", "delay",
    "mirror", "location", "body", "client-tls", "mode",
)  # fmt: skip
_REQUEST = ("method", "url", "path", "headers", "jwt", "port", "sni")
_CASE = ("name", "from", "request", "expect")


class TestFileError(InputError):
    """A test file that cannot be understood; the text says where and why."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class Case:
    """A case: its name, the requests that it expands to, and the mapping of what is expected."""

    name: str
    requests: tuple[Request, ...]
    expect: Cursor
    at: Cursor


def is_test_file(path: str) -> bool:
    """Whether a file holds tests, by its name."""
    return path.endswith(ENDINGS)


def roots(source: Source) -> Iterator[Cursor]:
    """Yield the documents of a test file. Raises TestFileError if it cannot be read."""
    for document in read(source):
        if document.problems:
            problem = document.problems[0]
            raise TestFileError(f"{source.path}:{problem.place.span().begins.line}: {problem.message}")
        if document.data is not None:
            yield Cursor(document, (), document.data)


def cases(root: Cursor) -> Iterator[Case]:
    """Yield the cases of a document. Raises TestFileError for invalid content."""
    check_fields(root, ("tests",), "the file")
    check_list(root["tests"], "tests")
    for index, case in enumerate(root["tests"]):
        name = case["name"].text or f"test {index + 1}"
        check_fields(case, _CASE, "a test")
        check_fields(case["request"], _REQUEST, "`request`")
        check_fields(case["expect"], EXPECTATIONS, "`expect`")
        if not case["expect"].mapping:
            raise error_at(case, f"test `{name}` expects nothing: add `expect`")
        yield Case(name, tuple(_requests(case)), case["expect"], case)


def _requests(case: Cursor) -> Iterator[Request]:
    wanted = case["request"]
    urls = _texts(wanted["url"])
    if not urls:
        raise error_at(case, "a test needs `request.url`")
    paths = _texts(wanted["path"]) or [None]
    headers, claims = wanted["headers"].mapping, wanted["jwt"].mapping
    for source, method, url, path in product(_texts(case["from"]) or [OUTSIDE], _texts(wanted["method"]) or ["GET"], urls, paths):
        assert source is not None
        assert method is not None
        assert url is not None
        try:
            yield request(
                source, method, url if path is None else _with_path(url, path), {str(k): str(v) for k, v in headers.items()},
                claims=claims or None, port=wanted["port"].number, sni=wanted["sni"].text,
            )  # fmt: skip
        except (RequestError, ValueError) as error:
            raise error_at(case, str(error)) from error


def _texts(values: Cursor) -> list[str | None]:
    """Return a text, or the texts of a list, as a list."""
    listed = [values] if not isinstance(values.value, list) else list(values)
    return [str(each.value) for each in listed if each.value is not None]


def _with_path(url: str, path: str) -> str:
    parts = urlsplit(url)
    plain, _, query = path.partition("?")
    return urlunsplit(parts._replace(path=plain, query=query))


def check_fields(value: Cursor, known: tuple[str, ...] | None, what: str) -> None:
    """Raise TestFileError for a value that is not a mapping, and for unknown fields if `known` is given."""
    if not value.exists:
        return
    if not isinstance(value.value, dict):
        raise error_at(value, f"{what} must be a mapping")
    for key, at in value.items():
        if known is not None and key not in known:
            near = get_close_matches(key.replace("_", "-"), known, 1)
            hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
            raise error_at(at, f"unknown field `{key}` in {what}; {hint}", key=True)


def check_list(value: Cursor, name: str) -> None:
    """Raise TestFileError if the tests of a file are not a list of that name."""
    if not isinstance(value.value, list):
        raise error_at(value, f"the file has no list `{name}`")


def error_at(at: Cursor, words: str, *, key: bool = False) -> TestFileError:
    """Return an error with its place."""
    span = (at.key if key else at.place).span()
    return TestFileError(f"{span.source.path}:{span.begins.line}: {words}")


def listed(value: Any) -> list[Any]:
    """Return a value as a list: itself if it is one."""
    return value if isinstance(value, list) else [] if value is None else [value]

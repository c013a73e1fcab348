"""A fuzzing campaign: mutate manifests of the rule pages and fixtures, lint, fix and render them, and save what fails.

usage: python tools/fuzz.py [--minutes N] [--seed N] [--only SURFACE] [--atheris]

Mutations are of bytes, of tokens, and of structure (values of one manifest moved into another), in single manifests, in files
of a Kustomize application, and in what tools/fuzz_surfaces.py adds: edits in a session, editors, other settings, contexts,
caches, snapshots, configuration files, baselines, expressions, tests of requests and templates. An input fails if an exception
or an internal error occurs, if it takes longer than LIMIT seconds of CPU, if a report cannot be rendered in some format, if
safe fixes add errors to a file, or if traces, access, mutual TLS, pictures or snapshots fail. Failing inputs are saved in
tests/fuzz, which tests/test_fuzz.py runs. --only NAME tries one surface. With --atheris, coverage guides the mutations of bytes
(pip install atheris).
"""

import argparse
import hashlib
import importlib
import json
import random
import re
import sys
import time
import traceback
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import Any

import fuzz_surfaces
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from istiolint.access import report as access_report
from istiolint.access.table import rows
from istiolint.cli.graph import FORMATS as PICTURES
from istiolint.cli.output import FORMATS
from istiolint.engine.lint import lint, understand
from istiolint.findings.report import Report
from istiolint.fix import fix_all
from istiolint.graph.build import picture_of
from istiolint.mutual_tls import json as mtls_json
from istiolint.mutual_tls import text as mtls_text
from istiolint.mutual_tls.table import all_rows
from istiolint.request_tests.writing import as_file
from istiolint.resources.kinds import GIVEN, KNOWN
from istiolint.resources.reduced import reduced
from istiolint.rules.pages import pages
from istiolint.sources import Source
from istiolint.sources.decode import source_of
from istiolint.trace.suggestions import suggested
from istiolint.trace.tracer import Tracer

ROOT = Path(__file__).parents[1]
SAVED = ROOT / "tests/fuzz"
APPLICATION = ROOT / "fixtures/projects/bookstore/apps/catalog"
SINGLE = "fuzz.yaml"
"""The path of an input that is read alone; the others are paths in APPLICATION."""
LIMIT = 5.0
"""CPU seconds for an input of a few kilobytes."""
MAX_SIZE = 20_000
TOKENS = [
    b"-", b"---", b"...", b": ", b"#", b"# istiolint: ignore[", b"]", b"{", b"}", b"[", b",", b"&a ", b"*a", b"!!binary ",
    b"!x ", b"|", b">", b"'", b'"', b"\t", b"\r", b"\r\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"${X}",
    b"{{ .Values.x }}", b"null", b"~", b"0x1F", b"1e999999", b".inf", b"9" * 400, b"2001-01-01", b"true", b"<<: ", b"? ",
    b"%YAML 1.2\n", b"*", b"/", b"\\", b"(" * 50, b"[a-z]{1000}", b"spec", b"metadata", b"kind: List", b"items:",
    b"apiVersion: v1",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, 0, -1, 2**63, 1e308, "", "*", "a" * 300, "*.example.com", "0s", "-1s", "1.5", "\u202e", "\x1b[31m", [], {},
    [None], [[]], {"": ""}, {"a": None}, "http://[::1]:80", "spiffe://", "10.0.0.0/33", "(", "[[:alpha:]]*", "${VALUE}",
]  # fmt: skip


def seeds() -> list[bytes]:
    """Return the manifests that are mutated: the examples of all rule pages, and the shop."""
    found = [text.encode() for page in pages().values() for example in page.examples() for text in example.files.values()]
    found += [path.read_bytes() for path in sorted((ROOT / "fixtures/shop").rglob("*.yaml"))]
    return [text for text in found if len(text) < MAX_SIZE]


def application_seeds() -> dict[str, bytes]:
    """Return the files of the Kustomize application by their path in it."""
    return {path.relative_to(APPLICATION).as_posix(): path.read_bytes() for path in sorted(APPLICATION.rglob("*.yaml"))}


def bytes_mutated(data: bytes, choose: random.Random) -> bytes:
    """Flip, delete, repeat or insert bytes."""
    text = bytearray(data)
    for _ in range(choose.randint(1, 8)):
        at = choose.randrange(len(text) + 1)
        match choose.randrange(4):
            case 0 if text:
                text[at % len(text)] = choose.randrange(256)
            case 1:
                del text[at : at + choose.randint(1, 20)]
            case 2:
                text[at:at] = text[at : at + choose.randint(1, 40)] * choose.randint(1, 30)
            case _:
                text[at:at] = choose.choice(TOKENS)
    return bytes(text)


def tokens_mutated(data: bytes, choose: random.Random) -> bytes:
    """Replace, swap, indent or repeat words and lines."""
    words = re.findall(rb"\s+|[^\s\w]|\w+", data)
    for _ in range(choose.randint(1, 6)):
        if not words:
            break
        at, other = choose.randrange(len(words)), choose.randrange(len(words))
        match choose.randrange(4):
            case 0:
                words[at] = choose.choice(TOKENS)
            case 1:
                words[at], words[other] = words[other], words[at]
            case 2:
                words[at] = words[at].replace(b"\n", b"\n  ")
            case _:
                words[at:at] = words[other : other + choose.randint(1, 30)]
    return b"".join(words)


def structure_mutated(data: bytes, other: bytes, choose: random.Random) -> bytes:
    """Move values between the documents of two manifests, and replace values by odd ones."""
    yaml = YAML(typ="safe")
    try:
        documents = [document for text in (data, other) for document in yaml.load_all(text) if isinstance(document, dict)]
    except (YAMLError, ValueError):
        return data
    holders = [holder for document in documents for holder in _holders(document)]
    for _ in range(choose.randint(1, 6)):
        if not holders:
            break
        holder, source = choose.choice(holders), choose.choice(holders)
        key = choose.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        taken = choose.choice(list(source.values()) if isinstance(source, dict) else source)
        value = taken if choose.random() < 0.5 else choose.choice(VALUES)
        holder[key] = json.loads(json.dumps(value, default=str))
    return b"---\n".join(
        json.dumps(document, default=str, indent=choose.choice([None, 1])).encode() + b"\n" for document in documents
    )


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list) and value:
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from _holders(each)


def errors(report: Report, paths: Container[str]) -> int:
    """Return the number of errors in some files."""
    return sum(found.severity == "error" and found.span.source.path in paths for found in report.diagnostics)


def explain(sources: list[Source]) -> None:
    """Build and render what the commands that explain a mesh show."""
    found = understand(sources, joined=True)
    mtls = all_rows(found.meshes)
    mtls_text.render(mtls)
    mtls_json.render(mtls)
    for name, mesh in found.meshes:
        tracer = Tracer(mesh, name)
        as_file(tracer.trace(request) for request in suggested(tracer.model))
        access = list(rows(tracer.model))
        for render in (access_report.as_text, access_report.as_markdown, access_report.as_json_text):
            render(access)
        picture = picture_of(mesh, name)
        for form in PICTURES:
            importlib.import_module(f"istiolint.report.picture_{form}").render([picture], [])
        json.dumps([reduced(resource) for resource in mesh.all(*sorted(KNOWN - set(GIVEN)))], default=str)


def failure(data: bytes, path: str = SINGLE) -> str:
    """Return what is wrong with the way istiolint treats an input; "" if nothing is."""
    started = time.process_time()
    try:
        words = fuzz_surfaces.failure(data, path) if path.partition("/")[0] in fuzz_surfaces.SURFACES else _linted(data, path)
    except Exception:
        return traceback.format_exc()
    seconds = time.process_time() - started
    return words or (f"took {seconds:.1f} s" if seconds > LIMIT else "")


def _linted(data: bytes, path: str) -> str:
    """Lint an input, render what is found, fix it, and explain the mesh."""
    others = {} if path == SINGLE else application_seeds()
    sources = [source_of(name, content) for name, content in (others | {path: data}).items()]
    report = lint(sources)
    if report.internal_errors:
        return report.internal_errors[0]
    for name in FORMATS:
        importlib.import_module(f"istiolint.report.{name}").render(report)
    fixed = fix_all(sources)
    before, after = errors(report, fixed.texts), errors(fixed.report, fixed.texts)
    if after > before:
        return f"fixes added errors: {before} -> {after}"
    explain(sources)
    return ""


def all_seeds(only: str = "") -> list[tuple[str, bytes]]:
    """Return all inputs that are mutated with their paths, or those of one surface."""
    single = seeds()
    inputs = [(SINGLE, text) for text in single]
    inputs += [*application_seeds().items()] * (len(inputs) // 50)
    others = [*fuzz_surfaces.with_surfaces(single)]
    return [each for each in others if each[0].startswith(f"{only}/")] if only else inputs + others


def campaign(minutes: float, seed: int, only: str = "") -> int:
    """Mutate and try inputs for some minutes of CPU, and return the number of failures."""
    choose, failures, tried = random.Random(seed), 0, 0
    inputs = all_seeds(only)
    ways: list[Callable[[bytes], bytes]] = [
        lambda data: bytes_mutated(data, choose),
        lambda data: tokens_mutated(data, choose),
        lambda data: structure_mutated(data, choose.choice(inputs)[1], choose),
    ]
    started = time.process_time()
    shown = 0
    while (spent := (time.process_time() - started) / 60) < minutes:
        if spent >= shown + 1:
            shown = int(spent)
            print(f"{shown} minutes of CPU: {tried} inputs, {failures} failures (seed {seed})", flush=True)
        path, data = choose.choice(inputs)
        data = choose.choice(ways)(data)[:MAX_SIZE]
        tried += 1
        if words := failure(data, path):
            failures += 1
            save(data, words, path)
    print(f"{tried} inputs, {failures} failures (seed {seed})")
    return failures


def saved() -> Iterator[tuple[str, Path]]:
    """Yield each saved input with the path that it is read at."""
    for file in sorted(SAVED.iterdir()):
        _, _, place = file.name.partition("@")
        yield place.replace("+", "/") or SINGLE, file


def save(data: bytes, words: str, path: str = SINGLE) -> None:
    """Save an input that failed, with the path that it was read at in its name, and print why."""
    SAVED.mkdir(exist_ok=True)
    place = ".yaml" if path == SINGLE else "@" + path.replace("/", "+")
    file = SAVED / f"{hashlib.sha256(data).hexdigest()[:12]}{place}"
    file.write_bytes(data)
    print(f"{file.relative_to(ROOT)}: {words.strip().splitlines()[-1]}\n{words}", file=sys.stderr, flush=True)


def guided() -> None:
    """Let atheris mutate the bytes, guided by coverage; it does not return."""
    import atheris

    atheris.instrument_all()

    def run(data: bytes) -> None:
        if words := failure(data[:MAX_SIZE]):
            save(data, words)
            raise RuntimeError(words)

    atheris.Setup([sys.argv[0]], run)
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="CPU minutes (default: 60)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--only", choices=fuzz_surfaces.SURFACES, default="", help="try one surface")
    parser.add_argument("--atheris", action="store_true")
    options = parser.parse_args()
    if options.atheris:
        guided()
    raise SystemExit(int(campaign(options.minutes, options.seed, options.only) > 0))


if __name__ == "__main__":
    main()

"""`istiolint trace`: what happens to a request."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from istiolint.cli.completed import MeshName, State
from istiolint.cli.inputs import FILE
from istiolint.cli.mesh_options import Meshes, given, mesh_options, meshes
from istiolint.cli.refusal import Refusal
from istiolint.sources import InputError

if TYPE_CHECKING:
    from istiolint.trace.request import Request
    from istiolint.trace.result import Trace

EXIT_STATUS = """\b
Exit status:
  0  the trace is complete, whatever its outcome
  1  a file could not be read, and the trace ignores it
  2  invalid usage

\b
Examples:
  istiolint trace --from shop/web GET http://cart.shop/items ./manifests
  istiolint trace GET https://shop.example.com/ -H 'x-user: a' ./manifests
  istiolint trace --against main ./manifests      which requests a change answers otherwise
"""
_METHOD = re.compile("[A-Z]+")
_URL = re.compile("[a-z]+://", re.IGNORECASE)


@click.command(short_help="Explain what happens to a request.", epilog=EXIT_STATUS)
@click.argument("arguments", nargs=-1, metavar="[METHOD] URL [PATH]...")
@click.option(
    "--from",
    "source",
    type=MeshName("workload"),
    default="outside",
    help="NAMESPACE/NAME of a workload or gateway, or `outside` (the default).",
)
@click.option("--header", "-H", "headers", multiple=True, metavar="NAME: VALUE", help="A request header.")
@click.option("--jwt", multiple=True, metavar="CLAIM=VALUE", help="A claim of a validated JWT; repeat it for more.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port that the client connects to, if not that of the URL.")
@click.option("--sni", help="The SNI, if not the host of the URL.")
@click.option("--protocol", type=click.Choice(["http", "tcp"]), default="http", help="`tcp` for a connection without HTTP.")
@click.option("--requests", "file", type=FILE, help="Trace all requests of this JSON or YAML file.")
@click.option(
    "--against",
    type=State(),
    metavar="REV|PATH",
    help="Show only what changes since this git revision or folder; without a URL for requests that the mesh suggests.",
)
@click.option("--write-test", type=FILE, metavar="FILE", help="Add what was traced to a test file.")
@mesh_options
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", help="Output format.")
def trace(arguments: tuple[str, ...], format_: str, **options: Any) -> None:
    """Show step by step which proxies handle a request, which route, TLS and policies apply, and the response."""
    from istiolint.trace import json, text
    from istiolint.trace.request import RequestError
    from istiolint.trace.tracer import trace_in

    file, against = options.pop("file"), options.pop("against")
    if format_ == "markdown" and not against:
        raise Refusal("--format markdown requires --against")
    try:
        if file:
            requests, response, paths = (*_from_file(file), arguments)
        elif against and not any(_URL.match(each) for each in arguments):
            requests, response, paths = [], {}, arguments
        else:
            requests, response, paths = _from_arguments(arguments, options)
        read = given(paths, options)
        found = meshes(read, options)
        if against:
            click.echo(_changes(requests, found, meshes(read, options, against), format_, against), nl=False)
            sys.exit(found.report_troubles())
        traces = [trace_in(found.tracers, request, response) for request in requests]
    except (InputError, RequestError) as error:
        raise Refusal(error if isinstance(error, InputError) else str(error)) from error
    if options["write_test"]:
        _write(traces, options["write_test"])
    click.echo(json.render(traces) if format_ == "json" else "\n".join(map(text.render, traces)), nl=False)
    sys.exit(found.report_troubles())


def _changes(requests: list["Request"], now: Meshes, before: Meshes, format_: str, against: str) -> str:
    """Report what a change does to the given requests, or to those that both states suggest."""
    from istiolint.trace import changes
    from istiolint.trace.suggestions import suggested

    asked = requests or list(
        {
            (each.source, each.title, tuple(each.headers.items())): each
            for tracer in (*now.tracers, *before.tracers)
            for each in suggested(tracer.model)
        }.values()
    )
    found = list(changes.changes(asked, before.tracers, now.tracers))
    return changes.render(found, len(asked), format_, against)


def _write(traces: "Sequence[Trace]", file: str) -> None:
    """Append traces to a test file, or create it."""
    from istiolint.cli.atomic_write import replace
    from istiolint.request_tests.writing import as_file, as_test

    path = Path(file)
    try:
        old = path.read_text("utf-8") if path.exists() else ""
        text = old.rstrip("\n") + "\n" + "".join(map(as_test, traces)) if old.strip() else as_file(traces)
        replace(path, text.encode("utf-8", "backslashreplace"), keep=path.exists())
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"cannot write {path}: {error}") from error


def _from_arguments(
    arguments: Sequence[str], options: Mapping[str, Any]
) -> tuple[list["Request"], dict[str, str], tuple[str, ...]]:
    from istiolint.trace.request import request

    rest = list(arguments)
    method = rest.pop(0) if len(rest) > 1 and _METHOD.fullmatch(rest[0]) else "GET"
    if not rest or (not _URL.match(rest[0]) and os.path.exists(rest[0])):
        raise Refusal("a URL is missing: istiolint trace --from shop/web GET http://cart.shop/items")
    url = rest.pop(0)
    if options["protocol"] == "tcp":
        url = "tcp://" + url.partition("://")[2] if "://" in url else f"tcp://{url}"
    headers: dict[str, str] = {}
    for written in options["headers"]:
        name, colon, value = written.partition(":")
        if not colon or not name.strip():
            raise Refusal(f"invalid header `{written}`: write `NAME: VALUE`")
        known = headers.get(name.strip().lower())
        headers[name.strip().lower()] = value.strip() if known is None else f"{known},{value.strip()}"
    made = request(
        options["source"], method, url, headers, claims=_claims(options["jwt"]), port=options["port"], sni=options["sni"] or ""
    )
    return [made], {}, tuple(rest)


def _claims(written: Sequence[str]) -> dict[str, Any] | None:
    """Return the claims of the JWT; a claim that is given more than once is a list."""
    claims: dict[str, Any] = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise Refusal(f"invalid claim `{each}`: write CLAIM=VALUE")
        if name in claims:
            known = claims[name]
            claims[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            claims[name] = value
    return claims or None


def _from_file(file: str) -> tuple[list["Request"], dict[str, str]]:
    """Return the requests of a file, and the response headers of the applications."""
    from istiolint.trace.request_files import requests_of

    try:
        content = Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"cannot read {file}: {error}") from error
    return requests_of(content, file)

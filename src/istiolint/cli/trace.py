"""`istiolint trace`: what happens to a request."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from istiolint.cli.inputs import FILE, PATH, inputs
from istiolint.cli.progress import watch
from istiolint.cli.refusal import Refusal
from istiolint.cli.rendering import rendering_options
from istiolint.report.escape import printable
from istiolint.sources import InputError

if TYPE_CHECKING:
    from istiolint.engine.lint import Understood
    from istiolint.trace.request import Request
    from istiolint.trace.tracer import Tracer

EXIT_STATUS = """\b
Exit status:
  0  the trace is complete, whatever its outcome
  1  a file could not be read, and the trace ignores it
  2  invalid usage

\b
Examples:
  istiolint trace --from shop/web GET http://cart.shop/items ./manifests
  istiolint trace GET https://shop.example.com/ -H 'x-user: a' ./manifests
"""
_METHOD = re.compile("[A-Z]+")


@click.command(short_help="Explain what happens to a request.", epilog=EXIT_STATUS)
@click.argument("arguments", nargs=-1, metavar="[METHOD] URL [PATH]...")
@click.option("--from", "source", default="outside", help="NAMESPACE/NAME of a workload or gateway, or `outside` (the default).")
@click.option("--header", "-H", "headers", multiple=True, metavar="NAME: VALUE", help="A request header.")
@click.option("--jwt", multiple=True, metavar="CLAIM=VALUE", help="A claim of a validated JWT; repeat it for more.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port that the client connects to, if not that of the URL.")
@click.option("--sni", help="The SNI, if not the host of the URL.")
@click.option("--protocol", type=click.Choice(["http", "tcp"]), default="http", help="`tcp` for a connection without HTTP.")
@click.option("--requests", "file", type=FILE, help="Trace all requests of this JSON or YAML file.")
@click.option("--context", multiple=True, type=PATH, help="More files of the same mesh.")
@click.option("--cluster", multiple=True, metavar="NAME=PATH", help="The files of this cluster.")
@rendering_options
@click.option("--whole-mesh", is_flag=True, help="The input is the entire mesh: anything else does not exist.")
@click.option("--mesh-config", type=FILE, help="A MeshConfig, or the `istio` ConfigMap.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Output format.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False), help="Read this configuration file.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def trace(arguments: tuple[str, ...], file: str | None, format_: str, **options: Any) -> None:
    """Show step by step which proxies handle a request, which route, TLS and policies apply, and what the client gets."""
    from istiolint.engine import lint as engine
    from istiolint.trace import json, text
    from istiolint.trace.request import RequestError

    try:
        os.getcwd()
    except OSError as error:
        raise Refusal("the current folder does not exist anymore") from error
    try:
        requests, response, paths = (*_from_file(file), arguments) if file else _from_arguments(arguments, options)
        given = inputs(paths, options)
        understood = engine.understand(given.sources(), given.settings, watch())
        traces = [each.trace(request, response) for each in tracers(understood) for request in requests]
    except (InputError, RequestError) as error:
        raise Refusal(str(error)) from error
    shown = json.render(traces) if format_ == "json" else "\n".join(map(text.render, traces))
    click.echo(shown, nl=False)
    for trouble in understood.unreadable:
        where = f"{trouble.span.source.path}:{trouble.span.begins.line}"
        click.echo(f"istiolint: {printable(f'{where}: ignored: {trouble.message}')}", err=True)
    sys.exit(int(bool(understood.unreadable)))


def tracers(understood: "Understood") -> list["Tracer"]:
    """One tracer for each mesh that the files describe."""
    from istiolint.trace.tracer import Tracer

    return [Tracer(mesh) for _, mesh in understood.meshes]


def _from_arguments(
    arguments: Sequence[str], options: Mapping[str, Any]
) -> tuple[list["Request"], dict[str, str], tuple[str, ...]]:
    from istiolint.trace.request import request

    rest = list(arguments)
    method = rest.pop(0) if len(rest) > 1 and _METHOD.fullmatch(rest[0]) else "GET"
    if not rest:
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
    """The claims of the token; one that is given more than once is a list."""
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
    """The requests of a file, and the headers of the applications' responses."""
    from istiolint.trace.request_files import requests_of

    try:
        content = Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"cannot read {file}: {error}") from error
    return requests_of(content, file)

"""`istiolint test`: tests of requests."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from istiolint.cli.completed import State
from istiolint.cli.inputs import PATH
from istiolint.cli.mesh_options import given, mesh_options, meshes
from istiolint.cli.output import write_text
from istiolint.cli.refusal import Refusal
from istiolint.findings.escape import printable
from istiolint.sources import InputError, Source, discover

if TYPE_CHECKING:
    from istiolint.cli.mesh_options import Meshes
    from istiolint.request_tests.run import Result

EXIT_STATUS = """\b
Exit status:
  0  all tests pass
  1  a test fails, or with --against an answer changes
  2  invalid usage, an invalid test file, or no tests

\b
Examples:
  istiolint test manifests                              all *.istiotest.yaml files there
  istiolint test manifests --tests routes.yaml --coverage
  istiolint test manifests --format junit --output tests.xml
  istiolint test manifests --against main --format markdown
"""


@click.command(short_help="Run tests of requests.", epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option("--tests", multiple=True, type=PATH, help="Test files, besides the *.istiotest.yaml files of the paths.")
@click.option("--coverage", is_flag=True, help="List the routes and policies that no test touches.")
@click.option("--against", type=State(), help="Show only requests that this git revision or folder answers otherwise.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "junit", "json", "github", "tap", "markdown"]),
    default="text",
    help="Output format; with --against `text`, `json` or `markdown`.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@mesh_options
def test(paths: tuple[str, ...], format_: str, **options: Any) -> None:
    """Trace the requests of test files, and compare what is expected with what happens."""
    from istiolint.request_tests.case import is_test_file
    from istiolint.request_tests.report import FORMATS
    from istiolint.request_tests.run import run
    from istiolint.trace.changes import changes, render

    against = options["against"]
    if format_ not in (("text", "json", "markdown") if against else FORMATS):
        raise Refusal(f"--format {format_} {'is not possible with' if against else 'requires'} --against")
    try:
        read = given(paths, options)
        found = meshes(read, options)
        sources = [source for source in found.sources if is_test_file(source.path)]
        sources += discover(options["tests"]) if options["tests"] else []
        _check(sources)
        results = list(run(_once(sources), found.tracers))
        if not results:
            raise Refusal("no tests: add a file *.istiotest.yaml, or name one with --tests")
        if against:
            requests = [result.request for result in results]
            changed = list(changes(requests, meshes(read, options, against).tracers, found.tracers))
            write_text(render(changed, len(requests), format_, against), options["output"])
            sys.exit(found.report_troubles() or int(bool(changed)))
    except InputError as error:
        raise Refusal(error) from error
    write_text(FORMATS[format_](results), options["output"])
    if options["coverage"]:
        click.echo(_coverage(results, found), nl=False, err=format_ != "text")
    sys.exit(found.report_troubles() or int(any(not result.passed for result in results)))


def _check(sources: list[Source]) -> None:
    for source in sources:
        if source.trouble:
            raise Refusal(f"{source.path}: {source.trouble}")


def _once(sources: list[Source]) -> list[Source]:
    return list({source.path: source for source in sources}.values())


def _coverage(results: "list[Result]", found: "Meshes") -> str:
    from istiolint.request_tests.coverage import untouched
    from istiolint.trace.places import line

    missing = untouched(results, found.tracers)
    lines = [f"not tested: {name} ({line(at)})" for name, at in missing]
    return "".join(f"{printable(each)}\n" for each in lines or ["every route and policy is tested"])

"""Write every generated file: the index of rules, the tables and command output in docs/, the output in README.md, the expected
findings of the fixtures, and with --sources the schemas.

usage: python tools/generate.py [--check] [--sources FOLDER]

--check writes nothing: it prints the difference of each file that is out of date, and exits with status 1.

FOLDER has the sources of schemas/, each of them optional: `crds/` with the bundles of all releases (see build_schemas.py),
`annotations.json`, `envoy-packages.json`, `feature-flags.json` and `meshconfig-fields.json` (see the modules *_table.py),
`helm-values.json` (see installation_schemas.py and chart_values.py) and `sail-operator.json` (see installation_schemas.py).
"""

import argparse
import difflib
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import annotations_table
import build_schemas
import chart_values
import console
import envoy_types_table
import expected
import feature_flags_table
import installation_schemas
import meshconfig_table
import parameters_schema
from site_pages.configuration import configuration
from tables import TABLES

from istiolint.rules import index as rule_index
from istiolint.rules.registry import index_text

ROOT = Path(__file__).parents[1]
FILES: dict[str, Callable[[], str]] = {
    Path(rule_index.FILE).relative_to(ROOT).as_posix(): index_text,
    **{f"docs/{name}": table for name, table in TABLES.items()},
    **{
        f"docs/{name}.md": partial(console.page, ROOT / f"docs/{name}.md")
        for name in ("access", "mtls", "request-tests", "trace")
    },
    **{f"docs/guides/{file.name}": partial(console.guide, file) for file in sorted((ROOT / "docs/guides").glob("*.md"))},
    "schemas/istiolint-config.schema.json": parameters_schema.text,
    "docs/configuration.md": configuration,
    "README.md": console.readme,
    "fixtures/shop/expected.txt": expected.shop,
    "fixtures/broken/expected.txt": expected.broken,
}
"""The generated files by path. The index is first: the others are made with the rules that it lists."""
SOURCES: dict[str, tuple[str, Callable[..., str]]] = {
    "annotations.json": ("schemas/annotations.json", annotations_table.text),
    "envoy-packages.json": ("schemas/envoy-types.json", envoy_types_table.text),
    "feature-flags.json": ("schemas/feature-flags.json", feature_flags_table.text),
    "meshconfig-fields.json": ("schemas/meshconfig.json", meshconfig_table.text),
}
"""The sources of tables in schemas/, with the tables."""


def generated(sources: Path | None = None) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every generated file."""
    if sources:
        yield from _schemas(sources)
    for path, text in FILES.items():
        yield path, text()


def _schemas(sources: Path) -> Iterator[tuple[str, str]]:
    for name, (path, table) in SOURCES.items():
        if (source := sources / name).is_file():
            yield path, table(json.loads(source.read_text("utf-8")))
    if bundles := sorted((sources / "crds").glob("*-[0-9]*.*")):
        for name, schema in sorted(build_schemas.build(bundles, ROOT / "schemas", fresh=True).items()):
            yield f"schemas/{name}.json", build_schemas.text_of(schema)
    if (source := sources / "helm-values.json").is_file():
        values = json.loads(source.read_text("utf-8"))
        yield "schemas/IstioOperator.json", build_schemas.text_of(installation_schemas.operator(values))
        yield "schemas/helm-charts.json", build_schemas.text_of(chart_values.charts(values))
    if (source := sources / "sail-operator.json").is_file():
        for name, schema in installation_schemas.sail(json.loads(source.read_text("utf-8"))).items():
            yield f"schemas/{name}.json", build_schemas.text_of(schema)


def stale(path: str, text: str) -> str:
    """Return the difference between a file and what it must be; empty if there is none."""
    file = ROOT / path
    old = file.read_text("utf-8").splitlines() if file.is_file() else []
    return "\n".join(difflib.unified_diff(old, text.splitlines(), path, f"{path} (generated)", lineterm="", n=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit with status 1 if a file is out of date")
    parser.add_argument("--sources", type=Path, help="also generate schemas/, from the sources in this folder")
    chosen = parser.parse_args()
    found = 0
    for path, text in generated(chosen.sources):
        if not (difference := stale(path, text)):
            continue
        found += 1
        if chosen.check:
            print(difference)
            if path == next(iter(FILES)):
                break  # with an outdated index the others cannot be judged
        else:
            (ROOT / path).write_text(text, "utf-8")
            print(f"{path}: written")
    if found and chosen.check:
        raise SystemExit("generated files are out of date: run tools/generate.py")
    Path(rule_index.FILE).touch()


if __name__ == "__main__":
    main()

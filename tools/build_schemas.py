"""Write schemas/KIND.json, one JSON Schema a kind with the history of its fields, from CustomResourceDefinitions.

usage: python tools/build_schemas.py [--schemas FOLDER] [--fresh] istio-1.18.json ... istio-1.31.yaml gateway-api-1.6.json

Each file holds the CRDs of one release, which its name ends with: a bundle in YAML as the project publishes it (for Istio
manifests/charts/base/files/crd-all.gen.yaml), or the same as a JSON list. Releases are added to the schemas that are there, in
order of their numbers: adding a release takes only its bundle. --fresh starts from scratch, the lowest release is the base.
CEL rules are not translated: for Istio's kinds they are in crds/table.py, and a field with a rule that has none there is
reported as an error. The history is kept for Istio's kinds only.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from crds.bundle import Crd, Node, read
from crds.constraints import constraints_at
from crds.convert import resource
from crds.history import added
from crds.sharing import expanded, shared
from crds.upcoming import with_upcoming

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from istiolint.resources.kinds import type_of

MAX_LINE = 120
"""Characters of a line of a schema's file, unless a single value is longer."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def release_of(path: Path) -> str:
    """The release in a file's name: `1.31` of `istio-1.31.json`."""
    match = re.search(r"(\d+\.\d+)[\d.]*$", path.stem)
    if not match:
        raise SystemExit(f"{path}: the name does not end with a release, such as istio-1.31.yaml")
    return match[1]


def numbers(release: str) -> list[int]:
    """A release for comparing."""
    return [int(number) for number in release.split(".")]


def order(path: Path) -> tuple[str, list[int]]:
    """Files of one project in order of their releases."""
    release = release_of(path)
    return path.stem[: path.stem.rindex(release)], numbers(release)


def with_release(old: Node | None, crd: Crd, release: str, first: bool) -> Node:
    """A kind's schema (`$defs` expanded) with one more release; `first` for the release that all others build on."""
    istio = crd.group.endswith("istio.io")
    if old and istio and numbers(release) < numbers(old["x-release"]):
        raise SystemExit(f"{crd.kind}: {release} is older than {old['x-release']}, which is there already; use --fresh with all")
    new = resource(type_of(crd.group, crd.kind) or crd.kind, crd.schema)
    body = added(_body(old), new, release) if old and istio else new
    since: Node = {} if first or not istio else {"since": release}
    versions: Node = dict(old["x-versions"]) if old and istio else {}
    for name in crd.versions:
        versions.setdefault(name, since)
    for name in versions.keys() - crd.versions.keys():
        versions[name] = {"removed": release} | versions[name]
    head: Node = {"$schema": DRAFT, "title": crd.kind, "x-group": crd.group, "x-release": release, "x-versions": versions}
    began = old.get("x-since") if old else since.get("since")
    return head | ({"x-since": began} if began else {}) | body


def _body(schema: Node) -> Node:
    return {key: value for key, value in schema.items() if not key.startswith(("$", "x-")) and key != "title"}


def unknown_rules(crd: Crd) -> list[str]:
    """The fields of an Istio kind that have a CEL rule in the bundle, but no constraint in our table."""

    def walk(node: Node, path: tuple[str, ...]) -> list[str]:
        found = []
        if node.get("x-kubernetes-validations") and not constraints_at(crd.kind, path):
            found.append(f"{crd.kind} {'.'.join(path)}: {node['x-kubernetes-validations'][0]['rule']}")
        children = [*node.get("properties", {}).items(), ("[]", node.get("items")), ("{}", node.get("additionalProperties"))]
        return found + [rule for name, child in children if isinstance(child, dict) for rule in walk(child, (*path, name))]

    return walk(crd.schema, ()) if crd.group.endswith("istio.io") else []


def build(files: list[Path], folder: Path, fresh: bool) -> dict[str, Node]:
    """The schemas by file name; what `folder` holds already is the base unless `fresh`."""
    made: dict[str, Node] = {}
    if not fresh:
        for file in sorted(folder.glob("*.json")):
            schema = json.loads(file.read_text("utf-8"))
            if "x-versions" in schema:
                made[file.stem] = expanded(schema)
    for file in sorted(files, key=order):
        crds = read(file)
        groups = {schema["x-group"] for schema in made.values()}
        bases = not any(group.endswith("istio.io") for group in groups)
        if rules := [rule for crd in crds for rule in unknown_rules(crd)]:
            raise SystemExit("\n".join([f"{file}: rules that crds/table.py does not know:", *rules]))
        for crd in crds:
            if "istio.io" not in crd.group and not type_of(crd.group, crd.kind):
                continue
            name = type_of(crd.group, crd.kind) or crd.kind
            made[name] = with_release(made.get(name), crd, release_of(file), bases)
    return {name: shared(with_upcoming(name, schema)) for name, schema in made.items()}


def text_of(schema: Node) -> str:
    """Return the text of a schema's file; what is too long for a line is split, so that a change is the lines of a property."""
    return _lines(schema, "") + "\n"


def _lines(value: Any, indent: str) -> str:
    whole = json.dumps(value, sort_keys=True)
    if len(indent) + len(whole) <= MAX_LINE or not isinstance(value, dict | list) or not value:
        return whole
    inner = f"{indent} "
    if isinstance(value, list):
        parts, start, end = [_lines(each, inner) for each in value], "[", "]"
    else:
        parts = [f"{json.dumps(key)}: {_lines(each, inner)}" for key, each in sorted(value.items())]
        start, end = "{", "}"
    return f"{start}\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}{end}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--schemas", type=Path, default=Path(__file__).resolve().parents[1] / "schemas")
    parser.add_argument("--fresh", action="store_true")
    chosen = parser.parse_args()
    chosen.schemas.mkdir(exist_ok=True)
    for name, schema in sorted(build(chosen.files, chosen.schemas, chosen.fresh).items()):
        text = text_of(schema)
        file = chosen.schemas / f"{name}.json"
        state = "unchanged" if file.exists() and file.read_text("utf-8") == text else "written"
        file.write_text(text, "utf-8")
        print(f"{file.name}: {state}, {len(text)} bytes, {' '.join(schema['x-versions'])}")


if __name__ == "__main__":
    main()

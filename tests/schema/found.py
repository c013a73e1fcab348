"""Findings of the schema in one resource."""

import json
from typing import Any
from unittest.mock import patch

from istiolint.engine.lint import lint
from istiolint.engine.tasks import Tasks
from istiolint.findings.finding import Diagnostic
from istiolint.resources.resource import Resource
from istiolint.rules.check import Rule
from istiolint.schema import rules
from istiolint.settings import NEWEST, Settings
from istiolint.sources import Source

OURS = tuple(rule.id for rule in vars(rules).values() if isinstance(rule, Rule))


def diagnostics(resource: dict[str, Any] | str, istio_version: str = NEWEST) -> list[Diagnostic]:
    """The findings of the schema and of what the API server checks beyond it; the resource as data or as YAML.

    Rules that look at the mesh are left out: some tell of further mistakes by the same ids.
    """
    text = resource if isinstance(resource, str) else json.dumps(resource, indent=1)
    with patch("istiolint.engine.lint.Tasks", _without_checks):
        report = lint([Source("a.yaml", text)], Settings(select=OURS, istio_version=istio_version))
    assert not report.internal_errors
    return report.diagnostics


def _without_checks(new: list[Resource], linted: list[Resource], *others: Any) -> Tasks:
    return Tasks(new, [], *others)


def found_in(resource: dict[str, Any] | str, istio_version: str = NEWEST) -> list[tuple[str, str]]:
    """Rule and field of each finding."""
    return [(found.rule, found.field_path) for found in diagnostics(resource, istio_version)]


def resource(api_version: str, kind: str, spec: Any, **metadata: Any) -> dict[str, Any]:
    """A resource with a name."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "stock", **metadata}, "spec": spec}

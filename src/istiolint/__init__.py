"""Static analysis for Istio: finds configuration that will break, explains why, and suggests a fix. No cluster needed.

The names in `__all__` are the supported Python API (docs/python-api.md, docs/plugins.md). They are loaded when they are used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from istiolint.engine.lint import lint
    from istiolint.findings.finding import Delete, Diagnostic, Finding, Fix, Move, Rename, Replace
    from istiolint.findings.report import Report, Summary
    from istiolint.mesh import Mesh
    from istiolint.resources.cursor import Cursor
    from istiolint.resources.resource import Resource
    from istiolint.rules.check import check, finding
    from istiolint.rules.parameters import Parameter
    from istiolint.settings import Settings
    from istiolint.sources import Source, discover

__version__ = "0.1.0"

_MODULES = {
    "lint": "istiolint.engine.lint",
    "discover": "istiolint.sources",
    "Source": "istiolint.sources",
    "Settings": "istiolint.settings",
    "Report": "istiolint.findings.report",
    "Summary": "istiolint.findings.report",
    "Diagnostic": "istiolint.findings.finding",
    "check": "istiolint.rules.check",
    "finding": "istiolint.rules.check",
    "Parameter": "istiolint.rules.parameters",
    "Finding": "istiolint.findings.finding",
    "Fix": "istiolint.findings.finding",
    "Delete": "istiolint.findings.finding",
    "Move": "istiolint.findings.finding",
    "Rename": "istiolint.findings.finding",
    "Replace": "istiolint.findings.finding",
    "Mesh": "istiolint.mesh",
    "Resource": "istiolint.resources.resource",
    "Cursor": "istiolint.resources.cursor",
}

__all__ = [
    "Cursor",
    "Delete",
    "Diagnostic",
    "Finding",
    "Fix",
    "Mesh",
    "Move",
    "Parameter",
    "Rename",
    "Replace",
    "Report",
    "Resource",
    "Settings",
    "Source",
    "Summary",
    "check",
    "discover",
    "finding",
    "lint",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module `istiolint` has no attribute `{name}`")
    return getattr(import_module(_MODULES[name]), name)

"""Which constraints of our table stand on a field."""

from crds.bundle import Node
from crds.table import table

_BY_KIND: dict[str, list[tuple[str, Node]]] = {}


def constraints_at(kind: str, path: tuple[str, ...]) -> list[Node]:
    """The constraints on a field; `path` has `[]` for items of lists and `{}` for values of maps."""
    if not _BY_KIND:
        for constraint in table():
            for of in constraint.kinds:
                _BY_KIND.setdefault(of, []).extend((field, constraint.schema) for field in constraint.fields)
    written = "." + ".".join(path)
    return [schema for field, schema in _BY_KIND.get(kind, ()) if _ends(written, field, kind)]


def _ends(written: str, field: str, kind: str) -> bool:
    """Whether a path ends so; `KIND:spec.url` and what begins with `spec` is the whole path, the former of that kind only."""
    of, _, field = field.rpartition(":")
    whole = bool(of) or field.split(".")[0] == "spec"
    return (not of or of == kind) and (written == f".{field}" if whole else written.endswith(f".{field}"))

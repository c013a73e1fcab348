"""Which documents are no resources, and what they are instead: patches, assertions of tests."""

import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from istiolint.documents.document import Document

_ASSERTION = re.compile(r"(?:(?:.*-)?assert|[0-9]+-errors?)\.ya?ml\Z")


def is_object(data: Any) -> bool:
    """Whether data is a Kubernetes object or a List of them."""
    return isinstance(data, dict) and isinstance(data.get("apiVersion"), str) and isinstance(data.get("kind"), str)


def reason_to_skip(document: "Document") -> str | None:
    """Why a document is left alone, as the summary says it; None for a Kubernetes object."""
    data = document.data
    name = os.path.basename(document.source.path)
    if isinstance(data, list) and data and all(isinstance(item, dict) and "op" in item and "path" in item for item in data):
        return "JSON patch"
    if is_values(data):
        return None
    if not is_object(data) and not _is_list(data):
        return "Kustomization" if name.lower().startswith("kustomization") else "no Kubernetes object"
    if "$patch" in document.text and _has_key(data, "$patch"):
        return "Kustomize patch"
    return "test assertion" if _ASSERTION.match(name) else None


def is_values(data: Any) -> bool:
    """Whether data are values for istiod's chart: a MeshConfig under its name, and nothing that an object would have."""
    return (
        isinstance(data, dict) and isinstance(data.get("meshConfig"), dict) and not {"apiVersion", "kind", "spec"} & data.keys()
    )


def _is_list(data: Any) -> bool:
    return isinstance(data, dict) and data.get("kind") == "List" and isinstance(data.get("items"), list)


def _has_key(value: Any, key: str) -> bool:
    if isinstance(value, dict):
        return key in value or any(_has_key(child, key) for child in value.values())
    return isinstance(value, list) and any(_has_key(child, key) for child in value)

"""Which files and documents are not resources, and what they are instead: patches, assertions of tests, templates."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from istiolint.documents.cluster_tests import by_name, is_cluster_test, mentions_test, named_by_tests
from istiolint.documents.kustomize import KUSTOMIZATION_NAMES, patch_paths
from istiolint.documents.lines import outside_blocks
from istiolint.documents.skip import Skip
from istiolint.documents.store import Store
from istiolint.documents.template import is_partial
from istiolint.documents.ytt import first_code
from istiolint.primitives.patterns import late
from istiolint.sources import Source, StoredSource

if TYPE_CHECKING:
    from istiolint.documents.document import Document

_API_VERSION = late(r"(?:^[ \t\ufeff]*(?:- +)?|[{,][ \t]*)(?P<quote>[\"']?)apiVersion(?P=quote)[ \t]*:")


def is_object(data: Any) -> bool:
    """Whether data is a Kubernetes object or a List of them."""
    return isinstance(data, dict) and isinstance(data.get("apiVersion"), str) and isinstance(data.get("kind"), str)


def looks_like_object(text: str) -> bool:
    """Return whether a text that does not parse has the key `apiVersion`, and does not merely quote it in a string."""
    return "apiVersion" in text and any(
        not line.text.lstrip().startswith("#") and _API_VERSION.search(line.text) for line in outside_blocks(text)
    )


def named_by_others(sources: Iterable[Source], store: Store | None = None) -> dict[str, Skip]:
    """Return the files that other files show not to be manifests of their own: Kustomize patches, parts of tests."""
    sources = list(sources)
    return dict.fromkeys(patch_paths(sources, store), Skip.KUSTOMIZE_PATCH) | named_by_tests(sources, store)


def may_name_others(source: Source) -> bool:
    """Return whether `named_by_others` depends on the text of a source."""
    return os.path.basename(source.path) in KUSTOMIZATION_NAMES or mentions_test(source.text)


def whole_file(source: Source, named: Mapping[str, Skip]) -> Skip | None:
    """Return why nothing in a file is linted, not even its syntax; None if its documents are to be read."""
    if source.origin or source.enclosing:
        return None
    if named and (skip := named.get(os.path.normpath(source.path))) and skip is not Skip.KUSTOMIZE_PATCH:
        return skip
    if isinstance(source, StoredSource):  # its documents were read before
        return None
    if is_partial(source.path):
        return Skip.HELM_PARTIAL
    if skip := by_name(source.path):
        return skip
    return Skip.YTT_TEMPLATE if first_code(source.text) else None


def reason_to_skip(document: "Document", named: Mapping[str, Skip]) -> Skip | None:
    """Return why a document that parses is skipped; None for a Kubernetes object."""
    data = document.data
    path = document.source.path
    if named and (skip := named.get(os.path.normpath(path))):
        return skip
    if isinstance(data, list) and data and all(isinstance(item, dict) and "op" in item and "path" in item for item in data):
        return Skip.JSON_PATCH
    if is_values(data):
        return None
    if not is_object(data) and not _is_list(data):
        return Skip.KUSTOMIZATION if os.path.basename(path).lower().startswith("kustomization") else Skip.OTHER
    if "$patch" in document.text and _has_key(data, "$patch"):
        return Skip.KUSTOMIZE_PATCH
    return Skip.CLUSTER_TEST if is_cluster_test(data) else None


def is_usual(data: Any, text: str) -> bool:
    """Return whether a document that parses is an object with no trace of a template, a placeholder or a patch."""
    return "$" not in text and "{{" not in text and is_object(data) and not is_cluster_test(data)


_ISTIO_GROUP = late(r"(?:[a-z]+\.istio\.io|gateway\.networking\.k8s\.io)/v\w+")
_ONLY_ISTIO = (
    "AuthorizationPolicy", "DestinationRule", "EnvoyFilter", "PeerAuthentication", "RequestAuthentication", "ServiceEntry",
    "VirtualService",
)  # fmt: skip
"""Kinds that no other API has."""


def missing_identity(data: Any) -> str | None:
    """Return what a resource of Istio or the Gateway API lacks: `kind` or `apiVersion`. None for everything else."""
    if not isinstance(data, dict) or not isinstance(data.get("metadata"), dict) or not isinstance(data.get("spec"), dict):
        return None
    version, kind = data.get("apiVersion"), data.get("kind")
    if kind is None and isinstance(version, str) and _ISTIO_GROUP.fullmatch(version):
        return "kind"
    return "apiVersion" if version is None and kind in _ONLY_ISTIO else None


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

"""YAML text to documents: plain data, with positions on demand. Knows YAML, and of Kubernetes what an object looks like."""

from istiolint.documents.document import Document
from istiolint.documents.kustomize import KUSTOMIZATION_NAMES, patch_paths
from istiolint.documents.parsed import key_of, version
from istiolint.documents.reader import prepare, read
from istiolint.documents.recognise import may_name_others, named_by_others
from istiolint.documents.skip import Skip
from istiolint.documents.store import Store

__all__ = [
    "KUSTOMIZATION_NAMES", "Document", "Skip", "Store", "key_of", "may_name_others", "named_by_others", "patch_paths", "prepare",
    "read", "version",
]  # fmt: skip

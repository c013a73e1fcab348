"""YAML text to documents: plain data, with positions on demand. Knows YAML, and of Kubernetes what an object looks like."""

from istiolint.documents.document import Document
from istiolint.documents.kustomize import KUSTOMIZATION_NAMES, patch_paths
from istiolint.documents.reader import read
from istiolint.documents.recognise import may_name_others, named_by_others
from istiolint.documents.skip import Skip

__all__ = ["KUSTOMIZATION_NAMES", "Document", "Skip", "may_name_others", "named_by_others", "patch_paths", "read"]

"""YAML text to documents: plain data, with positions on demand. Knows YAML, and of Kubernetes what an object looks like."""

from istiolint.documents.document import Document
from istiolint.documents.kustomize import patch_paths
from istiolint.documents.reader import read

__all__ = ["Document", "patch_paths", "read"]

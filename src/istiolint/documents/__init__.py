"""YAML text to documents: plain data, with positions on demand. Knows YAML and nothing of Istio."""

from istiolint.documents.document import Document
from istiolint.documents.reader import read

__all__ = ["Document", "read"]

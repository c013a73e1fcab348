"""Which texts are read, and where they came from: files, folders, standard input."""

from istiolint.sources.discover import MissingPathError, discover
from istiolint.sources.source import Position, Source

__all__ = ["MissingPathError", "Position", "Source", "discover"]

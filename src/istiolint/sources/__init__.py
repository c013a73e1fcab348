"""Which texts are read, and where they came from: files, folders, standard input."""

from istiolint.sources.discover import MissingPathError, discover
from istiolint.sources.source import Origin, Position, Source, Stretch

__all__ = ["MissingPathError", "Origin", "Position", "Source", "Stretch", "discover"]

"""Which texts are read, and where they came from: files, folders, standard input."""

from istiolint.sources.discover import MissingPathError, discover
from istiolint.sources.excluded import NOTHING, Exclude, Excluded, Excludes
from istiolint.sources.input_error import InputError
from istiolint.sources.source import Origin, Position, Source, Stretch
from istiolint.sources.stored import StoredFiles, StoredSource

__all__ = [
    "NOTHING", "Exclude", "Excluded", "Excludes", "InputError", "MissingPathError", "Origin", "Position", "Source", "StoredFiles",
    "StoredSource", "Stretch", "discover",
]  # fmt: skip

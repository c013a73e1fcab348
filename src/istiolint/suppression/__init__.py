"""Suppressed findings: by comments and annotations in manifests, and by the configuration for some files."""

from istiolint.suppression.ledger import Ledger
from istiolint.suppression.paths import PathIgnores

__all__ = ["Ledger", "PathIgnores"]

"""Targets: which resources one cluster gets together, read from folders, kustomizations, charts and delivery tools."""

from istiolint.targets.assemble import targets_of
from istiolint.targets.coverage import Coverage, Elsewhere
from istiolint.targets.library import Library
from istiolint.targets.target import Target
from istiolint.targets.together import together

__all__ = ["Coverage", "Elsewhere", "Library", "Target", "targets_of", "together"]

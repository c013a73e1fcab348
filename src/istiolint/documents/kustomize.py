"""Which files Kustomize uses as patches: parts of resources that must not be judged as whole ones."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

from istiolint.documents.store import Store
from istiolint.sources import Source

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The names under which Kustomize finds the kustomization of a folder, the first one that exists."""


def patch_paths(sources: Iterable[Source], store: Store | None = None) -> frozenset[str]:
    """The paths of all files that a kustomization among the sources names as patches."""
    from istiolint.documents.reader import read

    return frozenset(
        os.path.normpath(os.path.join(os.path.dirname(source.path), path))
        for source in sources
        if source.path.endswith(KUSTOMIZATION_NAMES) and os.path.basename(source.path) in KUSTOMIZATION_NAMES
        for document in read(source, store=store)
        for path in _named(document.data)
    )


def _named(kustomization: Any) -> Iterator[str]:
    if not isinstance(kustomization, dict):
        return
    for section in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        patches = kustomization.get(section)
        for patch in patches if isinstance(patches, list) else ():
            path = patch.get("path") if isinstance(patch, dict) else patch
            if isinstance(path, str) and "\n" not in path:
                yield path

"""Targets: the resources that one cluster gets together, by one command or one controller."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from istiolint.documents import Document
from istiolint.resources.resource import Resource

TargetKind: TypeAlias = Literal["folder", "cluster", "kustomization", "chart", "flux", "argocd", "rendered"]


@dataclass(eq=False, repr=False, slots=True)
class Target:
    """What is applied together, and thus makes one mesh.

    `name` is how reports call it: a folder, an application, a cluster; "" for the only target of plain manifests.
    """

    name: str
    kind: TargetKind = "folder"
    resources: list[Resource] = field(default_factory=list)
    cluster: str = ""
    guessed: bool = False
    """Whether it is one of several ways to read a folder: manifests of other folders replace some of its resources."""
    context: Sequence[Resource] = ()
    """What is read for reference and is applied together with it."""
    foreign: Sequence[Resource] = ()
    """What the other clusters of the same mesh hold."""
    gaps: list[str] = field(default_factory=list)
    """In words, why the cluster may hold more than `resources`: a remote base, a chart that is not rendered."""
    skipped: list[Document] = field(default_factory=list)
    """Documents of the target that were not understood; what they define exists, but is not known."""

    used: set[Document] = field(default_factory=set)
    """The documents that a kustomization or a delivery builds it from."""

    @property
    def is_linted(self) -> bool:
        """Whether findings in it are shown."""
        return any(resource.linted for resource in self.resources)

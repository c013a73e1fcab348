"""Values that the shell completes from what is there: git revisions, workloads, service accounts and Services."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from istiolint.mesh import Mesh

Named: TypeAlias = Literal["workload", "account", "service"]
MOST_FILES = 1000
"""More files take longer to read than anyone waits for a completion."""


class State(click.ParamType):  # type: ignore[type-arg]
    """A git revision or a folder, as written."""

    name = "rev|path"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return what is written: whether it exists depends on the paths."""
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Return the branches and tags that continue the typed text, the newest first, or a folder."""
        from click.shell_completion import CompletionItem

        from istiolint.sources.revisions import RevisionError, names

        try:
            found = [name for name in names() if name.startswith(incomplete)]
        except RevisionError:
            found = []
        return [CompletionItem(name) for name in found] or [CompletionItem(incomplete, type="dir")]


class MeshName(click.ParamType):  # type: ignore[type-arg]
    """The name of something in the mesh, as written, with its namespace."""

    name = "text"

    def __init__(self, what: Named):
        self._what = what

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return what is written: whether it exists depends on the files."""
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Return the names in the files that continue the typed text."""
        from click.shell_completion import CompletionItem

        try:
            found = {name for mesh in _meshes(ctx.params) for name in _names(mesh, self._what)}
        except Exception:  # what is wrong with the files or the options is for the command itself to report
            found = set()
        found |= {"outside"} if self._what == "workload" else set()
        return [CompletionItem(name) for name in sorted(found) if name.startswith(incomplete)]


def _meshes(params: dict[str, Any]) -> "Iterator[Mesh]":
    """Yield the meshes of the paths that were typed before, or of the current folder."""
    import os

    from istiolint.cli.mesh_options import given, understand

    options: dict[str, Any] = defaultdict(lambda: None, params)
    options |= {name: params.get(name) or () for name in ("context", "cluster", "kustomize", "helm", "values")}
    options |= {"render": False}
    typed = params.get("paths") or params.get("arguments") or ()
    read = given(tuple(path for path in typed if os.path.exists(path)), options)
    sources = list(read.sources())
    if len(sources) <= MOST_FILES:
        yield from (mesh for _, mesh in understand(sources, read, options, watched=False).meshes)


def _names(mesh: "Mesh", what: Named) -> Iterator[str]:
    if what == "service":
        yield from (f"{service.namespace}/{service.name}" for service in mesh.all("Service"))
        return
    for workload in mesh.workloads.all:
        yield f"{workload.namespace}/{workload.service_account if what == 'account' else workload.resource.name}"

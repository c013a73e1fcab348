"""A resource on its way through kustomizations: what it is so far, what it was called before, and where it is written."""

from typing import Any

from istiolint.documents import Document
from istiolint.documents.derived import DerivedDocument, Provenance, Traced
from istiolint.findings.finding import Path
from istiolint.resources.kinds import is_namespaced, type_of
from istiolint.resources.resource import Resource

_CLUSTER_WIDE = frozenset(
    ("APIService", "ClusterIssuer", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace",
     "PersistentVolume", "PriorityClass", "StorageClass", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
)  # fmt: skip


class Piece:
    """A resource that kustomizations change. `former_names` are the names it had, `former_namespaces` its namespaces."""

    def __init__(self, resource: Resource):
        self.resource = resource
        self.traced = Traced(resource.value, Provenance(resource.document, resource.path))
        self.former_names: list[str] = []
        self.former_namespaces: list[str] = []
        self.files: set[Document] = set()
        """Documents that changed it: patches and kustomizations."""

    @property
    def kind(self) -> str:
        """`kind`."""
        return _text(self.traced, "kind")

    @property
    def group(self) -> str:
        """The group of `apiVersion`."""
        return _text(self.traced, "apiVersion").rpartition("/")[0]

    @property
    def version(self) -> str:
        """The version of `apiVersion`."""
        return _text(self.traced, "apiVersion").rpartition("/")[2]

    @property
    def name(self) -> str:
        """The name at this point."""
        return _text(self.traced, "metadata", "name")

    @property
    def namespace(self) -> str:
        """The namespace at this point, "" where none is written."""
        return _text(self.traced, "metadata", "namespace")

    @property
    def is_namespaced(self) -> bool:
        """Whether resources of its kind live in a namespace; custom resources that are not known do."""
        type_ = type_of(self.group, self.kind)
        return is_namespaced(type_) if type_ else self.kind not in _CLUSTER_WIDE

    def is_called(self, name: str) -> bool:
        """Whether it has this name, or had it before: Kustomize finds the targets of patches by either."""
        return name == self.name or name in self.former_names

    def change(self, traced: Traced, by: Document) -> None:
        """Take another form, made by a document."""
        if traced is not self.traced:
            self.traced = traced
            self.files.add(by)

    def put(self, path: Path, value: Any, origin: Provenance) -> None:
        """Set a field to a value that is written at `origin`."""
        found = self.traced.get(*path)
        if found is None or found.value != value:
            self.change(self.traced.put(path, Traced(value, origin)), origin.document)

    def finish(self) -> Resource:
        """The resource in the form that it has now: the very resource if nothing changed it."""
        base = self.resource
        if self.traced.value is base.value:
            return base
        linted = base.linted or any(file.source.linted for file in self.files)
        files = frozenset(file.source.path for file in (base.document, *self.files))
        found = Resource(DerivedDocument(base.document, base.path, self.traced, linted, files), (), self.traced.value)
        found.former_names = tuple(dict.fromkeys(self.former_names))
        return found


def _text(traced: Traced, *path: str) -> str:
    found = traced.get(*path)
    return found.value if found and isinstance(found.value, str) else ""

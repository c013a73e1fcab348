"""Documents to resources: the Kubernetes objects in them, also those inside a List."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache, wraps
from typing import Any, TypeVar

from istiolint.documents import Document
from istiolint.documents.chart_values import ChartValues
from istiolint.documents.document import value_at
from istiolint.documents.header import NO_HEADER
from istiolint.documents.keys import keys_of
from istiolint.documents.recognise import is_values
from istiolint.documents.stored import StoredDocument
from istiolint.findings.finding import Path, ResourceName
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import is_namespaced, type_of

Part = TypeVar("Part")

DEFAULT_NAMESPACE = "default"
HELM_VALUES, MESH_CONFIG, MESH_NETWORKS = "HelmValues", "MeshConfig", "MeshNetworks"
"""What documents are called that are no Kubernetes objects."""


@lru_cache(maxsize=4096)
def _classified(api_version: str, kind: str) -> tuple[str, str, str | None, bool]:
    """Return group, version and type of a kind, and whether its resources have no namespace."""
    group, _, version = api_version.rpartition("/")
    type_ = type_of(group, kind)
    return group, version, type_, type_ is not None and not is_namespaced(type_)


class Resource(Cursor):
    """A Kubernetes object: a cursor at its root that knows its kind, name and namespace.

    `name` is "" if none is written. `namespace` is the one in which it will be: `default` where none is written, "" for
    cluster-wide kinds; `written_namespace` is as the file has it.
    """

    __slots__ = ("__dict__", "api_version", "group", "kind", "name", "namespace", "type", "version", "written_namespace")

    name: str
    namespace: str
    former_names: tuple[str, ...] = ()
    """What it was called before Kustomize renamed it."""

    def __init__(self, document: Document, path: Path, value: dict[str, Any]):
        super().__init__(document, path, value)
        mapping = self.mapping
        api_version, kind = mapping.get("apiVersion"), mapping.get("kind")
        self.api_version = api_version if isinstance(api_version, str) else ""
        self.kind = kind if isinstance(kind, str) else ""
        metadata = mapping.get("metadata")
        name, namespace = (metadata.get("name"), metadata.get("namespace")) if isinstance(metadata, dict) else (None, None)
        self.name = name if isinstance(name, str) else ""
        self.written_namespace = namespace if isinstance(namespace, str) else ""
        self._classify()

    def _classify(self) -> None:
        self.group, self.version, self.type, is_cluster_wide = _classified(self.api_version, self.kind)
        self.namespace = "" if is_cluster_wide else self.written_namespace or DEFAULT_NAMESPACE

    @cached_property
    def metadata(self) -> Cursor:
        """`metadata`."""
        return self["metadata"]

    @cached_property
    def spec(self) -> Cursor:
        """`spec`."""
        return self["spec"]

    @property
    def host(self) -> str:
        """`spec.host`, of a DestinationRule; "" where none is written."""
        return self.spec["host"].text

    @cached_property
    def hosts(self) -> Sequence[str]:
        """`spec.hosts`, of a VirtualService for example: "" instead of what is not text."""
        return tuple([host.text for host in self.spec["hosts"]])

    @cached_property
    def gateways(self) -> Sequence[str]:
        """`spec.gateways`, of a VirtualService: "" instead of what is not text."""
        return tuple([gateway.text for gateway in self.spec["gateways"]])

    @property
    def path(self) -> Path:
        """The steps from the root of the document: none, except in a List."""
        path: Path = self._step
        return path

    @property
    def keys(self) -> frozenset[str]:
        """The keys that occur in it, also in YAML and JSON within strings; perhaps a few more, but not fewer."""
        return self._own_keys if self._step else self.document.keys

    @cached_property
    def _own_keys(self) -> frozenset[str]:
        return keys_of(self.value)

    @property
    def placed(self) -> bool:
        """Whether it says itself in which namespace it lives; what does not goes where it is applied."""
        return self.written_namespace != ""

    @cached_property
    def labels(self) -> dict[str, str]:
        """`metadata.labels`."""
        return self.metadata["labels"].labels

    @cached_property
    def annotations(self) -> dict[str, str]:
        """`metadata.annotations`."""
        return self.metadata["annotations"].labels

    @property
    def linted(self) -> bool:
        """Whether findings on it are shown; False for what is read for reference only."""
        return self.document.linted

    @property
    def written(self) -> tuple[Document, Path]:
        """The document of a file that defines it, and where in it: as it is written, whatever Kustomize makes of it."""
        document, path = self.document.written
        return document, path or self.path

    def holds(self, field: Cursor) -> bool:
        """Whether a field is one of this resource."""
        return field.document is self.document and field.path[: len(self.path)] == self.path

    @property
    def cluster(self) -> str:
        """The cluster to which it is applied; "" where only one is looked at."""
        return self.document.source.cluster

    @property
    def title(self) -> str:
        """How messages call it: `VirtualService prod/reviews`; without the namespace where none is written."""
        return f"{self.kind} {self.namespace + '/' if self.namespace and self.placed else ''}{self.name}"

    @property
    def identity(self) -> ResourceName:
        """Kind and name as reports give them, the namespace as written."""
        return ResourceName(self.api_version, self.kind, self.written_namespace or None, self.name or None)


class StoredResource(Resource):
    """A resource of a stored document: its value is read where it is needed."""

    __slots__ = ()
    document: StoredDocument

    def __init__(self, document: StoredDocument):
        self.document, self._parent, self._step = document, None, ()
        self.api_version, self.kind = document.traits.api_version, document.traits.kind
        _, _, _, _, _, _, self.name, self.written_namespace, _ = document.row
        self._classify()

    @property
    def host(self) -> str:
        """As the header has it."""
        return (self.document.row[-1] or NO_HEADER)[0]

    @property
    def hosts(self) -> Sequence[str]:
        """As the header has them."""
        return (self.document.row[-1] or NO_HEADER)[1]

    @property
    def gateways(self) -> Sequence[str]:
        """As the header has them."""
        return (self.document.row[-1] or NO_HEADER)[2]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the document, which is this resource."""
        return self.document.traits.keys

    def __getattr__(self, name: str) -> Any:
        """Read the value at the first use."""
        if name != "_value":
            raise AttributeError(name)
        value = self._value = self.document.data
        return value


class GivenResource(Resource):
    """A document that is not a Kubernetes object but is named by an option, such as `--mesh-networks`: it is treated as one."""

    def __init__(self, document: Document, kind: str, namespace: str, path: Path = (), value: Any = None):
        super().__init__(document, path, value if path else document.data)
        self.kind = self.type = kind
        self.name, self.namespace = kind.lower(), namespace

    @property
    def linted(self) -> bool:
        """Always: who names a file in an option wants to know what is wrong with it."""
        return True

    @property
    def identity(self) -> ResourceName:
        """The kind with its name in lower case, in the namespace of the control plane."""
        return ResourceName(self.api_version, self.kind, self.namespace, self.name)


class ValuesResource(GivenResource):
    """Values for one of Istio's Helm charts, by which a mesh is configured: a file of them, or a part of another resource.

    `release` is that of the chart as `1.24`, or "" where it is not known. `owner` is the resource that gives the values.
    """

    def __init__(self, document: Document, values: ChartValues, value: Any = None, owner: Resource | None = None):
        super().__init__(document, HELM_VALUES, "istio-system", () if values.text else values.path, value)
        self.chart, self.release, self.owner = values.chart, values.release, owner

    @property
    def linted(self) -> bool:
        """As the file says that holds them."""
        return self.document.linted

    @property
    def written(self) -> tuple[Document, Path]:
        """Where the resource is written that gives the values, or the values themselves."""
        return self.owner.written if self.owner else super().written

    @property
    def identity(self) -> ResourceName:
        """That of the resource that gives the values."""
        return self.owner.identity if self.owner else super().identity


def resources(document: Document) -> Sequence[Resource]:
    """Return the resources of a document, the same objects at each call; those of a `List` one by one.

    YAML of other kinds has none.
    """
    found: Sequence[Resource] | None = document.resources
    if found is None:
        found = document.resources = tuple(_read(document))
    return found


def _read(document: Document) -> Iterable[Resource]:
    if document.skipped:
        return ()
    if isinstance(document, StoredDocument):
        return (StoredResource(document),)
    data = document.data
    if not isinstance(data, dict):
        return ()
    if "items" in data and _is_list(data):
        return (Resource(document, ("items", index), item) for index, item in enumerate(data["items"]) if _is_object(item))
    return (Resource(document, (), data),) if _is_object(data) else values_given_in(document)


def values_given_in(document: Document) -> Iterator["ValuesResource"]:
    """The values for Istio's charts in a file of values, a Helmfile or a kustomization."""
    known = document.chart_values or ((ChartValues("istiod"),) if is_values(document.data) else ())
    for values in known:
        given = value_at(document.data, values.path)[1]
        if isinstance(given, dict):
            yield ValuesResource(document, values, given)


def only_resource(document: Document) -> Resource | None:
    """The resource that a document consists of; None for a `List` and for what is no Kubernetes object."""
    return next((resource for resource in resources(document) if not resource.path), None)


def occurring_in(found: Iterable[Resource]) -> frozenset[str]:
    """Return the types of resources, and the keys that occur in their documents."""
    found = list(found)
    types = {resource.type for resource in found}
    return frozenset(type_ for type_ in types if type_).union(*{resource.document.keys for resource in found})


def _is_object(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("apiVersion"), str) and isinstance(data.get("kind"), str)


def _is_list(data: dict[str, Any]) -> bool:
    return isinstance(data.get("kind"), str) and data["kind"].endswith("List") and isinstance(data.get("items"), list)


def once(find: Callable[[Resource], Iterator[Part]]) -> Callable[[Resource], tuple[Part, ...]]:
    """Decorates what many rules look for in a resource: it is looked for once, and kept with the resource."""
    name = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def found(resource: Resource) -> tuple[Part, ...]:
        known: tuple[Part, ...] | None = resource.__dict__.get(name)
        if known is None:
            known = resource.__dict__[name] = tuple(find(resource))
        return known

    return found

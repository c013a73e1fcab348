"""Workloads: all of the input, found by namespace, labels and Service."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from istiolint.mesh.workload import VM_KINDS, Workload, application_protocol
from istiolint.resources.owners import owners
from istiolint.resources.pods import pod_of
from istiolint.resources.resource import Resource


class Services(tuple[Resource, ...]):
    """The Services that select the same workloads."""

    _together: list[Resource] | None = None

    @cached_property
    def disagree(self) -> bool:
        """Whether two of their ports may contradict each other: one number with two transports, or two application protocols."""
        transports: dict[object, str] = {}
        protocols: set[str] = set()
        for port in (port for service in self for port in service.spec["ports"]):
            transport = port["protocol"].text or "TCP"
            protocols.add(application_protocol(port))
            if len(protocols) > 1 or transports.setdefault(port["port"].number, transport) != transport:
                return True
        return False

    def once(self, find: Callable[["Services"], bool]) -> bool:
        """Return what a function says about these Services, asked once: many Services and workloads may share one label."""
        if find not in self._answers:
            self._answers[find] = find(self)
        return self._answers[find]

    @cached_property
    def _answers(self) -> dict[Callable[["Services"], bool], bool]:
        return {}

    def together(self, exclusive: Callable[[Resource, Resource], bool]) -> Sequence[Resource]:
        """Return those that may be applied together: of two that are alternatives of one another, the first."""
        if self._together is None:
            self._together = []
            for service in self:
                if not any(exclusive(service, other) for other in self._together):
                    self._together.append(service)
        return self._together


class NamespaceWorkloads:
    """The workloads and Services of one namespace, and the indexes of both, which are built at the first use."""

    def __init__(self) -> None:
        self.resources: list[Resource] = []
        """What holds workloads, by kind and name."""
        self.services: list[Resource] = []
        self._services_of: dict[frozenset[tuple[str, str]], Services] = {}
        self._beside: dict[frozenset[tuple[str, str]], list[Services]] = {}

    @cached_property
    def _found(self) -> list[Workload]:
        pods = ((resource, resource["pod"] if resource.type in VM_KINDS else pod_of(resource)) for resource in self.resources)
        return [Workload(resource, pod) for resource, pod in pods if pod is not None]

    @cached_property
    def _owners(self) -> Mapping[int, tuple[Resource, Resource]]:
        return owners(self.resources)

    @cached_property
    def all(self) -> Sequence[Workload]:
        """The workloads, without what their controllers have created."""
        return [workload for workload in self._found if not self.is_created(workload.resource)]

    @cached_property
    def created(self) -> Sequence[Workload]:
        """What the controllers of these workloads have created."""
        return [workload for workload in self._found if self.is_created(workload.resource)]

    def is_created(self, resource: Resource) -> bool:
        """Whether a controller of these workloads has created a resource."""
        return id(resource) in self._owners

    @cached_property
    def of_resource(self) -> Mapping[int, Workload]:
        """The workloads, created ones too, by the id of the resource that holds them."""
        return {id(workload.resource): workload for workload in self._found}

    def selected(self, selector: Mapping[str, str]) -> Sequence[Workload]:
        """The workloads with all these labels; all for an empty selector."""
        return _selected(selector, self._by_label) if selector else self.all

    def labeled(self, labels: Mapping[str, str]) -> Iterator[Workload]:
        """As `Workloads.labeled`."""
        for workload in self._by_own_label.get(min(labels.items()), ()) if labels else ():
            if labels.items() <= workload.resource.labels.items() and labels.keys() <= workload.labels.keys():
                yield workload

    def services_beside(self, service: Resource) -> Sequence[Services]:
        """As `Workloads.services_beside`."""
        if service.spec["type"].text == "ExternalName":
            return ()
        key = frozenset(service.spec["selector"].labels.items())
        found = self._beside.get(key)
        if found is None:
            sets = (self.services_of(workload) for workload in self.of_service(service))
            found = self._beside[key] = list({id(services): services for services in sets}.values())
        return found

    def of_service(self, service: Resource) -> Sequence[Workload]:
        """As `Workloads.of_service`."""
        selector = service.spec["selector"].labels
        if not selector or service.spec["type"].text == "ExternalName":
            return ()
        return self.selected(selector)

    def services_of(self, workload: Workload) -> Services:
        """As `Workloads.services_of`."""
        found = self._services_of.get(workload.label_set)
        if found is None:
            candidates = {
                number: service for label in workload.labels.items() for number, service in self._services_by_label.get(label, ())
            }
            services = (service for _, service in sorted(candidates.items(), key=lambda pair: pair[0]))
            found = self._services_of[workload.label_set] = Services(
                service for service in services if workload.matches(service.spec["selector"].labels)
            )
        return found

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], list[Workload]]:
        return _by_label(self.all)

    @cached_property
    def values(self) -> Mapping[str, Mapping[str, None]]:
        """The values of each label on the workloads."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for key, value in self._by_label:
            found[key][value] = None
        return found

    @cached_property
    def _by_own_label(self) -> dict[tuple[str, str], list[Workload]]:
        found: dict[tuple[str, str], list[Workload]] = defaultdict(list)
        for workload in self.all:
            for label in workload.resource.labels.items():
                found[label].append(workload)
        return found

    @cached_property
    def by_account(self) -> Mapping[str, Sequence[Workload]]:
        """The workloads by their service account."""
        found: dict[str, list[Workload]] = defaultdict(list)
        for workload in self.all:
            found[workload.service_account].append(workload)
        return found

    @cached_property
    def _services_by_label(self) -> dict[tuple[str, str], list[tuple[int, Resource]]]:
        """Services with a number that keeps their order, each by one label of its selector."""
        found: dict[tuple[str, str], list[tuple[int, Resource]]] = defaultdict(list)
        for number, service in enumerate(self.services):
            if (selector := service.spec["selector"].labels) and service.spec["type"].text != "ExternalName":
                found[min(selector.items())].append((number, service))
        return found


_NOTHING = NamespaceWorkloads()


class Workloads:
    """All workloads of the input, found by namespace, labels and Service without going through all of them.

    What a controller of the input has created, as the Pods of a Deployment in a cluster dump, is the same workload as its owner.
    The indexes of a namespace are built when something is asked about it: a run over one file of thousands needs few of them.
    """

    def __init__(self, resources: Iterable[Resource], services: Iterable[Resource]):
        self._resources = list(resources)
        self._namespaces: dict[str, NamespaceWorkloads] = defaultdict(NamespaceWorkloads)
        for resource in self._resources:
            self._namespaces[resource.namespace].resources.append(resource)
        for service in services:
            self._namespaces[service.namespace].services.append(service)

    def _in(self, namespace: str) -> NamespaceWorkloads:
        return self._namespaces.get(namespace, _NOTHING)

    @cached_property
    def all(self) -> tuple[Workload, ...]:
        """All workloads, by kind, namespace and name."""
        return tuple(self._held_by(self._resources))

    def having(self, fields: frozenset[str]) -> Iterator[Workload]:
        """Return those of `all` in whose resources one of some fields occurs, at whatever level."""
        return self._held_by(resource for resource in self._resources if not fields.isdisjoint(resource.keys))

    def _held_by(self, resources: Iterable[Resource]) -> Iterator[Workload]:
        for resource in resources:
            if not self._in(resource.namespace).is_created(resource) and (workload := self.of(resource)) is not None:
                yield workload

    @cached_property
    def _created(self) -> list[Workload]:
        return [workload for namespace in self._namespaces.values() for workload in namespace.created]

    @property
    def with_created(self) -> tuple[Workload, ...]:
        """All workloads, then what their controllers have created."""
        return (*self.all, *self._created)

    def in_namespace(self, namespace: str) -> Sequence[Workload]:
        """The workloads of a namespace, by kind and name."""
        return self._in(namespace).all

    def running_in(self, namespace: str) -> Iterator[Workload]:
        """Yield the workloads of a namespace together with what their controllers have created."""
        yield from self._in(namespace).all
        yield from self._in(namespace).created

    def of(self, resource: Resource) -> Workload | None:
        """The workload that a resource holds, if it holds one (a Rollout with a workloadRef does not)."""
        return self._in(resource.namespace).of_resource.get(id(resource))

    def selected(self, selector: Mapping[str, str], namespace: str | None) -> Sequence[Workload]:
        """The workloads with all these labels, in a namespace or (None) anywhere. An empty selector selects all."""
        if namespace is not None:
            return self._in(namespace).selected(selector)
        return _selected(selector, self._by_label) if selector else self.all

    def values_of(self, label: str, namespace: str) -> Iterable[str]:
        """Return the values that a label has on the workloads of a namespace."""
        return self._in(namespace).values.get(label, {})

    def labeled(self, labels: Mapping[str, str], namespace: str) -> Iterator[Workload]:
        """Yield the workloads of a namespace whose own object, not its pods, has these labels, and whose pods have their keys."""
        return self._in(namespace).labeled(labels)

    def of_service(self, service: Resource) -> Sequence[Workload]:
        """The workloads behind a Service; none for one without selector or of type ExternalName."""
        return self._in(service.namespace).of_service(service)

    def services_beside(self, service: Resource) -> Sequence[Services]:
        """The sets of Services that select workloads behind a Service, each once: many workloads may have the same labels."""
        return self._in(service.namespace).services_beside(service)

    def of_account(self, namespace: str, account: str) -> Sequence[Workload]:
        """The workloads of a namespace that run as a service account."""
        return self._in(namespace).by_account.get(account, ())

    def services_of(self, workload: Workload) -> Services:
        """The Services that select a workload; one object for all workloads of a namespace with equal labels."""
        return self._in(workload.namespace).services_of(workload)

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], list[Workload]]:
        return _by_label(self.all)


def _by_label(workloads: Iterable[Workload]) -> dict[tuple[str, str], list[Workload]]:
    found: dict[tuple[str, str], list[Workload]] = defaultdict(list)
    for workload in workloads:
        for label in workload.labels.items():
            found[label].append(workload)
    return found


def _selected(selector: Mapping[str, str], by_label: Mapping[tuple[str, str], Sequence[Workload]]) -> Sequence[Workload]:
    """Return the workloads with all labels of a selector that has some."""
    if len(selector) == 1:
        [label] = selector.items()
        return by_label.get(label, ())
    found = min((by_label.get(label, ()) for label in selector.items()), key=len)
    return [workload for workload in found if workload.matches(selector)]


def names(workloads: Iterable[Workload], most: int = 5) -> str:
    """Workloads in words: their titles in backticks, sorted, `most` of them and the number of the others."""
    titles = sorted({workload.title for workload in workloads})
    shown = [f"`{title}`" for title in titles[:most]]
    if len(titles) > most:
        return f"{', '.join(shown)} and {len(titles) - most} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else "none"


def selector_of(policy: Resource) -> dict[str, str]:
    """The labels of `spec.selector.matchLabels`, as policies have it."""
    return policy.spec["selector"]["matchLabels"].labels

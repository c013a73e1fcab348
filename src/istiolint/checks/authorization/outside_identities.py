"""Identities of workloads outside the mesh, which present no certificate."""

import re
from collections.abc import Iterator, Sequence

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import names
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_PRINCIPAL = re.compile(r"[^/]+/ns/(?P<namespace>[^/*]+)/sa/(?P<account>[^/*]+)")
_OF_NAMESPACE = re.compile(r"[^/*]+/ns/(?P<namespace>[^/*]+)/(sa/)?\*")
_CONDITIONS = {"source.principal": "principals", "source.namespace": "namespaces", "source.serviceAccount": "serviceAccounts"}
_EFFECTS = {"": "", "ALLOW": "", "DENY": " and denies nothing"}


@check("principal-outside-mesh", severity="warning", evidence="contradiction", tags=["security"], kinds=["AuthorizationPolicy"])
def principal_outside_mesh(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report identities of workloads that have no proxy and therefore present no certificate."""
    action = policy.spec["action"].text
    for value, workloads in _named_workloads(policy, mesh) if action in _EFFECTS else ():
        states = [mesh.injection.of(workload) for workload in workloads]
        if not states or not all(state.state == "outside" and (state.explicit or state.sure) for state in states):
            continue
        if any(mesh.exclusive(policy, workload.resource) for workload in workloads):
            continue
        one, because = len(workloads) == 1, states[0]
        yield finding(
            value,
            f"`{value.text}` never matches{_EFFECTS[action]}; {names(workloads)} {'is' if one else 'are'} outside the mesh and "
            f"{'presents' if one else 'present'} no certificate ({because.because})",
            hint="add the callers to the mesh, or deny them with `ipBlocks`"
            if action == "DENY"
            else "add the callers to the mesh, or allow them with `ipBlocks`",
            related=[(because.at, "outside the mesh")] if because.at is not None else [],
        )


def _named_workloads(policy: Resource, mesh: Mesh) -> Iterator[tuple[Cursor, Sequence[Workload]]]:
    """Yield each identity that a policy names, with the workloads that have it."""
    for field, value in _identities(policy):
        if field == "namespaces":
            yield value, _of_namespace(value.text, mesh)
        elif field == "principals":
            if match := _PRINCIPAL.fullmatch(value.text):
                yield value, mesh.workloads.of_account(match["namespace"], match["account"])
            elif match := _OF_NAMESPACE.fullmatch(value.text):
                yield value, _of_namespace(match["namespace"], mesh)
        else:
            namespace, slash, account = value.text.partition("/")
            yield value, mesh.workloads.of_account(*((namespace, account) if slash else (policy.namespace, namespace)))


def _identities(policy: Resource) -> Iterator[tuple[str, Cursor]]:
    for rule in policy.spec["rules"]:
        for origin in rule["from"]:
            for field in _CONDITIONS.values():
                yield from ((field, value) for value in origin["source"][field])
        for condition in rule["when"]:
            if named := _CONDITIONS.get(condition["key"].text):
                yield from ((named, value) for value in condition["values"])


def _of_namespace(name: str, mesh: Mesh) -> Sequence[Workload]:
    """The workloads of a namespace whose pods are outside the mesh by default."""
    return mesh.workloads.in_namespace(name) if mesh.injection.of_namespace(name).state == "outside" else ()

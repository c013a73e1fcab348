"""Which types and fields occur in a mesh: checks that look for others do not run."""

import pytest
from manifests import as_text, resource, service

from istiolint.documents import Store, prepare, read
from istiolint.documents.parsed import key_of
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource, resources
from istiolint.rules.gates import Gates
from istiolint.rules.registry import all_rules
from istiolint.settings import Settings
from istiolint.sources import Source

SERVICE = as_text(service("stock"))
GATEWAY = as_text(resource("Gateway", {"servers": []}))
POLICY = as_text(resource("AuthorizationPolicy", {"rules": [{}]}))


def found(text: str, *, stored: bool = False) -> list[Resource]:
    """Return the resources of a text, which are perhaps read from a cache."""
    source = Source("a.yaml", text, linted=not stored)
    payload = prepare(source)
    store = Store({key_of(source): payload}) if stored and payload else None
    return [each for document in read(source, store=store) for each in resources(document)]


def test_updates_change_what_occurs() -> None:
    gateways = found(GATEWAY)
    mesh = Mesh(found(SERVICE), Settings())
    before = mesh.occurring
    assert "targetPort" in before
    assert not {"Gateway", "servers"} & before
    mesh.update([], gateways)
    assert mesh.occurring == before | {"Gateway", "servers"}
    mesh.update(gateways, [])
    assert mesh.occurring == before


@pytest.mark.parametrize("stored", [False, True], ids=["read", "stored"])
def test_resources_of_other_clusters_occur(stored: bool) -> None:
    mesh = Mesh(found(SERVICE), Settings(), foreign=found(GATEWAY, stored=stored))
    assert {"Service", "Gateway", "servers"} <= mesh.occurring


def test_fields_of_the_mesh_config_occur() -> None:
    config = next(read(Source("mesh.yaml", "defaultServiceExportTo: ['.']\n")))
    assert "defaultServiceExportTo" in Mesh([], Settings(), mesh_config=config).occurring
    config_map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\ndata: {mesh: "defaultServiceExportTo: [.]"}\n'
    assert "defaultServiceExportTo" in Mesh(found(config_map), Settings()).occurring


def test_checks_run_beside_what_they_need() -> None:
    (policy,) = found(POLICY)
    gates = Gates(all_rules(), ["AuthorizationPolicy"])
    for others in (SERVICE, GATEWAY):
        mesh = Mesh([policy, *found(others)], Settings())
        names = {run.__name__ for _, run in gates.of(policy, mesh.occurring)}
        assert "policy_without_workload" in names
        assert ("gateway_not_allowed" in names) == (others is GATEWAY)

import itertools

import pytest
from meshes import mesh

from istiolint.settings import Settings

CONFIG_MAP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    rootNamespace: policies
    trustDomain: shop.example
  meshNetworks: "networks: {}"
"""
REVISION = CONFIG_MAP.replace("name: istio,", "name: istio-canary,").replace("shop.example", "canary.example").replace(
    "rootNamespace: policies", "enableAutoMtls: false"
)  # fmt: skip
OPERATOR = """
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: install, namespace: istio-system}
spec: {meshConfig: {trustDomain: operator.example, outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}
"""
SAIL = """
apiVersion: sailoperator.io/v1
kind: Istio
metadata: {name: default}
spec: {version: v1.27.0, namespace: istio-system, values: {meshConfig: {trustDomain: sail.example, accessLogFile: /dev/stdout}}}
"""


def test_istio_defaults() -> None:
    config = mesh("").config
    assert (config["trustDomain"], config["enableAutoMtls"], config["noSuchField"]) == ("cluster.local", True, None)
    assert not config.known
    assert mesh("").root_namespace == "istio-system"


def test_the_strongest_source_that_sets_a_field_is_heard_in_any_order() -> None:
    for parts in itertools.permutations([CONFIG_MAP, REVISION, OPERATOR, SAIL]):
        config = mesh("\n---\n".join(parts)).config
        assert config.text("trustDomain") == "shop.example"
        assert config.on("enableAutoMtls") is False
        assert config["outboundTrafficPolicy"] == {"mode": "REGISTRY_ONLY"}
        assert config["accessLogFile"] == "/dev/stdout"
    assert mesh(SAIL).config.text("trustDomain") == "sail.example"


@pytest.mark.parametrize("given", ["trustDomain: given.example\n", CONFIG_MAP.replace("shop.example", "given.example")])
def test_a_document_that_was_given_outweighs_the_input(given: str) -> None:
    assert mesh(CONFIG_MAP, mesh_config=given).config.text("trustDomain") == "given.example"


def test_root_namespace_of_the_run_outweighs_that_of_the_mesh_config() -> None:
    assert mesh(CONFIG_MAP).root_namespace == "policies"
    assert mesh(CONFIG_MAP, settings=Settings(root_namespace="root")).root_namespace == "root"


@pytest.mark.parametrize("text", ["[1]", "a: [", "{{ tpl }}", "rootNamespace: [x]\nenableAutoMtls: what\n", ""])
def test_odd_text_in_the_config_map_leaves_the_defaults(text: str) -> None:
    indented = "\n".join("    " + line for line in text.splitlines())
    found = mesh(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: istio}}\ndata:\n  mesh: |\n{indented}\n")
    assert found.root_namespace == "istio-system"
    assert found.config.on("enableAutoMtls") is True


def test_it_tells_where_a_field_stands() -> None:
    field = mesh(CONFIG_MAP).config.at("trustDomain")
    assert field is not None
    assert field.path == ("trustDomain",)
    assert field.place.span().begins.line == 8
    field = mesh(OPERATOR).config.at("trustDomain")
    assert field is not None
    assert field.path == ("spec", "meshConfig", "trustDomain")
    assert mesh(OPERATOR).config.at("enableAutoMtls") is None

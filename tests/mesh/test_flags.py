"""Flags of istiod, wherever an installation sets them."""

import pytest
from meshes import mesh

ISTIOD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, labels: {app: APP}}
spec: {template: {spec: {containers: [{name: discovery, env: [{name: A_FLAG, value: "VALUE"}]}]}}}
"""


@pytest.mark.parametrize(
    "text",
    [
        ISTIOD.replace("APP", "istiod").replace("VALUE", "true"),
        "{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: a},"
        " spec: {components: {pilot: {k8s: {env: [{name: A_FLAG, value: 'true'}]}}}}}",
        "{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: a},"
        " spec: {values: {pilot: {env: {A_FLAG: true}}}}}",
        "{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: a}, spec: {values: {pilot: {env: {A_FLAG: 'true'}}}}}",
    ],
)
def test_a_flag_that_is_on(text: str) -> None:
    assert mesh(text).flags.on("A_FLAG")
    assert not mesh(text).flags.on("ANOTHER_FLAG")


@pytest.mark.parametrize(("app", "value"), [("istiod", "false"), ("web", "true")])
def test_a_flag_that_is_not(app: str, value: str) -> None:
    assert not mesh(ISTIOD.replace("APP", app).replace("VALUE", value)).flags.on("A_FLAG")


@pytest.mark.parametrize(
    ("text", "off"),
    [
        (ISTIOD.replace("APP", "istiod").replace("VALUE", "false"), True),
        (ISTIOD.replace("APP", "istiod").replace("VALUE", "${FLAG}"), False),
        (ISTIOD.replace("APP", "web").replace("VALUE", "false"), False),
        ("{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: a}}", True),
        ("{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: a}, spec: {profile: remote}}", False),
    ],
)
def test_a_flag_that_stays_off_where_istiod_is_installed(text: str, off: bool) -> None:
    assert mesh(text).flags.off("A_FLAG") is off

"""The rules about mutual TLS agree with traces: they report what a trace of the same call shows to fail, and nothing else."""

from itertools import product
from random import Random
from typing import Any

import pytest
from manifests import Manifest, as_text, peer_authentication, resource, service
from traces import SHOP

from istiolint.engine.lint import lint, understand
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace.request import request
from istiolint.trace.tracer import Tracer

RULES = ("client-tls-contradicts-server", "strict-mtls-in-disabled-namespace", "strict-mtls-without-client-mtls")
ERP = as_text(service("erp", "legacy", ports=[{"name": "http", "port": 80}]))
ROOT, NAMESPACE, WORKLOAD = (None, "STRICT"), (None, "STRICT", "DISABLE"), (None, "STRICT", "DISABLE")
CLIENT, AUTO = (None, "DISABLE", "ISTIO_MUTUAL"), (True, False)
URLS = ("http://cart.shop/", "tcp://cart.shop:5432", "http://erp.legacy/")
COMBINATIONS = list(product(("shop", "legacy"), ROOT, NAMESPACE, WORKLOAD, WORKLOAD, CLIENT, CLIENT, AUTO))


def peer(namespace: str, mode: str | None, port: str | None = None, app: str = "") -> Manifest:
    spec: Manifest = {"selector": {"matchLabels": {"app": app}}} if app else {}
    spec |= {"portLevelMtls": {"8080": {"mode": port}, "80": {"mode": port}}} if port else {}
    return peer_authentication(mode, app or "default", namespace, **spec)


def mesh(namespace: str, name: str, *setting: Any) -> str:
    root, space, workload, port, top, at_port, auto = setting
    found = [peer("istio-system", root)] if root else []
    found += [peer(namespace, space)] if space else []
    found += [peer(namespace, workload, port, name)] if workload or port else []
    policy: Manifest = {"tls": {"mode": top}} if top else {}
    policy |= {"portLevelSettings": [{"port": {"number": 80}, "tls": {"mode": at_port}}]} if at_port else {}
    if policy:
        found.append(resource("DestinationRule", {"host": name, "trafficPolicy": policy}, name=name, namespace=namespace))
    if not auto:
        metadata = {"name": "istio", "namespace": "istio-system"}
        found.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"mesh": "enableAutoMtls: false\n"}})
    return SHOP + ERP + as_text(*found)


@pytest.mark.parametrize("combination", Random(7).sample(COMBINATIONS, 60))
def test_rules_report_the_calls_that_fail(combination: tuple[Any, ...]) -> None:
    namespace, *setting = combination
    name = {"shop": "cart", "legacy": "erp"}[namespace]
    sources = [Source("mesh.yaml", mesh(namespace, name, *setting))]
    settings = Settings(whole_mesh=True, select=RULES)
    tracer = Tracer(understand(sources, settings).meshes[0][1])
    outcomes = [tracer.trace(request("shop/web", "GET", url)).outcome for url in URLS]
    found = [each.message for each in lint(sources, settings).diagnostics]
    assert ("tls-refused" in outcomes) is bool(found), (found, outcomes)

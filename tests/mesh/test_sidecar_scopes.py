"""The Sidecar that applies to a workload, and its imports."""

import pytest
from meshes import mesh

from istiolint.mesh.sidecar_scopes import imports_host

POD = """
apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop, labels: {app: cart}}
spec: {containers: [{name: app}]}
"""
SIDECAR = """
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: NAME, namespace: NAMESPACE}
spec: {SELECTOR egress: [{hosts: [HOSTS]}]}
"""


def sidecar(name: str, namespace: str, selector: str = "", hosts: str = '"./*"') -> str:
    text = SIDECAR.replace("NAMESPACE", namespace).replace("NAME", name)
    return text.replace("SELECTOR", selector).replace("HOSTS", hosts)


OWN = sidecar("own", "shop", "workloadSelector: {labels: {app: cart}},")
OTHERS = sidecar("others", "shop", "workloadSelector: {labels: {app: stock}},")
SHOP = sidecar("shop", "shop")
ROOT = sidecar("root", "istio-system")
ELSEWHERE = sidecar("elsewhere", "checkout")


@pytest.mark.parametrize(
    ("sidecars", "holds"),
    [
        ([ROOT, SHOP, OWN, OTHERS], "own"),
        ([ROOT, SHOP, OTHERS], "shop"),
        ([ROOT, OTHERS, ELSEWHERE], "root"),
        ([ELSEWHERE], None),
        ([SHOP, sidecar("second", "shop")], None),
    ],
)
def test_the_nearest_sidecar_holds(sidecars: list[str], holds: str | None) -> None:
    found = mesh(POD + "".join(sidecars))
    workload = found.workloads.all[0]
    one = found.sidecar_scopes.of(workload)
    assert (one.name if one else None) == holds
    governing = [each.name for each in found.all("Sidecar") if workload in found.sidecar_scopes.governed(each)]
    assert governing == ([holds] if holds else [])


@pytest.mark.parametrize(
    ("hosts", "shown"),
    [
        ('"*/*"', True),
        ('"checkout/*"', True),
        ('"*/orders.checkout.svc.cluster.local"', True),
        ('"checkout/*.checkout.svc.cluster.local"', True),
        ("orders.checkout.svc.cluster.local", True),  # refused: nobody knows what was meant
        ('"./*"', False),
        ('"~/*"', False),
        ('"checkout/pay.checkout.svc.cluster.local"', False),
        ('"pay/orders.checkout.svc.cluster.local"', False),
    ],
)
def test_hosts_let_services_in(hosts: str, shown: bool) -> None:
    found = mesh(POD + sidecar("shop", "shop", hosts=hosts))
    one = found.all("Sidecar")[0]
    assert imports_host(one, found.workloads.all[0].namespace, "checkout", "orders.checkout.svc.cluster.local") is shown


def test_the_dot_of_the_mesh_wide_sidecar_is_the_namespace_of_the_workload() -> None:
    found = mesh(POD + ROOT)
    one = found.all("Sidecar")[0]
    assert imports_host(one, found.workloads.all[0].namespace, "shop", "stock.shop.svc.cluster.local")
    assert not imports_host(one, found.workloads.all[0].namespace, "istio-system", "istiod.istio-system.svc.cluster.local")

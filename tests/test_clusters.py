"""Several clusters in one run: each has an Istio configuration of its own, and sees the Services of the others."""

from pathlib import Path

from istiolint.engine.lint import lint
from istiolint.report import Report
from istiolint.settings import Settings
from istiolint.sources import discover

ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web.shop.svc.cluster.local]
  http: [{route: [{destination: {host: cart}}]}]
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: NAME, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
"""


def run(folder: Path, *clusters: str, shared: str = "") -> Report:
    paths = [str(folder / shared)] if shared else []
    found = discover(paths, clusters=[(name, str(folder / name)) for name in clusters])
    return lint(found, Settings(select=("host-not-found", "two-virtual-services-for-one-host"), whole_mesh=True))


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name).mkdir()
        (folder / name / "all.yaml").write_text(text)


def test_services_of_other_clusters_are_known(tmp_path: Path) -> None:
    write(tmp_path, east=ROUTE, west=SERVICE.replace("NAME", "cart"))
    assert not run(tmp_path, "east", "west").diagnostics
    assert [diagnostic.rule for diagnostic in run(tmp_path, "east").diagnostics] == ["host-not-found"]


def test_configuration_of_other_clusters_does_not_count(tmp_path: Path) -> None:
    cart = SERVICE.replace("NAME", "cart")
    write(tmp_path, east=ROUTE + "---" + cart, west=ROUTE.replace("name: web", "name: other") + "---" + cart)
    assert not run(tmp_path, "east", "west").diagnostics


def test_what_is_of_no_cluster_is_checked_once(tmp_path: Path) -> None:
    write(tmp_path, east=SERVICE.replace("NAME", "a"), west=SERVICE.replace("NAME", "b"), shared=ROUTE)
    assert len(run(tmp_path, "east", "west", shared="shared").diagnostics) == 1


SUBSETS = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec: {host: cart, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
---
"""
DEPLOYMENT = """
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, version: VERSION}}
    spec: {containers: [{name: cart, image: cart}]}
"""


def test_subsets_have_endpoints_in_other_clusters(tmp_path: Path) -> None:
    write(tmp_path, east=SUBSETS + DEPLOYMENT.replace("VERSION", "v1"), west=DEPLOYMENT.replace("VERSION", "v2"))
    clusters = [(name, str(tmp_path / name)) for name in ("east", "west")]
    rule = Settings(select=("subset-without-workload",))
    assert not lint(discover([], clusters=clusters), rule).diagnostics
    assert len(lint(discover([], clusters=clusters[:1]), rule).diagnostics) == 1

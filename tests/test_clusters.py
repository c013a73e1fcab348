"""Several clusters in one run: each has an Istio configuration of its own, and sees the Services of the others."""

from pathlib import Path

from manifests import as_text, deployment, service

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


def run(folder: Path, *clusters: str, shared: str = "") -> Report:
    paths = [str(folder / shared)] if shared else []
    found = discover(paths, clusters=[(name, str(folder / name)) for name in clusters])
    return lint(found, Settings(select=("host-not-found", "two-virtual-services-for-one-host"), whole_mesh=True))


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name).mkdir()
        (folder / name / "all.yaml").write_text(text)


def test_services_of_other_clusters_are_known(tmp_path: Path) -> None:
    write(tmp_path, east=ROUTE, west=as_text(service("cart")))
    assert not run(tmp_path, "east", "west").diagnostics
    assert [diagnostic.rule for diagnostic in run(tmp_path, "east").diagnostics] == ["host-not-found"]


def test_configuration_of_other_clusters_does_not_count(tmp_path: Path) -> None:
    known = as_text(service("cart"))
    write(tmp_path, east=known + ROUTE, west=known + ROUTE.replace("name: web", "name: other"))
    assert not run(tmp_path, "east", "west").diagnostics


def test_what_is_of_no_cluster_is_checked_once(tmp_path: Path) -> None:
    write(tmp_path, east=as_text(service("a")), west=as_text(service("b")), shared=ROUTE)
    assert len(run(tmp_path, "east", "west", shared="shared").diagnostics) == 1


SUBSETS = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec: {host: cart, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
---
"""


def cart(version: str) -> str:
    return as_text(service("cart"), deployment("cart", labels={"version": version}))


def test_subsets_have_endpoints_in_other_clusters(tmp_path: Path) -> None:
    write(tmp_path, east=SUBSETS + cart("v1"), west=cart("v2"))
    clusters = [(name, str(tmp_path / name)) for name in ("east", "west")]
    rule = Settings(select=("subset-without-workload",))
    assert not lint(discover([], clusters=clusters), rule).diagnostics
    assert len(lint(discover([], clusters=clusters[:1]), rule).diagnostics) == 1

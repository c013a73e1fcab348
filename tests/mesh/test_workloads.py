import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meshes import mesh

from istiolint.mesh.workload import ports_of
from istiolint.mesh.workloads import names

POD = """
  metadata: {labels: {app: shop, tier: web}, annotations: {note: "1"}}
  spec:
    containers:
      - name: app
        ports: [{containerPort: 8080, name: http}]
        readinessProbe: {httpGet: {path: /, port: http}}
"""


def controller(kind: str, api: str, path: str) -> str:
    pod = "\n".join("  " + line for line in POD.splitlines())
    if path == "cron":
        pod = "\n".join("      " + line for line in POD.splitlines())
        spec = f"  jobTemplate:\n    spec:\n      template:{pod}"
    else:
        spec = f"  template:{pod}"
    return f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: w, namespace: shop}}\nspec:\n{spec}\n"


@pytest.mark.parametrize(
    ("kind", "api", "path"),
    [
        ("Deployment", "apps/v1", ""),
        ("StatefulSet", "apps/v1", ""),
        ("DaemonSet", "apps/v1", ""),
        ("ReplicaSet", "apps/v1", ""),
        ("ReplicationController", "v1", ""),
        ("Job", "batch/v1", ""),
        ("CronJob", "batch/v1", "cron"),
        ("Rollout", "argoproj.io/v1alpha1", ""),
    ],
)
def test_pod_template_of_every_controller(kind: str, api: str, path: str) -> None:
    (workload,) = mesh(controller(kind, api, path)).workloads.all
    assert workload.title == f"{kind} shop/w"
    assert workload.labels == {"app": "shop", "tier": "web"}
    assert workload.annotations == {"note": "1"}
    assert [(port.number, port.name) for port in workload.ports] == [(8080, "http")]
    assert [(probe.kind, probe.handler, probe.port) for probe in workload.probes] == [("readinessProbe", "httpGet", 8080)]


ROLLOUT = """---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: r, namespace: shop}
spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: w}}
"""


def test_rollout_with_a_workload_ref_runs_the_template_of_the_deployment() -> None:
    found = mesh(controller("Deployment", "apps/v1", "") + ROLLOUT)
    assert [workload.title for workload in found.workloads.all] == ["Deployment shop/w"]


VM_KINDS = """
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: vm, namespace: shop, labels: {app: meta}}
spec: {address: 10.0.0.1, labels: {app: spec, disk: ssd}, serviceAccount: vms}
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: {name: group, namespace: shop}
spec: {metadata: {labels: {app: vms}}, template: {serviceAccount: vms, labels: {app: template, zone: a}}}
"""


def test_machines() -> None:
    found = mesh(VM_KINDS).workloads
    entry, group = found.all
    assert (entry.labels, entry.service_account) == ({"app": "meta", "disk": "ssd"}, "vms")
    assert (group.labels, group.service_account) == ({"app": "vms", "zone": "a"}, "vms")
    assert found.selected({"app": "vms"}, "shop") == [group]


LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=3)


@given(st.lists(st.tuples(st.sampled_from(["one", "two"]), LABELS), max_size=8), LABELS, st.sampled_from(["one", "two", None]))
def test_selection_is_that_of_a_scan(
    pods: list[tuple[str, dict[str, str]]], selector: dict[str, str], namespace: str | None
) -> None:
    metadata = [{"name": f"p{index}", "namespace": space, "labels": labels} for index, (space, labels) in enumerate(pods)]
    text = "\n---\n".join(json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": data}) for data in metadata)
    expected = {
        f"Pod {space}/p{index}"
        for index, (space, labels) in enumerate(pods)
        if namespace in (None, space) and all(labels.get(key) == value for key, value in selector.items())
    }
    assert {workload.title for workload in mesh(text).workloads.selected(selector, namespace)} == expected


SERVICES = """---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80, targetPort: http}, {port: 81}, {port: 82, targetPort: nowhere}, {port: 53, protocol: UDP}]
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: elsewhere}
spec: {selector: {app: shop}}
---
apiVersion: v1
kind: Service
metadata: {name: external, namespace: shop}
spec: {type: ExternalName, selector: {app: shop}}
---
apiVersion: v1
kind: Service
metadata: {name: open, namespace: shop}
spec: {ports: [{port: 80}]}
"""


def test_services_and_their_ports() -> None:
    found = mesh(controller("Deployment", "apps/v1", "") + SERVICES).workloads
    (workload,) = found.all
    (service,) = found.services_of(workload)
    assert service.name == "web"
    assert [(number, target) for _, number, target in ports_of(service, workload)] == [(80, 8080), (81, 81), (82, None)]


@given(st.lists(LABELS, min_size=1, max_size=4), st.lists(LABELS, max_size=4))
def test_the_services_of_a_workload_are_those_that_select_it(pods: list[dict[str, str]], selectors: list[dict[str, str]]) -> None:
    written: list[object] = [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{at}", "labels": labels}} for at, labels in enumerate(pods)
    ]
    written += [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"s{at}"}, "spec": {"selector": selector}}
        for at, selector in enumerate(selectors)
    ]
    found = mesh("\n---\n".join(map(json.dumps, written)))
    for workload in found.workloads.all:
        expected = [service for service in found.all("Service") if workload in found.workloads.of_service(service)]
        assert list(found.workloads.services_of(workload)) == expected


ODD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: odd}
spec: {template: [1]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: odder}
spec: {template: {metadata: 3, spec: {containers: {a: [1]}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: 7
spec:
  template: {spec: {containers: [x, {ports: 5}, {ports: [{containerPort: a}], livenessProbe: {httpGet: {port: [1]}}}]}}
"""


def test_odd_values_select_nothing_and_raise_nothing() -> None:
    found = mesh(ODD).workloads
    assert [(workload.labels, [probe.port for probe in workload.probes]) for workload in found.all] == [({}, [None]), ({}, [])]
    assert list(found.selected({"app": "x"}, None)) == []


def test_names_are_sorted_and_few() -> None:
    found = mesh("\n---\n".join(f"{{apiVersion: v1, kind: Pod, metadata: {{name: p{index}}}}}" for index in (2, 1, 0))).workloads
    assert names(found.all[::-1]) == "`Pod p0`, `Pod p1` and `Pod p2`"
    assert names(found.all, most=1) == "`Pod p0` and 2 more"
    assert names(found.all[:1]) == "`Pod p0`"


def owned(kind: str, name: str, by: tuple[str, str]) -> str:
    api = {"Pod": "v1", "ReplicaSet": "apps/v1", "Job": "batch/v1"}[kind]
    metadata = f"name: {name}, namespace: shop, labels: {{app: shop}}, ownerReferences: [{{kind: {by[0]}, name: {by[1]}}}]"
    spec = "containers: []" if kind == "Pod" else "template: {metadata: {labels: {app: shop}}}"
    return f"---\napiVersion: {api}\nkind: {kind}\nmetadata: {{{metadata}}}\nspec: {{{spec}}}\n"


SET = owned("ReplicaSet", "w-5d4f", ("Deployment", "w"))
POD_OF_SET = owned("Pod", "w-5d4f-x2x", ("ReplicaSet", "w-5d4f"))


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (controller("Deployment", "apps/v1", "") + SET + POD_OF_SET, {"Deployment shop/w"}),
        (controller("Deployment", "apps/v1", "") + POD_OF_SET, {"Deployment shop/w"}),  # the dump has no ReplicaSets
        (SET + POD_OF_SET, {"ReplicaSet shop/w-5d4f"}),
        (POD_OF_SET, {"Pod shop/w-5d4f-x2x"}),
        (controller("StatefulSet", "apps/v1", "") + owned("Pod", "w-0", ("StatefulSet", "w")), {"StatefulSet shop/w"}),
        (controller("StatefulSet", "apps/v1", "") + POD_OF_SET, {"StatefulSet shop/w", "Pod shop/w-5d4f-x2x"}),
        (controller("CronJob", "batch/v1", "cron") + owned("Job", "w-1", ("CronJob", "w")), {"CronJob shop/w"}),
        (controller("CronJob", "batch/v1", "cron") + owned("Pod", "w-1-x", ("Job", "w-1")), {"CronJob shop/w"}),
        (POD_OF_SET.replace("x2x", "y3y") + POD_OF_SET, {"Pod shop/w-5d4f-x2x"}),  # nor any Deployments
        (POD_OF_SET + owned("Pod", "w-6f7a-x2x", ("ReplicaSet", "w-6f7a")), {"Pod shop/w-5d4f-x2x", "Pod shop/w-6f7a-x2x"}),
        (owned("Pod", "dns-n1", ("Node", "n1")) + owned("Pod", "api-n1", ("Node", "n1")), {"Pod shop/dns-n1", "Pod shop/api-n1"}),
        (owned("Job", "w-1", ("CronJob", "w")) + owned("Job", "w-2", ("CronJob", "w")), {"Job shop/w-1"}),
        (owned("Pod", "a", ("Pod", "b")) + owned("Pod", "b", ("Pod", "a")), {"Pod shop/a", "Pod shop/b"}),  # a circle
        (owned("Pod", "a", ("Pod", "a")), {"Pod shop/a"}),
    ],
)
def test_what_a_controller_creates_is_the_same_workload(text: str, titles: set[str]) -> None:
    workloads = mesh(text).workloads
    assert {workload.title for workload in workloads.all} == titles
    assert {workload.title for workload in workloads.selected({"app": "shop"}, "shop")} == titles
    assert len(list(workloads.running_in("shop"))) == text.count("apiVersion: ")
    assert all(workloads.of(workload.resource) is workload for workload in workloads.running_in("shop"))

import pytest
from meshes import mesh

MESH = """
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {orders.url: "http://orders:8080/v1", ORDERS_HOST: orders, other: nothing}
---
apiVersion: v1
kind: Pod
metadata: {name: caller, namespace: NAMESPACE}
spec: {containers: [{name: app, CONTAINER}]}
"""


def calls(container: str, namespace: str = "shop") -> list[int | None]:
    found = mesh(MESH.replace("NAMESPACE", namespace).replace("CONTAINER", container))
    return [call.port for call in found.calls.of_service(found.all("Service")[0])]


@pytest.mark.parametrize(
    ("container", "port"),
    [
        ('env: [{name: A, value: "http://orders/v1"}]', 80),
        ('env: [{name: A, value: "grpc://orders:9000"}]', 9000),
        ('env: [{name: A, value: "postgres://me:secret@orders:5432/db"}]', 5432),
        ('env: [{name: A, value: "orders:8080"}]', 8080),
        ("env: [{name: ORDERS_HOST, value: orders}]", None),
        ("env: [{name: A, value: orders.shop.svc.cluster.local}]", None),
        ('args: ["--to=https://orders.shop.svc:8443/x"]', 8443),
        ('command: [sh, -c, "curl -s orders.shop.svc.cluster.local:8080/x"]', 8080),
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: orders.url}}}]", 8080),
        ("envFrom: [{configMapRef: {name: settings}}]", 8080),
    ],
)
def test_settings_that_name_a_service(container: str, port: int | None) -> None:
    assert port in calls(container)


@pytest.mark.parametrize(
    "container",
    [
        "env: [{name: QUEUE, value: orders}]",
        "env: [{name: A, value: http://reorders/}]",
        "env: [{name: A, value: https://orders.example.com}]",
        "env: [{name: A, value: orders.shop.svc.other.domain}]",
        "env: [{name: A, value: 'the orders: 5'}]",
        "env: [{name: A, value: 5}, 7, {name: [x], value: {a: 1}}], args: 3",
        "env: [{name: A, valueFrom: {configMapKeyRef: {name: missing, key: x}}}]",
    ],
)
def test_settings_that_do_not(container: str) -> None:
    assert calls(container) == []


def test_short_names_are_those_of_the_callers_namespace() -> None:
    assert calls('env: [{name: A, value: "http://orders"}]', namespace="reports") == []
    assert calls('env: [{name: A, value: "http://orders.shop"}]', namespace="reports") == [80]


def test_calls_by_their_caller() -> None:
    found = mesh(MESH.replace("NAMESPACE", "shop").replace("CONTAINER", 'env: [{name: A, value: "http://orders/v1"}]'))
    (call,) = found.calls.of_caller(found.workloads.all[0])
    assert (call.service.name, call.port) == ("orders", 80)

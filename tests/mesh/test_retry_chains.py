"""What retries make of one request, along what workloads call."""

import pytest
from meshes import mesh

SERVICE = """
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: NAME, namespace: shop}
spec:
  hosts: [NAME]
  http: [{retries: {attempts: ATTEMPTS}, route: [{destination: {host: NAME}}]}]
---
apiVersion: v1
kind: Service
metadata: {name: NAME, namespace: shop}
spec: {selector: {app: NAME}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: shop, labels: {app: NAME}}
spec: {containers: [{name: app, args: [ARGS]}]}
"""


def shop(*services: tuple[str, int, tuple[str, ...]]) -> dict[str, int]:
    """How many requests become of one, by the VirtualService that it takes first."""
    text = ""
    for name, retries, calls in services:
        args = ", ".join(f'"http://{other}/"' for other in calls)
        text += SERVICE.replace("NAME", name).replace("ATTEMPTS", str(retries)).replace("ARGS", args)
    found = mesh(text)
    return {resource.name: found.retry_chains.of(resource).requests for resource in found.all("VirtualService")}


@pytest.mark.parametrize(
    ("services", "requests"),
    [
        ([("a", 2, ())], {"a": 3}),
        ([("a", 2, ("b",)), ("b", 1, ())], {"a": 6, "b": 2}),
        ([("a", 2, ("b", "c")), ("b", 1, ()), ("c", 4, ())], {"a": 15, "b": 2, "c": 5}),
        ([("a", 2, ("b",)), ("b", 0, ("c",)), ("c", 3, ())], {"a": 12, "b": 1, "c": 4}),
        ([("a", 2, ("a",))], {"a": 3}),
    ],
)
def test_requests_multiply_along_calls(services: list[tuple[str, int, tuple[str, ...]]], requests: dict[str, int]) -> None:
    assert shop(*services) == requests


def test_a_long_chain_ends() -> None:
    names = [f"s{number:03}" for number in range(200)]
    found = shop(*((name, 1, (after,)) for name, after in zip(names, [*names[1:], "none"], strict=True)))
    assert (found["s199"], found["s198"], max(found.values())) == (2, 4, 2**13), "calls are followed over a dozen services"


def test_circles_end() -> None:
    assert shop(("a", 1, ("b",)), ("b", 1, ("a",))) == {"a": 4, "b": 2}

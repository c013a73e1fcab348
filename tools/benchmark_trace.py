"""How long traces take: requests against a mesh of many services, after the mesh is built.

.venv/bin/python tools/benchmark_trace.py [SERVICES [REQUESTS]]
"""

import sys
import time
from collections import Counter
from random import Random

from istiolint.engine import lint as engine
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace.request import request
from istiolint.trace.tracer import Tracer

NAMESPACES = 50
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{app: {name}}}
  ports: [{{name: http, port: 80, targetPort: 8080}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  template:
    metadata: {{labels: {{app: {name}, version: v1}}}}
    spec: {{serviceAccountName: {name}, containers: [{{name: app, image: app}}]}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  hosts: [{name}]
  http:
    - match: [{{uri: {{prefix: /admin}}}}, {{headers: {{x-user: {{exact: admin}}}}}}]
      route: [{{destination: {{host: {name}, subset: v1}}}}]
    - match: [{{uri: {{regex: "/items/[0-9]+"}}, method: {{exact: GET}}}}]
      timeout: 2s
      route: [{{destination: {{host: {name}}}}}]
    - route: [{{destination: {{host: {name}}}}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{host: {name}, subsets: [{{name: v1, labels: {{version: v1}}}}]}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  rules: [{{from: [{{source: {{namespaces: [{namespace}, {other}]}}}}], to: [{{operation: {{methods: [GET]}}}}]}}]
---
"""


def main(services: int = 1000, requests: int = 10_000) -> None:
    """Build the mesh, then trace."""
    random = Random(1)
    names = [(f"s{index}", f"n{index % NAMESPACES}") for index in range(services)]
    text = "".join(
        f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: n{index}, labels: {{istio-injection: enabled}}}}\n---\n"
        for index in range(NAMESPACES)
    )
    text += "".join(
        SERVICE.format(name=name, namespace=space, other=f"n{(int(space[1:]) + 1) % NAMESPACES}") for name, space in names
    )
    start = time.process_time()
    mesh = engine.understand([Source("mesh.yaml", text)], Settings(whole_mesh=True)).meshes[0][1]
    tracer = Tracer(mesh)
    built = time.process_time()
    outcomes: Counter[str] = Counter()
    for _ in range(requests):
        client, space = random.choice(names)
        name, other = random.choice(names)
        path = random.choice(["/", "/items/17", "/admin"])
        trace = tracer.trace(request(f"{space}/{client}", "GET", f"http://{name}.{other}{path}"))
        outcomes[trace.outcome] += 1
    done = time.process_time()
    print(f"{services} services: mesh and tracer built in {built - start:.1f} s of CPU time")
    print(f"{requests} requests in {done - built:.1f} s ({(done - built) / requests * 1000:.2f} ms each): {dict(outcomes)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

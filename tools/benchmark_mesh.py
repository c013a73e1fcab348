"""Lint meshes of growing size and print time, memory and the ratio between sizes.

usage: python tools/benchmark_mesh.py [SIZE ...]        (default: 100 1000 10000 services)

Each service brings a Service, a Deployment, a VirtualService, a DestinationRule and an AuthorizationPolicy; ten services share a
namespace. One file a service, as in a repository. Every size is linted by the installed command in a separate process.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PER_NAMESPACE = 10

NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: team-{namespace}
  labels: {{istio-injection: enabled}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: default, namespace: team-{namespace}}}
spec: {{mtls: {{mode: STRICT}}}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: service-{number}
  namespace: team-{namespace}
spec:
  selector:
    app: service-{number}
  ports:
    - name: http
      port: 80
      targetPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-{number}
  namespace: team-{namespace}
spec:
  replicas: 2
  selector:
    matchLabels: {{app: service-{number}}}
  template:
    metadata:
      labels:
        app: service-{number}
        version: v1
    spec:
      serviceAccountName: service-{number}
      containers:
        - name: app
          image: registry.example.com/service-{number}:1.0.0
          ports: [{{containerPort: 8080}}]
          readinessProbe:
            httpGet: {{path: /ready, port: 8080}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: service-{number}
  namespace: team-{namespace}
spec:
  hosts: [service-{number}]
  http:
    - match:
        - uri: {{prefix: /beta}}
      route:
        - destination: {{host: service-{number}, subset: v1}}
          weight: 90
        - destination: {{host: service-{next}.team-{next_namespace}.svc.cluster.local}}
          weight: 10
    - route:
        - destination: {{host: service-{number}, subset: v1}}
      timeout: 5s
      retries: {{attempts: 2, perTryTimeout: 2s}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: service-{number}
  namespace: team-{namespace}
spec:
  host: service-{number}
  trafficPolicy:
    connectionPool:
      tcp: {{maxConnections: 100}}
    outlierDetection:
      consecutive5xxErrors: 5
      interval: 10s
  subsets:
    - name: v1
      labels: {{version: v1}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: service-{number}
  namespace: team-{namespace}
spec:
  selector:
    matchLabels: {{app: service-{number}}}
  rules:
    - from:
        - source:
            principals: [cluster.local/ns/team-{namespace}/sa/service-{next}]
      to:
        - operation:
            methods: [GET]
            paths: [/api/*]
"""


def write(folder: Path, size: int) -> int:
    """A mesh of `size` services below a folder; the number of bytes written."""
    written = 0
    for number in range(size):
        namespace, following = number // PER_NAMESPACE, (number + 1) % size
        place = folder / f"team-{namespace}"
        place.mkdir(exist_ok=True)
        if number % PER_NAMESPACE == 0:
            (place / "namespace.yaml").write_text(NAMESPACE.format(namespace=namespace))
        text = SERVICE.format(number=number, namespace=namespace, next=following, next_namespace=following // PER_NAMESPACE)
        (place / f"service-{number}.yaml").write_text(text)
        written += len(text)
    return written


def lint(folder: Path) -> tuple[float, int, str]:
    """Seconds of processor time, peak memory in MiB, and the last line of what istiolint says."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "istiolint", "--isolated", "--whole-mesh", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    elapsed = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(f"istiolint failed: {done.stderr[-2000:]}")
    last = (done.stdout.strip() or "no output").splitlines()[-1]
    return min(elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), after.ru_maxrss // 1024, last


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [100, 1000, 10000]
    previous = None
    print(f"{'services':>9} {'MB':>6} {'seconds':>8} {'MiB':>6} {'ms/service':>11}  ratio to the size before")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            megabytes = write(Path(name), size) / 1e6
            os.sync()
            seconds, memory, last = lint(Path(name))
        ratio = f"{seconds / previous:.1f} times" if previous else ""
        print(
            f"{size:>9} {megabytes:>6.1f} {seconds:>8.2f} {memory:>6} {1000 * seconds / size:>11.2f}  {ratio}   ({last.strip()})"
        )
        previous = seconds


if __name__ == "__main__":
    main()

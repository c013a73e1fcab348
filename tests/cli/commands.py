"""What the tests of the command share."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

ROOT = Path(__file__).parents[2]
FAULTY = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: prod}
spec:
  hosts: [reviews]
  http:
    - route:
        - destination: {host: reviews}
      timeout: 1s
      timeout: 2s
"""
Process = Callable[..., subprocess.CompletedProcess[str]]
Run = Callable[..., Result]

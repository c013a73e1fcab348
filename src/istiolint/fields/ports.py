"""Port numbers."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.primitives.ports import is_port
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import finding, rejected


def port_faults(port: Cursor) -> Iterator[Finding]:
    """Report a number that is not a valid port."""
    if port.number is not None and not is_port(port.number):
        message = rejected(f"invalid port `{port.number}`", "configuration", by="istiod")
        yield finding(port, message, hint="use a number from 1 to 65535")

"""Addresses with a port."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.proxy_addresses import proxy_address_fault

HOSTS = st.from_regex(r"[a-z]([-a-z0-9]{0,8}[a-z0-9])?(\.[a-z]{1,5})?", fullmatch=True) | st.ip_addresses(v=4).map(str)


@given(HOSTS, st.integers(-9, 70000))
def test_host_and_port(host: str, port: int) -> None:
    assert (proxy_address_fault(f"{host}:{port}") is None) is (1 <= port <= 65535)
    assert proxy_address_fault(host)
    assert proxy_address_fault(f"*.{host}:80")


@pytest.mark.parametrize(
    ("text", "taken"), [("[::1]:80", True), ("::1:80", False), (":80", False), ("a:", False), ("a:http", False)]
)
def test_edges(text: str, taken: bool) -> None:
    assert (proxy_address_fault(text) is None) is taken

"""Addresses: IP, ranges, sockets, host and port."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.addresses import (
    is_cidr,
    is_ip_address,
    leading_zeros,
    socket_fault,
    split_host_port,
    without_leading_zeros,
)


@given(st.ip_addresses().map(str), st.integers(0, 200))
def test_addresses_and_ranges(address: str, length: int) -> None:
    assert is_ip_address(address)
    assert is_cidr(f"{address}/{length}") is (length <= (128 if ":" in address else 32))
    assert not is_ip_address(f"{address}/{length}")


@pytest.mark.parametrize(
    "text", ["", "1.2.3", "1.2.3.04", "1.2.3.4%eth0", "::1%", "[::1]", "1.2.3.4:80", "localhost", " 1.2.3.4"]
)
def test_no_addresses(text: str) -> None:
    assert not is_ip_address(text)


@pytest.mark.parametrize("text", ["fe80::1%eth0", "::ffff:1.2.3.4", "::", "0.0.0.0"])
def test_special_addresses(text: str) -> None:
    assert is_ip_address(text)


@pytest.mark.parametrize(
    "text", ["10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/255.0.0.0", "10.0.0.0/", "/8", "fe80::1%eth0/64", "a/1/2"]
)
def test_no_ranges(text: str) -> None:
    assert not is_cidr(text)


@pytest.mark.parametrize(("path", "sound"), [("/a/b", True), ("@a", True), ("", False), ("a/b", False), ("/a/", False)])
def test_sockets(path: str, sound: bool) -> None:
    assert (socket_fault(path) is None) is sound


@given(st.ip_addresses(), st.integers(0, 99999))
def test_host_and_port(address: object, port: int) -> None:
    host = str(address)
    assert split_host_port(f"[{host}]:{port}") == (host, str(port))
    assert split_host_port(f"{host}:{port}") == (None if ":" in host else (host, str(port)))


@given(st.text(alphabet="a1:[].", max_size=12))
def test_parts_make_the_whole(text: str) -> None:
    found = split_host_port(text)
    assert found is None or text in (f"{found.host}:{found.port}", f"[{found.host}]:{found.port}")


@pytest.mark.parametrize("text", ["", "a", "[::1]", "::1", "[::1]80", "a]:1", "[a:1"])
def test_no_host_and_port(text: str) -> None:
    assert split_host_port(text) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("192.168.0.01", "192.168.0.1"),
        ("010.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.1", None),
        ("10.0.0.0256", None),
        ("a.b", None),
        ("1.02", None),
    ],
)
def test_addresses_without_their_leading_zeros(text: str, plain: str | None) -> None:
    assert without_leading_zeros(text) == plain
    assert bool(leading_zeros(text)) == bool(plain)

"""Local is the machine and the private networks, and nothing that only looks like them."""

import pytest

from pipelines.governance.network import is_local, resolve_addresses


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.255.0.1", "10.0.0.1", "172.16.0.1", "172.31.9.9", "192.168.1.1", "::1", "fd12::1", "::ffff:10.0.0.1"],
)
def test_loopback_and_private_addresses_are_local(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.32.0.1",
        "169.254.169.254",  # a cloud provider's credentials
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "100.64.0.1",
        "0.0.0.0",
        "::",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "2001:db8::1",
        "localhost",
        "",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    assert not is_local(address)


def test_an_address_resolves_to_itself() -> None:
    assert resolve_addresses("127.0.0.1", 80) == ("127.0.0.1",)

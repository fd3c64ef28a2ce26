"""Which addresses count as public."""

import ipaddress

import pytest

from aura.providers import addresses


def test_loopback_is_allowed_only_where_asked_for_and_private_networks_never() -> None:
    assert addresses.checked_addresses("127.0.0.1", 80, timeout=1, allow_loopback=True) == ["127.0.0.1"]
    with pytest.raises(addresses.AddressRefused):
        addresses.checked_addresses("10.0.0.1", 80, timeout=1, allow_loopback=True)


@pytest.mark.parametrize("text", ["8.8.8.8", "157.240.1.1", "2606:4700::1111", "2a03:2880::1"])
def test_public_addresses_pass(text: str) -> None:
    assert addresses.is_public(ipaddress.ip_address(text))

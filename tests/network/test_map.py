"""Where addresses lead."""

from __future__ import annotations

import pytest

from onenet_sim.network import Address, AddressMap, Destination, Role
from onenet_sim.network.map import SITES, Site


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.host)
def test_every_documented_server_is_reached_on_both_ports(site: Site) -> None:
    addresses = AddressMap()
    assert addresses.find(site.host, 5683) == Destination(site.role)
    assert addresses.find(site.host, 5684) == Destination(site.role, dtls=True)
    assert site.source


def test_host_names_are_compared_without_case_and_final_dot() -> None:
    assert AddressMap().find("NBIOTBT.Heclouds.com.", 5683) == Destination(Role.BOOTSTRAP)


@pytest.mark.parametrize(("host", "port"), [("8.8.8.8", 5683), ("183.230.40.39", 80), ("example.org", 5683)])
def test_what_is_not_known_is_unreachable(host: str, port: int) -> None:
    assert AddressMap().find(host, port) is None


def test_users_add_addresses_with_a_role() -> None:
    addresses = AddressMap()
    addresses.add("10.0.0.7:5683", Role.ACCESS)
    addresses.add("Province.example:7000", Role.BOOTSTRAP, dtls=True)
    assert addresses.find("10.0.0.7", 5683) == Destination(Role.ACCESS)
    assert addresses.find("10.0.0.7", 5684) is None
    assert addresses.find("province.example", 7000) == Destination(Role.BOOTSTRAP, dtls=True)


def test_an_address_without_a_port_is_added_with_both() -> None:
    addresses = AddressMap()
    addresses.add("10.0.0.7", Role.ACCESS)
    assert addresses.find("10.0.0.7", 5683) == Destination(Role.ACCESS)
    assert addresses.find("10.0.0.7", 5684) == Destination(Role.ACCESS, dtls=True)


def test_a_users_entry_comes_before_the_documented_one() -> None:
    addresses = AddressMap()
    addresses.add("183.230.40.40:5683", Role.BOOTSTRAP)
    assert addresses.find("183.230.40.40", 5683) == Destination(Role.BOOTSTRAP)


def test_the_mocks_own_addresses_lead_to_themselves() -> None:
    addresses = AddressMap()
    addresses.serve(Destination(Role.ACCESS), Address("127.0.0.1", 40002))
    assert addresses.find("127.0.0.1", 40002) == Destination(Role.ACCESS)
    assert addresses.find("localhost", 40002) == Destination(Role.ACCESS)
    assert addresses.served(Destination(Role.ACCESS)) == Address("127.0.0.1", 40002)
    assert addresses.served(Destination(Role.BOOTSTRAP)) is None


def test_a_full_map_refuses_more() -> None:
    addresses = AddressMap()
    for port in range(1, 4097 - 2 * len(SITES)):
        addresses.add(f"10.0.0.7:{port}", Role.ACCESS)
    with pytest.raises(ValueError, match="the address map holds 4096 addresses"):
        addresses.add("10.0.0.8:5683", Role.ACCESS)
    addresses.add("10.0.0.7:1", Role.BOOTSTRAP)

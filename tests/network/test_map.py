"""Where addresses lead."""

from __future__ import annotations

import pytest

from onenet_sim.network import TEST_SERVER, Address, AddressMap, Destination, Role
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


def test_an_address_leads_where_the_user_redirects_it_whatever_it_was() -> None:
    addresses = AddressMap()
    addresses.serve(Destination(Role.ACCESS), Address("127.0.0.1", 40002))
    assert addresses.route("183.230.40.40", 5683) == Address("127.0.0.1", 40002)
    addresses.redirect("183.230.40.40:5683", "localhost:9000")
    assert addresses.route("183.230.40.40", 5683) == Address("127.0.0.1", 9000)
    assert addresses.route("183.230.40.40", 5684) == "unreachable, since the mock runs no access with DTLS server"


def test_a_redirected_name_has_a_number_that_leads_there_too() -> None:
    addresses = AddressMap()
    assert addresses.resolve("My.Example.") is None
    addresses.redirect("my.example:80", "127.0.0.1:9000")
    number = addresses.resolve("My.Example.")
    assert number is not None
    assert number.startswith("198.18.")
    assert addresses.route(number, 80) == addresses.route("MY.example.", 80) == Address("127.0.0.1", 9000)
    assert isinstance(addresses.route(number, 81), str)
    addresses.redirect("other.example:80", "127.0.0.1:9001")
    assert addresses.resolve("other.example") != number


def test_a_documented_name_keeps_its_number() -> None:
    addresses = AddressMap()
    addresses.redirect("nbiotbt.heclouds.com:80", "127.0.0.1:9000")
    assert addresses.resolve("nbiotbt.heclouds.com") == "183.230.40.39"
    assert addresses.route("183.230.40.39", 80) == Address("127.0.0.1", 9000)


def test_loopback_leads_to_itself_and_the_test_server_where_it_runs() -> None:
    addresses = AddressMap()
    assert addresses.route("localhost", 7) == addresses.route("127.0.0.1", 7) == Address("127.0.0.1", 7)
    assert addresses.route("127.9.9.9", 7) == Address("127.9.9.9", 7)
    assert isinstance(addresses.route(TEST_SERVER.host, TEST_SERVER.port), str)
    addresses.test_server = Address("127.0.0.1", 40009)
    assert addresses.route("183.230.40.150", 36000) == Address("127.0.0.1", 40009)
    assert isinstance(addresses.route("183.230.40.150", 36001), str)


@pytest.mark.parametrize(
    ("address", "local", "why"),
    [
        ("8.8.8.8:53", "8.8.4.4:53", "is not on this machine"),
        ("8.8.8.8:53", "example.org:53", "is not on this machine"),
        ("8.8.8.8:53", "127.0.0.1", "'127.0.0.1' lacks its port"),
        ("8.8.8.8", "127.0.0.1:53", "'8.8.8.8' lacks its port"),
        ("8.8.8.8:0", "127.0.0.1:53", "is not a number from 1 to 65535"),
        ("", "127.0.0.1:53", "lacks a host"),
    ],
)
def test_a_redirection_that_is_none_says_what_would_be_right(address: str, local: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        AddressMap().redirect(address, local)


def test_a_host_is_there_if_some_port_of_it_leads_anywhere() -> None:
    addresses = AddressMap()
    addresses.redirect("my.example:80", "127.0.0.1:9000")
    number = addresses.resolve("my.example")
    assert number is not None
    there = ("183.230.40.39", "183.230.40.150", "127.0.0.1", number)
    assert [addresses.has_host(each) for each in there] == [True] * 4
    assert not addresses.has_host("8.8.8.8")


def test_redirections_count_among_the_addresses_that_the_map_holds() -> None:
    addresses = AddressMap()
    for port in range(1, 4097 - 2 * len(SITES)):
        addresses.redirect(f"10.0.0.7:{port}", "127.0.0.1:9")
    with pytest.raises(ValueError, match="the address map holds 4096 addresses"):
        addresses.redirect("10.0.0.8:1", "127.0.0.1:9")
    addresses.redirect("10.0.0.7:1", "127.0.0.1:10")

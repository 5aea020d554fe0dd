"""Addresses as text."""

from __future__ import annotations

import pytest

from onenet_sim.network import Address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("183.230.40.39:5683", Address("183.230.40.39", 5683)),
        ("nbiotbt.heclouds.com:5684", Address("nbiotbt.heclouds.com", 5684)),
        (" 10.0.0.7 ", Address("10.0.0.7", 5683)),
        ("host:1", Address("host", 1)),
        ("host:65535", Address("host", 65535)),
    ],
)
def test_an_address_is_a_host_and_a_port_or_the_default_port(text: str, address: Address) -> None:
    assert Address.parse(text) == address


def test_the_default_port_is_the_callers_choice() -> None:
    assert Address.parse("host", default_port=7) == Address("host", 7)


def test_an_address_reads_as_it_was_written() -> None:
    assert str(Address("183.230.40.40", 5684)) == "183.230.40.40:5684"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "lacks a host"),
        (":5683", "lacks a host"),
        ("host:", "'' is not a number from 1 to 65535"),
        ("host:0", "'0' is not a number"),
        ("host:65536", "'65536' is not a number"),
        ("host:-1", "'-1' is not a number"),
        ("host:\uff15", "is not a number"),
        ("::1", "lacks a host"),
        ("fe80::1", "is no address"),
        ("a host:1", "is no address"),
        ("häst:1", "is no address"),
    ],
)
def test_a_text_that_is_no_address_is_explained(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Address.parse(text)

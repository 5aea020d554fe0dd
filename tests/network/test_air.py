"""Datagrams between modem and platform, over real UDP on loopback."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import DatagramDropped, Explanation, Journal
from onenet_sim.network import Address, AddressMap, Air, DatagramEndpoint, Destination, Link, Role
from onenet_sim.world.loop import WorldLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

BOOTSTRAP = Address("nbiotbt.heclouds.com", 5683)
ACCESS = Address("183.230.40.40", 5683)


@dataclass
class Sky:
    """A modem's link, and a platform of two servers that keeps what it gets."""

    loop: WorldLoop
    journal: Journal
    air: Air
    link: Link
    servers: dict[Role, DatagramEndpoint]
    down: list[tuple[bytes, Address]]
    up: list[tuple[Role, bytes, Address]] = field(default_factory=list)

    def dropped(self) -> list[str]:
        return [event.what.why for event in self.journal if isinstance(event.what, DatagramDropped)]


async def _open_sky(loop: WorldLoop) -> Sky:
    journal = Journal(loop.time)
    air = Air(AddressMap(), journal)
    servers = {role: await DatagramEndpoint.open("127.0.0.1", 0, name=str(role), journal=journal) for role in Role}
    down: list[tuple[bytes, Address]] = []
    link = await air.open_link("modem-1", lambda octets, source: down.append((octets, source)))
    sky = Sky(loop, journal, air, link, servers, down)
    for role, endpoint in servers.items():
        air.addresses.serve(Destination(role), endpoint.local)
        endpoint.nat = air.nat
        endpoint.on_datagram = lambda octets, source, role=role: sky.up.append((role, octets, source))
    return sky


def run(main: Callable[[Sky], Coroutine[object, object, None]]) -> None:
    async def all_of_it() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, WorldLoop)
        sky = await _open_sky(loop)
        try:
            await main(sky)
        finally:
            sky.air.close()
            for endpoint in sky.servers.values():
                endpoint.close()

    with asyncio.Runner(loop_factory=lambda: WorldLoop(pace=0)) as runner:
        runner.run(all_of_it())


def test_a_dialled_address_reaches_the_server_of_its_role() -> None:
    async def main(sky: Sky) -> None:
        sky.link.send(b"to bootstrap", BOOTSTRAP)
        await sky.loop.settled()
        sky.link.send(b"to access", ACCESS)
        await sky.loop.settled()
        assert sky.up == [
            (Role.BOOTSTRAP, b"to bootstrap", sky.link.local),
            (Role.ACCESS, b"to access", sky.link.local),
        ]

    run(main)


def test_a_reply_comes_from_the_address_that_the_module_dialled_last() -> None:
    async def main(sky: Sky) -> None:
        province = Address("112.13.167.63", 5683)
        sky.link.send(b"1", ACCESS)
        await sky.loop.settled()
        sky.servers[Role.ACCESS].send(b"answer 1", sky.link.local)
        await sky.loop.settled()
        sky.link.send(b"2", province)
        await sky.loop.settled()
        sky.servers[Role.ACCESS].send(b"answer 2", sky.link.local)
        await sky.loop.settled()
        assert sky.down == [(b"answer 1", ACCESS), (b"answer 2", province)]

    run(main)


def test_firmware_may_dial_the_mocks_own_address() -> None:
    async def main(sky: Sky) -> None:
        sky.link.send(b"direct", sky.servers[Role.ACCESS].local)
        await sky.loop.settled()
        assert sky.up == [(Role.ACCESS, b"direct", sky.link.local)]

    run(main)


def test_an_unknown_address_is_unreachable_and_the_journal_says_why() -> None:
    async def main(sky: Sky) -> None:
        sky.link.send(b"lost", Address("8.8.8.8", 5683))
        await sky.loop.settled()
        assert sky.up == []
        assert sky.dropped() == [
            "to 8.8.8.8:5683: unreachable, since the address map knows no such address; redirect it (--map)"
        ]
        assert [event.modem for event in sky.journal] == ["modem-1"]

    run(main)


def test_a_server_that_the_mock_does_not_run_is_unreachable() -> None:
    async def main(sky: Sky) -> None:
        sky.link.send(b"lost", Address("183.230.40.39", 5684))
        assert sky.dropped() == [
            "to 183.230.40.39:5684: unreachable, since the mock runs no bootstrap with DTLS server"
        ]

    run(main)


def test_without_coverage_datagrams_of_both_directions_are_dropped() -> None:
    async def main(sky: Sky) -> None:
        sky.link.send(b"1", ACCESS)
        await sky.loop.settled()
        sky.link.up = False
        sky.link.send(b"2", ACCESS)
        sky.servers[Role.ACCESS].send(b"answer", sky.link.local)
        await sky.loop.settled()
        assert [octets for _, octets, _ in sky.up] == [b"1"]
        assert sky.down == []
        assert sky.dropped() == ["to 183.230.40.40:5683: no coverage", "from 183.230.40.40:5683: no coverage"]

    run(main)


def test_a_server_that_the_module_never_spoke_to_does_not_get_through() -> None:
    async def main(sky: Sky) -> None:
        sky.servers[Role.ACCESS].send(b"unasked", sky.link.local)
        await sky.loop.settled()
        assert sky.down == []
        assert "the module never sent anything there" in sky.dropped()[0]

    run(main)


def test_the_cause_travels_with_the_datagram_up_and_down() -> None:
    async def main(sky: Sky) -> None:
        journal, access = sky.journal, sky.servers[Role.ACCESS]
        causes: list[int | None] = []

        def answer(octets: bytes, source: Address) -> None:
            causes.append(journal.cause)
            access.send(octets, source, cause=journal.note(Explanation("platform answered")))

        access.on_datagram = answer
        sky.link.on_datagram = lambda _octets, _source: causes.append(journal.cause)
        command = journal.note(Explanation("command"), modem="modem-1")
        sky.link.send(b"given", ACCESS, command)
        await sky.loop.settled()
        with journal.because(command):
            sky.link.send(b"of the moment", ACCESS)
        await sky.loop.settled()
        sky.link.send(b"none", ACCESS)
        await sky.loop.settled()
        answers = [event.id for event in journal if str(event.what) == "because platform answered"]
        assert causes == [command, answers[0], command, answers[1], None, answers[2]]
        assert [event.modem for event in journal] == ["modem-1", "modem-1", "modem-1", None]

    run(main)


def test_a_reset_replaces_the_journal_and_the_platform_on_the_same_sockets() -> None:
    async def main(sky: Sky) -> None:
        fresh = Journal(sky.loop.time)
        sky.air.journal = fresh
        received: list[bytes] = []
        for endpoint in sky.servers.values():
            endpoint.journal = fresh
            endpoint.on_datagram = lambda octets, _: received.append(octets)
        sky.link.send(b"fresh", ACCESS)
        sky.link.send(b"lost", Address("8.8.8.8", 5683))
        await sky.loop.settled()
        assert received == [b"fresh"]
        assert len(sky.journal) == 0
        assert len(fresh) == 1

    run(main)


def test_what_nobody_takes_is_dropped_with_a_note() -> None:
    async def main(sky: Sky) -> None:
        sky.servers[Role.ACCESS].on_datagram = None
        sky.link.send(b"?", ACCESS)
        await sky.loop.settled()
        assert sky.dropped() == [f"from {sky.link.local}: nobody takes it"]

    run(main)


@pytest.mark.parametrize(
    ("octets", "to", "why"),
    [
        (bytes(65508), Address("127.0.0.1", 9), "UDP carries up to 65507 octets"),
        (bytes(100_000), Address("127.0.0.1", 9), "UDP carries up to 65507 octets"),
        (b"x", Address("nbiotbt.heclouds.com", 5683), "not an IPv4 number"),
        (b"x", Address("127.0.0.1", 70000), "port must be 0-65535"),
        (b"x", Address("8.8.8.8", 53), "to 8.8.8.8:53"),
    ],
)
def test_what_cannot_be_sent_is_dropped_with_a_note(octets: bytes, to: Address, why: str) -> None:
    async def main(sky: Sky) -> None:
        sky.servers[Role.ACCESS].send(octets, to)
        assert len(sky.dropped()) == 1
        assert why in sky.dropped()[0]

    run(main)


def test_the_largest_datagram_and_an_empty_one_arrive() -> None:
    async def main(sky: Sky) -> None:
        for octets in (bytes(65507), b""):
            sky.link.send(octets, ACCESS)
        await sky.loop.settled()
        assert [len(octets) for _, octets, _ in sky.up] == [65507, 0]

    run(main)


def test_a_burst_of_five_hundred_arrives_whole() -> None:
    async def main(sky: Sky) -> None:
        for number in range(500):
            sky.link.send(b"%d" % number, ACCESS)
        await sky.loop.settled()
        assert [octets for _, octets, _ in sky.up] == [b"%d" % number for number in range(500)]

    run(main)


def test_each_link_has_an_address_of_its_own() -> None:
    async def main(sky: Sky) -> None:
        other = await sky.air.open_link("modem-2", lambda _octets, _source: None)
        assert other.local != sky.link.local
        assert {str(other.local), str(sky.link.local)} == {"117.169.36.15:2179", "117.169.36.15:2180"}

    run(main)


def test_a_closed_link_drops_and_may_be_closed_again() -> None:
    async def main(sky: Sky) -> None:
        sky.link.close()
        sky.link.close()
        sky.link.send(b"late", ACCESS)
        assert sky.dropped() == [f"to {sky.servers[Role.ACCESS].local}: the socket is closed"]

    run(main)


def test_a_port_in_use_is_named() -> None:
    async def main(sky: Sky) -> None:
        taken = sky.servers[Role.ACCESS].local
        with pytest.raises(OSError, match=f"second cannot have UDP address {taken}: Address already in use"):
            await DatagramEndpoint.open(taken.host, taken.port, name="second", journal=sky.journal)

    run(main)


def test_a_day_of_hourly_reports_takes_place_at_the_full_hours() -> None:
    async def main(sky: Sky) -> None:
        moments: list[float] = []
        access = sky.servers[Role.ACCESS]
        access.on_datagram = access.send
        sky.link.on_datagram = lambda _octets, _source: moments.append(sky.loop.time())
        for hour in range(1, 25):
            sky.loop.call_at(3600 * hour, sky.link.send, b"report", ACCESS)
        await sky.loop.advance_by(86400)
        assert moments == [3600.0 * hour for hour in range(1, 25)]

    run(main)


def test_of_very_many_peers_the_last_ones_can_answer() -> None:
    async def main(sky: Sky) -> None:
        sky.link.send(b"first", ACCESS)
        for number in range(4096):
            sky.link.send(b"", Address(f"127.0.{1 + number // 256}.{number % 256}", 9))
        await sky.loop.settled()
        sky.servers[Role.ACCESS].send(b"too late", sky.link.local)
        await sky.loop.settled()
        assert sky.down == []
        sky.link.send(b"again", ACCESS)
        sky.servers[Role.ACCESS].send(b"in time", sky.link.local)
        await sky.loop.settled()
        assert sky.down == [(b"in time", ACCESS)]

    run(main)


def test_addresses_are_numbered_as_they_are_seen_and_anew_in_a_fresh_world() -> None:
    async def main(sky: Sky) -> None:
        other = await sky.air.open_link("modem-2", lambda _octets, _source: None)
        for link in (other, sky.link, other):
            link.send(b"?", ACCESS)
            await sky.loop.settled()
        sky.air.journal = Journal(sky.loop.time)
        sky.link.send(b"?", ACCESS)
        await sky.loop.settled()
        assert [source.port for _, _, source in sky.up] == [2179, 2180, 2179, 2179]

    run(main)


def test_a_port_that_the_nat_has_given_away_is_dropped_and_leaves_the_machine_by_no_way() -> None:
    async def main(sky: Sky) -> None:
        sky.link.send(b"?", ACCESS)
        former = sky.link.local
        await sky.loop.settled()
        sky.link.rebind()
        sky.link.rebind()
        sky.servers[Role.ACCESS].send(b"late", former)
        assert sky.dropped() == [f"to {former}: the NAT has given that port away"]

    run(main)


def test_what_is_no_modem_is_seen_as_it_is() -> None:
    async def main(sky: Sky) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.bind(("127.0.0.1", 0))
            access = sky.servers[Role.ACCESS].local
            client.sendto(b"?", (access.host, access.port))
            await sky.loop.settled()
            assert sky.up == [(Role.ACCESS, b"?", Address(*client.getsockname()))]

    run(main)


def test_a_strangers_datagram_does_not_reach_the_module() -> None:
    async def main(sky: Sky) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"?", (sky.link.endpoint.local.host, sky.link.endpoint.local.port))
            await sky.loop.settled()
        assert sky.down == []

    run(main)

"""DTLS under a jumped clock, over real UDP that loses, repeats and forges datagrams."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import DatagramDropped, Explanation, Journal, SecurityChanged
from onenet_sim.network import (
    Address,
    AddressMap,
    Air,
    Credentials,
    DatagramEndpoint,
    Destination,
    DtlsClient,
    DtlsServer,
    Link,
    Role,
    dtls,
)
from onenet_sim.world.loop import WorldLoop
from tests.marks import NEEDS_DTLS

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

pytestmark = NEEDS_DTLS

SERVER = Address("183.230.40.40", 5684)
IMEI, KEY = "869975033574370", "1234abcd"
CCM_8, CBC = "TLS_PSK_WITH_AES_128_CCM_8", "TLS_PSK_WITH_AES_128_CBC_SHA256"
DAY = 86_400.0


class RoughEndpoint(DatagramEndpoint):
    """A socket whose datagrams a test may lose or repeat: ``copies`` says how many go out of each."""

    copies: Callable[[bytes], int] = staticmethod(lambda _: 1)

    def send(self, octets: bytes, to: Address, *, cause: int | None = None) -> None:
        for _ in range(self.copies(octets)):
            super().send(octets, to, cause=cause)


@dataclass
class Line:
    """A modem's DTLS, a server's, and what each has been given."""

    loop: WorldLoop
    journal: Journal
    near: RoughEndpoint
    far: RoughEndpoint
    client: DtlsClient
    server: DtlsServer
    up: list[bytes] = field(default_factory=list)
    down: list[bytes] = field(default_factory=list)
    plain: list[bytes] = field(default_factory=list)
    ended: list[tuple[float, str]] = field(default_factory=list)

    async def shake_hands(self, key: str = KEY, identity: str = IMEI, suite: str = CBC) -> str | None:
        """Make a handshake as far as it goes without time passing; return why it failed, None if it is open."""
        before = len(self.ended)
        self.client.shake_hands(SERVER, Credentials(identity, key.encode(), (suite,)), None)
        await self.loop.settled()
        return self.ended[-1][1] if len(self.ended) > before else None

    async def say(self, octets: bytes) -> None:
        self.client.send(octets, SERVER, None)
        await self.loop.settled()

    @property
    def peer(self) -> Address:
        return self.near.local

    def dropped(self) -> list[str]:
        return [event.what.why for event in self.journal if isinstance(event.what, DatagramDropped)]

    def why(self) -> list[str]:
        return [event.what.what for event in self.journal if isinstance(event.what, Explanation)]


def _key_of(identity: str) -> str:
    if identity != IMEI:
        raise LookupError("no device has this identity")
    return KEY


async def _open_line(loop: WorldLoop) -> Line:
    journal = Journal(loop.time)
    air = Air(AddressMap(), journal)
    far = await RoughEndpoint.open("127.0.0.1", 0, name="access", journal=journal)
    near = await RoughEndpoint.open("127.0.0.1", 0, name="modem-1", journal=journal, modem="modem-1")
    air.addresses.serve(Destination(Role.ACCESS, dtls=True), far.local)
    line: Line
    client = DtlsClient(
        Link(air, near, lambda *_: None),
        on_plain=lambda octets, _: line.plain.append(octets),
        on_sealed=lambda octets, _: line.down.append(octets),
        on_conclusion=lambda _, why: line.ended.append((loop.time(), why)),
    )
    line = Line(loop, journal, near, far, client, DtlsServer(far, _key_of))
    line.server.on_datagram = lambda octets, _: line.up.append(octets)
    return line


def run(main: Callable[[Line], Coroutine[object, object, None]]) -> None:
    async def all_of_it() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, WorldLoop)
        line = await _open_line(loop)
        try:
            await main(line)
        finally:
            line.client.forget_all()
            line.near.close()
            line.far.close()

    with asyncio.Runner(loop_factory=lambda: WorldLoop(pace=0)) as runner:
        runner.run(all_of_it())


@pytest.mark.parametrize("suite", [CCM_8, CBC])
def test_both_suites_carry_datagrams_both_ways_and_nothing_is_readable_on_the_wire(suite: str) -> None:
    async def main(line: Line) -> None:
        seen: list[bytes] = []
        for endpoint in (line.near, line.far):
            endpoint.copies = lambda octets: seen.append(octets) or 1  # type: ignore[func-returns-value]
        assert await line.shake_hands(suite=suite) == ""
        await line.say(b"a report")
        line.server.send(b"a command", line.peer)
        await line.loop.settled()
        assert (line.up, line.down) == ([b"a report"], [b"a command"])
        assert [octets[0] for octets in seen] == [22, 22, 22, 22, 22, 20, 23, 23]
        assert not [octets for octets in seen if b"a report" in octets or b"a command" in octets]
        made = [str(event.what) for event in line.journal if isinstance(event.what, SecurityChanged)]
        assert made[0].endswith(f"made with {suite} for '{IMEI}'")
        assert made[1] == f"DTLS of modem with {SERVER} made with {suite}"

    run(main)


@pytest.mark.parametrize("end", ["near", "far"])
@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_lost_flight_of_the_handshake_comes_again_after_a_second_of_world_time(end: str, lost: int) -> None:
    async def main(line: Line) -> None:
        sent: list[bytes] = []

        def copies(octets: bytes) -> int:
            sent.append(octets)
            return len(sent) - 1 != lost

        getattr(line, end).copies = copies
        assert await line.shake_hands() is None
        await line.loop.advance_by(0.9)
        assert line.ended == []
        await line.loop.advance_by(0.1)
        assert line.ended == [(1.0, "")]
        await line.say(b"hello")
        assert line.up == [b"hello"]

    run(main)


def test_each_datagram_twice_changes_nothing() -> None:
    async def main(line: Line) -> None:
        line.near.copies = line.far.copies = lambda _: 2
        assert await line.shake_hands() == ""
        await line.say(b"once")
        assert line.up == [b"once"]
        assert "a repeated record" in line.dropped()[-1]

    run(main)


def test_a_server_that_is_silent_is_given_up_after_31_seconds() -> None:
    async def main(line: Line) -> None:
        line.far.copies = lambda _: 0
        sent: list[float] = []
        line.near.copies = lambda _: sent.append(line.loop.time()) or 1  # type: ignore[func-returns-value]
        assert await line.shake_hands() is None
        await line.loop.advance_by(DAY)
        assert sent == [0, 1, 3, 7, 15]
        assert line.ended == [(31.0, f"{SERVER} does not answer the DTLS handshake")]

    run(main)


@pytest.mark.parametrize("suite", [CCM_8, CBC])
def test_a_wrong_key_is_refused_by_an_alert_and_explained_at_both_ends(suite: str) -> None:
    async def main(line: Line) -> None:
        why = await line.shake_hands("1234abce", suite=suite)
        assert why == f"{SERVER} refused DTLS: alert 20, bad record MAC: the keys differ"
        assert line.why() == [f"access server, DTLS of identity '{IMEI}': its key is another one"]
        await line.say(b"nothing")
        assert line.up == []

    run(main)


def test_an_unknown_identity_is_refused_by_an_alert_and_explained_at_both_ends() -> None:
    async def main(line: Line) -> None:
        why = await line.shake_hands(identity="nobody")
        assert why == f"{SERVER} refused DTLS: alert 115, unknown PSK identity"
        assert line.why() == ["access server, DTLS of identity 'nobody': no device has this identity"]

    run(main)


@pytest.mark.parametrize(
    "forged",
    [b"\x16\xfe\xfd" + bytes(8) + b"\x00\x20\x01" + bytes(31), b"\x16" + bytes(50_000)],
    ids=["a hello", "50,000 octets"],
)
def test_a_forged_datagram_in_the_midst_of_a_handshake_does_not_disturb_it(
    forged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def main(line: Line) -> None:
        def copies(_: bytes) -> int:
            if line.server._greeted:
                line.near.copies = lambda _: 1
                line.near.send(forged, line.far.local)
            return 1

        line.near.copies = copies
        assert await line.shake_hands() == ""
        await line.say(b"undisturbed")
        assert line.up == [b"undisturbed"]

    run(main)
    assert not caplog.records


def test_a_client_without_a_suite_in_common_is_told_so_whoever_came_before() -> None:
    async def main(line: Line) -> None:
        await line.shake_hands(identity="nobody")
        why = await line.shake_hands(suite="TLS_PSK_WITH_AES_128_CBC_SHA")
        assert why == f"{SERVER} refused DTLS: alert 40, handshake failure: no suite in common"
        assert "a peer that has not said who it is" in line.why()[-1]
        assert "identity" not in line.why()[-1]

    run(main)


def test_an_association_outlives_a_jump_of_a_day_but_not_a_week_without_a_word() -> None:
    async def main(line: Line) -> None:
        assert await line.shake_hands() == ""
        await line.loop.advance_by(DAY)
        await line.say(b"a day later")
        assert line.up == [b"a day later"]
        await line.loop.advance_by(7 * DAY)
        await line.say(b"a week later")
        assert line.up == [b"a day later"]
        assert "it has no DTLS association here, or that was forgotten" in line.dropped()[-1]
        assert await line.shake_hands() == ""
        await line.say(b"again")
        assert line.up == [b"a day later", b"again"]

    run(main)


def test_a_new_handshake_replaces_the_association_only_when_it_is_done() -> None:
    async def main(line: Line) -> None:
        assert await line.shake_hands() == ""
        first = line.client._servers[SERVER]
        assert "refused" in str(await line.shake_hands("1234abce"))
        line.client._servers[SERVER] = first
        await line.say(b"the old one")
        assert await line.shake_hands() == ""
        await line.say(b"the new one")
        assert line.up == [b"the old one", b"the new one"]

    run(main)


def test_a_recorded_datagram_that_is_sent_again_carries_nothing() -> None:
    async def main(line: Line) -> None:
        seen: list[bytes] = []
        line.near.copies = lambda octets: seen.append(octets) or 1  # type: ignore[func-returns-value]
        assert await line.shake_hands() == ""
        await line.say(b"once")
        for octets in (*seen, *reversed(seen)):
            line.near.send(octets, line.far.local)
        await line.loop.settled()
        await line.say(b"still")
        assert line.up == [b"once", b"still"]

    run(main)


FORGED = (
    b"",
    b"\x16",
    bytes(13),
    b"\x40\x01\x00\x01",
    b"\xff" * 99,
    b"\x15\xfe\xfd" + bytes(7) + b"\x00\x02\x02\x14",
    b"\x16\xfe\xfd" + bytes(60),
    b"\x17\xfe\xfd" + bytes(30),
    b"\x17\xfe\xfd" + bytes(8) + b"\xc0\x00" + bytes(0xC000),
)


@pytest.mark.parametrize("octets", FORGED, ids=[each[:16].hex() for each in FORGED])
def test_no_datagram_of_a_stranger_raises_or_ends_an_association(octets: bytes) -> None:
    async def main(line: Line) -> None:
        for _ in range(2):
            line.near.send(octets, line.far.local)
            await line.loop.settled()
            line.far.send(octets, line.near.local)
            await line.loop.settled()
            await line.shake_hands()
            await line.say(b"fine")
        assert line.up == [b"fine", b"fine"]

    run(main)


def test_the_least_used_association_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dtls, "MOST_PEERS", 1)

    async def main(line: Line) -> None:
        assert await line.shake_hands() == ""
        other = await _open_line(line.loop)
        other.server.on_datagram = None
        line.far.copies = other.far.copies
        stranger = DtlsClient(
            Link(Air(_map_to(line.far.local), line.journal), other.near, lambda *_: None),
            on_plain=lambda *_: None,
            on_sealed=lambda *_: None,
            on_conclusion=lambda *_: None,
        )
        stranger.shake_hands(SERVER, Credentials(IMEI, KEY.encode(), (CBC,)), None)
        await line.loop.settled()
        await line.say(b"too late")
        assert line.up == []
        line.server.send(b"gone", line.peer)
        assert line.dropped()[-1] == f"to {line.peer}: it has no DTLS association any more"
        stranger.forget_all()
        other.near.close()
        other.far.close()

    run(main)


def _map_to(local: Address) -> AddressMap:
    addresses = AddressMap()
    addresses.serve(Destination(Role.ACCESS, dtls=True), local)
    return addresses


def test_datagrams_of_a_peer_without_dtls_pass_through_as_they_are() -> None:
    async def main(line: Line) -> None:
        line.near.send(b"anything", line.far.local)
        line.client._link.send(b"plain", SERVER)
        line.far.send(b"plain too", line.near.local)
        await line.loop.settled()
        assert line.plain == [b"plain too"]

    run(main)

"""A login through DTLS from the AT command to the data point, and each way in which it fails."""

from __future__ import annotations

import pytest

from onenet_sim import World
from onenet_sim.journal import CoapReceived, CoapSent, DtlsSent, Explanation
from onenet_sim.lwm2m import Path
from onenet_sim.world import simulation
from tests.marks import NEEDS_DTLS

pytestmark = NEEDS_DTLS

KEY = "1234abcd"
BOOTSTRAP = f'AT+MIPLCREATEEX="183.230.40.39:5684",1,,"{KEY}"'
NOTIFY = 'AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0,7'
DAY = 86_400.0


def why(world: World) -> list[str]:
    return [event.what.what for event in world.journal if isinstance(event.what, Explanation)]


def log_in(world: World, create: str = BOOTSTRAP, lifetime: int = 3000) -> None:
    for line in (create, 'AT+MIPLADDOBJ=0,3200,1,"1",0,1', 'AT+MIPLDISCOVERRSP=0,3200,1,4,"5750"'):
        assert world.modem.command(line)[-1] == "OK"
    assert world.modem.command(f"AT+MIPLOPEN=0,{lifetime},60") == ["OK"]


def test_each_bootstrap_makes_a_new_key_for_the_access_machine_and_the_journal_shows_the_way() -> None:
    with World() as world:
        device = world.onenet.create_device(world.modem.imei, world.modem.imsi, psk=KEY)
        keys = set()
        for _ in range(2):
            log_in(world)
            world.modem.expect(r"\+MIPLEVENT: 0,6")
            world.settle()
            assert world.onenet.online(world.modem.imei)
            assert device.access_psk is not None
            keys.add(device.access_psk)
            assert world.modem.command("AT+MIPLDEVINFO?")[0].endswith(f'5684",0,,"{device.access_psk}"')
            assert world.modem.command("AT+MIPLDELETE=0") == ["OK"]
        assert len(keys) == 2
        assert {len(key) for key in keys} == {16}
        received = next(event for event in world.journal.events(layer=None, kind="coap_received"))
        assert [event.kind for event in world.journal.thread(received.id)][:2] == ["host_wrote", "command"]


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_key_or_an_unknown_device_gets_event_3_from_the_bootstrap(*, known: bool) -> None:
    with World() as world:
        if known:
            world.onenet.create_device(world.modem.imei, world.modem.imsi, psk="another1")
        log_in(world)
        world.modem.expect(r"\+MIPLEVENT: 0,3")
        told = "its key is another one" if known else "create the device with its psk first"
        assert any(told in each for each in why(world))
        assert world.onenet.device(world.modem.imei) is None or known


def test_a_device_without_a_key_for_the_access_machine_is_told_how_to_get_one() -> None:
    with World() as world:
        world.onenet.create_device(world.modem.imei, world.modem.imsi)
        log_in(world, f'AT+MIPLCREATEEX="183.230.40.40:5684",0,,"{KEY}"')
        world.modem.expect(r"\+MIPLEVENT: 0,7")
        assert any("has no key for the access machine; a bootstrap through DTLS" in each for each in why(world))


def test_a_wrong_key_gets_event_7_from_the_access_machine() -> None:
    with World() as world:
        device = world.onenet.create_device(world.modem.imei, world.modem.imsi, psk=KEY)
        device.access_psk = "cPYxj0cTs9qMVL72"
        log_in(world, f'AT+MIPLCREATEEX="183.230.40.40:5684",0,,"{KEY}"')
        world.modem.expect(r"\+MIPLEVENT: 0,7")
        assert any("identity" in each and "its key is another one" in each for each in why(world))


def test_a_module_of_family_c_logs_in_by_its_own_suite() -> None:
    with World(profile="bc95") as world:
        world.onenet.create_device(world.modem.imei, world.modem.imsi, psk="12345678")
        for line in ("AT+MIPLCONFIG=1,183.230.40.39,5684", "AT+MIPLCONFIG=5,1,12345678", "AT+MIPLCREATE"):
            assert world.modem.command(line)[-1] == "OK"
        assert world.modem.command('AT+MIPLADDOBJ=0,3200,1,"1",1,0') == ["OK"]
        assert world.modem.command("AT+MIPLOPEN=0,3000,30") == ["OK"]
        events = [world.modem.expect(r"\+MIPLEVENT: .*") for _ in range(4)]
        assert [event.split(",")[1] for event in events] == ["1", "2", "4", "6"]
        assert world.onenet.online(world.modem.imei)
        made = [str(event.what) for event in world.journal.events(kind="dtls")]
        assert len(made) == 4
        assert all("TLS_PSK_WITH_AES_128_CCM_8" in each for each in made)


@pytest.mark.parametrize(("pause", "aged"), [(0, False), (120, True)])
def test_an_association_serves_after_a_jump_of_a_day(pause: int, *, aged: bool) -> None:
    with World() as world:
        world.onenet.create_device(world.modem.imei, world.modem.imsi, psk=KEY)
        log_in(world, lifetime=200_000)
        world.modem.expect(r"\+MIPLEVENT: 0,6")
        world.settle()
        assert world.modem.command(f"AT+MIPLDTLSNAT=0,{pause}") == ["OK"]
        before = len(world.journal.events(kind="dtls"))
        world.clock.advance(DAY)
        assert world.modem.command(NOTIFY) == ["OK"]
        if aged:
            world.modem.expect(r"\+MIPLEVENT: 0,32")
        world.modem.expect(r"\+MIPLEVENT: 0,26,7")
        assert world.onenet.datapoint(world.modem.imei, "3200_0_5750") == "abcd"
        assert len(world.journal.events(kind="dtls")) - before == (2 if aged else 0)


def test_the_journal_has_each_datagram_as_it_goes_over_the_air_and_the_message_in_it() -> None:
    with World() as world:
        world.onenet.create_device(world.modem.imei, world.modem.imsi, psk=KEY)
        log_in(world)
        world.modem.expect(r"\+MIPLEVENT: 0,6")
        world.settle()
        sealed = {event.cause: event.what for event in world.journal.events(kind="dtls_sent")}
        for event in world.journal.events(kind="coap_sent"):
            if not isinstance(event.what, CoapSent) or event.what.end != "modem":
                continue
            record = sealed[event.id]
            assert isinstance(record, DtlsSent)
            assert record.octets[:3] == b"\x17\xfe\xfd"  # application data of DTLS 1.2 (RFC 6347, 4.1)
            assert event.what.octets not in record.octets
            assert event.what.octets.endswith(event.what.payload)
        for event in world.journal.events(kind="coap_received"):
            if isinstance(event.what, CoapReceived) and event.what.end == "modem":
                assert world.journal.thread(event.id)[-2].kind == "dtls_received"


def test_what_the_platform_asks_reaches_a_module_through_dtls() -> None:
    with World() as world:
        world.onenet.create_device(world.modem.imei, world.modem.imsi, psk=KEY)
        log_in(world)
        world.modem.expect(r"\+MIPLEVENT: 0,6")
        world.settle()
        found = world.run(world.simulation.platform.discover(world.modem.imei, Path.parse("/3200")))
        assert list(found.values()) == [(5750,)]


def test_a_fresh_world_knows_no_association_and_no_key() -> None:
    with World() as world:
        for _ in range(2):
            world.onenet.create_device(world.modem.imei, world.modem.imsi, psk=KEY)
            log_in(world)
            world.modem.expect(r"\+MIPLEVENT: 0,6")
            world.reset()
        log_in(world)
        world.modem.expect(r"\+MIPLEVENT: 0,3")


def test_without_python_mbedtls_there_is_no_dtls_and_the_refusal_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lacks = "DTLS needs python-mbedtls: pip install 'onenet-simulator[dtls]'"
    monkeypatch.setattr(simulation, "why_no_dtls", lambda: lacks)
    with World() as world:
        assert (world.coap["bootstrap_dtls"], world.coap["access_dtls"]) == (None, None)
        assert world.modem.command(BOOTSTRAP) == ["+CIS ERROR: 651"]
        assert why(world) == [lacks]


def test_a_key_of_another_shape_makes_no_device() -> None:
    with World() as world:
        for psk in ("1234567", "12345678901234567", "1234 678", ""):
            with pytest.raises(ValueError, match="the psk has 8 to 16 letters and digits"):
                world.onenet.create_device("869975033574370", psk=psk)

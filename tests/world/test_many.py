"""Five hundred devices that register at the same instant."""

from __future__ import annotations

from onenet_sim import World
from tests.world.storm import imei, register_at_once, sockets

DEVICES = 500


def test_five_hundred_registrations_at_one_instant_lose_nobody() -> None:
    with World(pty=False, clock="stopped") as world, sockets(DEVICES) as devices:
        register_at_once(world, devices)
        assert [world.onenet.online(imei(number)) for number in range(DEVICES)] == [True] * DEVICES
        for number, device in enumerate(devices):
            assert device.recv(2048)[:6] == bytes.fromhex(f"6241 {number:04x} {number:04x}")
        received = world.journal.events(kind="coap_received")
        assert [event.what.to_json()["repeat"] for event in received] == [0] * DEVICES

"""Clients of other hands at a world's platform: whoever is no modem of the world dials real addresses."""

from __future__ import annotations

import socket

from onenet_sim import World
from tests.modem import wire
from tests.modem.wire import ACK, CON, Packet

NAME = (wire.QUERY, b"ep=urn:imei:866971030000001")
SECONDS = 10.0


def _bootstrapped(world: World) -> dict[str, bytes]:
    """Bootstrap with a socket of our own; return what was written, by path."""
    host, _, port = str(world.coap["bootstrap"]).rpartition(":")
    written: dict[str, bytes] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(SECONDS)
        client.connect((host, int(port)))
        path = wire.segments(wire.URI_PATH, "bs")
        client.send(Packet(CON, wire.POST, 1, b"bs", (*path, NAME)).encode())
        while "/bs" not in written:
            request = wire.decode(client.recv(2048))
            if request.type == CON:
                written[request.path] = request.payload
                client.send(Packet(ACK, wire.CHANGED, request.message_id, request.token).encode())
    return written


def test_bootstrap_sends_a_foreign_client_to_this_worlds_access_machine_and_a_modem_to_onenets() -> None:
    with World(pty=False) as world:
        written = _bootstrapped(world)
        assert list(written) == ["/0/0", "/1/0", "/bs"]
        assert f"coap://{world.coap['access']}".encode() in written["/0/0"]
        assert world.modem.command("AT+MIPLCREATE")[-1] == "OK"
        assert world.modem.command("AT+MIPLOPEN=0,3000,30")[-1] == "OK"
        world.modem.expect(r"\+MIPLEVENT: 0,6")
        sent = [str(event.what) for event in world.journal if "PUT" in str(event.what) and event.modem]
        assert sent
        assert all(b"183.230.40.40:5683".hex() in each for each in sent)

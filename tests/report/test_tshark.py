"""The capture file as tshark reads it, which is not of our hands."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from onenet_sim.world import World
from tests.marks import NEEDS_DTLS
from tests.report.conftest import STREAM, bench

if TYPE_CHECKING:
    from pathlib import Path

KEY = "1234abcd"
CHECKS = ("-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE")
GOOD = "1"
ERROR = "8388608"
GET, POST, CONTENT = "1", "2", "69"
IN_UTC = os.environ | {"TZ": "UTC"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "run.pcapng"


def tshark(file: Path, *fields: str, only: str = "", options: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return what tshark finds in each packet that passes a display filter, a text for each field."""
    assert shutil.which("tshark"), "this test needs the tshark command: apt-get install tshark"
    command = ["tshark", "-n", "-r", str(file), *CHECKS, *options, "-T", "fields", "-E", "occurrence=a"]
    command += [each for field in fields for each in ("-e", field)]
    command += ["-Y", only] if only else []
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [tuple(line.split("\t")) for line in said.stdout.splitlines()]


def check_whole(file: Path) -> None:
    """Check that nothing is malformed and each checksum is right."""
    fields = ("_ws.malformed", "_ws.expert.severity", "ip.checksum.status", "udp.checksum.status")
    packets = tshark(file, *fields)
    assert [packet for packet in packets if packet[0] or ERROR in packet[1].split(",")] == []
    assert {packet[2:] for packet in packets} == {(GOOD, GOOD), ("", "")}  # the serial line has none


def test_tshark_reads_the_login_a_report_and_what_the_host_said(file: Path) -> None:
    with bench() as played:
        played.login()
        played.report()
        played.wait(1)
        assert played.world.onenet.datapoint(played.world.modem.imei, STREAM) == 25.5
        played.world.journal.capture(file)
        imei = played.world.modem.imei
    check_whole(file)
    fields = ("coap.code", "coap.opt.uri_path", "coap.opt.uri_query", "coap.token", "ip.dst", "_ws.col.Info")
    packets = tshark(file, *fields, "lwm2mtlv.value.double")
    (registration,) = [packet for packet in packets if packet[:2] == (POST, "rd")]
    assert f"ep={imei};" in registration[2]
    assert len(registration[3]) == 8
    (observe,) = [packet for packet in packets if packet[:2] == (GET, "3303,0")]
    (notify,) = [packet for packet in packets if packet[-1] == "25.5"]
    assert (notify[0], notify[3], notify[4]) == (CONTENT, observe[3], "183.230.40.40")
    said = [packet[5] for packet in packets if not packet[4]]
    assert any("Sent AT Command: AT+MIPLNOTIFY=0,0,3303,0,5700" in line for line in said)
    assert any("Rcvd AT Command:" in line and "+MIPLEVENT: 0,26,1" in line for line in said)


def test_tshark_tells_lost_datagrams_by_their_comment(file: Path) -> None:
    with bench() as played:
        played.login()
        played.world.faults.add("network.loss", direction="up", times=2)
        played.report()
        played.wait(60)
        played.world.journal.capture(file)
    check_whole(file)
    lost = tshark(file, "frame.comment", "coap.mid", only='frame.comment contains "lost (#"')
    repeats = tshark(file, "coap.mid", only="coap.retransmitted")
    assert len(lost) == 2
    assert all("fault 1 network.loss: up" in comments for comments, _ in lost)
    assert [(each,) for _, each in (lost[0], lost[0])] == repeats


@NEEDS_DTLS
@pytest.mark.parametrize("profile", ["onemo", "bc95"])
def test_tshark_opens_dtls_with_the_key(file: Path, profile: str) -> None:
    with World(profile=profile, seed=7, clock="stopped", pty=False) as world:
        world.onenet.create_device(world.modem.imei, world.modem.imsi, psk=KEY)
        for line in (
            *(
                (f'AT+MIPLCREATEEX="183.230.40.39:5684",1,,"{KEY}"',)
                if profile == "onemo"
                else ("AT+MIPLCONFIG=1,183.230.40.39,5684", f"AT+MIPLCONFIG=5,1,{KEY}", "AT+MIPLCREATE")
            ),
            'AT+MIPLADDOBJ=0,3303,1,"1",1,0',
            "AT+MIPLOPEN=0,3000,30",
        ):
            assert world.modem.command(line)[-1] == "OK"
        world.modem.expect(r"\+MIPLEVENT: ?0,6")
        world.journal.capture(file)
    check_whole(file)
    key = ("-o", f"dtls.psk:{KEY.encode().hex()}")
    kinds = Counter(kind for (each,) in tshark(file, "dtls.handshake.type") for kind in each.split(",") if kind)
    assert kinds["1"] == 4  # two ClientHellos for each of two servers
    assert tshark(file, "coap.opt.uri_path", only="coap") == []
    opened = tshark(file, "coap.opt.uri_path", only="coap.code == 2", options=key)
    assert ("bs",) in opened


def test_capinfos_finds_each_interface(file: Path) -> None:
    assert shutil.which("capinfos"), "this test needs the capinfos command: apt-get install tshark"
    with bench(modems=2) as played:
        played.login()
        played.world.modems["modem-2"].command("AT")
        played.world.journal.capture(file)
    said = subprocess.run(["capinfos", str(file)], capture_output=True, text=True, check=True, env=IN_UTC).stdout
    assert "Number of interfaces in file: 3" in said
    assert "Name = modem-1 air" in said
    assert "Capture comment:     seed 7, profile onemo" in said
    assert "First packet time:   2025-12-31 16:00:00.000000" in said  # midnight in Beijing

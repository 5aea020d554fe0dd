"""The blocks of a capture file and the headers of its packets, octet by octet as computed by hand."""

from __future__ import annotations

import pytest

from onenet_sim.report import pcapng
from onenet_sim.report.packets import UdpEnd, checksum, serial_packet, udp_packet

MODEM, ACCESS = UdpEnd(bytes((10, 0, 0, 1)), 5683), UdpEnd(bytes((183, 230, 40, 40)), 5683)
ADDRESSES = "0A000001 B7E62828"


def octets(*written: str) -> bytes:
    return bytes.fromhex("".join(written))


def test_a_section_names_what_wrote_it() -> None:
    assert pcapng.section_header("ab") == octets(
        "0A0D0D0A 28000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF",
        "0400 0200 61620000",
        "00000000 28000000",
    )


def test_an_interface_has_its_link_type_its_name_and_microseconds() -> None:
    assert pcapng.interface(252, "s", "d") == octets(
        "01000000 30000000 FC00 0000 00000000",
        "0200 0100 73000000",
        "0300 0100 64000000",
        "0900 0100 06000000",
        "00000000 30000000",
    )


def test_a_packet_has_its_time_in_two_halves_its_comments_and_its_direction() -> None:
    block = pcapng.packet(3, 0x1_0000_0002, b"abcde", ["x", "yz"], outbound=True)
    assert block == octets(
        "06000000 44000000 03000000 01000000 02000000 05000000 05000000",
        "6162636465 000000",
        "0100 0100 78000000",
        "0100 0200 797A0000",
        "0200 0400 02000000",
        "00000000 44000000",
    )


@pytest.mark.parametrize(("length", "padding"), [(0, 0), (1, 3), (2, 2), (3, 1), (4, 0)])
def test_a_packet_is_padded_to_four_octets_and_its_block_counts_them(length: int, padding: int) -> None:
    block = pcapng.packet(0, 0, b"\xff" * length, [], outbound=False)
    assert block[20:28] == 2 * length.to_bytes(4, "little")
    assert block[28 : 28 + length + padding] == b"\xff" * length + bytes(padding)
    assert block[28 + length + padding :] == octets("0200 0400 01000000 00000000") + block[4:8]
    assert int.from_bytes(block[4:8], "little") == len(block)


def test_a_comment_is_utf_8_and_cut_at_what_an_option_holds() -> None:
    block = pcapng.packet(0, 0, b"", ["温" * 30_000], outbound=True)
    assert block[28:32] == octets("0100 FFFF")
    assert block[32:35] == "温".encode()


def test_host_names_end_with_a_zero() -> None:
    assert pcapng.host_names({bytes((198, 18, 0, 1)): "a"}) == octets(
        "04000000 1C000000 0100 0600 C6120001 61000000 00000000 1C000000"
    )


def test_a_datagram_has_both_checksums() -> None:
    assert udp_packet(MODEM, ACCESS, octets("40000001"), 7) == octets(
        f"4500 0020 0007 4000 4011 50B7 {ADDRESSES}",
        "1633 1633 000C A95F 40000001",
    )


def test_an_odd_octet_counts_as_the_upper_half_of_its_word() -> None:
    assert udp_packet(MODEM, ACCESS, octets("400001"), 65_536 + 7) == octets(
        f"4500 001F 0007 4000 4011 50B8 {ADDRESSES}",
        "1633 1633 000B A862 400001",
    )


def test_a_checksum_of_nought_is_sent_as_all_ones() -> None:
    assert udp_packet(MODEM, ACCESS, octets("E964"), 0)[26:28] == octets("FFFF")


def test_the_checksum_is_that_of_the_example_in_rfc_1071() -> None:
    assert checksum(octets("0001 F203 F4F5 F6F7")) == 0xDDF2 ^ 0xFFFF


def test_the_longest_datagram_fits() -> None:
    whole = udp_packet(MODEM, ACCESS, bytes(65_507), 0)
    assert (len(whole), whole[2:4]) == (65_535, octets("FFFF"))


@pytest.mark.parametrize(("sent_by_host", "direction"), [(True, "00000000"), (False, "00000001")])
def test_octets_of_the_serial_line_name_their_dissector_and_their_direction(
    *, sent_by_host: bool, direction: str
) -> None:
    assert serial_packet(b"AT\r", sent_by_host=sent_by_host) == octets(
        "000C 0004 61740000", "0023 0004", direction, "0000 0000", "41540D"
    )

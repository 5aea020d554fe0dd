"""What goes over the wire, octet by octet."""

from __future__ import annotations

import pytest

from onenet_sim.at import LineSettings, Quoted, Spacing, Verbatim, fields, frame_result, frame_text


@pytest.mark.parametrize(
    ("spacing", "one", "several"),
    [
        (Spacing.NONE, "+NAME:0", '+NAME:0,"a b",x'),
        (Spacing.COLON, "+NAME: 0", '+NAME: 0,"a b",x'),
        (Spacing.ALL, "+NAME: 0", '+NAME: 0, "a b", x'),
    ],
)
def test_a_module_prints_blanks_in_its_own_places(spacing: Spacing, one: str, several: str) -> None:
    assert fields("+NAME", 0).render(spacing) == one
    assert fields("+NAME", 0, Quoted("a b"), "x").render(spacing) == several


VERBOSE = LineSettings()
NUMERIC = LineSettings(verbose=False)
QUIET = LineSettings(quiet=True)
OTHER = LineSettings(line_end=ord("#"), line_feed=ord("$"))
OTHER_NUMERIC = LineSettings(verbose=False, line_end=ord("#"), line_feed=ord("$"))


@pytest.mark.parametrize(
    ("settings", "octets"),
    [
        (VERBOSE, b"\r\n+NAME: v\r\n"),
        (NUMERIC, b"+NAME: v\r\n"),
        (QUIET, b"\r\n+NAME: v\r\n"),
        (OTHER, b"#$+NAME: v#$"),
        (OTHER_NUMERIC, b"+NAME: v#$"),
    ],
)
def test_information_text_is_framed_by_the_settings(settings: LineSettings, octets: bytes) -> None:
    assert frame_text("+NAME: v", settings) == octets


@pytest.mark.parametrize(
    ("settings", "octets"),
    [
        (VERBOSE, b"\r\nCMCC\r\n\r\nMN316\r\n"),
        (NUMERIC, b"CMCC\r\n\r\nMN316\r\n"),
        (OTHER, b"#$CMCC#$#$MN316#$"),
        (OTHER_NUMERIC, b"CMCC#$#$MN316#$"),
    ],
)
def test_the_lines_within_a_text_end_like_the_text_itself(settings: LineSettings, octets: bytes) -> None:
    assert frame_text(Verbatim("CMCC\n\nMN316").render(settings), settings) == octets


def test_a_line_feed_within_a_value_stays_as_it_is() -> None:
    line = fields("+MIPLWRITE", 4, "a\nb\n").render(Spacing.NONE)
    assert frame_text(line, VERBOSE) == b"\r\n+MIPLWRITE:4,a\nb\n\r\n"


@pytest.mark.parametrize(
    ("settings", "ok", "error", "extended"),
    [
        (VERBOSE, b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\n+CME ERROR: 50\r\n"),
        (NUMERIC, b"0\r", b"4\r", b"+CME ERROR: 50\r"),
        (QUIET, b"", b"", b""),
        (LineSettings(quiet=True, verbose=False), b"", b"", b""),
        (OTHER, b"#$OK#$", b"#$ERROR#$", b"#$+CME ERROR: 50#$"),
        (OTHER_NUMERIC, b"0#", b"4#", b"+CME ERROR: 50#"),
    ],
)
def test_a_final_result_is_framed_by_the_settings(
    settings: LineSettings, ok: bytes, error: bytes, extended: bytes
) -> None:
    assert frame_result("OK", settings) == ok
    assert frame_result("ERROR", settings) == error
    assert frame_result("+CME ERROR: 50", settings) == extended


def test_characters_that_the_line_cannot_carry_are_replaced() -> None:
    assert frame_text("é温", VERBOSE) == b"\r\n\xe9?\r\n"
    assert frame_result("é", VERBOSE) == b"\r\n?\r\n"
    assert frame_result("é", NUMERIC) == b"?\r"

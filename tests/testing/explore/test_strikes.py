from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given, settings, strategies as st

from onenet_sim.testing.explore import PLACES, Replay, Strike, TokenError, ordinal
from onenet_sim.world import Placement, parse_fault_text

READABLE = "m5310a/7/before_answer/3/AT+CGATT%3F/+CEREG:1"
PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40)
COMMANDS = st.one_of(
    PRINTABLE.map(lambda text: "AT" + text.replace("=", "")),
    PRINTABLE.map(lambda text: "AT" + text.replace("=", "") + "="),
)
STRIKES = st.builds(Strike, st.sampled_from(PLACES), st.integers(1, 10**9), COMMANDS, PRINTABLE)
REPLAYS = st.builds(Replay, PRINTABLE, st.integers(0, 2**32), st.lists(STRIKES, min_size=1, max_size=3).map(tuple))


def test_a_token_can_be_read() -> None:
    strike = Strike(Placement.BEFORE_ANSWER, 3, "AT+CGATT?", "+CEREG:1")
    assert Replay("m5310a", 7, (strike,)).token == READABLE
    assert strike.where == "between the echo and the answer of the 3rd AT+CGATT?"


@settings(deadline=None)
@given(REPLAYS)
def test_a_token_says_all_that_a_replay_is(replay: Replay) -> None:
    assert Replay.parse(replay.token) == replay


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_token_survives_a_shell_without_quotes(shell: str) -> None:
    everything = "".join(map(chr, range(0x20, 0x7F)))
    strike = Strike(Placement.SPLIT, 1, "AT" + everything.replace("=", "")[:40], everything)
    token = Replay("./our's *.toml", 7, (strike,)).token
    said = subprocess.run([shell, "-c", f"printf %s {token}"], capture_output=True, text=True, check=True).stdout
    assert Replay.parse(said).strikes == (strike,)


def is_line(strike: Strike) -> bool:
    """Return whether the URC is one: it begins and ends with no blank, and has no key in it as options have."""
    key = re.search(r",\s*[a-z0-9]+\s*=", strike.text) or re.search(r",\s*[a-z0-9]+\s*=", strike.command)
    return strike.text == strike.text.strip() and key is None


@settings(deadline=None)
@given(STRIKES.filter(is_line))
def test_the_fault_of_a_strike_can_be_given_to_a_world_as_text(strike: Strike) -> None:
    assert parse_fault_text(strike.fault_text) == strike.fault


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("", "'' is no token; expected profile/seed"),
        ("m5310a", "'m5310a' is no token"),
        ("m5310a/seven/alone/1/AT/U", "the seed is 'seven'; expected a whole number"),
        ("m5310a/7", "it has no URC; each URC needs its place"),
        ("m5310a/7/alone/1/AT/U/split/2", "it ends in 'split/2'; each URC needs"),
        ("m5310a/7/nowhere/1/AT/U", "'nowhere' is no place; expected one of alone, before_echo"),
        ("m5310a/7/within_answer/1/AT/U", "'within_answer' is no place"),
        ("m5310a/7/alone/x/AT/U", "the occasion of AT is 'x'"),
        ("m5310a/7/alone/0/AT/U", "at is 0; expected a whole number from 1 on"),
        ("m5310a/7/alone/1/CSQ/U", "'CSQ' is no command; expected one such as AT\\+CGATT"),
        ("m5310a/7/alone/1/AT+CSQ=5/U", "'AT\\+CSQ=5' is no command"),
        ("m5310a/7/alone/1/AT/", "there is no URC by itself behind the answer of the 1st AT"),
        ("m5310a/7" + "/alone/1/AT/U" * 257, "it has 257 URCs; expected at most 256"),
        ("m" * 70_000, "it has 70,000 characters"),
    ],
)
def test_what_is_wrong_with_a_token_is_told(token: str, told: str) -> None:
    with pytest.raises(TokenError, match=told):
        Replay.parse(token)


def test_numbers_read_as_people_say_them() -> None:
    told = [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)]
    assert told == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]

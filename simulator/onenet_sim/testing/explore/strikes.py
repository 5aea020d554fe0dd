"""One URC at one place of one command: as a fault, as a sentence, and as a part of a token that replays it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from onenet_sim.report import command_head
from onenet_sim.report.placed import LONGEST_HEAD
from onenet_sim.world import MOST_FAULTS, Fault, FaultError, Placement

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACES = (
    Placement.ALONE,
    Placement.BEFORE_ECHO,
    Placement.BEFORE_ANSWER,
    Placement.BEFORE_RESULT,
    Placement.AFTER_RESULT,
    Placement.SPLIT,
    Placement.BACK_TO_BACK,
)
"""The places at which a module may print a URC, the one that every driver should expect first."""

KIND = "line.chatter"
LONGEST_TOKEN = 65_536
_PARTS = 4
_UNHARMED = "+:,=@"
"""What no shell touches in the middle of a word, besides letters, digits, and ``_.-``."""


class TokenError(ValueError):
    """A replay token is none; the text says which part is wrong, and what would be right."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One URC at one place.

    Attributes:
        placement: The place.
        occasion: Which of the commands with this head, counted from 1.
        command: The command's head, such as ``AT+MIPLNOTIFY=`` or ``AT+CGATT?``: values differ between runs.
        text: The URC.
        line: The whole command line, where it is known.
    """

    placement: Placement
    occasion: int
    command: str
    text: str
    line: str = field(default="", compare=False)

    @property
    def fault(self) -> Fault:
        """The fault that strikes so, if the module could print that URC then."""
        whole = not self.command.endswith("=") and len(self.command) < LONGEST_HEAD
        pattern = f"^{re.escape(self.command)}{'$' if whole else ''}"
        return Fault(kind=KIND, placement=self.placement, match=pattern, at=self.occasion, text=self.text)

    @property
    def fault_text(self) -> str:
        """The same as ``onenet-sim run --fault`` takes it."""
        fault = self.fault
        return f"{KIND},placement={fault.placement},match={fault.match},at={fault.at},text={fault.text}"

    @property
    def where(self) -> str:
        """Where it stands, in words."""
        return f"{self.placement.phrase} the {self.which}"

    @property
    def which(self) -> str:
        """At which command it stands: ``3rd AT+CGATT?``."""
        return f"{ordinal(self.occasion)} {self.command}" + ("…" if self.command.endswith("=") else "")


def ordinal(number: int) -> str:
    """Return ``1st``, ``2nd``, ``3rd``, ``11th``."""
    teen = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def everywhere(placement: Placement) -> Fault:
    """Return the fault that strikes wherever there is that place."""
    return Fault(kind=KIND, placement=placement)


@dataclass(frozen=True, slots=True)
class Replay:
    """A world that can be had again: a token says which.

    A token is ``profile/seed``, then for each URC its place, its occasion, the command's head and the URC, parted
    by slashes. What a shell could touch is in percent-encoding: ``m5310a/7/before_answer/3/AT+CGATT%3F/+CEREG:1``.
    """

    profile: str
    seed: int
    strikes: tuple[Strike, ...]

    @property
    def token(self) -> str:
        """The token."""
        parts = [self.profile, str(self.seed)]
        for each in self.strikes:
            parts += [each.placement, str(each.occasion), each.command, each.text]
        return "/".join(quote(part, safe=_UNHARMED) for part in parts)

    @classmethod
    def parse(cls, token: str) -> Replay:
        """Return what a token says.

        Raises:
            TokenError: It is none.
        """
        if len(token) > LONGEST_TOKEN:
            raise TokenError(f"it has {len(token):,} characters; expected at most {LONGEST_TOKEN:,}")
        profile, *rest = (unquote(part) for part in token.strip().split("/"))
        if not profile or not rest:
            raise TokenError(f"{token!r:.80} is no token; expected profile/seed/place/occasion/command/urc")
        seed, parts = _whole(rest[0], "seed"), rest[1:]
        if not parts or len(parts) % _PARTS:
            last = "/".join(parts[-(len(parts) % _PARTS) :]) if parts else ""
            told = f"it ends in {last!r:.80}" if last else "it has no URC"
            raise TokenError(f"{told}; each URC needs its place, its occasion, the command and the URC")
        if len(parts) > _PARTS * MOST_FAULTS:
            raise TokenError(f"it has {len(parts) // _PARTS} URCs; expected at most {MOST_FAULTS}")
        strikes = (_strike(parts[at : at + _PARTS]) for at in range(0, len(parts), _PARTS))
        return cls(profile, seed, tuple(strikes))


def _strike(parts: Sequence[str]) -> Strike:
    place, occasion, command, text = parts
    if place not in PLACES:
        raise TokenError(f"{place!r:.80} is no place; expected one of {', '.join(PLACES)}")
    strike = Strike(Placement(place), _whole(occasion, f"occasion of {command}"), command, text)
    if not command.upper().startswith("AT") or command != command_head(command):
        raise TokenError(f"{command!r:.80} is no command; expected one such as AT+CGATT? or AT+MIPLNOTIFY=")
    if not text:
        raise TokenError(f"there is no URC {strike.where}")
    try:
        assert strike.fault  # noqa: S101 - it is checked as it is made
    except FaultError as error:
        raise TokenError(f"{strike.where}: {error}") from None
    return strike


def _whole(text: str, what: str) -> int:
    if not re.fullmatch(r"-?\d{1,20}", text, re.ASCII):
        raise TokenError(f"the {what} is {text!r:.80}; expected a whole number")
    return int(text)

"""Replays a session in a world of its own, and lists what came out differently."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from onenet_sim.testing.sessions.application import Application
from onenet_sim.testing.sessions.asking import ANNOUNCEMENT, FETCHING, Request, call_of
from onenet_sim.testing.sessions.comparing import Kind
from onenet_sim.testing.sessions.conversation import Conversation
from onenet_sim.testing.sessions.cutting import cut, spoken
from onenet_sim.testing.sessions.form import Act, Place, Session, SessionError, Side, Spoken
from onenet_sim.testing.sessions.rebinding import MESSAGE_ID, in_hex, is_final, rebound
from onenet_sim.world import Refusal, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onenet_sim.testing.sessions.application import Call
    from onenet_sim.testing.sessions.comparing import Difference

_SEED: Final = 1
_WAITS: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""World seconds that pass, one after the other, while something that was recorded has not come: 6.35 in all."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay.

    Attributes:
        profile: The profile of the world's module.
        lines: How many lines of host and module were compared.
        seconds: How much world time passed.
        differences: In the order of the file.
    """

    profile: str
    lines: int
    seconds: float
    differences: tuple[Difference, ...]


def replay(session: Session, profile: str | None = None, *, pace: str | None = None) -> Replayed:
    """Be the host of a session in a fresh world whose time jumps, and compare what the module says.

    A session with ``recorded`` has its numbers rebound, and the platform asks what the recording shows that it
    asked; the module keeps the gaps of its profile. Without, the session is taken at its word, and the module has
    no gaps.

    Args:
        session: The session.
        profile: The module, in place of the session's.
        pace: ``field`` or ``instant``, if it is to be another.

    Raises:
        SessionError: Neither the session nor the caller names a profile.
        ValueError: There is no such profile, or the session's key is none.
    """
    chosen = profile or session.profile
    if not chosen:
        raise SessionError(
            "the session names no module: give a profile, or begin the file with a line such as profile: m5310a"
        )
    settled = pace or ("field" if session.recorded else "instant")
    with World(profile=chosen, seed=_SEED, clock="stopped", pace=settled, pty=False) as world:
        world.onenet.create_device(world.modem.imei, world.modem.imsi, psk=session.psk or None)
        player = _Player(world, rebound(session) if session.recorded else session)
        player.play()
        spoken = sum(isinstance(entry, Spoken) for entry in session.entries)
        return Replayed(chosen, spoken, world.clock.now, player.differences)


def _known(world: World) -> dict[str, str]:
    """Return the places that are bound from the start: the module's numbers."""
    modem = world.modem
    return {
        "imei": modem.imei,
        "imsi": modem.imsi,
        "iccid": modem.iccid,
        "imei in hex": in_hex(modem.imei),
        "imsi in hex": in_hex(modem.imsi),
        "endpoint": in_hex(f"{modem.imei};{modem.imsi}"),
    }


class _Player:
    """Goes through a session, line by line."""

    def __init__(self, world: World, session: Session) -> None:
        self._world = world
        self._entries = session.entries
        self._asks = bool(session.recorded)
        self._requests = _requests(session)
        self._application = Application(world)
        self._call: Call | None = None
        self._asked: dict[str, Call | str] = {}
        self._newest: Call | None = None
        self._talk = Conversation(world, _known(world), self._reason)
        self._boot_lines: set[str] = set()
        self._reset_at: set[int] = set()
        self._ahead = 0.0
        self._index = 0
        self._actions: Mapping[str, Callable[[str], str | None]] = {
            "api": self._api,
            "api-result": self._api_result,
            "advance": self._advance,
            "online": self._online,
            "datapoint": self._datapoint,
            "upgrade": self._upgrade,
            "upgrade-state": self._upgrade_state,
        }

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What was found so far, in the order of the file."""
        return tuple(sorted(self._talk.differences, key=lambda each: each.line))

    def play(self) -> None:
        """Play the whole session."""
        self._boot()
        for index, entry in enumerate(self._entries):
            self._index = index
            match entry:
                case Act():
                    self._catch_up()
                    self._talk.at(entry.line)
                    self._act(entry)
                case Spoken(side=Side.HOST):
                    self._catch_up()
                    self._talk.at(entry.line)
                    if entry.text.upper().startswith(FETCHING):
                        self._ask(self._fetched())
                    self._talk.say(entry)
                case Spoken():
                    self._expect(entry)
                    self._talk.at(entry.line)
        self._talk.wait_again()
        self._catch_up()
        self._talk.end()

    def _boot(self) -> None:
        """Take the boot text: a session begins with it, unless it was recorded from later on."""
        self._world.settle()
        boot_text = self._world.call(lambda s: s.benches[self._world.modem.name].modem.profile.boot.text)
        self._boot_lines = {line for text in boot_text[:1] if not is_final(line := text.partition("\n")[0])}
        first = next((entry for entry in self._entries if isinstance(entry, Spoken)), None)
        if first is not None and first.side is Side.MODULE:
            self._boot_lines |= set() if is_final(first.text) else {first.text}
            self._reset_at.add(first.line)  # it has just booted
        elif self._asks:
            self._talk.drop_printed()
        else:
            for text in boot_text:
                octets = "\r\n".join(("", *text.split("\n"), "")).encode("latin-1")
                pieces, rest = cut(Side.MODULE, octets)
                for piece in filter(None, (*pieces, rest)):
                    self._talk.expect(spoken(Side.MODULE, piece))

    # --- the module's lines ---------------------------------------------------------------------------

    def _expect(self, entry: Spoken) -> None:
        """Expect a line, and let the application ask for it where it is known that nobody else would."""
        request = self._requests.get(_message_place(entry))
        announced = self._asks and entry.text.startswith(ANNOUNCEMENT)
        if announced or (request and not request[0].of_login):
            self._catch_up()
            if not self._talk.has_printed(entry):
                self._ask(self._next_request() if announced else entry)
        self._talk.expect(entry)

    def _catch_up(self) -> None:
        """Let time pass until all that is expected has come, or it is clear that it does not come."""
        self._wait()
        while any(self._bring_about(entry) for entry in self._talk.lacking()):
            self._wait()
        self._talk.wait_no_more()
        self._talk.take()

    def _wait(self) -> None:
        self._world.settle()
        for seconds in _WAITS:
            if not self._talk.lacking():
                return
            self._world.clock.advance(seconds)
            self._ahead += seconds

    def _bring_about(self, entry: Spoken) -> bool:
        """Do once what must have been done that a module printed this; return whether that is anything."""
        if self._asks and entry.text in self._boot_lines and entry.line not in self._reset_at:
            self._reset_at.add(entry.line)
            self._world.modem.power("reset")
            return True
        return self._ask(entry)

    def _ask(self, entry: Spoken | None) -> bool:
        """Let the application call for a request that was recorded, once; return whether it did."""
        place = _message_place(entry) if entry else ""
        if place not in self._requests or place in self._asked:
            return False
        try:
            text = call_of(self._requests[place], self._world.modem.imei, self._world.onenet.value_of)
        except (ValueError, IndexError) as error:
            self._asked[place] = f"no call of OneNET's API asks so: {error}"
            return False
        if self._newest is not None:
            self._newest.hang_up()  # the recording has the next request, so that one had come to its end
        self._newest = self._asked[place] = self._application.call(text)
        return True

    def _next_request(self) -> Spoken | None:
        """Return the next line of the file that shows a request which nobody has asked yet."""
        coming = (entry for entry in self._entries[self._index + 1 :] if isinstance(entry, Spoken))
        return next((each for each in coming if _message_place(each) in self._requests.keys() - self._asked), None)

    def _fetched(self) -> Spoken | None:
        """Return the line with which the answer to the host's line begins."""
        following = self._entries[self._index + 1 : self._index + 2]
        return next((entry for entry in following if isinstance(entry, Spoken)), None)

    def _reason(self, entry: Spoken) -> str:
        """Return what the platform says of a request that did not come."""
        asked = self._asked.get(_message_place(entry), "")
        if isinstance(asked, str):
            return asked
        answer = asked.answer
        if answer is None:
            return "OneNET asked, and has no answer"
        return "OneNET asked, and the module answered by itself" if answer["errno"] == 0 else json.dumps(answer)

    # --- what @ says ----------------------------------------------------------------------------------

    def _act(self, act: Act) -> None:
        argument = self._talk.filled(act.argument)
        came_out = self._actions[act.action](argument)
        if came_out is not None:
            self._talk.differ(act.line, Kind.PLATFORM, f"{act.action} {argument}", f"{act.action} {came_out}")

    def _api(self, argument: str) -> None:
        self._call = self._application.call(argument)

    def _api_result(self, argument: str) -> str | None:
        if self._call is None:
            return "of no call: @ api comes first"
        for seconds in _WAITS:
            if self._call.answer is not None:
                break
            self._world.clock.advance(seconds)
        answer = self._call.answer or {}
        wanted = json.loads(argument)
        found = {key: answer.get(key) for key in wanted}
        return None if found == wanted else json.dumps(answer)

    def _advance(self, argument: str) -> None:
        """Let time pass; what was spent on waiting counts."""
        seconds = float(argument)
        spent = min(self._ahead, seconds)
        self._ahead -= spent
        self._world.clock.advance(seconds - spent)
        self._talk.time_passed(seconds)

    def _online(self, argument: str) -> str | None:
        online = json.dumps(self._world.onenet.online(self._world.modem.imei))
        return None if online == argument else online

    def _datapoint(self, argument: str) -> str | None:
        stream, _, value = argument.partition(" ")
        point = self._world.onenet.datapoint(self._world.modem.imei, stream)
        shown = list(point) if isinstance(point, tuple) else point
        return None if shown == json.loads(value) else f"{stream} {json.dumps(shown)}"

    def _upgrade(self, argument: str) -> str | None:
        try:
            self._world.onenet.start_upgrade(self._world.modem.imei, argument)
        except (Refusal, ValueError) as refusal:
            return f"is refused: {refusal}"
        return None

    def _upgrade_state(self, argument: str) -> str | None:
        upgrade = self._world.onenet.upgrade(self._world.modem.imei)
        if upgrade is None:
            return "of none: @ upgrade comes first"
        return None if upgrade.state == argument else f"{upgrade.state} {upgrade.reason}".rstrip()


def _message_place(entry: Spoken) -> str:
    """Return the name of the place of a request's message id, or nothing."""
    named = (part.name for part in entry.parts if isinstance(part, Place))
    return next((name for name in named if name.startswith(MESSAGE_ID)), "")


def _requests(session: Session) -> dict[str, list[Request]]:
    """Return the requests that a recording shows, each with all its lines, by the place of its message id."""
    found: dict[str, list[Request]] = {}
    for entry in session.entries if session.recorded else ():
        request = Request.parse(entry.text) if isinstance(entry, Spoken) and entry.side is Side.MODULE else None
        if request is not None and isinstance(entry, Spoken):
            lines = found.setdefault(_message_place(entry), [])
            if request not in lines:
                lines.append(request)
    return found

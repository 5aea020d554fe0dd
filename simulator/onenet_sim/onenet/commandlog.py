"""The log of the commands that applications gave over HTTP: what became of each, step by step.

The words of a step are OneNET's; logs of cached commands have the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from random import Random

    from onenet_sim.journal import Json
    from onenet_sim.onenet.errors import Reason

COMMANDS_KEPT = 10_000
"""How many commands are remembered, the newest."""

_SEND_STATUS = 1
"""What OneNET's page of the log shows as the send status of an immediate command that was confirmed."""


def received(kind: int, arguments: Mapping[str, Json], content: Mapping[str, Json]) -> str:
    """Return the line of a command that the platform has."""
    return f"received command {_described(kind, arguments, content)}"


def sent(kind: int, arguments: Mapping[str, Json], content: Mapping[str, Json]) -> str:
    """Return the line of a command that goes out to the device."""
    return f"send command {_described(kind, arguments, content)}"


def confirmed(kind: int, status: int, reason: Reason) -> str:
    """Return the line of a command that the device answered, or did not in time."""
    return (
        f"received confirm message, type: [{kind:d}], command send status: [{status:d}], "
        f"confirm status: [{reason:d}]"
    )


def _described(kind: int, arguments: Mapping[str, Json], content: Mapping[str, Json]) -> str:
    return f"type: [{kind:d}], args: [{compact(arguments)}], content: [{compact(content)}]"


def compact(value: Json) -> str:
    """Return JSON without blanks; nothing for what is empty."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""


class CommandKind(IntEnum):
    """What a command does, as the log numbers it."""

    READ = 0
    WRITE = 1
    EXECUTE = 2
    OBSERVE = 3


@dataclass(slots=True, eq=False)
class LoggedCommand:
    """A command and its steps, in the words of OneNET's page.

    Attributes:
        uuid: The platform's name for it.
        imei: Whom it is for.
        kind: What it does.
        arguments: The parameters of the call's query.
        content: The call's body.
        calendar: Tells the world's date and time.
        lines: When each step was and what it was, the first first.
        result: What the device told, if it was asked for something.
    """

    uuid: str
    imei: str
    kind: CommandKind
    arguments: Mapping[str, Json]
    content: Mapping[str, Json]
    calendar: Callable[[], datetime]
    lines: list[tuple[datetime, str]] = field(default_factory=list)
    result: Json = None

    def received(self) -> None:
        """Note that the platform has the command."""
        self._log(received(self.kind, self.arguments, self.content))

    def sent(self) -> None:
        """Note that it goes out to the device."""
        self._log(sent(self.kind, self.arguments, self.content))

    def confirmed(self, reason: Reason) -> None:
        """Note how the device answered."""
        self._log(confirmed(self.kind, _SEND_STATUS, reason))

    def fed_back(self, reason: Reason, result: Json) -> None:
        """Note what the application is answered."""
        told = f"confirm status: [{reason:d}], result: [{compact(result)}]"
        self._log(f"feedback message, type: [{self.kind:d}], {told}")

    def _log(self, text: str) -> None:
        self.lines.append((self.calendar(), text))


class CommandLog:
    """The newest commands, by uuid."""

    def __init__(self, random: Random, calendar: Callable[[], datetime]) -> None:
        self._random = random
        self._calendar = calendar
        self._commands: dict[str, LoggedCommand] = {}

    def begin(
        self, imei: str, kind: CommandKind, arguments: Mapping[str, Json], content: Mapping[str, Json]
    ) -> LoggedCommand:
        """Give a command its uuid and note that it was received."""
        uuid = str(self.new_uuid())
        command = LoggedCommand(uuid, imei, kind, arguments, content, self._calendar)
        self._commands[uuid] = command
        if len(self._commands) > COMMANDS_KEPT:
            del self._commands[next(iter(self._commands))]
        command.received()
        return command

    def new_uuid(self) -> UUID:
        """Draw a uuid."""
        return UUID(int=self._random.getrandbits(128), version=4)

    def find(self, uuid: str) -> LoggedCommand | None:
        """Return the command of that uuid, or None."""
        return self._commands.get(uuid)

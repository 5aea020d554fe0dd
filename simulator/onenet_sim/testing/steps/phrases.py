"""How a step is said: any number of phrasings for one function, and the values in them."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from pytest_bdd import parsers, step

from onenet_sim.world import Layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.world import World

_P = ParamSpec("_P")
_T = TypeVar("_T")

PATIENCE: Final = 5.0
"""Real seconds for which a step waits for what a host or an application outside the world does."""


def phrases(*patterns: str) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Make a function the step of several phrasings, each a regular expression whose groups are its arguments."""

    def decorate(function: Callable[_P, _T]) -> Callable[_P, _T]:
        for pattern in patterns:
            step(parsers.re(pattern), stacklevel=2)(function)
        return function

    return decorate


def parse_value(text: str) -> object:
    """Return a value as it stands in a step: JSON, or else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def same_value(one: object, other: object) -> bool:
    """Return whether two values are the same, numbers by value and never equal to a truth."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


class Tokens:
    """The ``{name}`` tokens of one scenario: bound where they first match, and equal after."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known

    def fill(self, text: str) -> str:
        """Return a text with its tokens in place.

        Raises:
            LookupError: One is not bound yet; the message has those that are.
        """

        def value(found: re.Match[str]) -> str:
            name = found["name"]
            if name not in self._known:
                raise LookupError(f"{{{name}}} stands for nothing yet; there are {self}")
            return self._known[name]

        return _TOKEN.sub(value, text)

    def match(self, expected: str, text: str) -> bool:
        """Return whether a text is what is expected; tokens that were free are bound if so."""
        found = re.fullmatch(self.pattern(expected), text)
        if found is not None:
            self._known.update(found.groupdict())
        return found is not None

    def pattern(self, expected: str) -> str:
        """Return the regular expression of what is expected, with a group for each free token."""
        pattern, end = "", 0
        free: set[str] = set()
        for found in _TOKEN.finditer(expected):
            name = found["name"]
            pattern += re.escape(expected[end : found.start()])
            if name in self._known:
                pattern += re.escape(self._known[name])
            elif name in free:
                pattern += f"(?P={name})"
            else:
                free.add(name)
                pattern += f'(?P<{name}>[^,"\\s]+)'
            end = found.end()
        return pattern + re.escape(expected[end:])

    def __setitem__(self, name: str, value: str) -> None:
        self._known[name] = value

    def __str__(self) -> str:
        return ", ".join(f"{{{name}}} = {value}" for name, value in self._known.items()) or "none"


_TOKEN: Final = re.compile(r"\{(?P<name>[A-Za-z_]\w*)\}")


def eventually(world: World, holds: Callable[[], bool]) -> bool:
    """Return whether something holds once all is settled, or soon after, since a host may still be at work."""
    world.settle()
    if holds():
        return True
    changed = threading.Event()
    unfollow = world.journal.follow(lambda _: changed.set())
    try:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if not changed.wait(max(0.0, deadline - time.monotonic())):
                return False
            changed.clear()
    finally:
        unfollow()
    return True


def reason(world: World) -> str:
    """Return the world's newest explanation of whatever went wrong, as the end of a message."""
    newest = world.journal.events(layer=Layer.DIAGNOSIS)[-1:]
    return "".join(f"\nthe newest explanation, of {event.time:g} s: {event.what}" for event in newest)

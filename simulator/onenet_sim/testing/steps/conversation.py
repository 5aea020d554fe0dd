"""What host and module say to each other in a scenario."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from onenet_sim.testing.steps.phrases import PATIENCE, Tokens, reason

if TYPE_CHECKING:
    from onenet_sim.world import Modem, World


class Conversation:
    """One scenario's host, on a serial line within the process.

    Attributes:
        world: The scenario's world.
        modem: The module that the host talks to.
        tokens: What the ``{name}`` tokens stand for.
        sent: The newest command line.
        answer: Its information text and final result.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.modem: Modem = world.modem
        self.tokens = Tokens({"imei": self.modem.imei, "imsi": self.modem.imsi})
        self.sent = ""
        self.answer: list[str] = []
        self.silence()

    def send(self, line: str) -> None:
        """Send a command line and wait for its final result.

        Raises:
            TimeoutError: None came.
        """
        self.sent = self.tokens.fill(line)
        self.answer = self.modem.command(self.sent, PATIENCE)

    def send_all(self, *lines: str) -> None:
        """Send command lines that must all be answered OK."""
        for line in lines:
            self.send(line)
            self.expect_answer("OK")

    def expect_answer(self, *expected: str) -> None:
        """Check the lines of the answer; one line alone is its final result."""
        answer = self.answer[-1:] if len(expected) == 1 else self.answer
        if len(answer) != len(expected) or not all(map(self.tokens.match, expected, answer)):
            raise AssertionError(
                f"{self.sent or 'nothing sent'} was answered {' | '.join(self.answer)}, "
                f"not {' | '.join(expected)}{reason(self.world)}"
            )

    def expect_refusal(self, number: str) -> None:
        """Check that the final result is an error of this number, in whatever spacing the module has."""
        if not re.fullmatch(rf"\+C(?:IS|ME) ERROR: ?{number}", "".join(self.answer[-1:])):
            raise AssertionError(
                f"{self.sent or 'nothing sent'} was answered {' | '.join(self.answer)}, "
                f"not with error {number}{reason(self.world)}"
            )

    def take(self, pattern: str, expected: str) -> re.Match[str]:
        """Return the next printed line that matches a regular expression; those before it stay."""
        self.world.settle()
        try:
            line = self.modem.expect(pattern, PATIENCE)
        except TimeoutError as error:
            raise AssertionError(f"the module did not print {expected}: {error}{reason(self.world)}") from None
        found = re.fullmatch(pattern, line)
        assert found is not None  # noqa: S101 - expect() matched it
        return found

    def expect_printed(self, expected: str) -> None:
        """Check that a line was or is being printed, and bind its tokens."""
        found = self.take(self.tokens.pattern(expected), expected)
        for name, value in found.groupdict().items():
            self.tokens[name] = value

    def expect_in_order(self, *expected: str) -> None:
        """Check the next lines that are printed, none between them."""
        for line in expected:
            printed = self.take(".*", line).group()
            if not self.tokens.match(line, printed):
                after = " | ".join(self.silence()) or "nothing"
                raise AssertionError(f"the module printed {printed}, not {line}; after it: {after}")

    def expect_event(self, event: str, extra: str | None = None) -> None:
        """Check that an event was or is being printed, in whatever spacing the module has."""
        rest = "(,.*)?" if extra is None else "," + self.tokens.pattern(extra)
        self.take(rf"\+MIPLEVENT: ?0,{event}{rest}", f"event {event}" + (f" with {extra}" if extra else ""))

    def silence(self) -> list[str]:
        """Return and drop all that is printed until everything is settled."""
        self.world.settle()
        return self.modem.line.lines()

    def log_in(self, lifetime: str, object_id: str, resources: str) -> None:
        """Log in through bootstrap with one object, in the module's grammar; ``{observe}`` is its OBSERVE's id."""
        listed = f'1,{len(resources)},"{resources}"'
        count = resources.count(";") + 1
        answers_by_host = self.modem.family == "C"
        self.send_all("AT+MIPLCREATE", f'AT+MIPLADDOBJ=0,{object_id},1,"1",{count},{count}')
        if not answers_by_host:
            self.send_all(f"AT+MIPLDISCOVERRSP=0,{object_id},{listed}")
        self.send_all(f"AT+MIPLOPEN=0,{lifetime},30")
        self.expect_event("6")
        observe = self._request("OBSERVE")
        self.tokens["observe"] = observe
        if answers_by_host:
            self.send_all(f"AT+MIPLOBSERVERSP=0,{observe},1")
            self.send_all(f"AT+MIPLDISCOVERRSP=0,{self._request('DISCOVER')},{listed}")
        else:
            self._request("READ")
        self.silence()

    def _request(self, name: str) -> str:
        """Return the message id of the next request of a kind."""
        return self.take(rf"\+MIPL{name}: ?0,(\d+),.*", f"+MIPL{name}").group(1)

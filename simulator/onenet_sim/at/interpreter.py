"""Runs a command line: one command after the other, up to the first error, one final result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from onenet_sim.at.command import Command, Done, ErrorFamily, ErrorTable, Refused, Result, Silent
from onenet_sim.at.parameters import ParameterFault, parse_arguments
from onenet_sim.at.syntax import Form, Invocation, SyntaxFault, split_arguments, split_line
from onenet_sim.at.text import Fields, InformationText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from onenet_sim.at.settings import LineSettings

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class FinalResult:
    """The end of an answer: ``OK`` or an error.

    Attributes:
        why: What an error is about, for the journal.
        unknown: The name of the command that the table does not have, if that is it.
        rule: The name of the rule that decided an error, if it has one.
        about: The journal's event behind an error, if there is one.
    """

    text: str
    why: str | None = None
    unknown: str = ""
    rule: str = ""
    about: int | None = None


@dataclass(frozen=True, slots=True)
class NoResult:
    """The line ends without a final result."""


_OK = FinalResult("OK")
Output = InformationText | FinalResult | NoResult


class Interpreter(Generic[C]):
    """Interprets lines by a table of commands.

    Args:
        commands: The commands by their names.
        errors: How each family of errors is printed.
        settings: The line's settings.
        escapes: Whether a backslash escapes a quote within a quoted value.
    """

    def __init__(
        self,
        commands: Mapping[str, Command[C]],
        errors: Mapping[ErrorFamily, ErrorTable],
        settings: LineSettings,
        *,
        escapes: bool,
    ) -> None:
        self._commands = commands
        self._errors = errors
        self._settings = settings
        self._escapes = escapes

    def run(self, state: C, line: str) -> Iterator[Output]:
        """Execute a line (without ``AT``) and yield information text as it arises, then one final result."""
        invocations = split_line(line, escapes=self._escapes)
        if isinstance(invocations, SyntaxFault):
            yield FinalResult("ERROR", f"{invocations} behind AT")
            return
        for invocation in invocations:
            command = self._commands.get(invocation.name)
            if command is None:
                why = f"this module has no command AT{invocation.name}"
                yield FinalResult("ERROR", why, invocation.name)
                return
            match self._call(state, command, invocation):
                case Done(lines):
                    yield from lines
                case Refused(number, why, rule, about):
                    text = self._errors[command.errors].final_result(number, self._settings.error_report)
                    yield FinalResult(text, why, rule=rule, about=about)
                    return
                case Silent():
                    yield NoResult()
                    return
        yield _OK

    def _call(self, state: C, command: Command[C], invocation: Invocation) -> Result:
        match invocation.form:
            case Form.EXEC if command.exec:
                return command.exec(state)
            case Form.READ if command.read:
                return command.read(state)
            case Form.TEST if command.test:
                return command.test(state)
            case Form.TEST if command.ranges:
                ranges = tuple(parameter.range for parameter in command.parameters)
                return Done((Fields(command.name, ranges),))
            case Form.SET if command.set:
                return self._set(state, command, invocation.argument_text)
            case _:
                table = self._errors[command.errors]
                offered = ", ".join(_offered(command)) or "no form at all"
                what = invocation.form.value.replace("+X", invocation.name)
                return Refused(table.unsupported, f"{what} does not exist; this command has {offered}")

    def _set(self, state: C, command: Command[C], argument_text: str) -> Result:
        assert command.set is not None  # noqa: S101 - the caller looked
        table = self._errors[command.errors]
        arguments = split_arguments(argument_text, escapes=self._escapes)
        if isinstance(arguments, SyntaxFault):
            return Refused(table.syntax, f"AT{command.name}: {arguments} of the parameters")
        values = parse_arguments(command.parameters, arguments, surplus=command.surplus)
        if isinstance(values, ParameterFault):
            number = table.syntax if values.missing else table.parameters.get(values.name, table.syntax)
            return Refused(number, f"AT{command.name}: {values}")
        return command.set(state, *values)


def _offered(command: Command[C]) -> Iterator[str]:
    for form, handler in (
        (Form.EXEC, command.exec),
        (Form.SET, command.set),
        (Form.READ, command.read),
        (Form.TEST, command.test or command.ranges),
    ):
        if handler:
            yield form.value.replace("+X", command.name)

"""Commands whose first parameter decides what the others are: each meaning is declared with its own parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onenet_sim.at import Argument, Command, ErrorFamily, Optional, ParameterFault, parse_arguments
from onenet_sim.modem.codes import Situation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onenet_sim.at import Parameter, Result
    from onenet_sim.modem.module import Module


@dataclass(frozen=True, slots=True)
class Variant:
    """One meaning of a command.

    Attributes:
        parameters: All of its parameters, the deciding one first.
        set: Called with the module and one value for each parameter.
    """

    parameters: tuple[Parameter[Any], ...]
    set: Callable[..., Result]


@dataclass(frozen=True, slots=True)
class _AsWritten:
    """An argument that is parsed once it is known which meaning the command has."""

    name: str
    range = ""

    def parse(self, argument: Argument) -> Argument:
        """Return the argument itself."""
        return argument


def variant_command(
    name: str,
    summary: str,
    deciding: str,
    variants: Mapping[str, Variant],
    *,
    source: str,
    read: Callable[[Module], Result] | None = None,
    test: Callable[[Module], Result] | None = None,
) -> Command[Module]:
    """Return a command with a meaning for each text that its first parameter, ``deciding``, may have."""
    most = max(len(variant.parameters) for variant in variants.values())

    def choose(module: Module, key: Argument, *rest: Argument | None) -> Result:
        variant = variants.get(key.text)
        if variant is None:
            fault = ParameterFault(1, deciding, repr(str(key)), "one of " + ", ".join(variants))
            return module.refuse(Situation.SYNTAX, f"AT{name}: {fault}")
        arguments = [key, *(each or Argument("") for each in rest)]
        while arguments[-1].omitted and len(arguments) > 1:
            arguments.pop()
        values = parse_arguments(variant.parameters, arguments)
        if isinstance(values, ParameterFault):
            return module.refuse(Situation.SYNTAX, f"AT{name}: {values}")
        return variant.set(module, *values)

    others = (Optional(_AsWritten(f"parameter{position}")) for position in range(1, most))
    parameters: tuple[Parameter[Any], ...] = (_AsWritten(deciding), *others)
    return Command(
        name, summary, parameters, set=choose, read=read, test=test, errors=ErrorFamily.CIS, source=source
    )

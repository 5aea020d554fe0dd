"""A call that the north-bound API has: a row of the tables from which it is served, checked and tested."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.parameters import Parameter
    from onenet_sim.onenet.platform import Platform

    Handler: TypeAlias = Callable[[Platform, Call], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One row: a call that there is.

    Attributes:
        method: Its HTTP method.
        path: Its path; names in braces stand for a segment.
        handler: Does it and returns the ``data`` of the answer, None for none.
        needs: The parameters of the query that must be there.
        takes: Those that may be there.
        body_is_query: Whether the parameters may stand in the body instead, as OneNET's page shows it.
        device_key: Whether a device's own key is enough, for that device.
    """

    method: str
    path: str
    handler: Handler
    needs: tuple[Parameter[object], ...] = ()
    takes: tuple[Parameter[object], ...] = ()
    body_is_query: bool = False
    device_key: bool = False

    def checked(self, call: Call) -> Call:
        """Return the call with this route's parameters only, or refuse one that is missing or does not fit."""
        if self.body_is_query:
            call = call.with_body_as_query()
        call = replace(call, query={name: text for name, text in call.query.items() if name in self._names})
        for parameter in self.needs:
            _ = call[parameter]
        for parameter in self.takes:
            call.get(parameter)
        return call

    def strangers(self, call: Call) -> list[str]:
        """Return the names in the call's query that this route does not take."""
        return [name for name in call.query if name not in self._names]

    @property
    def _names(self) -> set[str]:
        return {parameter.name for parameter in (*self.needs, *self.takes)}

"""How a machine can treat a message other than by the book; who decides that is not the platform's business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiocoap import Message


@dataclass(frozen=True, slots=True)
class Conduct:
    """What is done with one message that arrived. All but the first two are for confirmable requests.

    Attributes:
        discard: It is thrown away.
        reset: It is answered with RST.
        answer: It is answered with this, and not served.
        separate: World seconds until it is served; an empty ACK goes first, the answer is a message of its own.
        late: World seconds for which the answer is held.
        wrong_token: The answer has a token that the module does not know.
    """

    discard: bool = False
    reset: bool = False
    answer: Message | None = None
    separate: float | None = None
    late: float = 0.0
    wrong_token: bool = False


Conductor: TypeAlias = "Callable[[Message], Conduct | None]"
"""Asked for each message that arrives and was not taken before, within its event; None is by the book."""


def by_the_book(_message: Message) -> None:
    """Let a message be treated as it should."""

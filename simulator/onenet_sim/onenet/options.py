"""Which options of a request the machines understand, and what becomes of one that they do not.

Source: RFC 7252 §5.4.1 (critical options, those with an odd number), §5.7.2 (a server that is no proxy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap import BAD_OPTION, CON, PROXYING_NOT_SUPPORTED, Message
from aiocoap.numbers.optionnumbers import OptionNumber

from onenet_sim.onenet.conduct import Conduct
from onenet_sim.onenet.gate import AUTH_CODE

if TYPE_CHECKING:
    from aiocoap import Code

_TOKEN_OF_A_DRAFT = OptionNumber(19)
_PROXY = frozenset({OptionNumber.PROXY_URI, OptionNumber.PROXY_SCHEME})
_UNDERSTOOD = frozenset(
    {
        OptionNumber.URI_HOST,
        OptionNumber.URI_PORT,
        OptionNumber.URI_PATH,
        OptionNumber.URI_QUERY,
        OptionNumber.ACCEPT,
        _TOKEN_OF_A_DRAFT,
        OptionNumber.BLOCK2,
        OptionNumber.BLOCK1,
        AUTH_CODE,
    }
)


def refusal_of(request: Message) -> tuple[Conduct, str] | None:
    """Return how a request is refused whose critical options are not all understood, and why; else None.

    One that is confirmable gets an answer, any other a RST.
    """
    for option in request.opt.option_list():
        if option.number in _PROXY:
            return _refusal(request, PROXYING_NOT_SUPPORTED, f"option {int(option.number)} is for a proxy")
        if option.number.is_critical() and option.number not in _UNDERSTOOD:
            why = f"option {int(option.number)} is critical, and the platform does not know it"
            return _refusal(request, BAD_OPTION, why)
    return None


def _refusal(request: Message, code: Code, why: str) -> tuple[Conduct, str]:
    if request.mtype is CON:
        return Conduct(answer=Message(code=code)), f"{code.dotted}: {why}"
    return Conduct(reset=True), f"RST: {why}"

"""The table of faults: each kind, what it does, and the keys of its own. Documentation and checks come from it.

The names begin with the layer that is struck. ``up`` is towards the platform, ``down`` towards the host.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Way(Enum):
    """What a kind of fault needs in order to strike."""

    OCCASION = "it strikes what passes"
    MOMENT = "it strikes when it begins, or what passes if match, at or probability say so"
    CONDITION = "it holds from its beginning to its end"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault.

    Attributes:
        summary: What it does.
        way: What it needs in order to strike.
        occasion: What ``match`` is compared with and ``at`` counts; empty if the kind has no occasions.
        directed: Whether ``direction`` can be told.
        keys: Its own keys that may be given.
        needs: Those that must be given.
        defaults: What is taken for keys that are left out.
    """

    summary: str
    way: Way
    occasion: str = ""
    directed: bool = False
    keys: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)


def _kind(
    summary: str,
    way: Way,
    occasion: str = "",
    *,
    directed: bool = False,
    keys: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    **defaults: object,
) -> Kind:
    own = (*needs, *keys, *(key for key in defaults if key not in {*keys, *needs, "match", "direction"}))
    return Kind(summary, way, occasion, directed, own, needs, MappingProxyType(defaults))


_OCTETS = "a piece of octets on the line, as the journal shows it"
_COMMAND = "a command line, such as AT+CSQ"
_DATAGRAM = "a datagram, as `host:port` and the journal's line of its CoAP message"
_MESSAGE = "a CoAP message that arrives, as the journal shows it"

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "line.drop": _kind(
            "Octets are lost: `size` in a row, or the whole piece.",
            Way.OCCASION,
            _OCTETS,
            directed=True,
            keys=("size",),
        ),
        "line.garble": _kind("`size` octets are others.", Way.OCCASION, _OCTETS, directed=True, size=1),
        "line.delay": _kind(
            "A piece comes `seconds` later, and up to `jitter` more.",
            Way.OCCASION,
            _OCTETS,
            directed=True,
            seconds=1.0,
            jitter=0.0,
        ),
        "line.stall": _kind(
            "A piece stops half-way for `seconds`.", Way.OCCASION, _OCTETS, directed=True, seconds=1.0
        ),
        "line.chunk": _kind(
            "A piece comes in pieces of `size` octets, `seconds` apart.",
            Way.OCCASION,
            _OCTETS,
            directed=True,
            size=1,
            seconds=0.01,
        ),
        "line.noise": _kind("A piece reads as at a wrong baud rate.", Way.OCCASION, _OCTETS, directed=True),
        "line.unplug": _kind("The line is cut, both ways.", Way.CONDITION),
        "line.urc": _kind(
            "A URC stands at a `placement` in the answer: `text`, or the next one, held up to `seconds` for it.",
            Way.OCCASION,
            _COMMAND,
            keys=("text",),
            needs=("placement",),
            seconds=10.0,
        ),
        "line.chatter": _kind(
            "A URC stands at a `placement` in the answer: one that the module could print just then, or `text` "
            "where it could.",
            Way.OCCASION,
            _COMMAND,
            keys=("text",),
            needs=("placement",),
        ),
        "module.reboot": _kind("The module restarts by itself.", Way.MOMENT, _COMMAND),
        "module.hang": _kind(
            "The module neither hears nor says anything for `seconds`, or until it is reset.",
            Way.MOMENT,
            _COMMAND,
            keys=("seconds",),
        ),
        "module.brown_out": _kind(
            "The power fails after `size` octets of an answer, or its half; the module boots again.",
            Way.OCCASION,
            _COMMAND,
            keys=("size",),
        ),
        "module.memory_full": _kind(
            "The module refuses with its error for a lack of memory.", Way.OCCASION, _COMMAND, match=r"AT\+MIPL"
        ),
        "module.answer": _kind(
            "The module answers `text` (several lines if it has line ends) and does nothing.",
            Way.OCCASION,
            _COMMAND,
            text="ERROR",
        ),
        "module.slow": _kind(
            "The answer comes `seconds` late, and what the module says after it too.",
            Way.OCCASION,
            _COMMAND,
            seconds=5.0,
        ),
        "air.no_coverage": _kind("There is no cell.", Way.CONDITION),
        "air.roaming": _kind("The cell is that of another operator.", Way.CONDITION),
        "air.signal": _kind("The signal is another.", Way.CONDITION, keys=("rsrp", "snr", "ecl")),
        "air.drive": _kind(
            "The signal is that of a drive test: a CSV `file` with time, rsrp, sinr, ecl.",
            Way.CONDITION,
            needs=("file",),
        ),
        "air.psm": _kind("The module goes to sleep at once, as at the end of its active time.", Way.MOMENT),
        "air.release": _kind("The network releases the connection at once.", Way.MOMENT),
        "air.cell": _kind("The module is in another `cell`, or in one that is drawn.", Way.MOMENT, keys=("cell",)),
        "air.latency": _kind(
            "From a datagram to its answer it takes `ecl0`, `ecl1` or `ecl2` seconds, half of it each way.",
            Way.OCCASION,
            _DATAGRAM,
            directed=True,
            ecl0=0.1,
            ecl1=2.0,
            ecl2=10.0,
        ),
        "network.loss": _kind(
            "A datagram is lost; with `direction` the other one still works.",
            Way.OCCASION,
            _DATAGRAM,
            directed=True,
        ),
        "network.duplicate": _kind("A datagram arrives twice.", Way.OCCASION, _DATAGRAM, directed=True),
        "network.reorder": _kind(
            "A datagram waits for the next one of its direction to pass, up to `seconds`.",
            Way.OCCASION,
            _DATAGRAM,
            directed=True,
            seconds=1.0,
        ),
        "network.delay": _kind(
            "A datagram takes `seconds`, and up to `jitter` more.",
            Way.OCCASION,
            _DATAGRAM,
            directed=True,
            seconds=1.0,
            jitter=0.0,
        ),
        "network.corrupt": _kind(
            "A bit is wrong in each of `size` octets.", Way.OCCASION, _DATAGRAM, directed=True, size=1
        ),
        "network.mtu": _kind(
            "A datagram of more than `size` octets is lost.", Way.OCCASION, _DATAGRAM, directed=True, size=1280
        ),
        "network.unreachable": _kind("No datagram reaches the host or leaves it.", Way.OCCASION, _DATAGRAM),
        "network.nat_rebind": _kind("The module is seen under another port from then on.", Way.MOMENT, _DATAGRAM),
        "network.nat_expiry": _kind(
            "After `seconds` without traffic the NAT forgets the module: what comes down is lost until the next "
            "datagram goes up, from another port.",
            Way.OCCASION,
            _DATAGRAM,
            seconds=60.0,
        ),
        "platform.answer": _kind(
            "A request is answered with a `code` such as 4.03, and a payload of `text`.",
            Way.OCCASION,
            _MESSAGE,
            keys=("text",),
            needs=("code",),
        ),
        "platform.silent": _kind("A message is thrown away.", Way.OCCASION, _MESSAGE),
        "platform.reset": _kind("A message is answered with RST.", Way.OCCASION, _MESSAGE),
        "platform.separate": _kind(
            "An empty ACK first, and the answer as a CON of its own `seconds` later.",
            Way.OCCASION,
            _MESSAGE,
            seconds=5.0,
        ),
        "platform.late_ack": _kind("The answer comes `seconds` late.", Way.OCCASION, _MESSAGE, seconds=5.0),
        "platform.wrong_token": _kind("The answer has a token that nobody knows.", Way.OCCASION, _MESSAGE),
        "platform.delete_device": _kind("The device's record is deleted.", Way.MOMENT),
    }
)
"""All kinds of faults, by name."""

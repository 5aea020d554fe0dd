"""What a module keeps when it restarts or loses power: the settings of ``AT+MIPLCONFIG`` and ``AT+MIPLFOTACFG``.

Sources: the AT layer of XY1100's chip firmware, which writes each of them to its flash; LwM2M user manual for
OneMO modules 4.10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.modem.coap import Peer
from onenet_sim.modem.device import Server

if TYPE_CHECKING:
    from onenet_sim.modem.profile import Profile

_FOTA_HOURS = 360


@dataclass(slots=True)
class Configuration:
    """The settings of one module, for as long as it exists.

    Attributes:
        server: Where the exec form of CREATE goes.
        stores_code: The server came by a register code.
        ack_timeout: Seconds to the first retransmission of a CoAP message.
        answers_observe: The module answers OBSERVE by itself.
        writes_as_text: ``+MIPLWRITE`` prints an opaque value as its octets, not as hex.
        buffer_urc: The second parameter of mode 7; nothing is ever buffered, so it shows only there.
        fota_hours: For how long a firmware update may go on, in hours; no such update exists here.
    """

    server: Server
    ack_timeout: float
    answers_observe: bool
    stores_code: bool = False
    writes_as_text: bool = False
    buffer_urc: int = 0
    fota_hours: int = _FOTA_HOURS


def factory_configuration(profile: Profile) -> Configuration:
    """Return the configuration of a module that nobody has configured yet."""
    host, _, port = profile.mipl.default_host.partition(":")
    return Configuration(
        server=Server(Peer(host, int(port)), bootstrap=True),
        ack_timeout=profile.coap.ack_timeout,
        answers_observe=profile.mipl.answers_observe,
    )

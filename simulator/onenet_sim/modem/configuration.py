"""What a module keeps when it restarts or loses power: MIPL settings, power saving, contexts, firmware.

Sources: the AT layer of XY1100's chip firmware, which writes the settings of ``AT+MIPLCONFIG`` to its flash; LwM2M
user manual for OneMO modules 4.10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onenet_sim.lwm2m import UpdateResult
from onenet_sim.modem.coap import Peer
from onenet_sim.modem.device import Server
from onenet_sim.modem.power_saving import Paging, PowerSaving

if TYPE_CHECKING:
    from onenet_sim.modem.profile import Profile

_FOTA_HOURS = 360


@dataclass(slots=True)
class Flash:
    """The module's own firmware, and what an update needs to know of itself after a restart.

    Attributes:
        revision: The version that runs.
        image: A downloaded image that was not installed yet.
        installs: The next boot installs the image.
        result: What became of the newest download or update.
        finished: An update has succeeded, and the module has not logged in since.
    """

    revision: str
    image: bytes | None = None
    installs: bool = False
    result: UpdateResult = UpdateResult.INITIAL
    finished: bool = False


@dataclass(slots=True)
class Configuration:
    """The settings of one module, for as long as it exists.

    Attributes:
        server: Where the exec form of CREATE goes.
        ack_timeout: Seconds to the first retransmission of a CoAP message.
        answers_observe: The module answers OBSERVE by itself.
        updates_itself: The module updates by itself where its profile says that it does.
        writes_as_text: ``+MIPLWRITE`` prints an opaque value as its octets, not as hex.
        buffer_urc: The second parameter of mode 7; nothing is ever buffered, so it shows only there.
        power_saving: What ``AT+CPSMS=`` asked for.
        paging: What ``AT+CEDRXS=`` asked for.
        contexts: Type and access point of each context, by its cid, as ``AT+CGDCONT=`` was given them.
        rate: The baud rate that ``AT+IPR`` or ``AT+NATSPEED`` has fixed; with 0 the module finds it by itself.
        remembered: What commands that only keep a setting were given, by command.
        flash: The firmware.
        fota_hours: How long the download of a firmware may take, in hours.
    """

    server: Server
    ack_timeout: float
    answers_observe: bool
    flash: Flash
    updates_itself: bool = True
    writes_as_text: bool = False
    buffer_urc: int = 0
    fota_hours: int = _FOTA_HOURS
    power_saving: PowerSaving = field(default_factory=PowerSaving)
    paging: Paging = field(default_factory=Paging)
    contexts: dict[int, tuple[str, str]] = field(default_factory=dict)
    rate: int = 0
    remembered: dict[str, str] = field(default_factory=dict)


def factory_configuration(profile: Profile) -> Configuration:
    """Return the configuration of a module that nobody has configured yet."""
    host, _, port = profile.mipl.default_host.partition(":")
    return Configuration(
        server=Server(Peer(host, int(port)), bootstrap=True),
        ack_timeout=profile.coap.ack_timeout,
        answers_observe=profile.mipl.answers_observe,
        contexts={profile.general.cid: ("IP", profile.general.access_point)},
        remembered=dict(profile.general.remembered),
        flash=Flash(profile.label.revision),
    )

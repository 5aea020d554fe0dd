"""What a module could print just now without being asked: URCs that tell what holds already.

A host that takes no notice of them has missed nothing, and one that does is told nothing new. So they may stand
wherever a module may print a URC, and disturb a host by their place alone.

Sources: 3GPP TS 27.007, 10.1.22 (a network may let a module register anew at any time); 3GPP TS 36.331 (the
connection); LwM2M user manual for OneMO modules 3.11 (the platform may observe again what it observes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import fields
from onenet_sim.modem import urcs
from onenet_sim.modem.radio_habits import SleepReport

if TYPE_CHECKING:
    from onenet_sim.modem.module import Module


def asides(module: Module) -> list[str]:
    """Return the lines, in the module's spacing; none if the host has switched nothing on and is not logged in.

    They are the registration (``AT+CEREG=``), the connection (``AT+CSCON=``), that the module is awake, its
    address where it prints that when it finds its network, and the newest OBSERVE of the login once more.
    """
    if module.settings.quiet or module.sleep.deaf:
        return []
    radio, sleep = module.radio, module.profile.sleep
    found = []
    if radio.cereg:
        found.append(module.render(radio.registration(urc=True), urc=True))
    if radio.cscon:
        found.append(module.render(fields("+CSCON", int(radio.connected)), urc=True))
    saves = module.configuration.power_saving.enabled and not module.sleep.asleep
    if saves and sleep.leave_text and SleepReport.LEAVE in module.sleep.reporting:
        found.append(sleep.leave_text)
    if radio.usable:
        found += [line.format(address=module.identity.address) for line in module.profile.boot.network_text]
    observed = module.reports.newest
    if module.logged_in and observed is not None:
        found.append(module.render(urcs.observe(observed.number, observed.path, add=True), urc=True))
    return found

"""When a module updates by itself, and when it warns of the end of its lifetime. All times are in seconds.

Sources: LwM2M user manual for OneMO modules 4.5; CIS SDK ``cis_registration.c``, ``registration_step``.
"""

from __future__ import annotations

from onenet_sim.modem.login_habits import OwnUpdate, ShortWarning

_AUTOMATIC_LEAD = 30
"""Between an update that ``AT+MIPLUPDATESET`` asked for and the end of the lifetime."""
_AUTOMATIC_LEAST = 60
"""The least lifetime for which there is one."""
_OWN_UPDATE = {
    OwnUpdate.NEVER: (),
    OwnUpdate.NINE_TENTHS: ((0, 0.9),),
    OwnUpdate.STEPWISE: ((0, 0.5), (30, 0.75), (50, 0.8), (100, 0.9), (300, 0.95)),
}
"""Of the part of the lifetime above each bound, the share that passes before the module updates."""
_ALL_TRANSMISSIONS = 31
"""Ack time-outs that all transmissions of a message take, when none is answered."""


def own_update_after(lifetime: int, habit: OwnUpdate, *, asked_for: bool) -> float | None:
    """Return how long after a login or update the module updates by itself, or None.

    Args:
        lifetime: The lifetime in force.
        habit: What the module does of its own accord.
        asked_for: ``AT+MIPLUPDATESET`` has asked for it.
    """
    if asked_for and lifetime >= _AUTOMATIC_LEAST:
        return lifetime - _AUTOMATIC_LEAD
    steps = _OWN_UPDATE[habit]
    if not steps:
        return None
    ends = (*(bound for bound, _ in steps[1:]), lifetime)
    return sum(share * max(0, min(lifetime, end) - bound) for (bound, share), end in zip(steps, ends, strict=True))


def warning_lead(lifetime: int, ack_timeout: float, short: ShortWarning) -> float:
    """Return how long before the end of a lifetime event 14 first comes.

    Args:
        lifetime: The lifetime in force.
        ack_timeout: The time to a message's first retransmission.
        short: What holds for a lifetime of at most 46.5 ack time-outs.
    """
    retransmission = _ALL_TRANSMISSIONS * ack_timeout
    long = retransmission * 1.5
    if lifetime > 2 * long:
        return long
    if lifetime > long:
        return retransmission
    match short:
        case ShortWarning.CURVE:
            return lifetime * (1 - lifetime / (1.5 * long))
        case ShortWarning.HALF:
            return lifetime / 2

"""What a world looks like at a moment, as JSON: for the control API, scripts and the ready line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.network import Destination, Role

if TYPE_CHECKING:
    from onenet_sim.journal import Json
    from onenet_sim.modem.radio import Radio
    from onenet_sim.onenet import Device, Upgrade
    from onenet_sim.world.bench import Bench
    from onenet_sim.world.clock import Clock
    from onenet_sim.world.simulation import Simulation


def world_state(simulation: Simulation) -> dict[str, Json]:
    """Return world time, modems and devices."""
    clock = simulation.clock
    return {
        **clock_state(clock),
        "seed": simulation.settings.seed,
        "modems": [modem_state(bench, clock.now) for bench in simulation.benches.values()],
        "devices": [_device(device) for device in simulation.platform.devices],
        "failure": simulation.failure,
        "journal": {"events": len(simulation.journal), "dropped": simulation.journal.dropped},
    }


def clock_state(clock: Clock) -> dict[str, Json]:
    """Return world time in seconds, on the calendar, and how it goes."""
    return {
        "time": round(clock.now, 6),
        "calendar": clock.calendar.isoformat(timespec="milliseconds"),
        "clock": str(clock.mode),
    }


def coap_addresses(simulation: Simulation) -> dict[str, str | None]:
    """Return where each machine listens, plain and with DTLS; None is nowhere."""
    return {
        f"{role}{suffix}": str(endpoint.local) if endpoint else None
        for suffix, dtls in (("", False), ("_dtls", True))
        for role in Role
        for endpoint in (simulation.endpoints.get(Destination(role, dtls)),)
    }


def describe_modem(bench: Bench) -> dict[str, Json]:
    """Return a modem's name, profile, numbers, and what a host opens to reach it."""
    modem = bench.modem
    described: dict[str, Json] = {"name": modem.name, "profile": modem.profile.name}
    for port in bench.ports:
        described |= port.described
    identity = modem.identity
    return {**described, "imei": identity.imei, "imsi": identity.imsi, "iccid": identity.iccid}


def modem_state(bench: Bench, now: float) -> dict[str, Json]:
    """Return a modem's description, power, radio and MIPL session at world time ``now``."""
    module = bench.modem.module
    state: dict[str, Json] = {
        **describe_modem(bench),
        "power": str(bench.modem.power),
        "host": any(port.attached for port in bench.ports),
        "radio": None,
        "mipl": None,
    }
    if module is not None:
        session = module.session
        state["radio"] = _radio(module.radio, asleep=module.sleep.asleep)
        state["mipl"] = {
            "device": module.device is not None,
            "session": str(session.state),
            "lifetime": session.lifetime,
            "lifetime_left": None if session.expires is None else round(session.expires - now, 3),
        }
    return state


def _radio(radio: Radio, *, asleep: bool) -> dict[str, Json]:
    reception = radio.reception
    return {
        "registered": radio.usable,
        "connected": radio.connected,
        "asleep": asleep,
        "coverage": reception.coverage,
        "rsrp": reception.rsrp,
        "snr": reception.snr,
        "ecl": reception.ecl,
    }


def _device(device: Device) -> dict[str, Json]:
    return {
        "id": device.id,
        "imei": device.imei,
        "imsi": device.imsi,
        "online": device.online,
        "api_key": device.api_key,
    }


def upgrade_state(upgrade: Upgrade) -> dict[str, Json]:
    """Return an upgrade as it stands."""
    return {
        "kind": str(upgrade.kind),
        "version": upgrade.version,
        "size": upgrade.size,
        "sent": upgrade.sent,
        "state": str(upgrade.state),
        "reason": upgrade.reason,
    }

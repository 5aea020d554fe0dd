"""Commands about signal and cell: 3GPP's and those of each maker of chips (TS 27.007, 8.5 and 8.69)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, Integer, Quoted, Text, Verbatim, done, fields
from onenet_sim.modem.radio import AREA

if TYPE_CHECKING:
    from onenet_sim.at import Field, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_UNKNOWN = 99
_NOT_USED = 255
_EARFCN, _PHYSICAL_CELL, _BAND, _FREQUENCY_OFFSET = 3684, 131, 8, 2
_SENDING_POWER = 230
_OPERATOR_MODE = 4
_TENTHS = 10
_IN_BAND = 3


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    return [
        Command("+CSQ", "signal", exec=lambda module: done(fields("+CSQ", module.radio.reception.csq, _UNKNOWN))),
        Command("+CESQ", "signal, in detail", exec=_extended_signal),
        *(_CELL_REPORTS[name] for name in profile.general.cell_reports),
    ]


def _extended_signal(module: Module) -> Result:
    reception = module.radio.reception
    if not reception.coverage:
        return done(fields("+CESQ", _UNKNOWN, _UNKNOWN, _NOT_USED, _NOT_USED, _NOT_USED, _NOT_USED))
    quality = max(0, min(34, 2 * reception.rsrq + 40))
    power = max(0, min(97, reception.rsrp + 141))
    return done(fields("+CESQ", _UNKNOWN, _UNKNOWN, _NOT_USED, _NOT_USED, quality, power))


def _statistics(module: Module) -> dict[str, int]:
    """Return what ``AT+NUESTATS`` tells, by the words it uses; powers and ratios are in tenths."""
    radio, reception = module.radio, module.radio.reception
    return {
        "Signal power": _TENTHS * reception.rsrp,
        "Total power": _TENTHS * reception.rssi,
        "TX power": _SENDING_POWER if radio.sending else 0,
        "TX time": radio.sending,
        "RX time": radio.listening,
        "Cell ID": int(radio.cell, 16),
        "ECL": reception.ecl,
        "SNR": _TENTHS * reception.snr,
        "EARFCN": _EARFCN,
        "PCI": _PHYSICAL_CELL,
        "RSRQ": _TENTHS * reception.rsrq,
        "OPERATOR MODE": _OPERATOR_MODE,
    }


def _radio_statistics(module: Module) -> Result:
    band = {"CURRENT BAND": _BAND} if module.profile.general.tells_band else {}
    told = _statistics(module) | band
    return done(Verbatim("\n".join(f"{name}:{value}" for name, value in told.items())))


def _chosen_statistics(module: Module, kind: str) -> Result:
    if kind.upper() == "RADIO":
        return _radio_statistics(module)
    told = _statistics(module)
    serving = 1
    values = ("EARFCN", "PCI", serving, "Signal power", "RSRQ", "Total power", "SNR")
    cell = (str(told[value] if isinstance(value, str) else value) for value in values)
    return done(Verbatim("NUESTATS:CELL," + ",".join(cell)))


def _onemo_statistics(module: Module, kind: str) -> Result:
    return done(fields("+MUESTATS", Quoted(kind), *_statistics(module).values()))


def _engineering(module: Module, _mode: int) -> Result:
    """The serving cell; power and ratios are in whole dB here."""
    reception = module.radio.reception
    figures: tuple[Field, ...] = (reception.rsrp, reception.rsrq, reception.rssi, reception.snr, _BAND)
    cell = module.radio.cell.lstrip("0")
    first = f'*ENGINFOSC: {_EARFCN},{_FREQUENCY_OFFSET},{_PHYSICAL_CELL},"{cell}"'
    return done(Verbatim(f'{first}\n,{",".join(map(str, figures))},"{AREA}",{reception.ecl},'))


def _serving_cell(module: Module, _mode: int) -> Result:
    """The serving cell, as Quectel prints it: an empty frequency offset, the rest in whole dB."""
    radio, reception = module.radio, module.radio.reception
    power = (reception.rsrp, reception.rsrq, reception.csq, reception.snr, _BAND)
    cell = Quoted(radio.cell)
    tail = (AREA, reception.ecl, _SENDING_POWER // _TENTHS if radio.sending else 0, _IN_BAND)
    return done(fields("+QENG", 0, _EARFCN, "", _PHYSICAL_CELL, cell, *power, *tail))


_CELL_REPORTS: dict[str, Command[Module]] = {
    "+NUESTATS": Command(
        "+NUESTATS",
        "signal and cell",
        (Text("type", 4, 5, "(?i)RADIO|CELL", "RADIO or CELL"),),
        set=_chosen_statistics,
        exec=_radio_statistics,
        source="hi2115; oneos",
    ),
    "+MUESTATS": Command(
        "+MUESTATS",
        "signal and cell",
        (Text("type", 5, 5, "radio", "radio"),),
        set=_onemo_statistics,
        source="extended-at",
    ),
    "+QENG": Command(
        "+QENG", "signal and cell", (Integer("mode", 0, 1),), set=_serving_cell, source="quectel-drivers"
    ),
    "*ENGINFO": Command(
        "*ENGINFO", "signal and cell", (Integer("mode", 0, 1),), set=_engineering, source="oneos m5311"
    ),
}
"""The makers' own reports, of which a profile names those it has."""

"""The MIPL URCs: which fields each has, in which order, in which family.

Source: LwM2M user manual for OneMO modules 3.11 to 3.20; the CIS SDK's AT layer for family C; public programs for
the first M5310 firmware for family L.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Field, Fields, Quoted, fields
from onenet_sim.lwm2m import FIRMWARE_OBJECT
from onenet_sim.modem.codes import BlockPlace, MiplEvent
from onenet_sim.modem.profile import Family
from onenet_sim.modem.request_habits import ExecuteText, WriteFlag
from onenet_sim.modem.values import MiplValue, ValueType, print_value

if TYPE_CHECKING:
    from onenet_sim.lwm2m import Attributes, Path
    from onenet_sim.modem.request_habits import RequestHabits

REF = 0
NAMES = frozenset({"+MIPLREAD", "+MIPLWRITE", "+MIPLEXECUTE"})
"""Lines that are spaced as URCs also where a command's answer holds them."""
_ABSENT = -1
_THRESHOLDS = frozenset({"lt", "gt", "st"})
_OUTCOMES = {
    MiplEvent.BOOTSTRAP_FAILED: ("+MIPLOPEN", 0),
    MiplEvent.REGISTERED: ("+MIPLOPEN", 1),
    MiplEvent.REGISTER_FAILED: ("+MIPLOPEN", 0),
    MiplEvent.REGISTER_TIMEOUT: ("+MIPLOPEN", 0),
    MiplEvent.UPDATED: ("+MIPLUPDATE", 1),
    MiplEvent.UPDATE_FAILED: ("+MIPLUPDATE", 0),
    MiplEvent.UPDATE_TIMEOUT: ("+MIPLUPDATE", 0),
    MiplEvent.DEREGISTERED: ("+MIPLCLOSE", 1),
    MiplEvent.NOTIFY_FAILED: ("+MIPLNOTIFY", 0),
    MiplEvent.NOTIFY_DONE: ("+MIPLNOTIFY", 1),
}
"""How family L tells an event: by the name of the command that brought it about, with 1 for success."""


def event(identifier: MiplEvent, family: Family, *extras: int) -> Fields:
    """``+MIPLEVENT: <ref>,<event>[,<extra>]``; family L has ``+MIPLOPEN:<ref>[,<extra>],<success>`` and such."""
    match family:
        case Family.LEGACY if identifier in _OUTCOMES:
            name, success = _OUTCOMES[identifier]
            return fields(name, REF, *extras, success)
        case Family.ONEMO | Family.CIS | Family.LEGACY:
            return fields("+MIPLEVENT", REF, int(identifier), *extras)


def _levels(path: Path) -> tuple[int, int, int]:
    instance = _ABSENT if path.instance_id is None else path.instance_id
    resource = _ABSENT if path.resource_id is None else path.resource_id
    return path.object_id, instance, resource


def observe(number: int, path: Path, *, add: bool) -> Fields:
    """``+MIPLOBSERVE: <ref>,<mid>,<flag>,<objid>,<insid>,<resid>``; flag 1 adds, 0 cancels."""
    return fields("+MIPLOBSERVE", REF, number, int(add), *_levels(path))


def discover(number: int, path: Path) -> Fields:
    """``+MIPLDISCOVER: <ref>,<mid>,<objid>``."""
    return fields("+MIPLDISCOVER", REF, number, path.object_id)


def read(number: int, path: Path) -> Fields:
    """``+MIPLREAD: <ref>,<mid>,<objid>,<insid>,<resid>``."""
    return fields("+MIPLREAD", REF, number, *_levels(path))


def execute(number: int, path: Path, argument: str, form: ExecuteText) -> Fields:
    """``+MIPLEXECUTE: <ref>,<mid>,<objid>,<insid>,<resid>[,<len>,"<argument>"]``; object 5 has both always."""
    shown = argument or form is ExecuteText.ALWAYS or path.object_id == FIRMWARE_OBJECT
    text: Field = argument if form is ExecuteText.BARE else Quoted(argument)
    tail: tuple[Field, ...] = (len(argument), text) if shown else ()
    return fields("+MIPLEXECUTE", REF, number, *_levels(path), *tail)


def parameter(number: int, path: Path, attributes: Attributes, habits: RequestHabits) -> Fields:
    """``+MIPLPARAMETER: <ref>,<mid>,<objid>,<insid>,<resid>,<len>,"pmin=15;pmax=60"``."""
    separator = "; " if "; " in habits.attributes else ";"
    given = dict(item.split("=") for item in attributes.to_query())
    if habits.all_attributes:
        given = dict.fromkeys(habits.attributes.split(separator), "0") | given
    if habits.attribute_decimals:
        given |= {
            name: f"{float(given[name]):.{habits.attribute_decimals}f}" for name in _THRESHOLDS & given.keys()
        }
    text = separator.join(f"{name}={given[name]}" for name in habits.attributes.split(separator) if name in given)
    return fields("+MIPLPARAMETER", REF, number, *_levels(path), len(text), Quoted(text))


def block(number: int, path: Path, octets: bytes, place: BlockPlace) -> Fields:
    """``+MIPLWRITE: <ref>,<mid>,<objid>,<insid>,<resid>,2,<hex digits>,<hex>,<flag>`` for a block of an image."""
    text = octets.hex().upper()
    return fields("+MIPLWRITE", REF, number, *_levels(path), int(ValueType.OPAQUE), len(text), text, int(place))


def write(
    number: int,
    values: list[tuple[Path, MiplValue]],
    family: Family,
    habits: RequestHabits,
    *,
    buffered: bool,
    as_text: bool,
) -> list[Fields]:
    """``+MIPLWRITE: <ref>,<mid>,<objid>,<insid>,<resid>,<type>,<len>,<value>,<flag>[,<index>]``, one a value.

    In buffered mode a 0 follows family O's flag, as in the manual's example (4.3). Family C ends in flag and
    index, which is how many values are left; with ``as_text`` it prints the octets of an opaque value, up to the
    first NUL. How family L ends is not known; it is taken for family O's form.
    """
    lines = []
    for position, (path, value) in enumerate(values):
        left = len(values) - position - 1
        runs = habits.write_flag is WriteFlag.RUNS
        pieces = _pieces(value, family, habits, as_text=as_text)
        for place, (length, text) in enumerate(pieces):
            if len(pieces) > 1:
                flag = _place(place, len(pieces))
            else:
                flag = _place(position, len(values)) if runs else BlockPlace.LAST
            match family:
                case Family.ONEMO | Family.LEGACY:
                    tail: tuple[Field, ...] = (int(flag), 0) if buffered else (int(flag),)
                case Family.CIS:
                    tail = (int(flag), left)
            lines.append(fields("+MIPLWRITE", REF, number, *_levels(path), int(value.type), length, text, *tail))
    return lines


def _place(position: int, count: int) -> BlockPlace:
    if position == count - 1:
        return BlockPlace.LAST
    return BlockPlace.MIDDLE if position else BlockPlace.FIRST


def _pieces(value: MiplValue, family: Family, habits: RequestHabits, *, as_text: bool) -> list[tuple[int, Field]]:
    """Return the length and value fields of each line that a value takes."""
    whole = print_value(value)
    match value.type:
        case ValueType.OPAQUE if 0 < habits.opaque_piece < len(whole) // 2:
            digits = 2 * habits.opaque_piece
            cuts = [whole[begin : begin + digits] for begin in range(0, len(whole), digits)]
            return [(len(cut) // 2, cut) for cut in cuts]
        case ValueType.STRING if 0 < habits.string_piece < len(whole):
            size = habits.string_piece
            cuts = [whole[begin : begin + size] for begin in range(0, len(whole), size)]
            return [(len(cut), cut) for cut in cuts]
        case _:
            return [_printed(value, family, as_text=as_text)]


def _printed(value: MiplValue, family: Family, *, as_text: bool) -> tuple[int, Field]:
    """Return the length and value fields: an opaque length counts hex digits in O and L, octets in C."""
    text = print_value(value)
    match family:
        case Family.ONEMO | Family.LEGACY:
            return len(text), text
        case Family.CIS:
            if value.type is ValueType.OPAQUE:
                shown = bytes.fromhex(text).partition(b"\0")[0].decode("latin-1") if as_text else text
                return len(text) // 2, shown
            return len(text), Quoted(text) if value.type is ValueType.STRING else text


def waiting() -> Fields:
    """``+MIPLNMI: <ref>``: a request waits in the buffer."""
    return fields("+MIPLNMI", REF)


def sent(number: int, *, went: bool) -> Fields:
    """``+MIPLNSMI: <ref>,<status>,<number & 127>``: status 1 went to the base station, 0 failed."""
    return fields("+MIPLNSMI", REF, int(went), number & 0x7F)

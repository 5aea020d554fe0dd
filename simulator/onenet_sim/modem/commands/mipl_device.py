"""CREATE, CREATEEX, CREATEEXT, DELETE, ADDOBJ, DELOBJ, VER: what the device is (OneMO manual, 3.1 to 3.4)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, HexOctets, Integer, OneOf, Optional, Text, done, fields
from onenet_sim.lwm2m import Path
from onenet_sim.modem import urcs
from onenet_sim.modem.coap import Peer
from onenet_sim.modem.codes import MiplEvent, Situation
from onenet_sim.modem.commands.mipl_common import (
    IDENTIFIER_MAXIMUM,
    REF,
    existing_device,
    without_device,
    without_dtls,
)
from onenet_sim.modem.device import Device, MiplObject, Psk, Server
from onenet_sim.modem.mipl_habits import Deletion
from onenet_sim.modem.profile import Family
from onenet_sim.modem.register_code import RegisterCodeError, decode_register_code
from onenet_sim.modem.session import State

if TYPE_CHECKING:
    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_CODE_MAXIMUM = 1024
_LAST, _FIRST = 0, 1
_BOOTSTRAP_BIT = 1
_MONITOR_OFF_BIT = 2
_DEFAULT_PORT = 5683
_DTLS_PORT = 5684
_HEXADECIMAL = 1
_HEX_KEY = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_HOST = re.compile(r"(?:coap://)?(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?/?")


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    objid = Integer("objid", 0, IDENTIFIER_MAXIMUM)
    table: list[Command[Module]] = [
        *common_commands(),
        _CREATE if profile.mipl.creates_by_code else _CREATE_WITHOUT_CODE,
        Command(
            "+MIPLADDOBJ",
            "add an object",
            (
                REF,
                objid,
                Integer("inscount", 1, profile.grammar.instances),
                _bitmap(profile),
                Integer("atts", 0, IDENTIFIER_MAXIMUM),
                Integer("acts", 0, IDENTIFIER_MAXIMUM),
            ),
            set=_add_object,
            errors=ErrorFamily.CIS,
        ),
        Command("+MIPLDELOBJ", "delete an object", (REF, objid), set=_delete_object, errors=ErrorFamily.CIS),
    ]
    if profile.family is Family.ONEMO:
        table.append(_CREATE_EX)
    if profile.mipl.short_delete:
        table.append(Command("+MIPLDEL", "delete the device", (REF,), set=delete, errors=ErrorFamily.CIS))
    return table


def _bitmap(profile: Profile) -> Text:
    """Return the declaration of the bitmap: a digit for each instance, 0 for one that is left out."""
    if profile.grammar.bitmap_digits:
        return Text("bitmap", 1, IDENTIFIER_MAXIMUM, "[0-9]+", "a bitmap of digits")
    return Text("bitmap", 1, IDENTIFIER_MAXIMUM, "[01]+", "a bitmap of 0 and 1")


def common_commands() -> list[Command[Module]]:
    """Return DELETE and VER, which all families write alike."""
    return [
        Command("+MIPLDELETE", "delete the device", (REF,), set=delete, errors=ErrorFamily.CIS),
        Command(
            "+MIPLVER",
            "version of the MIPL stack",
            read=lambda module: done(fields("+MIPLVER", module.profile.mipl.version)),
            errors=ErrorFamily.CIS,
        ),
    ]


def device_exists(module: Module) -> Result | None:
    """Return the refusal for making a device where there is one already."""
    if module.device is None:
        return None
    return module.refuse(Situation.DEVICE_EXISTS, "there is a device already; AT+MIPLDELETE=0 removes it")


def without_key(module: Module, psk: str) -> Result | None:
    """Return the refusal for DTLS without a pre-shared key."""
    if psk:
        return None
    return module.refuse(Situation.NOT_ALLOWED, f"DTLS, which port {_DTLS_PORT} means, needs a PSK")


def _make(module: Module, command: str, server: Server) -> Result:
    if not module.profile.mipl.creates_late:
        module.device = Device(server)
        return done(fields(command, urcs.REF))
    if module.radio.usable:
        module.device = Device(server)
        module.unsolicited(fields(command, urcs.REF))
    else:
        module.explain(f"without a network nobody can look up {server.peer.host}")
        module.unsolicited(fields(command, "FAIL"))
    return done()


def _create_default(module: Module) -> Result:
    return device_exists(module) or _make(module, "+MIPLCREATE", module.configuration.server)


def _create(module: Module, total: int, code: bytes, index: int, size: int, flag: int) -> Result:
    refusal = device_exists(module) or _unfit_fragment(module, total, code, index, size, flag)
    if refusal:
        return refusal
    module.register_code += code
    module.register_index = index
    if flag != _LAST:
        return done()
    octets, module.register_code = module.register_code, b""
    if not _counts(module, total, octets):
        return module.refuse(Situation.SYNTAX, f"totalsize is {total}, but {len(octets)} octets came")
    most = module.profile.grammar.code_octets
    if len(octets) > most:
        return module.refuse(Situation.TOO_LARGE, f"a register code of {len(octets)} octets; at most {most} fit")
    try:
        decoded = decode_register_code(octets)
    except RegisterCodeError as error:
        return module.refuse(Situation.REGISTER_CODE, f"register code: {error}")
    server = Server(Peer(decoded.host, decoded.port), decoded.bootstrap, decoded.auth_code)
    if decoded.dtls or decoded.port == _DTLS_PORT:
        refusal = without_dtls(module) or without_key(module, decoded.psk)
        if refusal:
            return refusal
        server = replace(server, psk=Psk(decoded.psk, decoded.psk.encode()))
    if module.profile.mipl.stores_code:
        module.configuration.server = server
    return _make(module, "+MIPLCREATE", server)


def _refuse_code(module: Module, *_arguments: object) -> Result:
    return module.refuse(Situation.REGISTER_CODE, "this module takes no register code; AT+MIPLCREATE stands alone")


def _counts(module: Module, size: int, octets: bytes) -> bool:
    """Whether a size is that of the octets, or of their hex digits where the module takes that too."""
    return size == len(octets) or (module.profile.grammar.sizes_count_digits and size == 2 * len(octets))


def _unfit_fragment(module: Module, total: int, code: bytes, index: int, size: int, flag: int) -> Result | None:
    """Return the refusal for a fragment that does not continue what came before, if it does not."""
    if flag == _FIRST or (flag == _LAST and total == size):
        module.register_code = b""
    most = module.profile.grammar.fragment_digits
    if 2 * len(code) > most:
        why = f"a fragment of {2 * len(code)} hex digits; expected at most {most}"
    elif not _counts(module, size, code):
        why = f"currentsize is {size}, but the config has {len(code)} octets"
    elif flag == _LAST and index != 0:
        why = f"the last fragment (flag 0) has the index 0, not {index}"
    elif flag != _FIRST and module.register_code and index != module.register_index - 1:
        why = f"fragment {index} does not follow fragment {module.register_index}; the index counts down by 1"
    elif flag != _LAST and index == 0:
        why = f"a fragment with flag {flag} has an index above 0; only the last one has 0"
    elif len(module.register_code) + len(code) > _CODE_MAXIMUM:
        why = f"the register code grows over {_CODE_MAXIMUM} octets"
    else:
        return None
    module.register_code = b""
    return module.refuse(Situation.SYNTAX, why)


def _create_ex(
    module: Module, host: str, flag: int, auth_code: str, psk: str, identity: str, encoding: int
) -> Result:
    peer = _peer(module, host)
    if not isinstance(peer, Peer):
        return peer
    server = Server(peer, bool(flag & _BOOTSTRAP_BIT), auth_code, not flag & _MONITOR_OFF_BIT)
    if psk or peer.port == _DTLS_PORT:
        refusal = without_dtls(module) or without_key(module, psk) or _unfit_key(module, peer.port, psk, encoding)
        if refusal:
            return refusal
        key = bytes.fromhex(psk) if encoding == _HEXADECIMAL else psk.encode()
        server = replace(server, psk=Psk(psk, key, identity))
    return device_exists(module) or _make(module, "+MIPLCREATEEX", server)


def _peer(module: Module, host: str) -> Peer | Result:
    """Return the server that a host names, with its port or the default one."""
    found = _HOST.fullmatch(host)
    port = int(found["port"] or _DEFAULT_PORT) if found else 0
    if found is None or not 0 < port <= IDENTIFIER_MAXIMUM:
        return module.refuse(Situation.SYNTAX, f"host {host!r} is no address; expected host or host:port")
    return Peer(found["host"], port)


def _create_ext(module: Module, host: str, bootstrap: int) -> Result:
    peer = _peer(module, host)
    if not isinstance(peer, Peer):
        return peer
    refusal = without_dtls(module) if peer.port == _DTLS_PORT else None
    return refusal or device_exists(module) or _make(module, "+MIPLCREATEEXT", Server(peer, bool(bootstrap), ""))


def _unfit_key(module: Module, port: int, psk: str, encoding: int) -> Result | None:
    """Return the refusal for a key that is not what it says, or for a port that knows no keys."""
    if port == _DEFAULT_PORT:
        why = f"port {_DEFAULT_PORT} is plain CoAP; a PSK goes with port {_DTLS_PORT}"
        return module.refuse(Situation.NOT_ALLOWED, why)
    if encoding == _HEXADECIMAL and not _HEX_KEY.fullmatch(psk):
        return module.refuse(Situation.SYNTAX, "psk_encode is 1, but the PSK is no pairs of hex digits")
    return None


_CREATE: Command[Module] = Command(
    "+MIPLCREATE",
    "make the device by a register code",
    (
        Integer("totalsize", 1, 2 * _CODE_MAXIMUM),
        HexOctets("config", _CODE_MAXIMUM),
        Integer("index", 0, 255),
        Integer("currentsize", 1, 2 * _CODE_MAXIMUM),
        OneOf("flag", (0, 1, 2)),
    ),
    set=_create,
    exec=_create_default,
    errors=ErrorFamily.CIS,
)
_CREATE_WITHOUT_CODE: Command[Module] = Command(
    "+MIPLCREATE", "make the device", (), set=_refuse_code, exec=_create_default, surplus=9, errors=ErrorFamily.CIS
)
_CREATE_EX: Command[Module] = Command(
    "+MIPLCREATEEX",
    "make the device by host, flag and auth code",
    (
        Text("host", 1, 150),
        Integer("flag", 0, 3),
        Optional(Text("authcode", 0, 270), ""),
        Optional(Text("PSK", 0, 32), ""),
        Optional(Text("PSKID", 0, 64), ""),
        Optional(Integer("psk_encode", 0, 1), 0),
    ),
    set=_create_ex,
    errors=ErrorFamily.CIS,
)
CREATE_EXT: Command[Module] = Command(
    "+MIPLCREATEEXT",
    "make the device by host",
    (Text("host", 1, 150), Integer("bs_mode", 0, 1)),
    set=_create_ext,
    errors=ErrorFamily.CIS,
    source="sim7020-stm32",
)
"""SIMCom's, of the modules whose profile names it."""


def delete(module: Module, _ref: int) -> Result:
    """Delete the device, or say that there is none."""
    if module.device is None and module.profile.mipl.deletes_fragments and module.register_code:
        module.register_code = b""
        return done()
    refusal = without_device(module)
    if refusal:
        return refusal
    if module.session.state is not State.CLOSED and module.profile.mipl.deletion is Deletion.DEREGISTER:
        module.session.close(announce=False)
        module.print_now(urcs.event(MiplEvent.DEREGISTERED, module.profile.family))
    module.delete_device()
    return done()


def _add_object(
    module: Module, _ref: int, object_id: int, count: int, bitmap: str, attributes: int, actions: int
) -> Result:
    refusal = without_device(module)
    if refusal:
        return refusal
    objects = existing_device(module).objects
    digits = bitmap[::-1] if module.profile.mipl.bitmap_from_right else bitmap
    instances = tuple(position for position, digit in enumerate(digits) if digit != "0")
    if len(bitmap) != count:
        why = f"the bitmap {bitmap!r} has {len(bitmap)} characters, but inscount is {count}"
        return module.refuse(Situation.SYNTAX, why)
    if not instances:
        return module.refuse(Situation.OBJECT_EXISTS, f"the bitmap {bitmap!r} names no instance")
    if object_id in objects:
        return module.refuse(Situation.OBJECT_EXISTS, f"object {object_id} was added already")
    most = module.profile.grammar.objects
    if 0 < most <= len(objects):
        return module.refuse(
            Situation.OBJECTS_FULL, f"there are {most} objects already, as many as this module has"
        )
    objects[object_id] = MiplObject(object_id, instances, attributes, actions)
    return done()


def _delete_object(module: Module, _ref: int, object_id: int) -> Result:
    refusal = without_device(module)
    if refusal:
        return refusal
    device = existing_device(module)
    if object_id not in device.objects:
        return module.refuse(Situation.NO_OBJECT, f"object {object_id} was never added")
    del device.objects[object_id]
    module.reports.cancel_below(Path(object_id))
    return done()

"""CONF, ADDOBJ, DELOBJ, DEL, OPEN as the first M5310 firmware (2017) writes them; DELETE, VER, UPDATE and CLOSE.

Source: public programs for that firmware and the OneNET_config tool v1.2. Of what CONF says, the debug level, the
local port and the block settings have no effect here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, HexOctets, Integer, OneOf, done
from onenet_sim.lwm2m import Path
from onenet_sim.modem.codes import Situation
from onenet_sim.modem.commands.mipl_common import (
    IDENTIFIER_MAXIMUM,
    REF,
    existing_device,
    without_device,
)
from onenet_sim.modem.commands.mipl_device import common_commands, delete, device_exists
from onenet_sim.modem.commands.mipl_login import log_in, renewal
from onenet_sim.modem.device import Device, MiplObject, Server, uri_peer
from onenet_sim.modem.register_code import (
    OCTETS_MAXIMUM,
    MiplConf,
    RegisterCodeError,
    decode_miplconf,
)

if TYPE_CHECKING:
    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_FIRST, _LAST = 1, 1
_FRAGMENTS_MAXIMUM = 255
_DTLS_PORT = 5684
_NAME = re.compile("[ -~]{1,252}")
"""An endpoint name that fits behind ``ep=`` in one option of 255 octets."""


def commands(_profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    objid, insid = Integer("objid", 0, IDENTIFIER_MAXIMUM), Integer("insid", 0, IDENTIFIER_MAXIMUM)
    return [
        *(replace(command, source="deck; template") for command in common_commands()),
        *renewal(),
        Command(
            "+MIPLCONF",
            "make the device, first dialect",
            (
                Integer("len", 1, 2 * OCTETS_MAXIMUM),
                HexOctets("config", OCTETS_MAXIMUM),
                Integer("index", _FIRST, _FRAGMENTS_MAXIMUM),
                OneOf("flag", (0, _LAST)),
            ),
            set=_configure,
            errors=ErrorFamily.CIS,
        ),
        Command("+MIPLDEL", "delete the device", (REF,), set=delete, errors=ErrorFamily.CIS),
        Command("+MIPLADDOBJ", "add an object", (REF, objid, insid), set=_add_instance, errors=ErrorFamily.CIS),
        Command(
            "+MIPLDELOBJ", "delete an object", (REF, objid, insid), set=_delete_instance, errors=ErrorFamily.CIS
        ),
        Command("+MIPLOPEN", "log in", (REF, Integer("timeout", 1, 0xFFFF)), set=_open, errors=ErrorFamily.CIS),
    ]


def _configure(module: Module, size: int, config: bytes, index: int, flag: int) -> Result:
    refusal = device_exists(module) or _unfit_fragment(module, size, config, index)
    if refusal:
        return refusal
    module.register_code += config
    module.register_index = index
    if flag != _LAST:
        return done()
    octets, module.register_code = module.register_code, b""
    try:
        decoded = decode_miplconf(octets)
    except RegisterCodeError as error:
        return module.refuse(Situation.SYNTAX, f"AT+MIPLCONF: {error}")
    return _make(module, decoded)


def _unfit_fragment(module: Module, size: int, config: bytes, index: int) -> Result | None:
    """Return the refusal for a fragment that does not continue what came before, if it does not."""
    if index == _FIRST:
        module.register_code = b""
    following = module.register_index + 1 if module.register_code else _FIRST
    if size not in {len(config), 2 * len(config)}:
        why = f"len is {size}, but the config has {len(config)} octets"
    elif index != following:
        why = f"fragment {index} came where fragment {following} is due; the index counts up from {_FIRST}"
    elif len(module.register_code) + len(config) > OCTETS_MAXIMUM:
        why = f"the blob grows over {OCTETS_MAXIMUM} octets"
    else:
        return None
    module.register_code = b""
    return module.refuse(Situation.SYNTAX, f"AT+MIPLCONF: {why}")


def _make(module: Module, conf: MiplConf) -> Result:
    """Make the device that a blob describes, unless its server cannot be reached or its name cannot be sent."""
    peer = uri_peer(conf.uri)
    if peer is None:
        why = f"{conf.uri!a} names no host; expected coap://host:port"
        return module.refuse(Situation.SYNTAX, f"AT+MIPLCONF: {why}")
    if conf.encryption or conf.uri.startswith("coaps") or peer.port == _DTLS_PORT:
        why = "AT+MIPLCONF: DTLS needs a PSK, and this blob has no place for one; use coap:// and port 5683"
        return module.refuse(Situation.NOT_ALLOWED, why)
    if not _NAME.fullmatch(conf.endpoint_name):
        why = f"the endpoint name is {conf.endpoint_name!a}; expected 1 to 252 printable characters"
        return module.refuse(Situation.SYNTAX, f"AT+MIPLCONF: {why}")
    server = Server(peer, conf.bootstrap)
    module.device = Device(server, given_name=conf.endpoint_name, lifetime=conf.lifetime)
    return done()


def _add_instance(module: Module, _ref: int, object_id: int, instance_id: int) -> Result:
    refusal = without_device(module)
    if refusal:
        return refusal
    device, path = existing_device(module), Path(object_id, instance_id)
    if device.has(path):
        return module.refuse(Situation.OBJECT_EXISTS, f"{path} was added already")
    added = device.objects.setdefault(object_id, MiplObject(object_id, (), 0, 0))
    added.instances = tuple(sorted((*added.instances, instance_id)))
    return done()


def _delete_instance(module: Module, _ref: int, object_id: int, instance_id: int) -> Result:
    refusal = without_device(module)
    if refusal:
        return refusal
    device, path = existing_device(module), Path(object_id, instance_id)
    if not device.has(path):
        return module.refuse(Situation.NO_OBJECT, f"{path} was never added (AT+MIPLADDOBJ)")
    device.remove_instance(path)
    module.reports.cancel_below(path if object_id in device.objects else Path(object_id))
    return done()


def _open(module: Module, _ref: int, timeout: int) -> Result:
    refusal = without_device(module)
    return refusal or log_in(module, existing_device(module).lifetime, timeout)

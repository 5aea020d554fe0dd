"""The MIPL commands that only some modules have, from CREATEEXT to SOTA.

Sources: LwM2M user manual for OneMO modules 4.1 and 4.4 to 4.10; OneNET's pages on SOTA with M531x; firmware of
the XY1100.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, Integer, OneOf, Optional, Quoted, Text, done, fields
from onenet_sim.lwm2m import FIRMWARE_OBJECT
from onenet_sim.modem import urcs
from onenet_sim.modem.codes import BindingMode, IotPlatform, NamePattern, ResultCode, Situation
from onenet_sim.modem.commands.mipl_common import REF, existing_device, not_logged_in, without_device
from onenet_sim.modem.commands.mipl_device import CREATE_EXT
from onenet_sim.modem.commands.variants import Variant, variant_command
from onenet_sim.modem.requests import Operation
from onenet_sim.modem.secure import RENEGOTIATION_COMMAND
from onenet_sim.modem.session import State

if TYPE_CHECKING:
    from onenet_sim.at import Refused, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_NAME_MAXIMUM = 252
"""So long an endpoint name still fits behind ``ep=`` in one option of 255 octets."""
_SECONDS_MAXIMUM = 0x7FFFFFFF
_RENEGOTIATION_LEAST = 60
_MONITOR_OFF = 2


def commands(profile: Profile) -> list[Command[Module]]:
    """Return those of this group's commands that the profile names."""
    return [_EXTENSIONS[name] for name in profile.mipl.extensions]


def _before_open(module: Module) -> Refused | None:
    """Return the refusal for a setting that belongs between CREATE and OPEN, if this is another time."""
    refusal = without_device(module)
    if refusal is None and module.session.state is not State.CLOSED:
        why = f"this setting comes before AT+MIPLOPEN; the login is {module.session.state}"
        return module.refuse(Situation.ALREADY_OPEN, why)
    return refusal


def _set_platform(module: Module, _command: str, _ref: int, platform: int, text: str) -> Result:
    """Choose the endpoint name: a pattern's number, or with platform 10 the name itself."""
    free = platform == IotPlatform.OTHER
    patterns = {str(int(pattern)): pattern for pattern in NamePattern}
    if not free and text and text not in patterns:
        why = f"AT+MIPLCFG: parameter 4 <pattern> is {text!r}; expected one of {', '.join(patterns)}"
        return module.refuse(Situation.SYNTAX, why)
    refusal = _before_open(module)
    if refusal:
        return refusal
    device = existing_device(module)
    device.platform = IotPlatform(platform)
    device.name_pattern = NamePattern.PLATFORM if free or not text else patterns[text]
    device.given_name = text if free else ""
    return done()


def _set_binding(module: Module, _command: str, _ref: int, mode: int) -> Result:
    refusal = _before_open(module)
    if refusal:
        return refusal
    existing_device(module).binding = BindingMode(mode)
    return done()


def _count_requests(module: Module, _ref: int) -> Result:
    refusal = without_device(module)
    if refusal:
        return refusal
    requests = module.requests
    counts = {
        "QUEUES": len(requests.unanswered),
        "DROPPED": requests.dropped,
        "BUFFERS": sum(request.size for request in requests.unanswered),
    }
    return done(fields("+MIPLQMGR", urcs.REF, *(f"{name}={count}" for name, count in counts.items())))


def _set_automatic_update(module: Module, _ref: int, enabled: int) -> Result:
    refusal = _before_open(module)
    if refusal:
        return refusal
    existing_device(module).updates_itself = bool(enabled)
    return done()


def _read_device(module: Module) -> Result:
    refusal = without_device(module)
    if refusal:
        return refusal
    device = existing_device(module)
    server = device.current_server
    flag = int(server.bootstrap) | (0 if server.monitors else _MONITOR_OFF)
    auth_code = Quoted(server.auth_code) if server.auth_code else ""
    secrets = (auth_code, Quoted(server.psk.text)) if server.psk else (auth_code,) if auth_code else ()
    return done(fields("+MIPLDEVINFO", Quoted(str(server.peer)), flag, *secrets))


def _set_renegotiation(module: Module, _ref: int, seconds: int) -> Result:
    if 0 < seconds < _RENEGOTIATION_LEAST:
        why = f"AT+MIPLDTLSNAT: parameter 2 <timeout> is {seconds}; expected 0, or {_RENEGOTIATION_LEAST} or more"
        return module.refuse(Situation.SYNTAX, why)
    refusal = without_device(module)
    if refusal:
        return refusal
    existing_device(module).renegotiates_after = seconds
    return done()


def _seconds_left(module: Module) -> int:
    expires = module.session.expires
    return 0 if expires is None or not module.logged_in else int(expires - module.now)


def _read_lifetime(module: Module) -> Result:
    return done(fields("+MIPLLTRDP", _seconds_left(module)))


def _read_remaining_lifetime(module: Module) -> Result:
    """Unlike LTRDP it is refused without a login: by that a host knows that it must register."""
    return not_logged_in(module) or done(fields("+ONETRMLFT", _seconds_left(module)))


def _set_fota(module: Module, command: str, hours: int | None) -> Result:
    if hours is None:
        return done(fields("+MIPLFOTACFG", Quoted(command), module.configuration.fota_hours))
    module.configuration.fota_hours = hours
    return done()


def _set_software_version(module: Module, version: str) -> Result:
    """From now on the host answers for object 5."""
    refusal = _before_open(module)
    if refusal:
        return refusal
    existing_device(module).software_version = version
    return done()


def _report_software(module: Module, step: int) -> Result:
    """Answer the platform's open write to object 5, if this step is the end of what it asked for."""
    refusal = not_logged_in(module)
    if refusal:
        return refusal
    requests = (each for each in module.requests.unanswered if each.operation is Operation.WRITE)
    request = next((each for each in requests if each.path.object_id == FIRMWARE_OBJECT), None)
    if request is None or step not in {_BLOCK_WRITTEN, _FLASH_ERASED}:
        why = "no write to object 5 is open" if request is None else "only 1 (written) and 3 (erased) do"
        module.explain(f"AT+MIPLSOTA={step} answers nothing: {why}")
    else:
        module.requests.answer(request, ResultCode.CHANGED)
    return done()


_BLOCK_WRITTEN = 1
_FLASH_ERASED = 3
_KEYWORD = Text("cmd")
_CFG = {
    "platform": Variant(
        (
            _KEYWORD,
            REF,
            OneOf("platform", tuple(map(int, IotPlatform))),
            Optional(Text("pattern", 1, _NAME_MAXIMUM), ""),
        ),
        _set_platform,
    ),
    "binding": Variant((_KEYWORD, REF, OneOf("binding_mode", tuple(map(int, BindingMode)))), _set_binding),
}

_COMMANDS: tuple[Command[Module], ...] = (
    CREATE_EXT,
    variant_command("+MIPLCFG", "endpoint name and binding", "cmd", _CFG, source="manual 4.1"),
    Command(
        "+MIPLQMGR",
        "count the open requests",
        (REF,),
        set=_count_requests,
        errors=ErrorFamily.CIS,
        source="manual 4.4",
    ),
    Command(
        "+MIPLUPDATESET",
        "update before the lifetime ends",
        (REF, Integer("enable", 0, 1)),
        set=_set_automatic_update,
        errors=ErrorFamily.CIS,
        source="manual 4.5",
    ),
    Command("+MIPLDEVINFO", "the server in use", read=_read_device, errors=ErrorFamily.CIS, source="manual 4.7"),
    Command(
        RENEGOTIATION_COMMAND,
        "new DTLS handshake after a pause",
        (REF, Integer("timeout", 0, _SECONDS_MAXIMUM)),
        set=_set_renegotiation,
        errors=ErrorFamily.CIS,
        source="manual 4.8",
    ),
    Command(
        "+MIPLLTRDP",
        "seconds left of the lifetime",
        exec=_read_lifetime,
        errors=ErrorFamily.CIS,
        source="manual 4.9",
    ),
    Command(
        "+ONETRMLFT",
        "seconds left of the lifetime",
        exec=_read_remaining_lifetime,
        errors=ErrorFamily.CIS,
        source="xy1100-later",
    ),
    Command(
        "+MIPLFOTACFG",
        "time limit of a firmware update",
        (Text("cmd", pattern="timeout", meaning='"timeout"'), Optional(Integer("timeout", 1, 1440))),
        set=_set_fota,
        errors=ErrorFamily.CIS,
        source="manual 4.10",
    ),
    Command(
        "+MIPLSOTAVER",
        "version of the host's own software",
        (Text("version", 1, 64),),
        set=_set_software_version,
        errors=ErrorFamily.CIS,
        source="template SOTA pages",
    ),
    Command(
        "+MIPLSOTA",
        "progress of a software upgrade",
        (Integer("step", 0, 255),),
        set=_report_software,
        errors=ErrorFamily.CIS,
        source="template SOTA pages",
    ),
)
_EXTENSIONS = {command.name: command for command in _COMMANDS}

"""CONFIG: where the exec form of CREATE goes, and habits of the CIS modules that a host may change.

Source: the AT layer of XY1100's chip firmware, in which the modes 5 (DTLS) and 7 (buffer) are errors; EC616's has
them all. Quectel's build of XY1100's, and BC26, set several things in one line.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from onenet_sim.at import Integer, Optional, Text, Verbatim, done, fields
from onenet_sim.modem.coap import Peer
from onenet_sim.modem.codes import Situation
from onenet_sim.modem.commands.mipl_common import IDENTIFIER_MAXIMUM, without_dtls
from onenet_sim.modem.commands.variants import Variant, variant_command
from onenet_sim.modem.configuration import factory_configuration
from onenet_sim.modem.device import Psk

if TYPE_CHECKING:
    from onenet_sim.at import Command, Refused, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_COMMAND = "+MIPLCONFIG"
_BOOTSTRAP = 1
_BUFFER = 7
_PORT = 5683
_ACCESS_HOST = "183.230.40.40"


def commands(profile: Profile) -> list[Command[Module]]:
    """Return the command with the modes that this module takes, if it takes any."""
    if not profile.mipl.config_modes:
        return []
    modes, read = {str(mode): _MODES[mode] for mode in profile.mipl.config_modes}, _read
    if profile.mipl.config_together:
        modes, read = {str(mode): _TOGETHER[mode] for mode in profile.mipl.config_modes}, _read_together
    return [
        variant_command(
            _COMMAND, "configure the login", "mode", modes, source="cis-2.3; ec616", read=read, test=_test
        )
    ]


def _test(_module: Module) -> Result:
    return done(fields(_COMMAND, "<mode>", "<parameter1>[", "<parameter2>]"))


def _read(module: Module) -> Result:
    """Return a line for each setting; the lines stand without empty ones between them."""
    configuration = module.configuration
    server = configuration.server
    switch = (1,) if module.profile.mipl.config_prints_switch else ()
    lines = (
        fields(_COMMAND, int(server.bootstrap), server.peer.host, server.peer.port),
        fields(_COMMAND, 2, int(configuration.ack_timeout)),
        fields(_COMMAND, 3, int(configuration.answers_observe)),
        fields(_COMMAND, 4, *((*switch, server.auth_code) if server.auth_code else (0,))),
        fields(_COMMAND, 5, *((*switch, server.psk.text) if server.psk else (0,))),
        fields(_COMMAND, 6, int(configuration.writes_as_text)),
        *(
            [fields(_COMMAND, 7, 0, configuration.buffer_urc)]
            if _BUFFER in module.profile.mipl.config_modes
            else []
        ),
    )
    return done(Verbatim("\n".join(module.render(line, urc=False) for line in lines)))


def _read_together(module: Module) -> Result:
    settings, server = module.configuration, module.configuration.server
    where = (int(server.bootstrap), server.peer.host, server.peer.port)
    return done(fields(_COMMAND, 0, int(settings.writes_as_text), *where, int(settings.updates_itself)))


def _under_way(module: Module) -> Refused | None:
    """Return the refusal for a setting after CREATE, if there is a device."""
    if module.device is None:
        return None
    why = f"AT{_COMMAND} comes before AT+MIPLCREATE; AT+MIPLDELETE=0 removes the device"
    return module.refuse(Situation.ALREADY_OPEN, why)


def _set_server(module: Module, mode: int, host: str, port: int) -> Result:
    refusal = _under_way(module)
    if refusal:
        return refusal
    peer = Peer(host, port) if host else factory_configuration(module.profile).server.peer
    server = replace(module.configuration.server, peer=peer, bootstrap=mode == _BOOTSTRAP)
    module.configuration.server = server
    return done()


def _set_ack_timeout(module: Module, _mode: int, _parameter: int, seconds: int) -> Result:
    refusal = _under_way(module)
    if refusal:
        return refusal
    module.configuration.ack_timeout = float(seconds)
    return done()


def _set_observe(module: Module, _mode: int, automatic: int) -> Result:
    refusal = _under_way(module)
    if refusal:
        return refusal
    module.configuration.answers_observe = bool(automatic)
    return done()


def _set_auth_code(module: Module, _mode: int, enabled: int, auth_code: str) -> Result:
    if enabled and not auth_code:
        return module.refuse(Situation.SYNTAX, f"AT{_COMMAND}=4,1 needs the auth code behind it")
    refusal = _under_way(module)
    if refusal:
        return refusal
    server = replace(module.configuration.server, auth_code=auth_code if enabled else "")
    module.configuration.server = server
    return done()


def _set_dtls(module: Module, _mode: int, enabled: int, psk: str) -> Result:
    if enabled and not psk:
        return module.refuse(Situation.SYNTAX, f"AT{_COMMAND}=5,1 needs the PSK behind it")
    refusal = _under_way(module) or (without_dtls(module) if enabled else None)
    if refusal:
        return refusal
    key = Psk(psk, psk.encode()) if enabled else None
    module.configuration.server = replace(module.configuration.server, psk=key)
    return done()


def _set_write_format(module: Module, _mode: int, as_text: int) -> Result:
    refusal = _under_way(module)
    if refusal:
        return refusal
    module.configuration.writes_as_text = bool(as_text)
    return done()


def _set_buffer(module: Module, _mode: int, buffered: int, urc: int) -> Result:
    if buffered:
        why = f"AT{_COMMAND}=7: this simulator buffers nothing for AT+MIPLRD; only 0 is taken"
        return module.refuse(Situation.NOT_ALLOWED, why)
    refusal = _under_way(module)
    if refusal:
        return refusal
    module.configuration.buffer_urc = urc
    return done()


def _set_buffered(module: Module, *_settings: object) -> Result:
    why = f"AT{_COMMAND}=1: this simulator buffers nothing for AT+MIPLRD; only 0 is taken"
    return module.refuse(Situation.NOT_ALLOWED, why)


def _set_together(
    module: Module, _mode: int, as_text: int, bootstrap: int, host: str, port: int, updates: int
) -> Result:
    refusal = _under_way(module)
    if refusal:
        return refusal
    settings = module.configuration
    default = factory_configuration(module.profile).server.peer.host if bootstrap else _ACCESS_HOST
    peer = Peer(host or default, port)
    settings.server = replace(settings.server, peer=peer, bootstrap=bool(bootstrap))
    settings.writes_as_text, settings.updates_itself = bool(as_text), bool(updates)
    return done()


_MODE = Integer("mode", 0, 7)
_SWITCH = Integer("parameter1", 0, 1)
_HOST = Text("ip", 1, 100, r"[A-Za-z0-9.-]+", "an address of at most 100 characters")
_PORT_NUMBER = Integer("port", 1, IDENTIFIER_MAXIMUM)
_LETTERS = "[0-9A-Za-z]+"

_MODES = {
    0: Variant((_MODE, _HOST, _PORT_NUMBER), _set_server),
    1: Variant((_MODE, Optional(_HOST, ""), Optional(_PORT_NUMBER, _PORT)), _set_server),
    2: Variant((_MODE, Integer("parameter1", 1, 1), Integer("ack_timeout", 2, 20)), _set_ack_timeout),
    3: Variant((_MODE, _SWITCH), _set_observe),
    4: Variant((_MODE, _SWITCH, Optional(Text("auth_code", 1, 16, _LETTERS), "")), _set_auth_code),
    5: Variant((_MODE, _SWITCH, Optional(Text("psk", 8, 16, _LETTERS), "")), _set_dtls),
    6: Variant((_MODE, _SWITCH), _set_write_format),
    7: Variant((_MODE, Integer("buf_cfg", 0, 3), Optional(Integer("buf_urc_mode", 0, 1), 1)), _set_buffer),
}
"""What each mode takes."""

_ALL = (
    _MODE,
    Integer("recv_data_format", 0, 1),
    Optional(Integer("bs_mode", 0, 1), 1),
    Optional(_HOST, ""),
    Optional(_PORT_NUMBER, _PORT),
    Optional(Integer("auto_update", 0, 1), 1),
)
_TOGETHER = {0: Variant(_ALL, _set_together), 1: Variant(_ALL, _set_buffered)}
"""What the modes take where each takes everything: writes come at once, or wait for ``AT+MIPLRD``."""

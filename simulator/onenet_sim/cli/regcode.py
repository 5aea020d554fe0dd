"""``onenet-sim regcode``: what the hex of ``AT+MIPLCREATE`` says, and the line that says what is wanted."""

from __future__ import annotations

import re
import string
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from onenet_sim.modem.register_code import (
    OCTETS_MAXIMUM,
    Layout,
    LogSettings,
    MiplConf,
    RegisterCode,
    RegisterCodeError,
    credentials,
    decode_miplconf,
    decode_register_code,
    encode_register_code,
    explain_miplconf,
    explain_register_code,
    looks_like_miplconf,
)

if TYPE_CHECKING:
    from onenet_sim.modem.register_code import Row

_WRONG = 2
_STDIN = "-"
_OCTETS_A_LINE = 16
_TEXT_MAXIMUM = 8 * OCTETS_MAXIMUM
_COMMAND = re.compile(r"AT(?P<name>\+[A-Z]+)=(?P<parameters>.*)", re.IGNORECASE)
_OCTET = re.compile(r"[0-9A-Fa-f]{2}")
_HEADINGS = ("offset", "octets", "field", "meaning")

# The commands that carry a code: their parameters, and those values of the last ones that mean there is one piece.
_CREATE = ("totalsize", "config", "index", "currentsize", "flag")
_CONF = ("len", "config", "index", "flag")
_PARAMETERS = {"+MIPLCREATE": _CREATE, "+MIPLCONF": _CONF}
_ONE_PIECE = {"+MIPLCREATE": {"index": "0", "flag": "0"}, "+MIPLCONF": {"index": "1", "flag": "1"}}


def regcode() -> None:
    """Decode or encode the register code of AT+MIPLCREATE, which says where a module connects and how."""


def decode(
    code: Annotated[
        list[str],
        typer.Argument(
            metavar="HEX",
            help="The code; or a whole line AT+MIPLCREATE=... or AT+MIPLCONF=...; or - to read it from stdin.",
        ),
    ],
) -> None:
    """Print what a register code says, field by field."""
    try:
        name, octets = _code_in(_stdin() if code == [_STDIN] else " ".join(code))
        lines = _described(name, octets)
    except RegisterCodeError as error:
        raise _refused(error) from None
    typer.echo("\n".join(lines))


def encode(
    *,
    host: Annotated[str, typer.Option(metavar="HOST[:PORT]", help="The server; without a port it is 5683.")],
    layout: Annotated[
        str, typer.Option(metavar="A|B|C", help="A for most modules, B for YoC's, C for CIS 2.x.")
    ] = Layout.A.value,
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="The host is a bootstrap server.")] = False,
    dtls: Annotated[bool, typer.Option("--dtls", help="Ask for DTLS (layout C).")] = False,
    auth_code: Annotated[str, typer.Option(metavar="TEXT", help="The device's auth code (layout C).")] = "",
    psk: Annotated[str, typer.Option(metavar="TEXT", help="The pre-shared key (layout C).")] = "",
    user_data: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Instead of what auth code and key make.",
            show_default="1; in layout C AuthCode:...;PSK:...;",
        ),
    ] = None,
    mtu: Annotated[int, typer.Option(metavar="OCTETS", help="0 to 65535.")] = 1024,
    apn: Annotated[str, typer.Option(metavar="NAME", help="The access point.")] = "",
    user: Annotated[str, typer.Option(metavar="NAME", help="The user at the access point.")] = "",
    password: Annotated[str, typer.Option(metavar="TEXT", help="The user's password.")] = "",
    log: Annotated[
        str,
        typer.Option(
            metavar="HEX",
            help="An octet: bit 7 log, bit 6 external output, bits 5-4 output type, bits 3-0 level.",
        ),
    ] = "00",
    log_buffer: Annotated[int, typer.Option(metavar="OCTETS", help="The log's buffer, 0 to 65535.")] = 0,
) -> None:
    """Print the AT+MIPLCREATE line that makes a device with these settings."""
    try:
        which = _layout(layout)
        octets = encode_register_code(
            RegisterCode(
                address=host,
                layout=which,
                bootstrap=bootstrap,
                dtls=dtls,
                mtu=mtu,
                apn=apn,
                user=user,
                password=password,
                user_data=_user_data(which, user_data, auth_code, psk),
                log=LogSettings.from_octet(_octet(log), log_buffer),
            )
        )
    except RegisterCodeError as error:
        raise _refused(error) from None
    size = len(octets)
    typer.echo(f"AT+MIPLCREATE={size},{octets.hex().upper()},0,{size},0")


def _refused(error: RegisterCodeError) -> typer.Exit:
    """Say on stderr what is wrong, and return how the command ends."""
    typer.echo(f"Error: {error}", err=True)
    return typer.Exit(_WRONG)


def _user_data(layout: Layout, given: str | None, auth_code: str, psk: str) -> str:
    if given is None:
        return credentials(layout, auth_code, psk)
    if auth_code or psk:
        raise RegisterCodeError("--user-data stands instead of --auth-code and --psk; give one or the other")
    return given


def _layout(text: str) -> Layout:
    try:
        return Layout(text.upper())
    except ValueError:
        raise RegisterCodeError(f"no layout is called {text!a}: it is A, B or C") from None


def _octet(text: str) -> int:
    if not _OCTET.fullmatch(text):
        raise RegisterCodeError(f"the log octet {text!a} is not two hex digits, such as C0")
    return int(text, 16)


def _stdin() -> str:
    return sys.stdin.buffer.read(_TEXT_MAXIMUM + 1).decode("ascii", "replace")


def _code_in(text: str) -> tuple[str, bytes]:
    """Return the command that a text is meant for, or nothing if it is hex alone, and the code's octets."""
    if len(text) > _TEXT_MAXIMUM:
        raise RegisterCodeError(f"the text has more than {_TEXT_MAXIMUM} characters; a code is far shorter")
    text = "".join(text.split())
    command = _COMMAND.fullmatch(text)
    if command is None:
        return "", _octets(text)
    name = command["name"].upper()
    if name not in _PARAMETERS:
        raise RegisterCodeError(f"AT{name} carries no register code; AT+MIPLCREATE and AT+MIPLCONF do")
    return name, _carried(name, command["parameters"].split(","))


def _carried(name: str, values: list[str]) -> bytes:
    """Return the octets that a command carries, if its other parameters agree with them."""
    names = _PARAMETERS[name]
    if len(values) != len(names):
        raise RegisterCodeError(
            f"AT{name} has {len(values)} parameters; {len(names)} are right: {','.join(names)}"
        )
    given = dict(zip(names, values, strict=True))
    for parameter, right in _ONE_PIECE[name].items():
        if given[parameter] != right:
            raise RegisterCodeError(
                f"{parameter} is {given[parameter]!a}, so this is a fragment; "
                "join the configs of all fragments and decode that"
            )
    octets = _octets(given["config"].strip('"'))
    # Hosts count octets; those that count hex digits are understood by modules too.
    sizes = {str(len(octets)), str(2 * len(octets))}
    for parameter in ("totalsize", "currentsize", "len"):
        if given.get(parameter, str(len(octets))) not in sizes:
            raise RegisterCodeError(
                f"{parameter} is {given[parameter]!a}, but the config has {len(octets)} octets"
            )
    return octets


def _octets(digits: str) -> bytes:
    for position, digit in enumerate(digits, 1):
        if digit not in string.hexdigits:
            raise RegisterCodeError(f"{digit!a}, character {position} without blanks, is no hex digit")
    if len(digits) % 2:
        raise RegisterCodeError(f"there are {len(digits)} hex digits; two are needed for each octet")
    return bytes.fromhex(digits)


def _described(name: str, octets: bytes) -> list[str]:
    """Return the lines that tell what a code says, which is a register code if it fits as one."""
    if name != "+MIPLCONF":
        try:
            return [_summary(decode_register_code(octets), len(octets)), *_table(explain_register_code(octets))]
        except RegisterCodeError:
            if name or not looks_like_miplconf(octets):
                raise
    return [_conf_summary(decode_miplconf(octets), len(octets)), *_table(explain_miplconf(octets))]


def _summary(code: RegisterCode, size: int) -> str:
    how = "bootstrap from" if code.bootstrap else "direct to"
    dtls = " with DTLS" if code.dtls else ""
    return f"Register code, layout {code.layout}, {size} octets: {how} {code.host}, port {code.port}{dtls}"


def _conf_summary(conf: MiplConf, size: int) -> str:
    how = "bootstrap from" if conf.bootstrap else "direct to"
    return f"Blob of AT+MIPLCONF, {size} octets: {how} {conf.uri!a}, lifetime {conf.lifetime} s"


def _table(rows: tuple[Row, ...]) -> list[str]:
    cells = [_HEADINGS]
    for row in rows:
        for begin in range(0, len(row.octets), _OCTETS_A_LINE):
            first = begin == 0
            cells.append(
                (
                    str(row.offset + begin),
                    row.octets[begin : begin + _OCTETS_A_LINE].hex().upper(),
                    row.name if first else "",
                    row.meaning if first else "",
                )
            )
    offset, octets, field = (max(len(line[column]) for line in cells) for column in range(3))
    return ["", *(f"{a:>{offset}}  {b:<{octets}}  {c:<{field}}  {d}".rstrip() for a, b, c, d in cells)]

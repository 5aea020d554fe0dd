"""The register code: sections of fields, in three layouts.

A header (version and number of sections, total length) is followed by sections, each with its own length: F1 is
empty, F2 is the network, F3 the log. Numbers are big endian, texts have a length of two octets.

========  ===============================================  ======================================
layout    bootstrap                                        user data of F2
========  ===============================================  ======================================
A         the high nibble of the host's length             free text, ``1`` as a rule
B         an octet at the start of F3, else as A           as A
C         bit 7 of an octet of flags before the APN        ``AuthCode:<code>;PSK:<key>;``
========  ===============================================  ======================================

Nothing in a code names its layout. It is the one whose fields end exactly where the sections end.

Sources: the vendors' register-code tools and sample projects for M5310-A, SIM7020, M5311 and XY1100; the CIS SDK.
"""

from __future__ import annotations

from dataclasses import dataclass

from onenet_sim.modem.register_code.contents import Layout, LogSettings, RegisterCode, unfit_address
from onenet_sim.modem.register_code.rows import FieldReader, RegisterCodeError, Row, require_bounded
from onenet_sim.modem.register_code.sections import (
    BOOTSTRAP_NIBBLE,
    FLAG_BOOTSTRAP,
    FLAG_DTLS,
    HEAD,
    LOG,
    NETWORK,
    SECTION_MARK,
    SECTIONS,
)

_LINKS = {0: "non-IP", 1: "UDP", 2: "TCP"}
_BANDS = {0: "NB-IoT", 1: "GSM", 2: "LTE", 3: "eMTC"}


def decode_register_code(octets: bytes) -> RegisterCode:
    """Return what a register code says.

    Raises:
        RegisterCodeError: A length does not fit, or there is no network section.
    """
    return _read(octets)[0]


def explain_register_code(octets: bytes) -> tuple[Row, ...]:
    """Return a register code's fields in order; together they are all its octets.

    Raises:
        RegisterCodeError: As `decode_register_code`.
    """
    return _read(octets)[1]


@dataclass(frozen=True, slots=True)
class _Section:
    """A section as the walk over the code finds it: its first octet, where its body begins, and where it ends."""

    kind: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Network:
    """F2 as one of its two forms reads it."""

    newer: bool
    flags: int
    host_word: int
    mtu: int
    link_and_band: int
    apn: str
    user: str
    password: str
    address: str
    user_data: str


def _read(octets: bytes) -> tuple[RegisterCode, tuple[Row, ...]]:
    require_bounded(octets)
    rows: list[Row] = []
    sections = _sections(octets, rows)
    if NETWORK not in sections:
        raise RegisterCodeError("there is no network section (F2)")
    network = _network(octets, sections[NETWORK], rows)
    log, bootstrap_octet = LogSettings(), None
    if LOG in sections:
        log, bootstrap_octet = _log(octets, sections[LOG], rows, newer=network.newer)
    layout = Layout.C if network.newer else Layout.A if bootstrap_octet is None else Layout.B
    code = RegisterCode(
        address=network.address,
        layout=layout,
        bootstrap=bool(network.flags & FLAG_BOOTSTRAP or network.host_word & BOOTSTRAP_NIBBLE or bootstrap_octet),
        dtls=bool(network.flags & FLAG_DTLS),
        mtu=network.mtu,
        link=network.link_and_band >> 4,
        band=network.link_and_band & 0xF,
        apn=network.apn,
        user=network.user,
        password=network.password,
        user_data=network.user_data,
        log=log,
    )
    return code, tuple(sorted(rows, key=lambda row: row.offset))


def _sections(octets: bytes, rows: list[Row]) -> dict[int, _Section]:
    """Return the sections by their first octet, having walked over header and heads to the very end."""
    if len(octets) < HEAD:
        raise RegisterCodeError(f"the code ends at offset {len(octets)}; its header alone has {HEAD} octets")
    header = FieldReader(octets, 0, HEAD, within="the header")
    header.number(1, "version, sections", lambda octet: f"version {octet >> 4}, {octet & 0xF} sections")
    if octets[0] >> 4 == 0:
        raise RegisterCodeError("at offset 0 the version in the first nibble is 0; it must be 1 or more")
    total = header.number(2, "total size", lambda size: f"{size} octets")
    if total != len(octets):
        raise RegisterCodeError(f"the header at offset 1 says {total} octets, but there are {len(octets)}")
    rows += header.rows
    sections: dict[int, _Section] = {}
    offset = HEAD
    while offset < len(octets):
        section = _section_at(offset, octets, rows)
        if section.kind in sections:
            raise RegisterCodeError(f"offset {offset} begins a second {SECTIONS[section.kind]}; one is right")
        if section.kind in SECTIONS:
            sections[section.kind] = section
        if section.kind not in {NETWORK, LOG} and section.start < section.end:
            body = octets[section.start : section.end]
            rows.append(Row(section.start, body, "section body", f"{len(body)} octets that nothing reads"))
        offset = section.end
    return sections


def _section_at(offset: int, octets: bytes, rows: list[Row]) -> _Section:
    kind = octets[offset]
    if kind & SECTION_MARK != SECTION_MARK:
        raise RegisterCodeError(f"offset {offset} has {kind:02X}; a section begins with F1, F2 or F3")
    what = SECTIONS.get(kind, "unknown section")
    head = FieldReader(octets, offset, len(octets), within="the code")
    head.number(1, "section", lambda _kind: what)
    size = int.from_bytes(octets[offset + 1 : offset + HEAD], "big")
    there = len(octets) - offset
    # Some generators count in F3 one reserved octet that they do not write.
    one_short = kind == LOG and size == there + 1
    suffix = f", of which the last is not there: the code ends at offset {len(octets)}" if one_short else ""
    head.number(2, "section size", lambda size: f"{size} octets{suffix}")
    rows += head.rows
    if size < HEAD:
        raise RegisterCodeError(f"the section at offset {offset} says {size} octets; at least {HEAD} are needed")
    if size > there and not one_short:
        raise RegisterCodeError(
            f"the {what} at offset {offset} runs over the end: it says {size} octets, and {there} are there"
        )
    return _Section(kind, offset + HEAD, min(offset + size, len(octets)))


def _network(octets: bytes, section: _Section, rows: list[Row]) -> _Network:
    """Read F2 as the form that fits exactly and names a host, the older one first."""
    refusals, unfit = [], ""
    for newer in (False, True):
        reader = FieldReader(octets, section.start, section.end, within="the network section")
        try:
            network = _network_as(reader, newer=newer)
        except RegisterCodeError as refusal:
            refusals.append(str(refusal))
            continue
        why = unfit_address(network.address)
        if not why:
            rows += reader.rows
            return network
        unfit = unfit or f"the host {network.address!a} of the network section at offset {section.start} {why}"
    if unfit:
        raise RegisterCodeError(unfit)
    older, newest = refusals
    raise RegisterCodeError(
        f"the network section's fields at offset {section.start} fit no layout: as A or B, {older}; as C, {newest}"
    )


def _network_as(reader: FieldReader, *, newer: bool) -> _Network:
    mtu = reader.number(2, "MTU")
    link_and_band = reader.number(1, "link, band", _link_and_band_meaning)
    flags = reader.number(1, "flags", _flags_meaning) if newer else 0
    apn, user, password = (reader.text(name) for name in ("APN", "user", "password"))
    if newer:
        host_word, address = 0, reader.text("host")
    else:
        host_word = reader.number(2, "bootstrap, host length", _host_word_meaning)
        address = reader.characters(host_word & ~BOOTSTRAP_NIBBLE, "host")
    user_data = reader.text("user data")
    reader.finish()
    return _Network(newer, flags, host_word, mtu, link_and_band, apn, user, password, address, user_data)


def _log(octets: bytes, section: _Section, rows: list[Row], *, newer: bool) -> tuple[LogSettings, int | None]:
    """Read F3, plainly if that fits exactly, else with the further octet of layout B or of layout C's parsers.

    Returns:
        What it says, and layout B's octet of bootstrap where there is one.
    """
    refusals = []
    for further in (False, True):
        reader = FieldReader(octets, section.start, section.end, within="the log section")
        bootstrap = None
        try:
            if further and not newer:
                bootstrap = reader.number(1, "bootstrap", _bootstrap_meaning)
            octet = reader.number(1, "log", _log_meaning)
            buffer_size = reader.number(2, "log buffer size", lambda size: f"{size} octets")
            if further and newer:
                reader.number(1, "reserved", lambda _octet: "not read")
            user_data = reader.text("log user data")
            reader.finish()
        except RegisterCodeError as refusal:
            refusals.append(str(refusal))
            continue
        rows += reader.rows
        return LogSettings.from_octet(octet, buffer_size, user_data), bootstrap
    plain, extended = refusals
    raise RegisterCodeError(
        f"the log section's fields at offset {section.start} fit no layout: as {'C' if newer else 'A'}, {plain}; "
        f"as {'C with a reserved octet' if newer else 'B'}, {extended}"
    )


def _link_and_band_meaning(octet: int) -> str:
    link, band = octet >> 4, octet & 0xF
    return f"link {link} ({_LINKS.get(link, 'unknown')}), band {band} ({_BANDS.get(band, 'unknown')})"


def _flags_meaning(flags: int) -> str:
    return f"{_bootstrap_meaning(flags & FLAG_BOOTSTRAP)}, DTLS {_on(flags & FLAG_DTLS)}"


def _host_word_meaning(word: int) -> str:
    return f"{_bootstrap_meaning(word & BOOTSTRAP_NIBBLE)}, {word & ~BOOTSTRAP_NIBBLE}"


def _bootstrap_meaning(bit: int) -> str:
    return f"bootstrap {_on(bit)}"


def _log_meaning(octet: int) -> str:
    log = LogSettings.from_octet(octet)
    return f"{_on(log.enabled)}, external output {_on(log.external)}, type {log.output_type}, level {log.level}"


def _on(bit: int) -> str:
    return "on" if bit else "off"

r"""Lists of links: what a registration and a discover answer are written in.

``</>;rt="oma.lwm2m",</3303/0>,</3306/0>``. Source: RFC 6690 section 2 and, for the links of a
registration, OMA LwM2M TS 1.0.2 section 5.3.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.lwm2m.errors import Lwm2mError
from onenet_sim.lwm2m.path import Path

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT_RESOURCE_TYPE = "oma.lwm2m"
"""The ``rt`` of the link below which a client keeps its objects."""

_TARGET = re.compile(r"\s*<([^<>]*)>\s*")
_NAME = r'[^\s=;,"<>]+'
_ATTRIBUTE = re.compile(rf';\s*({_NAME})\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"<>]*)))?\s*', re.DOTALL)
_NUMBERED = re.compile(r"[0-9]")
_BARE_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Link:
    """A target and its attributes in order; the value of a bare attribute such as ``obs`` is ``None``.

    Raises:
        Lwm2mError: the target or an attribute's name has a character that would end it.
    """

    target: str
    attributes: tuple[tuple[str, str | None], ...] = ()

    def __post_init__(self) -> None:
        if "<" in self.target or ">" in self.target:
            raise Lwm2mError(f"a link's target has no angle brackets: {self.target[:32]!r}")
        for name, _ in self.attributes:
            if not re.fullmatch(_NAME, name):
                raise Lwm2mError(f"{name[:32]!r} cannot be the name of a link's attribute")

    def get(self, name: str) -> str | None:
        """Return the value of the first attribute of that name; ``None`` when it has none or is missing."""
        return next((value for each, value in self.attributes if each == name), None)


def parse_links(text: str) -> tuple[Link, ...]:
    r"""Return the links of ``text`` in its order; none for an empty text.

    Quoted values may hold commas, semicolons and ``\"``; white space around the separators is skipped.

    Raises:
        Lwm2mError: the text is not such a list; the message gives the offset.
    """
    links: list[Link] = []
    if not text or text.isspace():
        return ()
    offset = 0
    while True:
        target = _TARGET.match(text, offset)
        if target is None:
            raise Lwm2mError(f"link at offset {offset}: expected <target>, found {text[offset : offset + 16]!r}")
        attributes, offset = _parse_attributes(text, target.end())
        links.append(Link(target[1], attributes))
        if offset == len(text):
            return tuple(links)
        if text[offset] != ",":
            found = text[offset : offset + 16]
            raise Lwm2mError(f"link at offset {offset}: expected ';' or ',' or the end, found {found!r}")
        offset += 1


def format_links(links: Iterable[Link]) -> str:
    """Return the links as text without spaces.

    Values are quoted, except plain numbers: ``</>;rt="oma.lwm2m";ct=1543``.
    """
    return ",".join(f"<{link.target}>" + "".join(map(_format_attribute, link.attributes)) for link in links)


def root_link(links: Iterable[Link]) -> Link:
    """Return the link below which a registration keeps its objects: the one whose ``rt`` is ``oma.lwm2m``.

    Without such a link it is ``</>``, which may stand there too, with attributes such as ``ct``.
    """
    listed = tuple(links)
    declared = (link for link in listed if ROOT_RESOURCE_TYPE in (link.get("rt") or "").split())
    bare = (link for link in listed if not link.target.strip("/"))
    return next(declared, None) or next(bare, None) or Link("/")


def registered_paths(links: Iterable[Link]) -> tuple[Path, ...]:
    """Return the objects and object instances that a registration lists: its order, each once.

    Objects live below :func:`root_link`. That link itself and links to elsewhere are skipped. Some clients list
    their resources too, such as Mbed's; a resource stands for its instance.

    Raises:
        Lwm2mError: a link below the root is no path of an object, an instance or a resource.
    """
    listed = tuple(links)
    prefix = "/" + root_link(listed).target.strip("/")
    prefix = prefix if prefix == "/" else prefix + "/"
    paths: dict[Path, None] = {}
    for link in listed:
        target = "/" + link.target.removeprefix("/")
        if not target.startswith(prefix) or not _NUMBERED.match(target, len(prefix)):
            continue
        path = Path.parse(target.removeprefix(prefix).rstrip("/"))
        paths[path if path.resource_id is None else path.instance] = None
    return tuple(paths)


def _parse_attributes(text: str, offset: int) -> tuple[tuple[tuple[str, str | None], ...], int]:
    attributes: list[tuple[str, str | None]] = []
    while match := _ATTRIBUTE.match(text, offset):
        name, quoted, bare = match.groups()
        attributes.append((name, bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)))
        offset = match.end()
    return tuple(attributes), offset


def _format_attribute(attribute: tuple[str, str | None]) -> str:
    name, value = attribute
    if value is None:
        return f";{name}"
    if _BARE_NUMBER.fullmatch(value):
        return f";{name}={value}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f';{name}="{escaped}"'

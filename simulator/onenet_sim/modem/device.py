"""The MIPL device: what CREATE, ADDOBJ and DISCOVERRSP have set up on the module."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from onenet_sim.lwm2m import FIRMWARE_OBJECT, Link, Path, format_links
from onenet_sim.modem.coap import Peer
from onenet_sim.modem.codes import IotPlatform, NamePattern

if TYPE_CHECKING:
    from onenet_sim.modem.codes import BindingMode
    from onenet_sim.modem.identity import Identity
    from onenet_sim.modem.values import MiplValue, ValueType

_DEFAULT_PORTS = {"coaps": 5684}
_DEFAULT_PORT = 5683


def uri_peer(uri: str) -> Peer | None:
    """Return the far end that ``coap://host[:port]`` or ``coaps://…`` names, or None if it names none."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme, _DEFAULT_PORT)
    except ValueError:
        return None
    return Peer(host, port) if host else None


@dataclass(frozen=True, slots=True)
class Psk:
    """A pre-shared key.

    Attributes:
        text: As the host wrote it.
        key: Its octets.
        identity: Under which identity it is shown; the IMEI if empty.
    """

    text: str
    key: bytes
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a device logs in: a bootstrap server, or an LwM2M server itself.

    ``monitors`` is the second bit of CREATEEX's flag, reversed: the platform may ask for the cells around. With
    a ``psk`` the server is spoken to through DTLS.
    """

    peer: Peer
    bootstrap: bool
    auth_code: str = ""
    monitors: bool = True
    psk: Psk | None = None


@dataclass(slots=True)
class MiplObject:
    """One object with its instances.

    Attributes:
        instances: The instance ids, ascending.
        attributes: ADDOBJ's count of readable and writable resources; it matters in family C only.
        actions: Its count of executable resources, likewise.
        resources: What DISCOVERRSP declared, in its order, each once.
    """

    object_id: int
    instances: tuple[int, ...]
    attributes: int
    actions: int
    resources: tuple[int, ...] = ()

    @property
    def counted(self) -> int:
        """How many resources ADDOBJ counted in all."""
        return self.attributes + self.actions


@dataclass(slots=True)
class Device:
    """A created device.

    Attributes:
        types: The type under which a resource was last reported or read, which ``+MIPLWRITE`` then prints.
        values: What family L's NOTIFY has last said of each resource.
        lifetime: The lifetime that CONF has given, in seconds; 0 where OPEN gives it.
        handed_out: The server that the last bootstrap named.
        platform: Whose platform it logs in to; that decides the endpoint name where nothing else does.
        name_pattern: The pattern of the endpoint name.
        given_name: The endpoint name itself, if the host gave one.
        binding: The binding for the platform; None until the host chooses one.
        updates_itself: It updates 30 s before the end of its lifetime.
        renegotiates_after: Seconds without traffic after which a new DTLS handshake is due; 0 is never.
        software_version: The version of the host's own software, if the host takes upgrades of it (SOTA).
    """

    server: Server
    objects: dict[int, MiplObject] = field(default_factory=dict)
    types: dict[Path, ValueType] = field(default_factory=dict)
    values: dict[Path, MiplValue] = field(default_factory=dict)
    lifetime: int = 0
    handed_out: Server | None = None
    platform: IotPlatform = IotPlatform.ONENET
    name_pattern: NamePattern = NamePattern.PLATFORM
    given_name: str = ""
    binding: BindingMode | None = None
    updates_itself: bool = False
    renegotiates_after: int = 120
    software_version: str = ""

    @property
    def current_server(self) -> Server:
        """The server that CREATE named, or since a bootstrap the one that was handed out."""
        return self.handed_out or self.server

    def endpoint_name(self, identity: Identity) -> str:
        """Return the name under which the device registers, such as ``IMEI;IMSI``."""
        if self.given_name:
            return self.given_name
        template = self.name_pattern.template or self.platform.name_pattern.template
        return template.format(imei=identity.imei, imsi=identity.imsi)

    def has(self, path: Path) -> bool:
        """Whether the object, and the instance if the path has one, were added."""
        if self.takes_software(path):
            return True
        added = self.objects.get(path.object_id)
        return added is not None and path.instance_id in {None, *added.instances}

    def remove_instance(self, path: Path) -> None:
        """Forget an instance that was added, and what was reported of it; with its last one an object goes."""
        added = self.objects[path.object_id]
        added.instances = tuple(each for each in added.instances if each != path.instance_id)
        if not added.instances:
            del self.objects[path.object_id]
        for known in (self.types, self.values):
            for each in [resource for resource in known if path.contains(resource)]:
                del known[each]

    def takes_software(self, path: Path) -> bool:
        """Whether the path belongs to object 5 and the host answers for it, as its own software goes there."""
        return bool(self.software_version) and path.object_id == FIRMWARE_OBJECT and path.instance_id in {None, 0}

    def declare(self, path: Path, kind: ValueType) -> None:
        """Remember a resource that was reported or read, and its type."""
        self.types[path] = kind
        added = self.objects.get(path.object_id)
        if added is not None and path.resource_id is not None and path.resource_id not in added.resources:
            added.resources = (*added.resources, path.resource_id)

    def forget_resources(self) -> None:
        """Drop what DISCOVERRSP and reports declared; the objects stay."""
        self.types.clear()
        self.values.clear()
        for added in self.objects.values():
            added.resources = ()

    def registration_links(self, *, security: bool, sort: bool) -> bytes:
        """Return the payload of a registration: ``</>;rt="oma.lwm2m",</3200/0>``.

        Args:
            security: Whether object 0 is listed.
            sort: Whether the objects are listed by id, not in the order of ADDOBJ.
        """
        listed = sorted(self.objects.values(), key=lambda o: o.object_id) if sort else self.objects.values()
        paths = [Path(0, 0)] if security else []
        if security and self.server.bootstrap:
            paths.append(Path(0, 1))
        paths += [Path(added.object_id, instance) for added in listed for instance in added.instances]
        links = [Link("/", (("rt", "oma.lwm2m"),)), *(Link(str(path)) for path in paths)]
        return format_links(links).encode("ascii")

    def discovery_links(self, object_id: int, resources: tuple[int, ...]) -> bytes:
        """Return the answer to a discover of an object: itself, its instances, their resources."""
        added = self.objects.get(object_id)
        links = [Link(str(Path(object_id)))]
        for instance in added.instances if added else ():
            links.append(Link(str(Path(object_id, instance))))
            links += [Link(str(Path(object_id, instance, resource))) for resource in resources]
        return format_links(links).encode("ascii")

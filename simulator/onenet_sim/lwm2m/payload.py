"""A TLV payload seen from the path that was asked for: which resource got which octets.

Source: OMA LwM2M TS 1.0.2 section 6.4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.lwm2m.errors import Lwm2mError
from onenet_sim.lwm2m.path import Path
from onenet_sim.lwm2m.tlv import Tlv, TlvKind, decode_tlv, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class ResourceValue:
    """The octets of one resource, or of one instance of a multiple resource.

    ``path`` is at resource level. The octets are as the payload has them; ``decode_value`` gives them a type.
    """

    path: Path
    octets: bytes
    resource_instance: int | None = None


def decode_tlv_payload(path: Path, octets: bytes) -> tuple[ResourceValue, ...]:
    """Return what a TLV payload says about ``path``, in its order.

    The path is what was read, observed or written: an object, an instance or a resource. Resources stand by
    themselves or inside their object instance, and both are understood; only a whole object needs the
    instances, since nothing else would tell them apart. A multiple resource gives a value per instance of it,
    and where it was asked for by itself its instances may stand alone, as Wakaama has them.

    Raises:
        Lwm2mError: the payload is not TLV, or speaks of something outside ``path``.
    """
    if path.resource_id is not None and kind_of(octets) is TlvKind.RESOURCE_INSTANCE:
        alone = decode_tlv(octets, inside=TlvKind.MULTIPLE_RESOURCE)
        entries: tuple[Tlv, ...] = (Tlv(TlvKind.MULTIPLE_RESOURCE, path.resource_id, alone),)
    else:
        entries = decode_tlv(octets)
    wrapped = {entry.kind is TlvKind.OBJECT_INSTANCE for entry in entries}
    if len(wrapped) > 1:
        raise Lwm2mError(f"the payload of {path} mixes object instances with bare resources")
    if wrapped == {True}:
        return tuple(_instances(path, entries))
    if not entries:
        return ()
    if path.instance_id is None:
        raise Lwm2mError(
            f"the payload of {path} has bare resources; a whole object needs its instances around them"
        )
    return tuple(_resources(path, path.instance, entries))


def _instances(path: Path, entries: Iterable[Tlv]) -> Iterator[ResourceValue]:
    for entry in entries:
        instance = Path(path.object_id, entry.id)
        if not (path.contains(instance) or instance.contains(path)):
            raise Lwm2mError(f"the payload of {path} speaks of instance {instance}")
        yield from _resources(path, instance, _children(entry))


def _resources(path: Path, instance: Path, entries: Iterable[Tlv]) -> Iterator[ResourceValue]:
    for entry in entries:
        resource = instance.child(entry.id)
        if not path.contains(resource):
            raise Lwm2mError(f"the payload of {path} speaks of resource {resource}")
        if isinstance(entry.value, bytes):
            yield ResourceValue(resource, entry.value)
            continue
        for each in entry.value:
            if isinstance(each.value, bytes):
                yield ResourceValue(resource, each.value, each.id)


def _children(entry: Tlv) -> tuple[Tlv, ...]:
    return () if isinstance(entry.value, bytes) else entry.value

"""The objects that a module keeps for itself: 0 (security), 3 (device), 4 and 5.

Family O answers reads of object 3 by itself, and most of it prints them all the same. Object 5 belongs to
:mod:`onenet_sim.modem.firmware`, in modules that have it; everything else is refused.
Sources: LwM2M user manual for OneMO modules 3.3 and 5.1; CIS SDK ``std_object``; OMA LwM2M 1.0, annex E.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.lwm2m import (
    FIRMWARE_OBJECT,
    ContentFormat,
    DataType,
    Path,
    Tlv,
    TlvKind,
    Value,
    encode_text,
    encode_tlv,
    encode_value,
)
from onenet_sim.modem import urcs
from onenet_sim.modem.coap import make_message
from onenet_sim.modem.mipl_habits import FirmwareUpdate, StandardObjects
from onenet_sim.modem.output import Sort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiocoap import Message

    from onenet_sim.modem.coap import Incoming
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.requests import Operation

OBJECTS = frozenset({0, 3, 4, FIRMWARE_OBJECT})
_DEVICE = 3


def answer(module: Module, operation: Operation, path: Path, incoming: Incoming) -> None:
    """Answer a platform's request to one of the module's own objects."""
    habit = module.profile.mipl.standard_objects
    serves = habit is not StandardObjects.REFUSED
    updates = module.profile.firmware.update is FirmwareUpdate.MODULE
    if path.object_id == FIRMWARE_OBJECT and path.instance_id in {None, 0} and updates:
        module.firmware.answer(operation, path, incoming)
    elif path.object_id != _DEVICE or path.instance_id not in {None, 0} or not serves:
        module.explain(f"this module does not serve {path}")
        module.endpoint.reply(incoming, make_message(codes.NOT_FOUND))
    elif operation.name != "READ":
        module.explain(f"{operation.value} is not allowed on {path}; the module only lets it be read")
        module.endpoint.reply(incoming, make_message(codes.METHOD_NOT_ALLOWED))
    else:
        module.endpoint.reply(incoming, read(path, _resources(module)))
        if habit is StandardObjects.MODULE:
            module.unsolicited(urcs.read(int(incoming.message.mid), path), Sort.REQUEST)


def read(path: Path, resources: Mapping[int, tuple[DataType, Value]]) -> Message:
    """Return the answer to a read of an object with one instance: TLV, or of one resource its text."""
    if path.resource_id is None:
        entries = [
            Tlv(TlvKind.RESOURCE, number, encode_value(kind, value)) for number, (kind, value) in resources.items()
        ]
        if path.instance_id is None:
            entries = [Tlv(TlvKind.OBJECT_INSTANCE, 0, tuple(entries))]
        return make_message(codes.CONTENT, payload=encode_tlv(entries), content_format=ContentFormat.TLV_1542)
    if path.resource_id not in resources:
        return make_message(codes.NOT_FOUND)
    kind, value = resources[path.resource_id]
    return make_message(codes.CONTENT, payload=encode_text(kind, value), content_format=ContentFormat.TEXT)


def _resources(module: Module) -> dict[int, tuple[DataType, Value]]:
    label, device = module.profile.label, module.device
    version = device.software_version if device else ""
    return {
        0: (DataType.STRING, label.manufacturer),
        1: (DataType.STRING, label.model),
        2: (DataType.STRING, module.identity.imei),
        3: (DataType.STRING, module.configuration.flash.revision),
        9: (DataType.INTEGER, 100),
        16: (DataType.STRING, "U"),
        **({19: (DataType.STRING, version)} if version else {}),
    }

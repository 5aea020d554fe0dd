"""What both ends say: paths, values, TLV, links, notification attributes and the object model.

Pure: octets and text go in, values come out. Whatever the other side got wrong is a ``Lwm2mError``.
"""

from onenet_sim.lwm2m.attributes import Attributes
from onenet_sim.lwm2m.content_format import ContentFormat
from onenet_sim.lwm2m.errors import Lwm2mError
from onenet_sim.lwm2m.firmware import (
    FIRMWARE_OBJECT,
    FirmwareResource,
    FirmwareState,
    UpdateResult,
    image_version,
    simulated_image,
)
from onenet_sim.lwm2m.json_payload import decode_json_payload, encode_json_payload
from onenet_sim.lwm2m.links import Link, format_links, parse_links, registered_paths, root_link
from onenet_sim.lwm2m.object_xml import ObjectFileError, load_objects
from onenet_sim.lwm2m.objects import ObjectDefinition, ObjectTable, Operations, ResourceDefinition
from onenet_sim.lwm2m.path import Path
from onenet_sim.lwm2m.payload import ResourceValue, decode_tlv_payload
from onenet_sim.lwm2m.tlv import Tlv, TlvKind, decode_tlv, encode_tlv
from onenet_sim.lwm2m.values import DataType, Value, decode_text, decode_value, encode_text, encode_value

__all__ = [
    "FIRMWARE_OBJECT",
    "Attributes",
    "ContentFormat",
    "DataType",
    "FirmwareResource",
    "FirmwareState",
    "Link",
    "Lwm2mError",
    "ObjectDefinition",
    "ObjectFileError",
    "ObjectTable",
    "Operations",
    "Path",
    "ResourceDefinition",
    "ResourceValue",
    "Tlv",
    "TlvKind",
    "UpdateResult",
    "Value",
    "decode_json_payload",
    "decode_text",
    "decode_tlv",
    "decode_tlv_payload",
    "decode_value",
    "encode_json_payload",
    "encode_text",
    "encode_tlv",
    "encode_value",
    "format_links",
    "image_version",
    "load_objects",
    "parse_links",
    "registered_paths",
    "root_link",
    "simulated_image",
]

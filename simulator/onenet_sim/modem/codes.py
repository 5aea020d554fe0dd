"""Numbers of the MIPL language: events, results, value types, the situations in which a command is refused.

Sources: the LwM2M user manual for OneMO modules V5.2.2 and, for what only older modules print, the CIS SDK.
"""

from __future__ import annotations

from enum import Enum, IntEnum

from aiocoap import numbers


class MiplEvent(IntEnum):
    """``+MIPLEVENT: <ref>,<id>``."""

    BOOTSTRAP_STARTED = 1
    BOOTSTRAP_DONE = 2
    BOOTSTRAP_FAILED = 3
    CONNECTED = 4
    CONNECT_FAILED = 5
    REGISTERED = 6
    REGISTER_FAILED = 7
    REGISTER_TIMEOUT = 8
    LIFETIME_OVER = 9
    HALTED = 10
    UPDATED = 11
    UPDATE_FAILED = 12
    UPDATE_TIMEOUT = 13
    UPDATE_NEEDED = 14
    DEREGISTERED = 15
    RESPONSE_FAILED = 20
    RESPONSE_DONE = 21
    NOTIFY_FAILED = 25
    NOTIFY_DONE = 26
    DELETED_ON_PLATFORM = 31
    DTLS_AGED = 32
    PACKET_DROPPED = 33
    FIRMWARE_DOWNLOADING = 40
    FIRMWARE_DOWNLOAD_FAILED = 41
    FIRMWARE_DOWNLOADED = 42
    FIRMWARE_UPDATING = 43
    FIRMWARE_UPDATED = 44
    FIRMWARE_UPDATE_FAILED = 45
    FIRMWARE_FINISHED = 46
    FIRMWARE_INTERRUPTED = 47
    FIRMWARE_PROGRESS = 51


class BlockPlace(IntEnum):
    """``<flag>`` of ``+MIPLWRITE``, for a block of an image."""

    LAST = 0
    FIRST = 1
    MIDDLE = 2


class ResultCode(IntEnum):
    """``<result>`` of the ``...RSP`` commands, and the CoAP code it becomes."""

    CONTENT = 1
    CHANGED = 2
    BAD_REQUEST = 11
    UNAUTHORIZED = 12
    NOT_FOUND = 13
    METHOD_NOT_ALLOWED = 14
    NOT_ACCEPTABLE = 15
    CONTINUE = 16
    INCOMPLETE = 17
    TOO_LARGE = 18
    UNSUPPORTED_FORMAT = 19

    @property
    def coap(self) -> numbers.codes.Code:
        """The CoAP response code."""
        return _COAP_CODES[self]


_COAP_CODES = {
    ResultCode.CONTENT: numbers.codes.CONTENT,
    ResultCode.CHANGED: numbers.codes.CHANGED,
    ResultCode.BAD_REQUEST: numbers.codes.BAD_REQUEST,
    ResultCode.UNAUTHORIZED: numbers.codes.UNAUTHORIZED,
    ResultCode.NOT_FOUND: numbers.codes.NOT_FOUND,
    ResultCode.METHOD_NOT_ALLOWED: numbers.codes.METHOD_NOT_ALLOWED,
    ResultCode.NOT_ACCEPTABLE: numbers.codes.NOT_ACCEPTABLE,
    ResultCode.CONTINUE: numbers.codes.CONTINUE,
    ResultCode.INCOMPLETE: numbers.codes.REQUEST_ENTITY_INCOMPLETE,
    ResultCode.TOO_LARGE: numbers.codes.REQUEST_ENTITY_TOO_LARGE,
    ResultCode.UNSUPPORTED_FORMAT: numbers.codes.UNSUPPORTED_CONTENT_FORMAT,
}


class ContentType(IntEnum):
    """``<contentType>`` of NOTIFY: in which format a report goes."""

    TEXT = 0
    LINK = 1
    OPAQUE = 2
    TLV = 3
    JSON = 4


class Situation(Enum):
    """Why a command is refused. Which number that gives is in the profile, under the value as key."""

    SYNTAX = "syntax"
    FORM = "form"
    WRONG_REF = "wrong_ref"
    NO_DEVICE = "no_device"
    DEVICE_EXISTS = "device_exists"
    NOT_LOGGED_IN = "not_logged_in"
    ALREADY_OPEN = "already_open"
    OBJECT_EXISTS = "object_exists"
    NO_OBJECT = "no_object"
    NOT_OBSERVED = "not_observed"
    UNKNOWN_MESSAGE = "unknown_message"
    BUSY = "busy"
    NOT_ALLOWED = "not_allowed"
    TOO_LARGE = "too_large"
    REGISTER_CODE = "register_code"
    LIFETIME = "lifetime"
    MEMORY_FULL = "memory_full"
    LAST_FRAME = "last_frame"
    OBJECTS_FULL = "objects_full"


class IotPlatform(IntEnum):
    """``<platform>`` of ``AT+MIPLCFG="platform"``."""

    ONENET = 0
    CTWING = 1
    YANFEI = 2
    HUAWEI = 3
    OTHER = 10

    @property
    def name_pattern(self) -> NamePattern:
        """The pattern that a platform's endpoint names have unless the host chooses one."""
        by_imei = self in {IotPlatform.CTWING, IotPlatform.YANFEI, IotPlatform.HUAWEI}
        return NamePattern.IMEI if by_imei else NamePattern.IMEI_IMSI


class NamePattern(IntEnum):
    """``<pattern>`` of ``AT+MIPLCFG="platform"``: how the endpoint name is made of IMEI and IMSI."""

    PLATFORM = 0
    IMEI = 1
    IMEI_IMSI = 2
    URN_IMEI = 3
    URN_IMEI_IMSI = 4

    @property
    def template(self) -> str:
        """The name, with ``{imei}`` and ``{imsi}`` in their places; empty where the platform decides."""
        return _NAME_TEMPLATES[self]


_NAME_TEMPLATES = {
    NamePattern.PLATFORM: "",
    NamePattern.IMEI: "{imei}",
    NamePattern.IMEI_IMSI: "{imei};{imsi}",
    NamePattern.URN_IMEI: "urn:imei:{imei}",
    NamePattern.URN_IMEI_IMSI: "urn:imei-imsi:{imei}-{imsi}",
}


class BindingMode(IntEnum):
    """``<binding_mode>`` of ``AT+MIPLCFG="binding"``."""

    SERVER_DEFAULT = 0
    UDP = 1
    UDP_QUEUE = 2

    @property
    def letters(self) -> str:
        """The value of ``b=`` (OMA LwM2M 1.0, 5.3.1.1); empty where ``b=`` is left out."""
        return {BindingMode.UDP: "U", BindingMode.UDP_QUEUE: "UQ"}.get(self, "")


class CmeError(IntEnum):
    """Numbers of ``+CME ERROR`` (3GPP TS 27.007, 9.2)."""

    OPERATION_NOT_ALLOWED = 3
    OPERATION_NOT_SUPPORTED = 4
    INCORRECT_PARAMETERS = 50

"""What can go wrong, as the north-bound API counts it: error numbers and reasons."""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType

from aiocoap import Code


class Errno(IntEnum):
    """The ``errno`` of an answer of the north-bound API (OneNET "error codes")."""

    SUCCESS = 0
    AUTH_FAILED = 1
    PARAMETER_REQUIRED = 3
    INVALID_IDENTITY = 6
    INTERNAL = 7
    OFFLINE = 2001
    LIMIT = 5006
    UNSUCCESSFUL = 5106
    INVALID_PARAMETER = 5108
    RPC = 5117


class Reason(IntEnum):
    """How a command to a device ended (OneNET ``confirm_status``)."""

    SUCCESS = 0
    METHOD_NOT_ALLOWED = 1
    FORBIDDEN = 2
    NOT_FOUND = 3
    INTERNAL_SERVER_ERROR = 4
    TIME_OUT = 5
    REQ_PARAM_ERROR = 6
    RESP_ERROR = 7
    UNAUTHORIZED = 8
    BAD_REQUEST = 9
    NOT_ACCEPTABLE = 10
    UNSUPPORTED_CONTENT_FORMAT = 11
    OFFLINE = 12
    ADDR_OCCUPIED = 13


_REASONS = MappingProxyType(
    {
        Code.METHOD_NOT_ALLOWED: Reason.METHOD_NOT_ALLOWED,
        Code.FORBIDDEN: Reason.FORBIDDEN,
        Code.NOT_FOUND: Reason.NOT_FOUND,
        Code.UNAUTHORIZED: Reason.UNAUTHORIZED,
        Code.BAD_REQUEST: Reason.BAD_REQUEST,
        Code.NOT_ACCEPTABLE: Reason.NOT_ACCEPTABLE,
        Code.UNSUPPORTED_CONTENT_FORMAT: Reason.UNSUPPORTED_CONTENT_FORMAT,
    }
)
_SERVER_ERRORS = 5


def reason_of(code: Code) -> Reason:
    """Return the reason that stands for a device's CoAP error code.

    OneNET publishes no such table; this one takes like for like, all of 5.xx as an internal error and
    every other code as an answer that was not understood.
    """
    if code in _REASONS:
        return _REASONS[code]
    return Reason.INTERNAL_SERVER_ERROR if code.class_ == _SERVER_ERRORS else Reason.RESP_ERROR


class Refusal(Exception):  # noqa: N818 - an answer of the platform, not an error in this program
    """The platform declines to do something.

    Attributes:
        errno: The number for the north-bound answer.
        text: Its ``error`` text.
        explanation: Why, for the journal, when the text alone does not say it.
    """

    def __init__(self, errno: Errno, text: str, explanation: str = "") -> None:
        super().__init__(explanation or text)
        self.errno = errno
        self.text = text
        self.explanation = explanation


class CommandFailed(Refusal):
    """A device answered a command with an error, or not at all.

    Attributes:
        reason: How it ended.
    """

    def __init__(self, reason: Reason, explanation: str) -> None:
        super().__init__(Errno.UNSUCCESSFUL, f"unsuccess:{reason.name.lower()}", explanation)
        self.reason = reason


class DeviceOffline(Refusal):
    """A command was meant for a device that is not registered now."""

    def __init__(self, imei: str) -> None:
        super().__init__(
            Errno.OFFLINE,
            "device not online",
            f"device {imei} has no registration that still lives; nothing was sent",
        )


class UnknownDevice(Refusal):
    """There is no device record for what was asked."""

    def __init__(self, what: str) -> None:
        super().__init__(Errno.AUTH_FAILED, "auth failed", f"this key has no device with {what}")


class InvalidParameter(Refusal):
    """A parameter has a value that makes no sense."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(
            Errno.INVALID_PARAMETER, f"invalid parameter: {name}", f"{name} is wrong; expected {expected}"
        )


class LimitExceeded(Refusal):
    """Something is beyond one of OneNET's limits."""

    def __init__(self, explanation: str) -> None:
        super().__init__(Errno.LIMIT, "system logic limit", explanation)


class MissingParameter(Refusal):
    """A parameter or a part of the body is not there."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(
            Errno.PARAMETER_REQUIRED, f"parameter required: {name}", f"{name} is missing; expected {expected}"
        )

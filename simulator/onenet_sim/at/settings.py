"""The settings of one serial line that AT commands themselves can change (ITU-T V.250, 3GPP TS 27.007)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ErrorReport(IntEnum):
    """How much an error says: the value of ``AT+CMEE`` (3GPP TS 27.007, 9.1)."""

    PLAIN = 0
    """``ERROR`` and no more."""
    NUMERIC = 1
    """A number, such as ``+CME ERROR: 50``."""
    VERBOSE = 2
    """The number's meaning in words."""


@dataclass(slots=True)
class LineSettings:
    """What governs the line at the moment; a module's profile gives the values after boot.

    Attributes:
        echo: Received characters are sent back (``ATE``).
        verbose: Results are words between CR LF pairs, not digits (``ATV``).
        quiet: Results are not sent at all (``ATQ``).
        error_report: The level of ``AT+CMEE``.
        line_end: The character that ends a command line (S3, by default CR).
        line_feed: The character that follows ``line_end`` in results (S4, by default LF).
        backspace: The character that deletes the one before it (S5, by default BS).
    """

    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    error_report: ErrorReport = ErrorReport.PLAIN
    line_end: int = 13
    line_feed: int = 10
    backspace: int = 8

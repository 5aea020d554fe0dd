"""What each kind of line fault makes of a piece of octets."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from onenet_sim.world.faults.declaration import Fault
    from onenet_sim.world.faults.lane import Piece

Strike: TypeAlias = "Callable[[Fault, Random, Piece], tuple[str, list[Piece]]]"
"""Returns what it did and what is left, each gap counted from the piece before."""

_NOISE = bytes((0x00, 0x80, 0xC0, 0xE0, 0xF0, 0xF8, 0xFC, 0xFE, 0xFF, 0x1C, 0x9C, 0xE6))
"""What a receiver at another baud rate makes of octets: runs of equal bits."""


def flip(octets: bytes, count: int, random: Random) -> bytes:
    """Return octets with one bit flipped in up to ``count`` of them."""
    changed = bytearray(octets)
    for index in random.sample(range(len(octets)), min(count, len(octets))):
        changed[index] ^= 1 << random.randrange(8)
    return bytes(changed)


def _drop(fault: Fault, random: Random, piece: Piece) -> tuple[str, list[Piece]]:
    octets = piece.octets
    size = min(fault.size or len(octets), len(octets))
    start = random.randrange(len(octets) - size + 1)
    left = octets[:start] + octets[start + size :]
    return f"lost {size} octets", [replace(piece, octets=left)] if left else []


def _garble(fault: Fault, random: Random, piece: Piece) -> tuple[str, list[Piece]]:
    size = min(fault.size or 1, len(piece.octets))
    return f"garbled {size} octets", [replace(piece, octets=flip(piece.octets, size, random))]


def _delay(fault: Fault, random: Random, piece: Piece) -> tuple[str, list[Piece]]:
    seconds = (fault.seconds or 0.0) + random.random() * (fault.jitter or 0.0)
    return f"{seconds:g} s late", [replace(piece, gap=piece.gap + seconds)]


def _stall(fault: Fault, _: Random, piece: Piece) -> tuple[str, list[Piece]]:
    half, seconds = (len(piece.octets) + 1) // 2, fault.seconds or 0.0
    pieces = [replace(piece, octets=piece.octets[:half]), replace(piece, octets=piece.octets[half:], gap=seconds)]
    return f"stopped for {seconds:g} s half-way", [each for each in pieces if each.octets]


def _chunk(fault: Fault, _: Random, piece: Piece) -> tuple[str, list[Piece]]:
    size, seconds = fault.size or 1, fault.seconds or 0.0
    chunks = [piece.octets[start : start + size] for start in range(0, len(piece.octets), size)]
    pieces = [replace(piece, octets=chunk, gap=seconds if at else piece.gap) for at, chunk in enumerate(chunks)]
    return f"in {len(chunks)} pieces", pieces


def _noise(_: Fault, random: Random, piece: Piece) -> tuple[str, list[Piece]]:
    noise = bytes(random.choices(_NOISE, k=len(piece.octets)))
    return "read as noise", [replace(piece, octets=noise)]


STRIKES: Mapping[str, Strike] = MappingProxyType(
    {
        "line.drop": _drop,
        "line.garble": _garble,
        "line.delay": _delay,
        "line.stall": _stall,
        "line.chunk": _chunk,
        "line.noise": _noise,
    }
)

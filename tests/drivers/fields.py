"""A line as a scan format takes it: the name, then the fields, whatever blanks stand between."""

from __future__ import annotations


def split_fields(line: str) -> list[str]:
    """Return the name and the fields of ``+NAME: 1, 2,"x"``; quotes stay."""
    name, _, rest = line.strip().partition(":")
    return [name, *(field.strip() for field in rest.split(","))]

"""Content formats."""

from __future__ import annotations

from onenet_sim.lwm2m import ContentFormat


def test_tlv_and_json_are_known_by_their_old_numbers_and_their_registered_ones() -> None:
    assert (ContentFormat.TLV_1542, ContentFormat.TLV) == (1542, 11542)
    assert (ContentFormat.JSON_1543, ContentFormat.JSON) == (1543, 11543)

"""Content formats."""

from __future__ import annotations

from onenet_sim.lwm2m import ContentFormat


def test_tlv_is_known_by_its_old_number_and_its_registered_one() -> None:
    assert {each for each in ContentFormat if each.is_tlv} == {1542, 11542}


def test_json_is_known_by_its_old_number_and_its_registered_one() -> None:
    assert {each for each in ContentFormat if each.is_json} == {1543, 11543}

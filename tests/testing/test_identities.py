"""Made-up modules and measurements."""

from __future__ import annotations

import pytest
from faker import Faker

from onenet_sim.testing.identities import OneNetProvider

DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def passes_luhn(digits: str) -> bool:
    """Return whether the digits pass the Luhn test, by the table of doubled digits."""
    backwards = [int(digit) for digit in reversed(digits)]
    return (sum(backwards[::2]) + sum(DOUBLED[digit] for digit in backwards[1::2])) % 10 == 0


def make_faker(seed: int) -> Faker:
    fake = Faker()
    fake.add_provider(OneNetProvider)
    fake.seed_instance(seed)
    return fake


@pytest.fixture
def fake() -> Faker:
    return make_faker(1)


def test_the_luhn_check_of_this_file_knows_a_right_number_from_wrong_ones() -> None:
    assert [digit for digit in "0123456789" if passes_luhn("49015420323751" + digit)] == ["8"]


def test_an_imei_has_15_digits_and_passes_the_luhn_test(fake: Faker) -> None:
    for _ in range(200):
        imei = fake.imei()
        assert len(imei) == 15
        assert imei.isdigit()
        assert not imei.startswith("0")
        assert passes_luhn(imei)


def test_an_imsi_is_of_a_network_of_china_mobile(fake: Faker) -> None:
    for _ in range(50):
        imsi = fake.imsi()
        assert len(imsi) == 15
        assert imsi.isdigit()
        assert imsi.startswith(("46004", "46008"))


def test_an_iccid_has_20_digits_and_passes_the_luhn_test(fake: Faker) -> None:
    for _ in range(50):
        iccid = fake.iccid()
        assert len(iccid) == 20
        assert iccid.startswith("8986")
        assert passes_luhn(iccid)


def test_the_same_seed_makes_up_the_same_and_another_another() -> None:
    drawn = [[fake.imei(), fake.imsi(), fake.iccid(), fake.telemetry()] for fake in map(make_faker, (5, 5, 6))]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_numbers_differ_from_draw_to_draw(fake: Faker) -> None:
    assert len({fake.imei() for _ in range(50)}) > 45


def test_telemetry_is_plausible(fake: Faker) -> None:
    for _ in range(50):
        measured = fake.telemetry()
        assert -40 <= measured["temperature"] <= 60
        assert 0 <= measured["humidity"] <= 100
        assert 3.0 <= measured["battery_voltage"] <= 3.7
        assert -140 <= measured["rsrp"] <= -44


def test_telemetry_has_the_quantities_asked_for(fake: Faker) -> None:
    assert list(fake.telemetry("humidity", "temperature")) == ["humidity", "temperature"]


def test_an_unknown_quantity_is_an_error_that_lists_the_known_ones(fake: Faker) -> None:
    with pytest.raises(ValueError, match=r"'smell'; there are temperature, humidity"):
        fake.telemetry("smell")

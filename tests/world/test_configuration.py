"""A world's configuration file: what comes of it, and what is said of a wrong one."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from onenet_sim import World
from onenet_sim.world.configuration import ConfigurationError, load_configuration
from onenet_sim.world.configuration_tables import configuration_schema

if TYPE_CHECKING:
    from pathlib import Path

IMEI = "869975030000017"
TEXT = f"""\
profile = "m5310a"
seed = 7
clock = "stopped"
network = "lossy"
epoch = 2026-05-01T08:00:00+08:00

[[modem]]
name = "meter"
imei = "{IMEI}"
rsrp = -110
network = "nat60"

[[modem]]
profile = "mn316"

[[device]]
imei = "{IMEI}"
auth_code = "secret"

[[fault]]
kind = "platform.silent"
modem = "meter"
at = 3

[map]
"8.8.8.8:53" = "127.0.0.1:5353"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "world.toml"
    path.write_text(TEXT)
    return path


def rsrp(world: World) -> list[int]:
    modems: Any = world.state["modems"]
    return [modem["radio"]["rsrp"] for modem in modems]


def test_a_world_is_made_of_a_file(file: Path) -> None:
    with World.from_file(file) as world:
        meter, other = world.modems.values()
        assert (meter.name, meter.profile, meter.imei) == ("meter", "m5310a", IMEI)
        assert (other.name, other.profile) == ("modem-2", "mn316")
        assert world.onenet.device(IMEI) is not None
        assert world.state["calendar"] == "2026-05-01T08:00:00.000+08:00"


def test_the_air_and_the_network_are_each_modems_own(file: Path) -> None:
    with World.from_file(file) as world:
        assert rsrp(world) == [-110, -79]
        presets = {(aim.fault.modem, aim.fault.preset) for aim in world.simulation.faults if aim.fault.preset}
    assert presets == {("meter", "nat60"), ("modem-2", "lossy")}


def test_device_records_are_there_again_after_a_reset(file: Path) -> None:
    with World.from_file(file) as world:
        world.onenet.create_device("869975030000025")
        world.reset()
        device = world.onenet.device(IMEI)
        assert device is not None
        assert device.auth_code == "secret"
        assert world.onenet.device("869975030000025") is None


def test_a_modem_keeps_what_it_has_of_its_own_after_a_reset(file: Path) -> None:
    with World.from_file(file) as world:
        world.modems["meter"].radio(rsrp=-60)
        before = world.modems["modem-2"].imei
        world.reset()
        assert rsrp(world) == [-110, -79]
        assert world.modems["modem-2"].imei == before


def test_a_record_that_the_database_has_is_not_made_again(file: Path, tmp_path: Path) -> None:
    db = tmp_path / "world.db"
    ids = set()
    for _ in range(2):
        with World.from_file(file, db=db) as world:
            device = world.onenet.device(IMEI)
            assert device is not None
            ids.add(device.id)
    assert len(ids) == 1


def test_settings_beside_a_file_count_instead_of_what_it_says(file: Path) -> None:
    with World.from_file(file, seed=8) as world:
        assert (world.settings.seed, str(world.settings.clock)) == (8, "stopped")


def test_relative_paths_begin_at_the_files_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ours.toml").write_text('inherits = "mn316"\nname = "ours"\n')
    (tmp_path / "road.csv").write_text("time,rsrp,sinr,ecl\n0,-90,3,1\n")
    path = tmp_path / "world.toml"
    path.write_text(
        'profile = "./ours.toml"\nlink = "modem0"\ndb = "world.db"\nobjects = []\n'
        '[[fault]]\nkind = "air.drive"\nfile = "road.csv"\n'
    )
    monkeypatch.chdir("/")
    with World.from_file(path) as world:
        assert world.modem.profile == "ours"
        assert (tmp_path / "modem0").is_symlink()
    assert (tmp_path / "world.db").is_file()


WRONG = [
    ("seed = 7", "sead = 7", 2, "unknown key sead; did you mean seed?"),
    ("seed = 7", 'seed = "7"', 2, "seed is '7'; expected a whole number"),
    ("seed = 7", "seed = true", 2, "seed is True; expected a whole number"),
    ("seed = 7", "seed =", 2, "no TOML"),
    ("seed = 7", "tcp = 70000", 2, "tcp is 70000; expected at most 65535"),
    ("seed = 7", "tcp = 65535", 2, "tcp: 2 modems need as many ports from 65535 on"),
    ("seed = 7", "baud = 9600", 2, "baud is 9600, but there is no serial device"),
    ("seed = 7", "modems = 3", 2, "modems is given beside [[modem]]"),
    ("seed = 7", 'pace = "slow"', 2, "pace is 'slow'; expected 'field' or 'instant'"),
    ("seed = 7", 'objects = ["none.xml"]', 2, "none.xml: cannot be read"),
    ("seed = 7", 'access_key = "???"', 2, "access_key is '???'; expected base64"),
    ('"stopped"', '"fast"', 3, "clock: no clock mode is called 'fast': it is real, stopped, scaled:K or idle:MS"),
    ('"m5310a"', '"m9999"', 1, "profile: no profile is named 'm9999'"),
    ('"lossy"', '"windy"', 4, "network: preset is 'windy'; expected one of good, ecl1"),
    ("08:00:00+08:00", "08:00:00", 5, "epoch has no time zone"),
    ('"meter"\nimei', '"a meter"\nimei', 8, "modem 1: name is 'a meter'; expected 1 to 32 of letters"),
    ('"meter"\nimei', '"modem-2"\nimei', 13, "modem 2: name is modem-2 for two modems"),
    ("-110", "-200", 10, "modem 1: rsrp is -200; expected -156 to -44"),
    ("-110", '"-110"', 10, "modem 1, rsrp is '-110'; expected a whole number"),
    ('"nat60"', '"ecl9"', 11, "modem 1: network: preset is 'ecl9'"),
    ('"mn316"', '"mn31"', 14, "modem 2: profile: no profile is named 'mn31'"),
    ('profile = "mn316"', f'imei = "{IMEI}"', 14, f"modem 2: imei is {IMEI} for two modems"),
    ('profile = "mn316"', 'iccd = "1"', 14, "unknown key modem 2, iccd; did you mean iccid?"),
    (f'imei = "{IMEI}"\nauth', 'imei = "12"\nauth', 17, "device 1: IMEI '12'; expected 15 digits"),
    (f'imei = "{IMEI}"\nauth', "auth", 16, "device 1, imei is missing"),
    ("at = 3", "at = 0", 23, "fault 1: at is 0; expected a whole number from 1 on"),
    ('modem = "meter"', 'modem = "meteor"', 22, "fault 1: modem is 'meteor'; there are meter, modem-2"),
    ('"platform.silent"', '"platform.silence"', 21, "fault 1: kind is 'platform.silence'; expected one of"),
    ("[[fault]]", "[[faults]]", 20, "unknown key faults; did you mean fault?"),
    ("127.0.0.1:5353", "8.8.4.4:5353", 25, "map: '8.8.4.4:5353' is not on this machine"),
    ('"127.0.0.1:5353"', "5353", 26, "map, 8.8.8.8:53 is 5353; expected a text"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "told"), WRONG)
def test_a_mistake_is_told_with_file_line_key_and_what_would_be_right(
    file: Path, right: str, wrong: str, line: int, told: str
) -> None:
    assert right in TEXT
    file.write_text(TEXT.replace(right, wrong, 1))
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(file)
    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert told in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml: cannot be read: No such file"):
        load_configuration(tmp_path / "none.toml")


def test_an_empty_file_is_the_standard_world(file: Path) -> None:
    file.write_text("")
    with World.from_file(file) as world:
        assert world.modem.profile == "onemo"


def test_the_schema_takes_what_the_simulator_takes() -> None:
    document = tomllib.loads(TEXT)
    document["epoch"] = document["epoch"].isoformat()
    Draft202012Validator.check_schema(configuration_schema())
    Draft202012Validator(configuration_schema()).validate(document)


@pytest.mark.parametrize(
    "text", ["sead = 7", "seed = '7'", "tcp = 70000", "[[modem]]\nx = 1", "[[device]]", "[[fault]]\nkind = 'x'"]
)
def test_the_schema_refuses_what_the_simulator_refuses(text: str) -> None:
    assert not Draft202012Validator(configuration_schema()).is_valid(tomllib.loads(text))

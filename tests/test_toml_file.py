from __future__ import annotations

import pytest

from onenet_sim.toml_file import TomlFile

TEXT = """\
seed = 7
ports.tcp = 1
[[modem]]
name = "a"
radio.rsrp = -90
[modem.more]
"odd key" = 1
[[modem]]  # the second
name = "b"
[modem.more]
x = 1
[table]
[[table.rows]]
[[table.rows]]
y = 2
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("seed",), 1),
        (("ports", "tcp"), 2),
        (("modem", 0), 3),
        (("modem", 0, "name"), 4),
        (("modem", 0, "radio", "rsrp"), 5),
        (("modem", 0, "more", "odd key"), 7),
        (("modem", 1), 8),
        (("modem", 1, "name"), 9),
        (("modem", 1, "more", "x"), 11),
        (("table", "rows", 1, "y"), 15),
    ],
)
def test_a_key_is_found_on_its_line(key: tuple[str | int, ...], line: int) -> None:
    assert TomlFile("w.toml", TEXT, "a world").where(key) == f"w.toml:{line}"


def test_a_key_that_is_not_there_is_where_its_table_is() -> None:
    assert TomlFile("w.toml", TEXT, "a world").where(("modem", 1, "imei")) == "w.toml:8"


def test_what_is_nowhere_is_in_the_file() -> None:
    assert TomlFile("w.toml", TEXT, "a world").where(("profile",)) == "w.toml"

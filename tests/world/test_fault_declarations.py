"""How faults are declared, and what is said of a wrong declaration."""

from __future__ import annotations

import tomllib

import pytest

from onenet_sim import World
from onenet_sim.world.faults import KEYS, KINDS, MOST_FAULTS, Direction, Fault, FaultError, Placement, parse_faults


def test_a_toml_list_is_parsed_into_faults() -> None:
    tables = tomllib.loads(
        """
        [[fault]]
        kind = "network.loss"
        direction = "up"
        probability = 0.3
        lasts = 600

        [[fault]]
        kind = "line.urc"
        placement = "before_echo"
        text = "+CEREG: 2"
        on = "session .* ready"
        at = 3
        """
    )
    loss, urc = parse_faults(tables["fault"], "ours.toml")
    assert loss == Fault(kind="network.loss", direction=Direction.UP, probability=0.3, lasts=600)
    assert (urc.placement, urc.at, urc.times) == (Placement.BEFORE_ECHO, 3, 1)


WRONG: list[tuple[dict[str, object], tuple[str, ...]]] = [
    ({}, ("lacks its kind", "network.loss")),
    ({"kind": ["network.loss"]}, ("kind is ['network.loss']", "network.loss")),
    ({"kind": "network.los"}, ("kind is 'network.los'", "network.loss")),
    ({"kind": "network.loss", "probabilty": 1}, ("'probabilty'", "probability")),
    ({"kind": "network.loss", "probability": 2}, ("probability is 2", "0 to 1")),
    ({"kind": "network.loss", "probability": True}, ("probability is True", "0 to 1")),
    ({"kind": "network.loss", "direction": "left"}, ("direction is 'left'", "'up'", "'down'")),
    ({"kind": "network.loss", "match": "("}, ("match is '('", "regular expression")),
    ({"kind": "network.loss", "times": 0}, ("times is 0", "from 1 on")),
    ({"kind": "network.loss", "lasts": -1}, ("lasts is -1", "seconds")),
    ({"kind": "network.loss", "lasts": float("nan")}, ("lasts is nan", "seconds")),
    ({"kind": "network.loss", "ecl": 1}, ("ecl is no key of network.loss", "match")),
    ({"kind": "air.signal", "match": "x"}, ("match is no key of air.signal", "rsrp")),
    ({"kind": "air.signal", "ecl": 3}, ("ecl is 3", "0, 1 or 2")),
    ({"kind": "line.urc"}, ("lacks placement", "'before_echo'", "'within_answer'")),
    ({"kind": "line.urc", "placement": "after"}, ("placement is 'after'", "'before_result'")),
    ({"kind": "platform.answer"}, ("lacks code", "4.03")),
    ({"kind": "platform.answer", "code": "403"}, ("code is '403'", "4.03")),
]


@pytest.mark.parametrize(("table", "told"), WRONG)
def test_a_wrong_declaration_is_told_where_which_key_and_what_would_be_right(
    table: dict[str, object], told: tuple[str, ...]
) -> None:
    with pytest.raises(FaultError) as error:
        parse_faults([{"kind": "line.noise"}, table], "ours.toml")
    for words in ("ours.toml, fault 2", *told):
        assert words in str(error.value)


def test_a_modem_that_there_is_not_is_told() -> None:
    with World(pty=False) as world, pytest.raises(FaultError, match="modem is 'modem-2'; there are modem-1"):
        world.faults.add("line.noise", modem="modem-2")


def test_every_kind_names_known_keys_and_fits_with_its_defaults() -> None:
    for name, kind in KINDS.items():
        assert set(kind.keys) <= set(KEYS)
        needs = {"code": "4.03", "placement": "before_echo", "file": "drive.csv"}
        fault = Fault(kind=name, **{key: needs[key] for key in kind.needs})  # type: ignore[arg-type]
        assert all(getattr(fault, key) == value for key, value in kind.defaults.items())


def test_faults_are_listed_and_lifted_and_the_number_of_those_that_are_kept_is_bounded() -> None:
    with World(pty=False, clock="stopped") as world:
        first = world.faults.add("line.noise", after=60)
        assert [(fault["id"], fault["state"]) for fault in world.faults.list()] == [(1, "waiting")]
        world.faults.remove(first.id)
        assert world.faults.list() == []
        with pytest.raises(LookupError, match="no fault 1"):
            world.faults.remove(first.id)
        for _ in range(MOST_FAULTS):
            world.faults.add("module.reboot", after=60)
        with pytest.raises(FaultError, match="256 faults"):
            world.faults.add("line.noise")
        world.clock.advance(61)
        world.faults.add("line.noise", after=60)
        assert len(world.faults.list()) == MOST_FAULTS
        world.faults.clear()
        assert world.faults.list() == []


def test_a_reset_lifts_what_was_added_and_begins_what_was_set_anew() -> None:
    faults = parse_faults([{"kind": "module.answer", "times": 1}], "test")
    with World(pty=False, clock="stopped", faults=faults) as world:
        world.faults.add("module.answer", text="BUSY")
        assert world.modem.command("AT") == ["ERROR"]
        world.reset()
        assert [fault["kind"] for fault in world.faults.list()] == ["module.answer"]
        assert world.modem.command("AT") == ["ERROR"]
        assert world.modem.command("AT") == ["OK"]

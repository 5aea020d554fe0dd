"""Profile files: every row has a source, and a broken file says which row of which file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from onenet_sim.modem import ProfileError, load_profile, profile_file, profile_names, sources
from onenet_sim.modem.codes import Situation
from onenet_sim.modem.profile import Basis
from tests.modem.conftest import FAMILIES

if TYPE_CHECKING:
    from pathlib import Path


def test_the_built_in_profiles_begin_with_the_default() -> None:
    assert profile_names()[0] == "onemo"
    assert set(FAMILIES) <= set(profile_names())


@pytest.mark.parametrize("name", profile_names())
def test_every_row_names_a_known_source_and_how_sure_it_is(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    for key, row in profile.rows.items():
        assert isinstance(row.basis, Basis), key
        assert re.split(r"[ :;,]", row.source)[0] in sources(), key
        if row.source.startswith("judgement"):
            assert row.basis is Basis.INFERRED, key


@pytest.mark.parametrize("name", profile_names())
def test_every_situation_has_a_number_and_every_number_a_name(name: str) -> None:
    profile = load_profile(name)
    for situation in Situation:
        assert str(profile.errors[situation.value]) in profile.error_names


@pytest.mark.parametrize(("name", "family"), FAMILIES.items())
def test_the_family_decides_the_grammar(name: str, family: str) -> None:
    assert load_profile(name).family == family


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(ProfileError, match=r"'m9999'; there are onemo, .*m5310a"):
        load_profile("m9999")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the profiles that a test may break."""
    for name in (*profile_names(), "sources"):
        text = (profile_file._folder() / f"{name}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(profile_file, "_folder", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('family = "O"', 'family = "X"', "family is 'X'; expected O, C"),
        ('family = "O"\n', "", "family is missing"),
        ('family = "O"', "family = 3", "family is 3; expected a text"),
        ('title = "OneMO', 'titel = "OneMO', "unknown key 'titel'"),
        ("[label]", "[lable]", "unknown key 'lable'"),
        ("echo = {", "ecco = {", "unknown key 'line.ecco'|line.echo is missing"),
        ("echo = { is = false,", "echo = { is = 0,", "line.echo is 0; expected bool"),
        ("ack_timeout = { is = 4.0,", 'ack_timeout = { is = "4",', "coap.ack_timeout is '4'; expected float"),
        ("error_report = { is = 1,", "error_report = { is = 7,", "line.error_report is 7; expected 0, 1, 2"),
        ('urc = { is = "colon"', 'urc = { is = "wide"', "blanks.urc is 'wide'; expected none, colon, all"),
        ('{ "+CEREG" = "none" }', '{ "+CEREG" = "tight" }', r"blanks.exceptions.\+CEREG is 'tight'"),
        ('text = { is = ["+MATREADY"]', 'text = { is = "+MATREADY"', "boot.text is '\\+MATREADY'; expected tuple"),
        (
            'source = "extended-at ATE", basis = "doc"',
            'source = "hearsay", basis = "doc"',
            "line.echo names the source",
        ),
        (
            'source = "extended-at ATE", basis = "doc"',
            'source = "extended-at", basis = "sure"',
            "line.echo.basis is 'sure'",
        ),
        ('source = "extended-at ATE", basis = "doc"', 'source = "extended-at ATE"', "line.echo must be a table"),
        ("busy = { is = 652, ", "bussy = { is = 652, ", "errors.busy is missing"),
        ('name = "onemo"', 'name = "onemo"\npace = 3', "pace must be a table of rows|onemo.toml"),
        ('name = "onemo"', 'name = "onemo"\ninherits = "nobody"', "inherits is 'nobody'"),
        ('name = "onemo"', 'name = "onemo"\ninherits = "m5310"', "not in a circle"),
        ('name = "onemo"', 'name = "onemo', "onemo.toml"),
    ],
)
def test_a_broken_file_is_refused_with_file_and_key(folder: Path, old: str, new: str, says: str) -> None:
    file = folder / "onemo.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProfileError, match=says) as caught:
        load_profile.__wrapped__("onemo")
    assert ".toml: " in str(caught.value)


def test_a_profile_may_have_only_what_differs_from_its_parent(folder: Path) -> None:
    row = 'echo = { is = true, source = "judgement", basis = "inferred" }'
    text = f'inherits = "m5310"\nname = "mine"\n[line]\n{row}\n'
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    mine, parent = load_profile.__wrapped__("mine"), load_profile("m5310")
    assert mine.line.echo
    assert (mine.family, mine.mipl, mine.coap) == (parent.family, parent.mipl, parent.coap)

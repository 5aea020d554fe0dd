"""The pytest plug-in: its fixtures, its marker, its report of a failure, and what it costs others: nothing."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest
import serial
from faker import Faker

from onenet_sim.testing.identities import OneNetProvider

if TYPE_CHECKING:
    from onenet_sim.world import Modem, OneNet, World

pytest_plugins = ["pytester"]

USAGE_ERROR = 4


def test_the_package_registers_it() -> None:
    registered = {entry.name: entry.value for entry in entry_points(group="pytest11")}
    assert registered["onenet_sim"] == "onenet_sim.testing.plugin"


def test_a_session_that_does_not_use_it_imports_nothing_more(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(
        """
        import sys

        def pytest_terminal_summary(terminalreporter):
            heavy = {"aiocoap", "asyncio", "faker", "fastapi", "pytest_bdd", "serial", "starlette", "uvicorn"}
            ours = {name for name in sys.modules if name.startswith("onenet_sim")}
            terminalreporter.write_line(f"loaded: {sorted(ours | heavy & set(sys.modules))}")
        """
    )
    pytester.makepyfile("def test_of_somebody_else(): pass")
    result = pytester.runpytest_subprocess("-p", "onenet_sim.testing.plugin", "--strict-markers")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["loaded: [[]'onenet_sim', 'onenet_sim.testing', 'onenet_sim.testing.plugin'[]]"],
    )


def test_without_a_marker_the_world_is_the_standard_one(onenet_world: World) -> None:
    settings = onenet_world.settings
    assert (settings.profile, settings.seed, str(settings.clock)) == ("onemo", 0, "real")


def test_modem_and_platform_are_those_of_the_world(onenet_world: World, modem: Modem, onenet: OneNet) -> None:
    assert modem is onenet_world.modem
    assert onenet is onenet_world.onenet
    assert modem.command("AT") == ["OK"]


def test_a_driver_opens_the_port(modem_port: str) -> None:
    with serial.Serial(modem_port, timeout=5) as port:
        port.write(b"AT\r")
        assert port.read_until(b"OK\r\n").endswith(b"\r\nOK\r\n")


@pytest.mark.onenet(profile="m5310a", seed=7, clock="stopped")
class TestAMarkerOfAClass:
    def test_decides_the_world_of_its_tests(self, onenet_world: World) -> None:
        settings = onenet_world.settings
        assert (settings.profile, settings.seed, str(settings.clock)) == ("m5310a", 7, "stopped")

    @pytest.mark.onenet(seed=8)
    def test_yields_to_the_one_of_a_test(self, onenet_world: World) -> None:
        settings = onenet_world.settings
        assert (settings.profile, settings.seed) == ("m5310a", 8)


@pytest.mark.onenet(profile="m5310a")
def test_the_settings_can_be_changed_before_the_world_is_made(
    onenet_settings: dict[str, object], request: pytest.FixtureRequest
) -> None:
    onenet_settings["profile"] = "m5310"
    world: World = request.getfixturevalue("onenet_world")
    assert world.modem.profile == "m5310"


@pytest.mark.onenet(seed=7)
def test_the_faker_draws_from_the_seed_of_the_world(onenet_faker: Faker) -> None:
    same = Faker()
    same.add_provider(OneNetProvider)
    same.seed_instance("7/faker")
    assert onenet_faker.imei() == same.imei()
    assert onenet_faker.name() == same.name()


def test_the_faker_does_not_make_up_the_module_of_the_world(onenet_faker: Faker, modem: Modem) -> None:
    assert onenet_faker.imei() != modem.imei


def test_the_world_ends_with_its_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import threading

        def names():
            return [thread.name for thread in threading.enumerate()]

        def test_first(onenet_world):
            assert any("onenet-sim" in name for name in names())

        def test_second():
            assert not any("onenet-sim" in name for name in names())
        """
    )
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=2)


def test_a_keyword_that_no_world_takes_is_a_usage_error_that_lists_the_right_ones(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.onenet(profil="m5310a")
        def test_it(onenet_world): pass
        """
    )
    result = pytester.runpytest_inprocess()
    assert result.ret == USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*test_it: @pytest.mark.onenet does not take profil; *: profile, modems, devices, seed, *"]
    )


def test_a_marker_takes_keywords_only(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.onenet("m5310a")
        def test_it(onenet_world): pass
        """
    )
    result = pytester.runpytest_inprocess()
    assert result.ret == USAGE_ERROR
    result.stderr.fnmatch_lines(["*does not take 'm5310a'; it takes keywords: profile, *"])


def test_a_world_that_cannot_be_made_says_why(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.onenet(profile="m9999")
        def test_it(onenet_world): pass
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["no world can be made with {'profile': 'm9999'}: *m9999*"])


def test_the_marker_is_known(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess("--markers").stdout.fnmatch_lines(["@pytest.mark.onenet(profile='onemo', *"])


def test_a_failure_shows_what_happened_and_how_to_have_it_again(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.onenet(profile="m5310a", seed=7, clock="stopped", pace="instant")
        def test_that_fails(modem):
            assert modem.command("AT+MIPLCLOSE=0") == ["OK"]

        def test_that_passes(modem):
            modem.command("AT+GMM")
        """
    )
    result = pytester.runpytest_inprocess("-rA")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*onenet world*",
            "*AT+MIPLCLOSE=0*CIS ERROR:653*",
            "*because there is no device*",
            "*in a test: @pytest.mark.onenet(profile='m5310a', seed=7, clock='stopped', pace='instant')",
            "the same world again, by hand: *onenet-sim run --profile m5310a --seed 7",
        ]
    )
    result.stdout.no_fnmatch_line("*AT+GMM*←*")


def test_a_marker_names_a_file_relative_to_the_root_folder(pytester: pytest.Pytester) -> None:
    pytester.makefile(".toml", world='profile = "mn316"\nseed = 3\n')
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.onenet(config="world.toml", seed=4)
        def test_it(onenet_world):
            assert (onenet_world.modem.profile, onenet_world.settings.seed) == ("mn316", 4)

        @pytest.mark.onenet(config="none.toml")
        def test_without(onenet_world):
            pass
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:randomly")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*none.toml: cannot be read: No such file*"])


def test_an_expectation_that_is_not_met_fails_the_test_with_its_nearest_miss_alone(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.onenet(clock="stopped")
        def test_a_report(onenet_world, modem):
            modem.command("AT+CSQ")
            onenet_world.expect(kind="command", line="AT+CESQ", within=3)
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E *UnmetExpectationError: expected an event of kind command with line 'AT+CESQ'",
            "E *the nearest was #* at 0 s (> AT+CSQ)",
            "E *wrong: line: expected 'AT+CESQ', found 'AT+CSQ'",
        ]
    )
    result.stdout.no_fnmatch_line("*def await_expectation*")


def test_a_failure_of_another_fixture_shows_it_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def broken(modem):
            modem.command("AT+MIPLCLOSE=0")
            raise RuntimeError

        def test_it(broken): pass
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*onenet world*", "*AT+MIPLCLOSE=0*", "the same world again, in a test: *"])


def test_a_failure_after_the_end_of_the_world_shows_it_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(onenet_world):
            onenet_world.modem.command("AT+MIPLCLOSE=0")
            onenet_world.close()
            assert False
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*onenet world*", "*AT+MIPLCLOSE=0*"])


def test_a_failure_without_a_world_shows_nothing_more(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): assert False")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*onenet world*")


def test_a_long_story_is_told_from_its_end(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(modem):
            for number in range(100):
                modem.command(f"AT+MIPLCLOSE={number}")
            assert False
        """
    )
    result = pytester.runpytest_inprocess()
    result.stdout.fnmatch_lines(["(* earlier events are left out)", "*AT+MIPLCLOSE=99*"])
    result.stdout.no_fnmatch_line("*→*AT+MIPLCLOSE=1 *")

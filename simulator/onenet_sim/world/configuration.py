"""A world's configuration in a TOML file: what it may hold, its schema, and what is said of a wrong one.

Its keys are the options of ``onenet-sim run`` with ``_`` for ``-``, and lists of modems, devices and faults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from onenet_sim.modem import Pace, Reception
from onenet_sim.toml_file import TomlError, TomlFile
from onenet_sim.world.clock import ClockMode
from onenet_sim.world.configuration_tables import DeviceTable, ModemTable, Table, WorldTable
from onenet_sim.world.faults import FaultError, parse_fault
from onenet_sim.world.modem_settings import ModemSettings, ModemSettingsError
from onenet_sim.world.settings import DeviceSettings, Unknown, WorldSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import ErrorDetails

    from onenet_sim.toml_file import Key
    from onenet_sim.world.faults import Fault


class ConfigurationError(ValueError):
    """A configuration file is wrong: the message names the file, the line, the key and what would be right."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a configuration file says; what it leaves out is not there.

    Attributes:
        settings: Fields of :class:`~onenet_sim.world.WorldSettings`.
        run: What concerns ``onenet-sim run`` alone: ``http``, ``control_token``, ``journal``, ``ready_file``.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)


_EXPECTED = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "string_type": "a text",
    "list_type": "a list",
    "model_type": "a table",
    "dict_type": "a table",
    "datetime_type": "a date and time such as 2026-01-01T00:00:00+08:00",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
}
"""What pydantic's errors say, in this project's words."""

_RUN_ONLY = {"http", "control_token", "journal", "ready_file"}
_PATHS = {"link", "serial", "db", "journal", "ready_file"}
_RENAMED = {"bind": "tcp_host", "modem": "modems", "device": "devices", "fault": "faults"}
_RECEPTION = {"coverage", "rsrp", "snr", "ecl"}


def load_configuration(path: str | Path) -> Configuration:
    """Read a configuration file, at most 1 MiB. Relative paths in it begin at its folder.

    Raises:
        ConfigurationError: It is wrong, or cannot be read.
    """
    try:
        toml = TomlFile.read(Path(path), str(path), "a world's configuration")
        document = toml.document()
    except TomlError as error:
        raise ConfigurationError(str(error)) from None
    return _Reader(toml, Path(path).absolute().parent).read(document)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes settings of a document, and finds in the file what is wrong with it."""

    toml: TomlFile
    folder: Path

    def read(self, document: dict[str, Any]) -> Configuration:
        try:
            WorldTable.model_validate(document)
        except ValidationError as error:
            raise self._told(error.errors(include_url=False)[0]) from None
        if "modem" in document and "modems" in document:
            raise self._fault(("modems",), "modems is given beside [[modem]]; expected one of them")
        given = {key: self._value((key,), key, value) for key, value in document.items()}
        run = {key: given.pop(key) for key in _RUN_ONLY & given.keys()}
        settings = {_RENAMED.get(key, key): value for key, value in given.items()}
        self._check(settings, document.get("modem", []))
        return Configuration(settings, run)

    def _check(self, settings: dict[str, Any], modems: list[dict[str, Any]]) -> None:
        try:
            WorldSettings(**settings)
        except ModemSettingsError as error:
            own = modems and (error.key in modems[error.place] or error.key not in settings)
            at: Key = ("modem", error.place) if own else ()
            raise self._fault((*at, error.key), f"{_path(at)}{error}") from None
        except ValueError as error:
            raise self._fault(self._blamed(str(error)), str(error)) from None

    def _blamed(self, message: str) -> Key:
        """Return the key that an error about the whole world speaks of: it begins with it."""
        if found := re.match(r"fault (\d+): (\w+)", message):
            return ("fault", int(found[1]) - 1, found[2])
        return (message.partition(" ")[0].rstrip(":"),)

    def _value(self, at: Key, key: str, value: Any) -> Any:  # noqa: ANN401 - any key
        """Return what the settings take for a key."""
        match key:
            case "modem" | "device" | "fault":
                make = {"modem": self._modem, "device": self._device, "fault": self._fault_of}[key]
                return tuple(make((*at, place), table) for place, table in enumerate(value))
            case "clock":
                return self._parsed(at, ClockMode.parse, value)
            case "pace":
                return Pace(value)
            case "unknown":
                return Unknown(value)
            case "objects":
                return tuple(self.folder / each for each in value)
            case "profile" if value.endswith(".toml") or "/" in value:
                return str(self.folder / value)
        return self.folder / value if key in _PATHS else value

    def _device(self, at: Key, table: Mapping[str, Any]) -> DeviceSettings:
        device: DeviceSettings = self._at(at, DeviceSettings, table)
        return device

    def _modem(self, at: Key, table: Mapping[str, Any]) -> ModemSettings:
        given = {key: self._value((*at, key), key, value) for key, value in table.items()}
        air = {key: given.pop(key) for key in _RECEPTION & given.keys()}
        reception: Reception = self._at(at, Reception, air)
        settings: ModemSettings = self._at(at, ModemSettings, {**given, "reception": reception})
        return settings

    def _fault_of(self, at: Key, table: dict[str, Any]) -> Fault:
        placed = {**table, "file": str(self.folder / table["file"])} if "file" in table else table
        try:
            return parse_fault(placed, f"fault {int(at[-1]) + 1}")
        except FaultError as error:
            raise self._fault((*at, _named(str(error).partition(": ")[2], table)), str(error)) from None

    def _parsed(self, at: Key, parse: Callable[[str], Any], text: str) -> Any:  # noqa: ANN401 - any key
        try:
            return parse(text)
        except ValueError as error:
            raise self._fault(at, f"{at[-1]}: {error}") from None

    def _at(self, at: Key, make: Callable[..., Any], given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any settings
        """Make settings, whose errors name the key that they are about."""
        try:
            return make(**given)
        except ValueError as error:
            raise self._fault((*at, _named(str(error), given)), f"{_path(at)}{error}") from None

    def _told(self, error: ErrorDetails) -> ConfigurationError:
        """Return in the words of this project what pydantic found."""
        key: Key = error["loc"]
        name = _path(key)[:-2]
        if error["type"] == "extra_forbidden":
            known = _known(key)
            near = get_close_matches(str(key[-1]), known, 1)
            right = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            return self._fault(key, f"unknown key {name}; {right}")
        if error["type"] == "missing":
            return self._fault(key, f"{name} is missing")
        expected = _EXPECTED.get(error["type"], error["msg"].removeprefix("Input should be "))
        return self._fault(
            key, f"{name} is {error['input']!r:.80}; expected {expected.format(**error.get('ctx', {}))}"
        )

    def _fault(self, key: Key, what: str) -> ConfigurationError:
        return ConfigurationError(f"{self.toml.where(key)}: {what}")


def _path(key: Key) -> str:
    """Return a key as an error begins with it; the place in a list counts from 1: ``modem 2, imei: ``."""
    parts = [f" {part + 1}" if isinstance(part, int) else f", {part}" for part in key]
    return "".join(parts).removeprefix(", ") + ": " if parts else ""


def _named(message: str, keys: Mapping[str, Any]) -> str:
    """Return the first of the keys that a message speaks of, or an empty text."""
    words = re.findall(r"\w+", message.lower())
    return next((key for word in words for key in keys if word == key), "")


def _known(key: Key) -> list[str]:
    """Return the keys of the table in which a key stands."""
    tables: dict[str | int, type[Table]] = {"modem": ModemTable, "device": DeviceTable}
    table = tables.get(key[0], WorldTable) if len(key) > 1 else WorldTable
    return list(table.model_fields)

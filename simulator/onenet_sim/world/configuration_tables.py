"""What a world's configuration file may hold: its tables, the checks of types, and the JSON Schema."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from onenet_sim.modem import Reception
from onenet_sim.world.faults import KEYS, KINDS
from onenet_sim.world.settings import WorldSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import core_schema

_DEFAULTS: Mapping[str, Any] = {field.name: field.default for field in fields(WorldSettings)}
_Port = Annotated[int, Field(ge=0, le=65535)]
_Network = Annotated[str, Field(description="The preset that the network is like.", examples=["ecl2"])]
_FAULT_SCHEMA = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        **{name: {"description": f"{key.what} Expected: {key.expected}."} for name, key in KEYS.items()},
        "kind": {"enum": list(KINDS), "description": KEYS["kind"].what},
    },
}


class Table(BaseModel):
    """A table of the file: nothing unknown in it, and each key of TOML's own type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Plug(Table):
    """Where a host plugs in."""

    link: str | None = Field(None, description="A symbolic link to the PTY.")
    tcp: _Port | None = Field(None, description="A TCP port for the serial line; 0 is any free one.")
    rfc2217: _Port | None = Field(None, description="The same by RFC 2217.")
    connect: str | None = Field(None, description="HOST:PORT of a host that listens.")
    serial: str | None = Field(None, description="A UART of this machine.")
    baud: int | None = Field(None, ge=1, le=4_000_000, description="Of serial.")
    stdio: bool = Field(default=False, description="Whether the serial line is stdin and stdout.")


class ModemTable(Plug):
    """One modem; what is left out is as the world has it."""

    name: str = Field("", description="What it is called; modem-N by default.")
    profile: str = Field("", description="A built-in profile, or a file of your own.")
    imei: str = Field("", description="15 digits; drawn by default.")
    imsi: str = Field("", description="15 digits; drawn by default.")
    iccid: str = Field("", description="19 or 20 digits; drawn by default.")
    coverage: bool = Field(default=True, description="Whether there is a cell.")
    rsrp: int = Field(Reception().rsrp, description="Received power in dBm, -156 to -44.")
    snr: int = Field(Reception().snr, description="Signal above noise in dB, -30 to 30.")
    ecl: int = Field(Reception().ecl, description="Coverage enhancement level, 0 to 2.")
    network: _Network = ""


class DeviceTable(Table):
    """A device record of the platform."""

    imei: str = Field(description="15 digits, the first not 0; or 4 for a test device.")
    imsi: str = Field("", description="The IMSI that it must come with; any by default.")
    auth_code: str | None = Field(None, description="The code that it must send.")
    psk: str | None = Field(None, description="Its key for DTLS, 8 to 16 letters and digits.")
    title: str = Field("", description="Its name for people.")


class WorldTable(Plug):
    """A world of onenet-sim."""

    profile: str = Field("onemo", description="The modems' profile: a built-in one, or a file of your own.")
    modems: int = Field(1, ge=1, le=1000, description="How many modems there are, if none is described.")
    modem: list[ModemTable] = Field([], max_length=1000, description="The modems, if they differ.")
    device: list[DeviceTable] = Field([], description="Device records that are there from the beginning.")
    network: _Network = ""
    fault: list[Annotated[dict[str, Any], WithJsonSchema(_FAULT_SCHEMA)]] = Field(
        [], description="What goes wrong."
    )
    seed: int | None = Field(None, description="Decides everything random; drawn by default.")
    clock: str = Field("real", description="real, stopped, scaled:K or idle:MS.", examples=["scaled:60"])
    pace: Literal["field", "instant"] | None = Field(None, description="Whether modems keep gaps between lines.")
    epoch: datetime | None = Field(None, description="The calendar at the beginning; the present by default.")
    baud_pace: bool = Field(default=False, description="Whether octets take their time at the baud rate.")
    bind: str = Field("127.0.0.1", description="The IPv4 address of tcp, rfc2217 and http.")
    http: _Port = Field(0, description="The HTTP port; 0 is any free one, as with all ports.")
    control_token: str | None = Field(None, description="What control calls must carry as a bearer token.")
    bootstrap_port: _Port = Field(0, description="The bootstrap server's UDP port.")
    access_port: _Port = Field(0, description="The access machine's UDP port.")
    bootstrap_dtls_port: _Port = Field(0, description="The bootstrap server's UDP port for DTLS.")
    access_dtls_port: _Port = Field(0, description="The access machine's UDP port for DTLS.")
    map: dict[str, str] = Field({}, description="Where addresses lead that modems dial: local ones, by address.")
    unknown: Literal["error", "fail"] = Field("error", description="Whether an unknown command ends the run.")
    objects: list[str] = Field([], description="Files and folders with objects in OMA's XML format.")
    auto_create: bool = Field(default=True, description="Whether an unknown IMEI gets a device record.")
    offline_lag: float = Field(0, ge=0, le=3600, description="Seconds by which a device shows as offline late.")
    db: str | None = Field(None, description="Where the platform keeps what it knows; in memory by default.")
    journal: str | None = Field(None, description="Where the journal is written as JSON lines.")
    ready_file: str | None = Field(None, description="Where the JSON of --json stands while the world runs.")
    api_key: str = Field(_DEFAULTS["api_key"], description="What applications send as api-key.")
    access_key: str = Field(_DEFAULTS["access_key"], description="With what tokens are signed, in base64.")
    product_id: str = Field(_DEFAULTS["product_id"], description="The product that the devices belong to.")


class _Schema(GenerateJsonSchema):
    """Leaves out what TOML does not have, and titles that say no more than the key."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        return {name: value for name, value in made.items() if name != "default" or value is not None}

    def field_title_should_be_set(self, _schema: object) -> bool:
        return False


def configuration_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a configuration, for editors that complete and check TOML."""
    return {"$schema": _Schema.schema_dialect, **WorldTable.model_json_schema(schema_generator=_Schema)}

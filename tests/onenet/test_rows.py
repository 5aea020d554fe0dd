"""Records as rows of a database."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

from onenet_sim.lwm2m import Path
from onenet_sim.onenet import Device, PushSettings, Reading, Reason, ResourceWrite
from onenet_sim.onenet.cached import CachedCommand, Kind, LogLine, Order, SendStatus, Step, Uplink
from onenet_sim.onenet.rows import command_in, command_row, device_row, push_row, trigger_row, value_in, value_row
from onenet_sim.onenet.triggers import Condition, TriggerSettings

BEIJING = timezone(timedelta(hours=8), "CST")
IMEI = "866971030000001"


def test_every_field_of_what_is_kept_has_its_place_in_a_row() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    device = Device("1", IMEI, "", None, "", "", "", at)
    order = Order(kind=Kind.READ, path=Path.parse("/3303/0/5700"), valid_at=at, expires_at=at)
    command = CachedCommand("1", device, order, at, 3)
    trigger = TriggerSettings(title="", url="", condition=Condition.CHANGE)
    push = PushSettings(url="http://a.example/")
    for kept, row, elsewhere in (
        (device, device_row(device), {"id", "registration", "subscribed", "deleted"}),
        (command, command_row(command), {"uuid", "device"}),
        (order, json.dumps(json.loads(command_row(command))["order"]), set()),
        (trigger, trigger_row(trigger), set()),
        (push, push_row(push), set()),
    ):
        assert {field.name for field in fields(kept)} == set(json.loads(row)) | elsewhere


def test_a_finished_command_comes_back_as_it_was() -> None:
    at = datetime(2026, 1, 1, 8, 0, 0, 123_456, tzinfo=BEIJING)
    device = Device("1", IMEI, "", None, "", "", "", at)
    order = Order(
        kind=Kind.WRITE,
        path=Path.parse("/3306/0"),
        values=(ResourceWrite(5850, True), ResourceWrite(5706, "a1b2", 1)),  # noqa: FBT003 - JSON's
        mode=1,
        valid_at=at,
        expires_at=at + timedelta(days=1),
        uplinks=Uplink.REGISTER | Uplink.NOTIFY,
        parameters={"imei": IMEI},
        content={"data": [{"res_id": 5850, "val": True}]},
    )
    readings = (Reading(Path.parse("/3306/0/5850"), (1, 255), 2, "no boolean"),)
    log = (
        LogLine(at, Step.RECEIVED, SendStatus.WAITING),
        LogLine(at, Step.FED_BACK, SendStatus.FAILED, Reason.TIME_OUT),
    )
    command = CachedCommand("u", device, order, at, 0, SendStatus.FAILED, at, at, Reason.TIME_OUT, readings, log)
    assert repr(command_in("u", device, command_row(command), BEIJING)) == repr(command)
    sent = CachedCommand("u", device, replace(order, retry=1), at, 1, SendStatus.SENT, at)
    assert command_in("u", device, command_row(sent), BEIJING).status is SendStatus.WAITING


def test_values_of_every_type_come_back_as_they_were() -> None:
    for value in ("热", "\ud800", 2**63, -1, 0.1, True, (0, 255), (), {"lon": 116.4, "lat": 39.9}):
        again = value_in(value_row(value))
        assert (again, type(again)) == (value, type(value))

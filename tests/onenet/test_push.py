"""Data push: its forms, its signatures, and what becomes of a receiver that fails."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiocoap import CHANGED, CONTENT, DELETE, NOT_FOUND, POST, Message

from onenet_sim.onenet import Generation, PushRefused, PushSettings, Receipt, Undelivered
from onenet_sim.onenet.push_signing import StudioCipher, SuiteCipher, signature
from tests.onenet.conftest import answer
from tests.receiver import Receiver, aes_block, aes_cbc, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.onenet.push import Push
    from tests.onenet.conftest import Device, Play, Scene

IMEI = "866971030000001"
URL = "http://application.example/onenet"
BEGAN = 1767225600000  # 2026-01-01 00:00 UTC in milliseconds
TEMPERATURE = bytes.fromhex("e8 1644 08 4039800000000000")
SUITE_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
SCHEDULE = [5, 10, 30, *(60 * minutes for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 60))]


@dataclass
class Application:
    """An application on a wire in memory: what it was sent and when, and how it answers."""

    now: Callable[[], float]
    receiver: Receiver = field(default_factory=Receiver)
    sent_at: list[float] = field(default_factory=list)
    respond: Callable[[int], Receipt] = lambda _number: Receipt(200, "")
    echo: Callable[[str], Receipt] = lambda msg: Receipt(200, msg)

    async def __call__(self, method: str, url: str, body: str, within: float) -> Receipt:
        assert within == 5
        if method == "GET":
            query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
            self.receiver.handshakes.append(query)
            return self.echo(query["msg"])
        assert (method, url) == ("POST", URL)
        self.receiver.bodies.append(json.loads(body))
        self.sent_at.append(self.now())
        return self.respond(len(self.sent_at))


async def pushing(world: Scene, **settings: Any) -> tuple[Application, Push]:  # noqa: ANN401 - PushSettings'
    """Let the platform push to an application that answers well."""
    application = Application(lambda: world.now)
    world.platform.pushes._deliver = application
    push = await world.platform.pushes.add(PushSettings(url=URL, token="mytoken", **settings))  # noqa: S106
    return application, push


async def logged_in(world: Scene, links: str = "</3303/0>") -> Device:
    device = world.device()
    await device.registers(links, lifetime=86_400)
    return device


def report(world: Scene, device: Device, payload: bytes = TEMPERATURE) -> None:
    record = world.platform.devices.by_imei(IMEI)
    assert record is not None
    device.notifies(world.platform.subscriptions.of(record)[0].token, payload)


def device_id(world: Scene) -> int:
    record = world.platform.devices.by_imei(IMEI)
    assert record is not None
    return int(record.id)


def test_the_signature_has_the_published_check_value() -> None:
    assert signature("mytoken", "abcdefgh", "hello") == "Q++lGVUXa/3LnMJMQqxRng=="
    assert signed("mytoken", "abcdefgh", "hello") == "Q++lGVUXa/3LnMJMQqxRng=="


def test_the_judge_decrypts_as_fips_197_has_it() -> None:
    plain = bytes.fromhex("00112233445566778899aabbccddeeff")
    assert aes_block(bytes(range(16)), bytes.fromhex("69c4e0d86a7b0430d8cdb78070b4c55a")) == plain
    assert aes_block(bytes(range(32)), bytes.fromhex("8ea2b7ca516745bfeafc49904b496089")) == plain


def test_a_handshake_is_signed_and_must_be_echoed(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, push = await pushing(world)
        (query,) = application.receiver.handshakes
        assert set(query) == {"msg", "nonce", "signature"}
        assert query["signature"] == signed("mytoken", query["nonce"], query["msg"])
        assert push.enabled

    play(scene)


@pytest.mark.parametrize(
    ("echo", "why"),
    [
        (lambda msg: Receipt(200, f"ok {msg}"), "expected the msg of the query"),
        (lambda _: Receipt(200, ""), "expected the msg of the query"),
        (lambda msg: Receipt(500, msg), "it was answered 500; expected 200"),
        (lambda _: never(), "no answer came within 5 s"),
    ],
    ids=["another text", "nothing", "500", "too late"],
)
def test_without_a_proper_echo_nothing_is_pushed(play: Play, echo: Callable[[str], Receipt], why: str) -> None:
    async def scene(world: Scene) -> None:
        application = Application(lambda: world.now, echo=echo)
        world.platform.pushes._deliver = application
        with pytest.raises(PushRefused, match=why):
            await world.platform.pushes.add(PushSettings(url=URL))
        await logged_in(world)
        await world.settle(10)
        assert not application.receiver.bodies
        assert (await world.call("GET", "/third/platform/status?pid=1000"))["data"] == {"status": False}
        assert any(text.startswith("because nothing is pushed") for text in world.texts)

    play(scene)


def never() -> Receipt:
    raise Undelivered("no answer came within 5 s", late=True)


def test_the_suite_pushes_type_1_for_each_resource_and_type_2_for_on_and_off(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world)
        device = await logged_in(world)
        await world.settle(1.5)
        report(world, device, TEMPERATURE + bytes.fromhex("e3 1645") + b"Cel")
        await world.settle(1)
        await device.says(DELETE, f"rd/{IMEI}")
        await world.settle(1)
        dev_id = device_id(world)
        assert application.receiver.msgs() == [
            {"type": 2, "dev_id": dev_id, "status": 1, "login_type": 10, "at": BEGAN},
            {"type": 1, "dev_id": dev_id, "ds_id": "3303_0_5700", "at": BEGAN + 1500, "value": 25.5},
            {"type": 1, "dev_id": dev_id, "ds_id": "3303_0_5701", "at": BEGAN + 1500, "value": "Cel"},
            {"type": 2, "dev_id": dev_id, "status": 0, "login_type": 10, "at": BEGAN + 2500},
        ]

    play(scene)


def test_what_the_table_does_not_have_is_pushed_as_byte_numbers(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world)
        device = await logged_in(world, "</6666/0>")
        report(world, device, bytes.fromhex("e3 03e8 0a647b"))
        await world.settle(1)
        message = application.receiver.msgs()[-1]
        assert (message["ds_id"], message["value"]) == ("6666_0_1000", [10, 100, 123])

    play(scene)


def test_a_device_that_outlives_its_lifetime_is_pushed_as_offline(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world)
        await world.device().registers(lifetime=60)
        await world.settle(61)
        assert [(each["status"], each["at"]) for each in application.receiver.msgs()] == [
            (1, BEGAN),
            (0, BEGAN + 60_000),
        ]

    play(scene)


OFFLINE = f"imei={IMEI}&obj_id=3303&obj_inst_id=0&expired_time=2026-01-02T00:00:00"


def test_a_cached_commands_result_is_pushed_as_type_7(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world)
        device = await logged_in(world)
        device.respond = lambda _: Message(code=CONTENT, payload=TEMPERATURE, content_format=1542)
        uuid = (await world.call("GET", f"/nbiot/offline?{OFFLINE}"))["data"]["uuid"]
        await world.settle(30)
        report(world, device)
        await world.settle(1)
        assert application.receiver.msgs()[-1] == {
            "type": 7,
            "cmd_id": uuid,
            "imei": IMEI,
            "dev_id": device_id(world),
            "cmd_type": 0,
            "send_time": BEGAN + 30_000,
            "send_status": 5,
            "confirm_time": BEGAN + 30_000,
            "confirm_status": 0,
            "confirm_body": {
                "obj_id": 3303,
                "obj_inst": [{"obj_inst_id": 0, "res": [{"res_id": 5700, "val": 25.5}]}],
            },
        }
        told = (await world.call("GET", f"/nbiot/offline/history/{uuid}?imei={IMEI}"))["data"]
        assert told["feedback_msg"] == [{"feedback_time": "2026-01-01 00:00:30", "feedback_status": 0}]
        log = (await world.call("GET", f"/nbiot/offline/history/{uuid}/piecewise?imei={IMEI}"))["data"]
        assert log[-1]["log"] == "feedback message, type: [0], feedback status: [0]"

    play(scene)


def test_a_cached_command_that_failed_for_good_is_pushed_once(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world)
        device = await logged_in(world)
        device.respond = lambda request: Message(code=NOT_FOUND) if request.code is POST else answer(request)
        body = {"data": [{"res_id": 5700, "val": 1.5}]}
        await world.call("POST", f"/nbiot/offline?{OFFLINE}&mode=2&retry=2", body)
        for _ in range(3):
            report(world, device)
            await world.settle(10)
        results = [each for each in application.receiver.msgs() if each["type"] == 7]
        (result,) = results
        assert (result["cmd_type"], result["send_status"], result["confirm_status"]) == (1, 6, 3)
        assert "confirm_body" not in result

    play(scene)


def test_every_push_hangs_on_the_thread_of_what_it_tells(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await pushing(world)
        device = await logged_in(world)
        report(world, device)
        await world.settle(1)
        answered = [event for event in world.journal if event.kind == "http_answer"][-1]
        assert [each.kind for each in world.journal.thread(answered.id)] == [
            "coap_received",
            "datapoint",
            "http_request",
            "http_answer",
        ]

    play(scene)


def test_the_suite_pushes_together_what_came_together_by_number(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world, count=3)
        device = await logged_in(world)
        report(world, device)
        await world.settle(3600)
        assert not application.receiver.bodies
        report(world, device)
        await world.settle(1)
        (messages,) = application.receiver.msgs()
        assert [each["type"] for each in messages] == [2, 1, 1]

    play(scene)


def test_the_suite_pushes_together_what_came_within_an_interval(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world, interval=60)
        device = await logged_in(world)
        await world.settle(30)
        report(world, device)
        await world.settle(29)
        assert not application.receiver.bodies
        await world.settle(2)
        (messages,) = application.receiver.msgs()
        assert [each["type"] for each in messages] == [2, 1]
        await world.settle(3600)
        report(world, device)
        await world.settle(61)
        assert application.receiver.msgs()[1]["type"] == 1
        assert application.sent_at == [60, 61 + 3600 + 60]

    play(scene)


def test_with_number_and_interval_what_is_first_decides(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world, interval=60, count=2)
        device = await logged_in(world)
        for _ in range(4):
            report(world, device)
        await world.settle(100)
        assert [len(each) if isinstance(each, list) else 1 for each in application.receiver.msgs()] == [2, 2, 1]
        assert application.sent_at == [0, 0, 60]

    play(scene)


def test_the_newer_generation_pushes_what_the_suites_rules_make(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world, generation=Generation.RULES)
        device = await logged_in(world)
        report(world, device)
        await world.settle(1)
        number = str(device_id(world))
        system = {"productId": "1000"}
        life = {
            "sysProperty": {"messageType": "deviceLifeCycle", **system},
            "appProperty": {"deviceId": number, "dataTimestamp": BEGAN},
        }
        assert application.receiver.newer_msgs() == [
            {**life, "body": {"event": "created"}},
            {**life, "body": {"event": "online"}},
            {
                "sysProperty": {"messageType": "deviceDatapoint", **system},
                "appProperty": {"deviceId": number, "dataTimestamp": BEGAN, "datastream": "3303_0_5700"},
                "body": 25.5,
            },
        ]
        ids = [body["id"] for body in application.receiver.bodies]
        assert len(set(ids)) == 3
        assert {body["time"] for body in application.receiver.bodies} == {BEGAN}

    play(scene)


def test_the_end_of_a_device_is_pushed_as_deleted_and_nothing_of_it_after(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world, generation=Generation.RULES)
        device = await logged_in(world)
        token = device.tokens[0]
        await world.call("DELETE", f"/devices/{device_id(world)}")
        device.notifies(token, TEMPERATURE)
        await world.settle(86_401)
        told = application.receiver.newer_msgs()
        assert [each["body"]["event"] for each in told] == ["created", "online", "deleted"]
        assert any(text.endswith("no update came within its lifetime of 86400 s") for text in world.texts)

    play(scene)


def test_a_position_is_pushed_as_the_point_of_the_stream_location(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world)
        device = await logged_in(world, "</3336/0>")
        report(world, device, bytes.fromhex("e4 1589") + b"29.5" + bytes.fromhex("e5 158a") + b"106.5")
        await world.settle(1)
        points = [(each["ds_id"], each["value"]) for each in application.receiver.msgs() if each["type"] == 1]
        assert points == [
            ("3336_0_5513", "29.5"),
            ("3336_0_5514", "106.5"),
            ("location", {"lon": 106.5, "lat": 29.5}),
        ]

    play(scene)


def test_the_newer_generation_pushes_what_studios_rules_make(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world, generation=Generation.STUDIO)
        device = await logged_in(world)
        await world.call("POST", f"/nbiot/execute/offline?{OFFLINE}&res_id=5605", {"args": "1"})
        device.respond = lambda _: Message(code=CHANGED)
        report(world, device)
        await world.settle(1)
        common = {"productId": "1000", "deviceId": device_id(world), "deviceName": IMEI}
        online, point, reply = application.receiver.newer_msgs()
        assert online == {**common, "messageType": "lifeCycle", "data": {"status": "online", "time": BEGAN}}
        assert point == {
            **common,
            "messageType": "notify",
            "notifyType": "property",
            "imei": IMEI,
            "data": {
                "id": str(BEGAN),
                "version": "1.0",
                "params": {"3303_0_5700": {"time": BEGAN, "value": 25.5}},
            },
        }
        assert (reply["messageType"], reply["response"]["code"], reply["response"]["msg"]) == (
            "reply",
            200,
            "succ",
        )

    play(scene)


def test_the_suites_encryption_is_undone_by_the_receivers_rules(play: Play) -> None:
    pytest.importorskip("cryptography")

    async def scene(world: Scene) -> None:
        application, _ = await pushing(world, aes_key=SUITE_KEY)
        await logged_in(world)
        await world.settle(1)
        (body,) = application.receiver.bodies
        assert set(body) == {"enc_msg", "msg_signature", "nonce"}
        assert body["msg_signature"] == signed("mytoken", body["nonce"], body["enc_msg"])
        key = base64.b64decode(SUITE_KEY + "=")
        plain = aes_cbc(key, key[:16], base64.b64decode(body["enc_msg"]))
        length = int.from_bytes(plain[16:20], "big")
        assert len(plain) == 20 + length
        assert json.loads(plain[20:])["type"] == 2

    play(scene)


def test_the_newer_encryption_is_undone_by_the_receivers_rules(play: Play) -> None:
    pytest.importorskip("cryptography")

    async def scene(world: Scene) -> None:
        application, _ = await pushing(world, aes_key="0123456789abcdef", generation=Generation.STUDIO)
        await logged_in(world)
        await world.settle(1)
        (body,) = application.receiver.bodies
        assert body["signature"] == signed("mytoken", body["nonce"], body["msg"])
        key = b"0123456789abcdef"
        plain = aes_cbc(key, key, base64.b64decode(body["msg"]))
        assert json.loads(plain)["messageType"] == "lifeCycle"

    play(scene)


def test_texts_of_every_length_around_a_block_come_back() -> None:
    pytest.importorskip("cryptography")
    key = bytes(range(32))
    suite = SuiteCipher(SUITE_KEY, Random(1))  # noqa: S311 - not for cryptography
    for length in range(1, 34):
        text = "温" + "x" * length
        plain = aes_cbc(key, key[:16], base64.b64decode(suite.encrypt(text)))
        assert plain[20:].decode() == text
        newer = aes_cbc(key[:16], key[:16], base64.b64decode(StudioCipher(key[:16].decode()).encrypt(text)))
        assert newer.decode() == text


@pytest.mark.parametrize("key", ["", "a" * 42, "a" * 44, "!" * 43, "é" * 43])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="aes_key"):
        SuiteCipher(key, Random(1))  # noqa: S311 - not for cryptography
    with pytest.raises(ValueError, match="aes_key"):
        StudioCipher(key)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"url": "application.example/onenet"}, "url"),
        ({"url": "ftp://application.example"}, "url"),
        ({"url": "http://"}, "url"),
        ({"url": "http://a b/"}, "url"),
        ({"url": "http://a:99999/"}, "url"),
        ({"url": "http://[::1/"}, "url"),
        ({"count": 0}, "count"),
        ({"count": 1001}, "count"),
        ({"interval": 0.0}, "interval"),
        ({"interval": float("nan")}, "interval"),
        ({"count": 2, "generation": Generation.STUDIO}, "count and interval are the suite's"),
    ],
)
def test_push_settings_say_what_would_be_right(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PushSettings(**{"url": URL, **settings})


@pytest.mark.parametrize("generation", [Generation.SUITE, Generation.STUDIO])
def test_a_message_that_fails_is_repeated_sixteen_times_by_the_schedule(
    play: Play, generation: Generation
) -> None:
    async def scene(world: Scene) -> None:
        application, push = await pushing(world, generation=generation)
        application.respond = lambda _: Receipt(500, "sorry")
        await logged_in(world)
        await world.settle(4 * 3600)
        gaps = [after - before for before, after in pairwise(application.sent_at)]
        assert gaps == SCHEDULE
        assert sum(gaps) == 2 * 3600 + 45 * 60 + 45
        assert len({json.dumps(body) for body in application.receiver.bodies}) == 1
        assert push.enabled
        assert "because it was answered 500, and only 200 counts; repeat 1 follows in 5 s" in world.texts
        assert any(text.endswith("it was repeated 16 times and is given up") for text in world.texts)

    play(scene)


def test_a_message_that_arrived_is_not_repeated_and_others_do_not_wait_for_one_that_failed(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world)
        application.respond = lambda number: Receipt(503 if number == 1 else 200, "")
        device = await logged_in(world)
        await world.settle(1)
        report(world, device)
        await world.settle(3600)
        assert [each["type"] for each in application.receiver.msgs()] == [2, 1, 2]
        assert application.sent_at == [0, 1, 5]

    play(scene)


def test_an_answer_that_is_late_costs_five_seconds_of_the_worlds_time(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world)
        application.respond = lambda number: never() if number == 1 else Receipt(200, "")
        device = await logged_in(world)
        report(world, device)
        await world.settle(3600)
        assert application.sent_at == [0, 5, 10]

    play(scene)


def test_a_connection_that_fails_is_repeated_at_once_by_the_schedule(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world)

        def refuse(number: int) -> Receipt:
            if number == 1:
                raise Undelivered("ConnectError: connection refused")
            return Receipt(200, "")

        application.respond = refuse
        await logged_in(world)
        await world.settle(3600)
        assert application.sent_at == [0, 5]

    play(scene)


def test_the_suite_stops_after_two_thousand_failures_until_it_is_set_up_anew(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, push = await pushing(world)
        application.respond = lambda _: Receipt(500, "")
        device = await logged_in(world)
        status = "/third/platform/status?pid=1000"
        for _ in range(1_999):
            report(world, device)
        await world.settle(4)
        assert len(application.sent_at) == 2_000
        assert not push.enabled
        assert (await world.call("GET", status))["data"] == {"status": False}
        assert (await world.call("GET", f"/msg_group/{push.number}/status"))["data"] == {"status": False}
        application.respond = lambda _: Receipt(200, "")
        report(world, device)
        await world.settle(4 * 3600)
        assert len(application.sent_at) == 2_000
        again = await world.platform.pushes.add(push.settings)
        await world.settle(3600)
        assert len(application.sent_at) == 2_000, "what happened meanwhile is not pushed later"
        report(world, device)
        await world.settle(1)
        assert len(application.sent_at) == 2_001
        assert (await world.call("GET", status))["data"] == {"status": True}
        assert (await world.call("GET", f"/msg_group/{again.number}/status"))["data"] == {"status": True}

    play(scene)


def test_the_status_calls_know_their_product_and_their_pushes(play: Play) -> None:
    async def scene(world: Scene) -> None:
        assert (await world.call("GET", "/third/platform/status"))["errno"] == 3
        assert (await world.call("GET", "/third/platform/status?pid=1"))["errno"] == 1
        for number in ("1", "x", "9" * 30):
            assert (await world.call("GET", f"/msg_group/{number}/status"))["errno"] == 5108

    play(scene)


def test_an_eleventh_url_is_refused(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await pushing(world)
        for number in range(9):
            await world.platform.pushes.add(PushSettings(url=f"{URL}/{number}"))
        await world.platform.pushes.add(PushSettings(url=URL))
        with pytest.raises(PushRefused, match="10 pushes"):
            await world.platform.pushes.add(PushSettings(url=f"{URL}/10"))

    play(scene)


def test_a_platform_without_a_way_out_reaches_nobody(play: Play) -> None:
    async def scene(world: Scene) -> None:
        with pytest.raises(PushRefused, match="no way out"):
            await world.platform.pushes.add(PushSettings(url=URL))

    play(scene)


def test_stopping_the_platform_leaves_no_timer_and_no_task_of_a_push(play: Play) -> None:
    async def scene(world: Scene) -> None:
        application, _ = await pushing(world, interval=60)
        await pushing(world)
        application.respond = lambda _: Receipt(500, "")
        device = await logged_in(world)
        report(world, device)
        await world.settle(1)
        await world.platform.stop()
        await world.settle()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not [each for each in asyncio.get_running_loop()._scheduled if not each.cancelled()]  # type: ignore[attr-defined]

    play(scene)

"""Bootstrap, registration, what follows it, and the end of a login."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiocoap import (
    ACK,
    BAD_REQUEST,
    CHANGED,
    CON,
    CREATED,
    DELETE,
    DELETED,
    FORBIDDEN,
    GET,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    POST,
    PUT,
    UNSUPPORTED_CONTENT_FORMAT,
    Code,
    Message,
)
from aiocoap.numbers.optionnumbers import OptionNumber

from onenet_sim.onenet.bootstrap import security_instance

if TYPE_CHECKING:
    from tests.onenet.conftest import Play, Scene

IMEI = "866971030000001"
IMSI = "460001234567890"
NAME = f"ep={IMEI};{IMSI}"


def steps(requests: list[Message]) -> list[str]:
    words = {0: " observe", 1: " cancel", None: ""}
    return [
        f"{each.code.name} /{'/'.join(each.opt.uri_path)}{words[each.opt.observe]}"
        + (" discover" if each.opt.accept == 40 else "")
        for each in requests
    ]


def test_bootstrap_writes_the_access_machine_and_finishes(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        answer = await device.says(POST, "bs", query=[NAME], channel=world.bootstrap)
        await device.says(POST, "bs", query=[NAME], channel=world.bootstrap)
        write, finish = device.requests[:2]
        assert answer.code is CHANGED
        assert (write.code, write.opt.uri_path, write.opt.content_format) == (PUT, ("0", "0"), 1542)
        uri = b"coap://183.230.40.40:5683"
        assert write.payload == bytes([0xC8, 0, 25]) + uri + bytes.fromhex("c10100 c10203 c10a01 c10b00")
        assert (finish.code, finish.opt.uri_path, finish.payload) == (POST, ("bs",), b"")
        assert finish.mid == (write.mid + 1) & 0xFFFF

    play(scene)


def test_a_bootstrap_through_dtls_hands_out_security_mode_identity_and_key() -> None:
    imei, key = b"869975033574370", b"cPYxj0cTs9qMVL72"
    written = security_instance("coaps://183.230.40.40:5684", imei.decode(), key.decode())
    uri = bytes([0xC8, 0, 26]) + b"coaps://183.230.40.40:5684"
    secret = bytes([0xC8, 3, 15]) + imei + bytes([0xC8, 5, 16]) + key
    assert written == uri + bytes.fromhex("c10100 c10200") + secret + bytes.fromhex("c10a01 c10b00")


@pytest.mark.parametrize("refusal", [NOT_ACCEPTABLE, UNSUPPORTED_CONTENT_FORMAT])
def test_bootstrap_writes_under_the_other_number_of_tlv_to_a_client_that_refuses_the_first(
    play: Play, refusal: Code
) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.respond = lambda request: Message(code=refusal if request.opt.content_format == 1542 else CHANGED)
        await device.says(POST, "bs", query=[NAME], channel=world.bootstrap)
        assert steps(device.requests) == ["PUT /0/0", "PUT /0/0", "PUT /1/0", "POST /bs"]
        assert [each.opt.content_format for each in device.requests] == [1542, 11542, 11542, None]
        assert device.requests[0].payload == device.requests[1].payload

    play(scene, bootstraps_server=True)


def test_bootstrap_ends_when_neither_number_of_tlv_is_taken(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.respond = lambda _: Message(code=NOT_ACCEPTABLE)
        await device.says(POST, "bs", query=[NAME], channel=world.bootstrap)
        assert steps(device.requests) == ["PUT /0/0", "PUT /0/0"]
        assert "because bootstrap ends at write /0/0: expected 2.04" in world.texts

    play(scene)


def test_bootstrap_does_not_finish_when_the_write_is_refused(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.respond = lambda _: Message(code=BAD_REQUEST)
        await device.says(POST, "bs", query=[NAME], channel=world.bootstrap)
        assert steps(device.requests) == ["PUT /0/0"]
        assert "because bootstrap ends at write /0/0: expected 2.04" in world.texts

    play(scene)


def test_an_unknown_device_is_refused_when_records_are_not_made_by_themselves(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        answer = await device.says(POST, "bs", query=[NAME], channel=world.bootstrap)
        assert answer.code is FORBIDDEN
        assert (await device.registers()).code is FORBIDDEN
        assert not device.requests

    play(scene, auto_create=False)


def test_an_access_machine_refuses_bootstrap(play: Play) -> None:
    async def scene(world: Scene) -> None:
        assert (await world.device().says(POST, "bs", query=[NAME])).code is NOT_FOUND
        assert any("bootstrap flag" in text for text in world.texts)

    play(scene)


def test_a_registration_is_answered_byte_for_byte(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.send(bytes.fromhex("4202 1234 aabb b27264 1128 3d15") + NAME.encode())
        await world.settle()
        assert device.heard_octets[0] == bytes.fromhex("6241 1234 aabb 827264 0d02") + IMEI.encode()

    play(scene)


def test_instances_are_observed_one_by_one_then_objects_discovered_then_3_0_read(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        answer = await device.registers("</0/0>,</3/0>,</3306/0>,</3303/0>,</3303/1>")
        assert answer.code is CREATED
        assert answer.opt.location_path == ("rd", IMEI)
        assert steps(device.requests) == [
            "GET /3306/0 observe",
            "GET /3303/0 observe",
            "GET /3303/1 observe",
            "GET /3 discover",
            "GET /3306 discover",
            "GET /3303 discover",
            "GET /3/0",
        ]
        first = device.requests[0].mid
        assert [each.mid for each in device.requests] == [(first + step) & 0xFFFF for step in range(7)]
        assert {each.opt.accept for each in device.requests if each.opt.observe == 0} == {1542}
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        assert record.online
        assert record.subscribed

    play(scene)


def test_the_next_request_waits_for_the_answer_to_the_one_before(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        asked: list[Message] = []
        device.respond = asked.append
        await device.registers("</3303/0>,</3306/0>")
        assert steps(device.requests) == ["GET /3303/0 observe"]
        late = Message(code=69, observe=0)
        late.mtype, late.mid, late.token = ACK, asked[0].mid, asked[0].token
        device.send(late.encode())
        await world.settle()
        assert steps(device.requests) == ["GET /3303/0 observe", "GET /3306/0 observe"]

    play(scene)


def test_a_failed_observe_ends_the_chain_and_the_device_stays_online(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.respond = lambda _: Message(code=NOT_FOUND)
        await device.registers("</3303/0>,</3306/0>")
        assert steps(device.requests) == ["GET /3303/0 observe"]
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        assert record.online
        assert not record.subscribed

    play(scene)


def test_without_discover_the_resource_list_has_instances_but_no_resources(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers("</3303/0>")
        assert steps(device.requests) == ["GET /3303/0 observe", "GET /3/0"]
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        assert {str(path): ids for path, ids in record.resources.items()} == {"/3303/0": ()}

    play(scene, auto_discover=False)


def test_every_step_of_the_chain_is_caused_by_the_answer_before(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await world.device().registers("</3303/0>")
        last = [event for event in world.journal if event.kind == "request"][-1]
        kinds = [event.kind for event in world.journal.thread(last.id)]
        assert kinds == [*["coap_received", "request", "coap_sent"] * 2, "coap_received", "request"]

    play(scene)


@pytest.mark.parametrize(
    "name",
    [f"{IMEI};{IMSI}", IMEI, f"urn:imei:{IMEI}", f"urn:imei-imsi:{IMEI}-{IMSI}"],
)
def test_all_four_forms_of_the_endpoint_name_mean_the_same_device(play: Play, name: str) -> None:
    async def scene(world: Scene) -> None:
        world.platform.devices.create(IMEI, IMSI)
        assert (await world.device().registers(name=name)).code is CREATED

    play(scene, auto_create=False)


@pytest.mark.parametrize(
    ("query", "payload", "code"),
    [
        ((), b"", BAD_REQUEST),
        (("ep=",), b"", BAD_REQUEST),
        ((NAME, "lt=4"), b"", BAD_REQUEST),
        ((NAME, "lt=4294967296"), b"", BAD_REQUEST),
        ((NAME, "lt=soon"), b"", BAD_REQUEST),
        ((NAME,), b"<no end", BAD_REQUEST),
        ((NAME,), b"\xff\xfe", BAD_REQUEST),
        (("ep=my-device",), b"", FORBIDDEN),
        (("ep=0123456789;1",), b"", FORBIDDEN),
        ((f"ep={IMEI};460009999999999",), b"", FORBIDDEN),
        ((NAME, "lt=5"), b"", CREATED),
        ((NAME, "lt=4294967295"), b"", CREATED),
    ],
)
def test_a_registration_is_checked(play: Play, query: list[str], payload: bytes, code: int) -> None:
    async def scene(world: Scene) -> None:
        world.platform.devices.create(IMEI, IMSI)
        answer = await world.device().says(POST, "rd", query=query, payload=payload)
        assert answer.code == code
        assert answer.code.is_successful() or any(text.startswith("because 4.0") for text in world.texts)

    play(scene)


@pytest.mark.parametrize(("sent", "code"), [("secret", CREATED), ("wrong", FORBIDDEN), (None, FORBIDDEN)])
def test_the_auth_code_in_option_63_must_match_the_record(play: Play, sent: str | None, code: int) -> None:
    async def scene(world: Scene) -> None:
        world.platform.devices.create(IMEI, IMSI, "secret")
        device = world.device()
        assert (await device.says(POST, "rd", query=[NAME], auth=sent)).code == code

    play(scene)


def test_the_auth_code_of_a_new_device_is_taken_as_given(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        assert (await device.says(POST, "rd", query=[NAME], auth="secret")).code is CREATED
        assert (await device.says(POST, "rd", query=[NAME], auth="other")).code is FORBIDDEN

    play(scene)


def test_an_imsi_that_no_card_has_is_refused_though_any_would_do(play: Play) -> None:
    async def scene(world: Scene) -> None:
        world.platform.devices.create(IMEI)
        device = world.device()
        assert (await device.says(POST, "rd", query=[f"ep={IMEI};4600012345678901"])).code is FORBIDDEN
        assert (await device.says(POST, "rd", query=[f"ep={IMEI};460001234567890"])).code is CREATED

    play(scene)


def test_another_imsi_is_accepted_and_remembered_where_that_is_allowed(play: Play) -> None:
    async def scene(world: Scene) -> None:
        record = world.platform.devices.create(IMEI, IMSI)
        await world.device().registers(name=f"{IMEI};460009999999999")
        assert (record.imsi, record.former_imsis) == ("460009999999999", [IMSI])

    play(scene, accept_new_imsi=True)


def test_a_device_is_online_until_its_lifetime_runs_out_whatever_it_reports(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers(lifetime=100)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        await world.settle(99)
        device.notifies(device.tokens[0])
        assert record.online
        await world.settle(1.001)
        assert not record.online
        assert not record.subscribed
        assert not world.platform.subscriptions.of(record)

    play(scene)


def test_a_lifetime_that_is_not_named_is_a_day(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await world.device().registers(lifetime=None)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        await world.settle(86_399)
        assert record.online
        await world.settle(2)
        assert not record.online

    play(scene)


def test_going_offline_can_show_late(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await world.device().registers(lifetime=100)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        await world.settle(159)
        assert record.online
        await world.settle(2)
        assert not record.online

    play(scene, offline_lag=60.0)


def test_an_update_starts_the_lifetime_anew_and_changes_it(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers(lifetime=100)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        await world.settle(90)
        assert (await device.says(POST, f"rd/{IMEI}")).code is CHANGED
        await world.settle(90)
        assert (await device.says(POST, f"rd/{IMEI}", query=["lt=300"])).code is CHANGED
        await world.settle(290)
        assert record.online
        await world.settle(11)
        assert not record.online
        assert (await device.says(POST, f"rd/{IMEI}")).code is NOT_FOUND

    play(scene)


def test_an_update_with_links_observes_and_discovers_what_is_new_and_drops_what_is_gone(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers("</3303/0>,</3306/0>")
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        before = len(device.requests)
        await device.says(POST, f"rd/{IMEI}", payload=b"</3303/0>,</3/0>,</3200/0>")
        assert steps(device.requests[before:]) == [
            "GET /3200/0 observe",
            "GET /3 discover",
            "GET /3200 discover",
        ]
        subscribed = [str(each.path) for each in world.platform.subscriptions.of(record)]
        assert subscribed == ["/3303/0", "/3200/0"]
        assert record.subscribed
        assert [str(path) for path in record.resources] == ["/3303/0", "/3/0", "/3200/0"]

    play(scene)


def test_the_same_links_again_ask_for_nothing(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers("</3303/0>")
        before = len(device.requests)
        await device.says(POST, f"rd/{IMEI}", payload=b'</>;rt="oma.lwm2m",</3303/0>')
        assert len(device.requests) == before

    play(scene)


def test_registering_again_deletes_the_subscriptions_and_observes_anew(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers()
        await device.registers()
        old, new = device.tokens
        assert old != new
        sent = device.notifies(old)
        await world.settle()
        assert device.heard_octets[-1] == bytes([0x70, 0, *sent.to_bytes(2, "big")])
        device.notifies(new)
        await world.settle()
        assert device.messages[-1].mid == sent

    play(scene)


def test_deregistering_takes_the_device_offline_at_once(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers()
        assert (await device.says(DELETE, f"rd/{IMEI}")).code is DELETED
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        assert not record.online
        assert (await device.says(DELETE, f"rd/{IMEI}")).code is NOT_FOUND
        assert (await device.says(POST, f"rd/{IMEI}")).code is NOT_FOUND

    play(scene)


def test_a_location_knows_post_and_delete_only(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers()
        assert (await device.says(GET, f"rd/{IMEI}")).code is METHOD_NOT_ALLOWED
        assert (await device.says(GET, "rd")).code is METHOD_NOT_ALLOWED
        assert (await device.says(GET, ".well-known/core")).code is NOT_FOUND

    play(scene)


def test_a_repeated_registration_is_answered_from_memory_for_247_seconds(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        octets = bytes.fromhex("4202 1234 aabb b27264 1128 3d15") + NAME.encode()
        device.send(octets)
        await world.settle(200)
        device.send(octets)
        await world.settle(40)
        assert device.heard_octets[0] == device.heard_octets[-1]
        received = world.coap("coap_received")
        assert [each.repeat for each in received if each.path == "rd"] == [0, 1]
        assert [each.repeat for each in world.coap("coap_sent") if each.code == "2.01"] == [0, 1]
        assert len([each for each in world.occurrences("device") if each.what == "registered"]) == 1
        await world.settle(8)
        device.send(octets)
        await world.settle()
        assert len([each for each in world.occurrences("device") if each.what == "registered"]) == 2

    play(scene)


def test_a_message_id_that_comes_again_with_another_token_is_no_repeat(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        register = bytes.fromhex("4202 0001 aabb b27264 1128 3d15") + f"ep={IMEI};460001234567890".encode()
        device.send(register)
        await world.settle(1)
        device.heard_octets.clear()
        device.send(register.replace(b"\xaa\xbb", b"\xaa\xbc"))
        await world.settle(1)
        registered = [event for event in world.occurrences("device") if event.what == "registered"]
        assert len(registered) == 2
        assert (device.messages[0].mid, device.messages[0].token) == (1, b"\xaa\xbc")

    play(scene)


def test_a_request_with_options_of_modules_or_unknown_ones_that_are_elective_is_not_refused(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        request = Message(code=POST, uri_path=("rd",), uri_query=(NAME,))
        request.mtype, request.mid, request.token = CON, 7, b"x"
        for number in (19, 63, 2000):
            request.opt.add_option(OptionNumber(number).create_option(value=b"a1"))
        device.send(request.encode())
        await world.settle()
        assert device.messages[0].code is CREATED

    play(scene)


def test_a_device_behind_a_new_address_keeps_its_sequence_of_message_ids(play: Play) -> None:
    async def scene(world: Scene) -> None:
        here, there = world.device(40001), world.device(40002)
        await here.registers("</3303/0>")
        await there.says(POST, f"rd/{IMEI}", payload=b"</3303/0>,</3303/1>")
        assert there.requests[0].mid == (here.requests[-1].mid + 1) & 0xFFFF

    play(scene)


def test_registering_again_in_the_middle_of_the_chain_abandons_it(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.respond = lambda _: None
        await device.registers("</3303/0>,</3306/0>")
        await device.registers("</3306/0>")
        await world.settle(24)
        paths = [each.opt.uri_path for each in device.requests]
        assert paths == [("3303", "0"), ("3306", "0"), ("3306", "0"), ("3306", "0")]

    play(scene)


def test_an_auth_code_of_any_form_is_taken_when_the_record_makes_itself(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        answer = await device.says(POST, "bs", query=[NAME], auth="a code/of its own", channel=world.bootstrap)
        assert answer.code is CHANGED
        assert (await device.says(POST, "rd", query=[NAME], auth="a code/of its own")).code is CREATED

    play(scene)


def test_bootstrap_started_again_drops_the_one_that_was_under_way(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.respond = lambda _: None
        await device.says(POST, "bs", query=[NAME], channel=world.bootstrap)
        await device.says(POST, "bs", query=[NAME], channel=world.bootstrap)
        await world.settle(100)
        assert [each.opt.uri_path for each in device.requests] == [("0", "0")] * 4
        assert len({each.mid for each in device.requests}) == 2

    play(scene)


def test_an_idle_login_costs_one_timer_and_no_task(play: Play) -> None:
    async def scene(world: Scene) -> None:
        for number in range(3):
            await world.device(number).registers(name=f"86697103000000{number}")
        await world.settle(1)
        timers = [each for each in asyncio.get_running_loop()._scheduled if not each.cancelled()]  # type: ignore[attr-defined]
        assert len(timers) == 3
        assert asyncio.all_tasks() == {asyncio.current_task()}

    play(scene)


def test_registering_from_a_new_address_keeps_the_sequence_of_message_ids(play: Play) -> None:
    async def scene(world: Scene) -> None:
        here, there = world.device(40001), world.device(40002)
        await here.registers()
        await there.registers()
        assert there.requests[0].mid == (here.requests[-1].mid + 1) & 0xFFFF

    play(scene)


def test_a_wrong_auth_code_in_an_update_or_a_deregistration_is_refused(play: Play) -> None:
    async def scene(world: Scene) -> None:
        record = world.platform.devices.create(IMEI, IMSI, "secret")
        device = world.device()
        await device.says(POST, "rd", query=[NAME], auth="secret")
        assert (await device.says(POST, f"rd/{IMEI}", auth="wrong")).code is FORBIDDEN
        assert (await device.says(DELETE, f"rd/{IMEI}", auth="wrong")).code is FORBIDDEN
        assert (await device.says(POST, f"rd/{IMEI}", auth="secret")).code is CHANGED
        assert (await device.says(POST, f"rd/{IMEI}")).code is CHANGED
        assert record.online

    play(scene)


def test_one_failed_subscription_is_enough_for_not_subscribed(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers("</3303/0>")
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        device.respond = lambda _: Message(code=NOT_FOUND)
        await device.says(POST, f"rd/{IMEI}", payload=b"</3303/0>,</3306/0>")
        assert not record.subscribed
        device.respond = lambda _: Message(code=69, observe=0)
        await device.says(POST, f"rd/{IMEI}", payload=b"</3303/0>,</3306/0>,</3200/0>")
        assert device.requests[-1].opt.uri_path == ("3200",)
        assert not record.subscribed

    play(scene)

"""Who may call the north-bound API: the product's key, a device's own key, and the tokens of both generations."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from onenet_sim.onenet.tokens import ApiGeneration, BadToken, Token
from tests.onenet.signing import ACCESS_KEY, NEW_YEAR, STUDIO, SUITE, token

if TYPE_CHECKING:
    from tests.onenet.conftest import Play, Scene

IMEI = "866971030000001"


@pytest.mark.parametrize(
    ("res", "version", "sign"),
    [
        ("products/123123", SUITE, "TFJ5gMCQB3imJO0WFZOoTHm9g6w="),
        ("userid/38055", STUDIO, "Y1PzxiP+nlFFHBvrWvUbhvVtAQg="),
    ],
)
def test_signatures_agree_with_values_computed_elsewhere(res: str, version: str, sign: str) -> None:
    header = f"version={version}&res={res}&et=1537255523&method=sha1&sign={quote(sign, safe='')}"
    before = datetime(2018, 9, 18, 7, 25, 22, tzinfo=UTC)
    Token.parse(header).check(ACCESS_KEY, ApiGeneration(version), "123123", before)
    with pytest.raises(BadToken, match="expired"):
        Token.parse(header).check(ACCESS_KEY, ApiGeneration(version), "123123", before + timedelta(seconds=1))
    assert token(res, version, 1537255523).endswith(f"sign={quote(sign, safe='')}")


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256"])
def test_a_token_opens_the_suite_with_each_method(play: Play, method: str) -> None:
    async def scene(world: Scene) -> None:
        answer = await world.call("GET", "/devices", key=None, token=token(method=method))
        assert answer["errno"] == 0

    play(scene)


def test_a_token_may_be_written_without_encoding_as_on_onenets_own_pages(play: Play) -> None:
    async def scene(world: Scene) -> None:
        for second in range(NEW_YEAR + 1, NEW_YEAR + 40):  # some of these signatures have a + and some a /
            plain = token(et=second).replace("%2F", "/").replace("%3D", "=").replace("%2B", "+")
            assert (await world.call("GET", "/devices", key=None, token=plain))["errno"] == 0

    play(scene)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (token(et=NEW_YEAR), "expired"),
        (token(et=1537255523), "expired at second 1537255523"),
        (token(et="9" * 11), "ten digits"),
        (token(res="products/1001"), "expected products/1000"),
        (token(version=STUDIO), "these calls take 2018-10-31"),
        (token(method="sha512"), "md5, sha1, sha256"),
        (token(sign="AAAA"), "sign is wrong"),
        (token(sign="ü"), "sign is wrong"),
        (token(key=base64.b64encode(b"another key").decode()), "sign is wrong"),
        (token(sign=""), "no sign"),
        (token() + "&sign=x", "each once"),
        (token() + "&user=x", "'user'"),
        ("Bearer x", "'Bearer x'"),
    ],
)
def test_a_token_that_opens_nothing_says_why(play: Play, header: str, told: str) -> None:
    async def scene(world: Scene) -> None:
        answer = await world.call("GET", "/devices", key=None, token=header)
        assert answer == {"errno": 1, "error": "auth failed"}
        assert any(told in text for text in world.texts if text.startswith("because errno 1: "))

    play(scene)


def test_a_token_expires_by_the_worlds_calendar(play: Play) -> None:
    async def scene(world: Scene) -> None:
        mine = token(et=NEW_YEAR + 3600)
        await world.settle(3599)
        assert (await world.call("GET", "/devices", key=None, token=mine))["errno"] == 0
        await world.settle(1)
        assert (await world.call("GET", "/devices", key=None, token=mine))["errno"] == 1

    play(scene)


def test_no_key_and_no_token_is_refused_with_both_named(play: Play) -> None:
    async def scene(world: Scene) -> None:
        assert (await world.call("GET", "/devices", key=None))["errno"] == 1
        assert "because errno 1: the headers have neither api-key nor Authorization" in world.texts

    play(scene)


def test_a_devices_own_key_opens_that_device_and_nothing_else(play: Play) -> None:
    async def scene(world: Scene) -> None:
        mine = world.platform.devices.create(IMEI, "460001")
        other = world.platform.devices.create("866971030000002")
        for method, call, body in (
            ("GET", "/devices/{id}", None),
            ("PUT", "/devices/{id}", {"title": "t"}),
            ("GET", "/devices/{id}/datapoints", None),
            ("GET", "/nbiot/resources?imei={imei}", None),
            ("DELETE", "/devices/{id}", None),
        ):
            another = await world.call(method, call.format(id=other.id, imei=other.imei), body, key=mine.api_key)
            assert another == {"errno": 1, "error": "auth failed"}
            answer = await world.call(method, call.format(id=mine.id, imei=mine.imei), body, key=mine.api_key)
            assert answer["errno"] == 0
        assert (await world.call("GET", "/devices", key=other.api_key))["errno"] == 1
        read = f"/nbiot?imei={other.imei}&obj_id=3303"
        assert (await world.call("GET", read, key=other.api_key))["errno"] == 1
        assert any("this call needs the product's" in text for text in world.texts)

    play(scene)


@pytest.mark.parametrize("res", ["userid/38055", "projectid/12/groupid/34"])
def test_studio_takes_its_own_tokens_only(play: Play, res: str) -> None:
    async def scene(world: Scene) -> None:
        await world.device().registers()
        call = f"/lwm2m-online?action=resources&imei={IMEI}"
        assert (await world.call("GET", call, key=None, token=token(res, STUDIO)))["errno"] == 0
        for header in (token(), token("products/1000", STUDIO), token("userid/", STUDIO), None):
            assert (await world.call("GET", call, token=header))["errno"] == 1

    play(scene)

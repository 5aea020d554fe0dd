"""The part of the north-bound API that is about triggers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from onenet_sim.onenet.apiroute import ApiRoute
from onenet_sim.onenet.errors import InvalidParameter, LimitExceeded, MissingParameter
from onenet_sim.onenet.outbox import flaw_of_url
from onenet_sim.onenet.parameters import PAGE, PER_PAGE, Number, Text
from onenet_sim.onenet.timeforms import in_seconds
from onenet_sim.onenet.triggers import Condition, Trigger, TriggerSettings

if TYPE_CHECKING:
    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.platform import Platform

_PAGE_LENGTH = 10
_MOST_NAMED = 1_000
_TRIGGER_ID = Number("trigger_id", 1, 999_999_999)
_TITLE = Text("title")
_SELECTORS = frozenset({"ds_id", "dev_ids", "ds_uuids"})
_CONDITIONS = ", ".join(Condition)


async def _create(platform: Platform, call: Call) -> Json:
    return {"trigger_id": platform.triggers.add(_settings(call)).id}


async def _update(platform: Platform, call: Call) -> Json:
    trigger = _trigger(platform, call)
    former = _given(trigger.settings)
    if _SELECTORS & call.body.keys():
        former = {name: value for name, value in former.items() if name not in _SELECTORS}
    await platform.triggers.change(trigger, _settings(replace(call, body={**former, **call.body})))
    return None


def _given(settings: TriggerSettings) -> dict[str, Json]:
    """Return the body that makes a trigger with these settings."""
    selectors: dict[str, Json] = {
        "ds_id": settings.stream,
        "dev_ids": sorted(settings.device_ids),
        "ds_uuids": sorted(settings.stream_uuids),
    }
    return {
        "title": settings.title,
        "url": settings.url,
        "type": settings.condition.value,
        "threshold": settings.shown_threshold,
        **{name: value for name, value in selectors.items() if value},
    }


def _settings(call: Call) -> TriggerSettings:
    title, url, text = call.string("title"), call.string("url"), call.string("type")
    if flaw := flaw_of_url(url):
        raise InvalidParameter("url", flaw)
    if text not in set(Condition):
        raise InvalidParameter("type", f"one of {_CONDITIONS}, not {text[:32]!r}")
    condition = Condition(text)
    uuids, devices = _names(call, "ds_uuids"), _names(call, "dev_ids")
    if uuids and (devices or "ds_id" in call.body):
        raise InvalidParameter("ds_uuids", "them alone; ds_id, with or without dev_ids, is another way")
    return TriggerSettings(
        title=title,
        url=url,
        condition=condition,
        threshold=_threshold(call, condition),
        interval=_interval(call) if condition is Condition.INOUT else (0.0, 0.0),
        stream="" if uuids else call.string("ds_id"),
        device_ids=devices,
        stream_uuids=uuids,
    )


def _names(call: Call, member: str) -> frozenset[str]:
    found = call.body.get(member, [])
    if not isinstance(found, list) or not all(isinstance(each, str | int) for each in found):
        raise InvalidParameter(member, f"a list of texts, not {found!r:.80}")
    if len(found) > _MOST_NAMED:
        raise LimitExceeded(f"{member} names {len(found):,}; at most {_MOST_NAMED:,}")
    return frozenset(str(each)[:_MOST_NAMED] for each in found)


def _threshold(call: Call, condition: Condition) -> float:
    match condition:
        case Condition.CHANGE | Condition.INOUT:
            return 0.0
        case Condition.FROZEN | Condition.LIVE:
            seconds = _number("threshold", call.member("threshold", "seconds"))
            if seconds <= 0:
                raise InvalidParameter("threshold", "seconds above 0")
            return seconds
        case Condition.ABOVE | Condition.BELOW | Condition.AT_LEAST | Condition.AT_MOST:
            return _number("threshold", call.member("threshold", "a number"))


def _interval(call: Call) -> tuple[float, float]:
    found = call.member("threshold", 'an object such as {"lolmt": 40, "uplmt": 52}')
    if not isinstance(found, dict):
        raise InvalidParameter("threshold", f'an object such as {{"lolmt": 40, "uplmt": 52}}, not {found!r:.80}')
    for name in ("lolmt", "uplmt"):
        if name not in found:
            raise MissingParameter(f"threshold.{name}", "a number")
    lower, upper = (_number(f"threshold.{name}", found[name]) for name in ("lolmt", "uplmt"))
    if lower > upper:
        raise InvalidParameter("threshold", "lolmt not above uplmt")
    return lower, upper


def _number(name: str, value: Json) -> float:
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidParameter(name, f"a number, not {value!r:.80}")
    return number


def _trigger(platform: Platform, call: Call) -> Trigger:
    number = _TRIGGER_ID.read(call.segments["trigger_id"])
    trigger = platform.triggers.get(number)
    if trigger is None:
        raise InvalidParameter("trigger_id", f"the number of a trigger, not {number}")
    return trigger


async def _detail(platform: Platform, call: Call) -> Json:
    return _shown(platform, _trigger(platform, call))


def _shown(platform: Platform, trigger: Trigger) -> Json:
    settings = trigger.settings
    return {
        "id": trigger.id,
        "title": settings.title,
        "url": settings.url,
        "type": settings.condition.value,
        "threshold": settings.shown_threshold,
        "invalid": platform.triggers.is_invalid(trigger),
        "create_time": in_seconds(trigger.created_at),
    }


async def _list(platform: Platform, call: Call) -> Json:
    page, title = call.page(_PAGE_LENGTH), call.get(_TITLE)
    found = [each for each in platform.triggers if title in {None, each.settings.title}]
    rows = [_shown(platform, each) for each in page.of(found)]
    return {"total_count": len(found), "per_page": page.length, "page": page.number, "triggers": rows}


async def _delete(platform: Platform, call: Call) -> Json:
    await platform.triggers.remove(_trigger(platform, call))
    return None


TRIGGER_CALLS: tuple[ApiRoute, ...] = (
    ApiRoute("POST", "/triggers", _create),
    ApiRoute("GET", "/triggers", _list, (), (_TITLE, PAGE, PER_PAGE)),
    ApiRoute("GET", "/triggers/{trigger_id}", _detail),
    ApiRoute("PUT", "/triggers/{trigger_id}", _update),
    ApiRoute("DELETE", "/triggers/{trigger_id}", _delete),
)
"""Triggers, as OneNET's pages 15 to 18 have them."""

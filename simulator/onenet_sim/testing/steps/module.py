"""Steps about the module: what its host sends, what it answers and prints, its power key."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

import pytest

from onenet_sim.testing.steps.conversation import Conversation
from onenet_sim.testing.steps.phrases import phrases
from onenet_sim.world import Layer

if TYPE_CHECKING:
    from onenet_sim.world import Modem, World

_POWER: Final = MappingProxyType(
    {"switched on": "on", "switched off": "off", "reset": "reset", "上电": "on", "断电": "off", "复位": "reset"}
)
_REQUESTS: Final = frozenset({"GET", "PUT", "POST", "DELETE"})


@pytest.fixture
def onenet_conversation(onenet_world: World) -> Conversation:
    """What host and module of the scenario say to each other."""
    return Conversation(onenet_world)


@phrases(r"the host sends (?P<line>\S.*)", r"主机发送 ?(?P<line>\S.*)")
def _(onenet_conversation: Conversation, line: str) -> None:
    onenet_conversation.send(line)


@phrases(r"the host has sent:?", r"主机已发送[:：]?")
def _(onenet_conversation: Conversation, docstring: str) -> None:
    onenet_conversation.send_all(*docstring.splitlines())


@phrases(
    r"the host has logged in for (?P<lifetime>\d+) seconds "
    r"with object (?P<object_id>\d+) and resources (?P<resources>\d+(?:;\d+)*)",
    r"主机已登录，有效期 ?(?P<lifetime>\d+) ?秒，对象 ?(?P<object_id>\d+)，资源 ?(?P<resources>\d+(?:;\d+)*)",
)
def _(onenet_conversation: Conversation, lifetime: str, object_id: str, resources: str) -> None:
    onenet_conversation.log_in(lifetime, object_id, resources)


@phrases(r"the module answers (?P<line>\S.*)", r"模组回复 ?(?P<line>[^\s:：].*)")
def _(onenet_conversation: Conversation, line: str) -> None:
    onenet_conversation.expect_answer(line)


@phrases(r"the module answers:?", r"模组回复[:：]?")
def _(onenet_conversation: Conversation, docstring: str) -> None:
    onenet_conversation.expect_answer(*docstring.splitlines())


@phrases(r"the module refuses with (?P<number>\d+)", r"模组报错 ?(?P<number>\d+)")
def _(onenet_conversation: Conversation, number: str) -> None:
    onenet_conversation.expect_refusal(number)


@phrases(r"the module prints (?P<line>\S.*)", r"模组打印 ?(?P<line>[^\s:：].*)")
def _(onenet_conversation: Conversation, line: str) -> None:
    onenet_conversation.expect_printed(line)


@phrases(r"the module prints:?", r"模组打印[:：]?")
def _(onenet_conversation: Conversation, docstring: str) -> None:
    onenet_conversation.expect_in_order(*docstring.splitlines())


@phrases(
    r"the module reports event (?P<event>\d+)(?: with (?P<extra>\S+))?",
    r"模组上报事件 ?(?P<event>\d+)(?:，附带 ?(?P<extra>\S+))?",
)
def _(onenet_conversation: Conversation, event: str, extra: str | None) -> None:
    onenet_conversation.expect_event(event, extra)


@phrases(r"the module stays silent", r"模组保持沉默")
def _(onenet_conversation: Conversation) -> None:
    printed = onenet_conversation.silence()
    if printed:
        raise AssertionError(f"the module printed {' | '.join(printed)}")


@phrases(r"the module's last request carries (?P<parameter>\S+)", r"模组最近的请求带有 ?(?P<parameter>\S+)")
def _(onenet_world: World, parameter: str) -> None:
    onenet_world.settle()
    query: list[str] = []
    for event in onenet_world.journal.events(layer=Layer.COAP, kind="coap_sent"):
        message = event.what.to_json()
        if message["end"] == "modem" and message["code"] in _REQUESTS:
            query = cast("list[str]", message["query"])
    if parameter not in query:
        raise AssertionError(f"the module's last request carries {', '.join(query) or 'nothing'}, not {parameter}")


@phrases(r"the module is (?P<action>switched on|switched off|reset)", r"模组(?P<action>上电|断电|复位)")
def _(modem: Modem, action: str) -> None:
    modem.power(_POWER[action])

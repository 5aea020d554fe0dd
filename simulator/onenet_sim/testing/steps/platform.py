"""Steps about the platform: device records, who is online, data points, firmware upgrades."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from onenet_sim.testing.steps.phrases import eventually, parse_value, phrases, reason, same_value

if TYPE_CHECKING:
    from onenet_sim.world import Modem, OneNet, World

_UPGRADE_STATES: Final = MappingProxyType(
    {"下载中": "downloading", "已下载": "downloaded", "更新中": "updating", "成功": "done", "失败": "failed"}
)
_BROKEN_IMAGE: Final = bytes(4096)


@phrases(
    r"the platform knows the device(?: with auth code (?P<auth_code>\w+))?",
    r"平台已有该设备(?:，鉴权码为 ?(?P<auth_code>\w+))?",
)
def _(onenet: OneNet, modem: Modem, auth_code: str | None) -> None:
    onenet.create_device(modem.imei, modem.imsi, auth_code)


@phrases(r"the platform shows the device (?P<state>online|offline)", r"平台显示设备(?P<state>在线|离线)")
def _(onenet_world: World, onenet: OneNet, modem: Modem, state: str) -> None:
    wanted = state in {"online", "在线"}
    if not eventually(onenet_world, lambda: onenet.online(modem.imei) is wanted):
        shown = "offline" if wanted else "online"
        raise AssertionError(f"the platform shows device {modem.imei} {shown}{reason(onenet_world)}")


@phrases(
    r"data stream (?P<stream>\w+) holds (?P<value>\S.*)",
    r"数据流 ?(?P<stream>\w+?) ?的最新值为 ?(?P<value>\S.*)",
)
def _(onenet_world: World, onenet: OneNet, modem: Modem, stream: str, value: str) -> None:
    expected = parse_value(value)

    def newest() -> object:
        held = onenet.datapoint(modem.imei, stream)
        return list(held) if isinstance(held, tuple) else held

    if not eventually(onenet_world, lambda: same_value(newest(), expected)):
        held = newest()
        what = "is empty" if held is None else f"holds {json.dumps(held, ensure_ascii=False)}"
        raise AssertionError(f"data stream {stream} {what}, not {value}{reason(onenet_world)}")


@phrases(r"data stream (?P<stream>\w+) is empty", r"数据流 ?(?P<stream>\w+?) ?为空")
def _(onenet_world: World, onenet: OneNet, modem: Modem, stream: str) -> None:
    onenet_world.settle()
    held = onenet.datapoint(modem.imei, stream)
    if held is not None:
        raise AssertionError(f"data stream {stream} holds {held!r}")


@phrases(
    r"the platform upgrades the device to firmware (?P<version>\S+)(?P<broken> with a broken image)?",
    r"平台将设备升级到固件 ?(?P<version>[^\s，]+)(?P<broken>，但镜像已损坏)?",
)
def _(onenet: OneNet, modem: Modem, version: str, broken: str | None) -> None:
    onenet.start_upgrade(modem.imei, version, _BROKEN_IMAGE if broken else None)


@phrases(
    r"the platform shows the upgrade as (?P<state>downloading|downloaded|updating|done|failed)",
    r"平台显示升级(?P<state>下载中|已下载|更新中|成功|失败)",
)
def _(onenet_world: World, onenet: OneNet, modem: Modem, state: str) -> None:
    wanted = _UPGRADE_STATES.get(state, state)

    def shown() -> str:
        upgrade = onenet.upgrade(modem.imei)
        return "not begun" if upgrade is None else str(upgrade.state)

    if not eventually(onenet_world, lambda: shown() == wanted):
        raise AssertionError(f"the platform shows the upgrade as {shown()}, not {wanted}{reason(onenet_world)}")

"""Commands that restart the module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, Integer, Optional, Silent, done

if TYPE_CHECKING:
    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands: ``ok TEXT`` answers OK and announces TEXT, ``silent TEXT`` only the latter."""
    return [_restart(name, *style.partition(" ")[::2]) for name, style in profile.boot.restarts.items()]


def _restart(name: str, style: str, announcement: str) -> Command[Module]:
    def restart(module: Module, _mode: int = 0) -> Result:
        module.restart(announcement, "restarted by a command")
        return Silent() if style == "silent" else done()

    return Command(name, "restart", (Optional(Integer("mode", 0, 1), 0),), set=restart, exec=restart)

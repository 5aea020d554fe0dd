"""A virtual NB-IoT modem and a mock of China Mobile's OneNET, joined into one world.

from onenet_sim import World

with World(profile="m5310a", seed=7) as world:
    world.modem.command("AT")
    world.clock.advance(hours=24)
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["World", "__version__"]

if TYPE_CHECKING:
    from onenet_sim.world import World


def __getattr__(name: str) -> object:
    """Load the world when it is first asked for: importing the package costs nothing."""
    if name == "World":
        from onenet_sim.world import World  # noqa: PLC0415 - see above

        return World
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

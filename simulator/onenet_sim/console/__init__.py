"""The console: the control API, by which a harness in any language holds the world."""

from onenet_sim.console.app import control_app
from onenet_sim.console.guard import control_token

__all__ = ["control_app", "control_token"]

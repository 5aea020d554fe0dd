"""The console: the control API, by which a harness in any language holds the world."""

from onenet_sim.console.app import control_app

__all__ = ["control_app"]

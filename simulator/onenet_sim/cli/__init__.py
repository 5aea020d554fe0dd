"""The command ``onenet-sim``: a file per verb."""

from onenet_sim.cli.main import main

__all__ = ["main"]

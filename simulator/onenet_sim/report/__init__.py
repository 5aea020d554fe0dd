"""What people look at. Everything here reads the journal and nothing else."""

from onenet_sim.report.capture import capture
from onenet_sim.report.missing import Fate, Stage, fate, missing
from onenet_sim.report.page import page
from onenet_sim.report.placed import PlacedUrc, around, command_head, placed_urcs
from onenet_sim.report.timeline import timeline
from onenet_sim.report.why import newest_point, why

__all__ = [
    "Fate",
    "PlacedUrc",
    "Stage",
    "around",
    "capture",
    "command_head",
    "fate",
    "missing",
    "newest_point",
    "page",
    "placed_urcs",
    "timeline",
    "why",
]

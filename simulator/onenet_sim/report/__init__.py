"""What people look at. Everything here reads the journal and nothing else."""

from onenet_sim.report.timeline import timeline

__all__ = ["timeline"]

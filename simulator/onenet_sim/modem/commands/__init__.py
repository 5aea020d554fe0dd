"""The commands of a module: one table for each profile."""

from onenet_sim.modem.commands.table import command_table, error_tables

__all__ = ["command_table", "error_tables"]

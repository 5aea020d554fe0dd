"""The acceptance scenarios of ``features/``, by the steps that the package ships."""

from pytest_bdd import scenarios

pytest_plugins = ["onenet_sim.testing.steps"]

scenarios(".")

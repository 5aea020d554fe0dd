"""What tests attach to: the pytest plug-in, Gherkin steps, made-up identities, sessions, a search for weak places.

* :mod:`onenet_sim.testing.plugin` is registered when the package is installed: fixtures and a marker.
* :mod:`onenet_sim.testing.steps` has Gherkin steps in English and Chinese, for pytest-bdd.
* :mod:`onenet_sim.testing.sessions` records what a host and a module say, and replays it in a world.
* :mod:`onenet_sim.testing.identities` has a provider for faker.
* :mod:`onenet_sim.testing.explore` finds the smallest URC that breaks a driver.

Nothing is imported here, since every pytest session on the machine comes by.
"""

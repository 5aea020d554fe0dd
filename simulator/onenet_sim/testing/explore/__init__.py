"""Where a driver breaks if the module speaks out of turn: URCs at every place that V.250 allows, and the smallest.

Example:
    >>> driver = Driver(command=["./driver", "{port}"], profile="m5310a")
    >>> for finding in explore(driver.run).broken:
    ...     print([strike.where for strike in finding.smallest])
"""

from onenet_sim.testing.explore.search import (
    RUNS,
    DriverFailsError,
    Exploration,
    Finding,
    Outcome,
    Trial,
    Verdict,
    explore,
)
from onenet_sim.testing.explore.strikes import PLACES, Replay, Strike, TokenError, ordinal
from onenet_sim.testing.explore.trial import TIMEOUT, Driver, StoppedError

__all__ = [
    "PLACES",
    "RUNS",
    "TIMEOUT",
    "Driver",
    "DriverFailsError",
    "Exploration",
    "Finding",
    "Outcome",
    "Replay",
    "StoppedError",
    "Strike",
    "TokenError",
    "Trial",
    "Verdict",
    "explore",
    "ordinal",
]

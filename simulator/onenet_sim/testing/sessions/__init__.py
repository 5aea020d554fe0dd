"""Sessions: what a host and a module said to each other, as a file; recorded, and replayed in a world."""

from onenet_sim.testing.sessions.comparing import Difference, Kind
from onenet_sim.testing.sessions.cutting import QUIET_SECONDS, Cutter
from onenet_sim.testing.sessions.form import (
    Act,
    Entry,
    Place,
    Session,
    SessionError,
    Side,
    Spoken,
    entry_line,
    parse_session,
    session_text,
)
from onenet_sim.testing.sessions.rebinding import rebound
from onenet_sim.testing.sessions.recording import Recording
from onenet_sim.testing.sessions.replay import Replayed, replay

__all__ = [
    "QUIET_SECONDS",
    "Act",
    "Cutter",
    "Difference",
    "Entry",
    "Kind",
    "Place",
    "Recording",
    "Replayed",
    "Session",
    "SessionError",
    "Side",
    "Spoken",
    "entry_line",
    "parse_session",
    "rebound",
    "replay",
    "session_text",
]

"""What was found of a driver, as text for people and as JSON for programs."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.testing.explore.search import Verdict
from onenet_sim.testing.explore.strikes import Replay
from onenet_sim.testing.explore.trial import TIMEOUT
from onenet_sim.world import Placement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from onenet_sim.testing.explore.search import Exploration, Finding, Outcome, Strikes
    from onenet_sim.testing.explore.trial import Driver
    from onenet_sim.world import Json

_COLUMNS = max(map(len, Placement))
_MARKS = {
    Verdict.SURVIVED: "✓",
    Verdict.BROKE: "✗",
    Verdict.NO_OCCASION: "·",
    Verdict.UNSTEADY: "✗",
    Verdict.UNTRIED: "·",
}
_NO_OCCASION: Mapping[Placement, str] = {
    Placement.BEFORE_ECHO: "no occasion: echo was off, or the module had nothing to say",
    Placement.BEFORE_RESULT: "no occasion: no information text came while the module had something to say",
}
_NOTHING_TO_SAY = "no occasion: the module had nothing to say"
_SILENT = (
    "The driver sent no command: its port is in its environment as ONENET_PORT, or {port} in its arguments.",
)
_HINT = (
    "Nothing was placed: the module had nothing to say. It has once the host has switched that on (AT+CEREG=1,",
    "AT+CSCON=1), or is logged in and observed; some modules print their address by themselves.",
)


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells what was found of a driver, and how to have it again."""

    driver: Driver

    # --- for people -----------------------------------------------------------------------------------

    def text(self, exploration: Exploration) -> Iterator[str]:
        """Give the lines of a report: a line for each place, then what is known of those that break the driver."""
        plain = exploration.plain
        yield f"{shlex.join(self.driver.command)}  on {self.driver.profile}, seed {self.driver.seed}"
        yield f"without a fault: passes in {plain.seconds:.1f} s with {counted(plain.commands, 'command')}"
        yield ""
        for finding in exploration.findings:
            yield f"{_MARKS[finding.verdict]} {finding.placement:{_COLUMNS}}  {_summary(finding)}"
        for finding in exploration.broken:
            yield ""
            yield from self._broken(finding, exploration)
        yield ""
        if not exploration.struck:
            yield from _HINT if plain.commands else _SILENT
        count = len(exploration.broken)
        places, verb = counted(len(exploration.findings), "place"), "breaks" if count == 1 else "break"
        yield f"{count} of {places} {verb} it ({counted(exploration.runs, 'run')})."

    def _broken(self, finding: Finding, exploration: Exploration) -> Iterator[str]:
        yield f"✗ {finding.placement}: {_sentence(finding)}"
        yield from (f"    {line}" for line in _remarks(finding, exploration))
        if finding.outcome is not None:
            yield from self.outcome(finding.outcome)
        if finding.smallest:
            yield from self.again(finding.smallest)

    def outcome(self, outcome: Outcome) -> Iterator[str]:
        """Give the lines on what became of the driver, and on what was said on the line."""
        yield f"    {self.ending(outcome)}" + ("; it said last:" if outcome.said else "")
        yield from (f"        {line}" for line in outcome.said)
        if outcome.line:
            yield "    on the line:"
            yield from (f"    {line}".rstrip() for line in outcome.line)

    def again(self, strikes: Strikes) -> Iterator[str]:
        """Give the commands that have the same world again, for the driver and by hand."""
        yield f"    again    {self._again(strikes)}"
        yield f"    by hand  {self._run(strikes)}"

    def ending(self, outcome: Outcome) -> str:
        """Return how a driver ended."""
        if outcome.exit_code is None:
            return f"not done after {self.driver.timeout:g} s, and killed"
        if outcome.exit_code < 0:
            return f"ended by signal {-outcome.exit_code}"
        return f"exit code {outcome.exit_code}"

    def _replay(self, strikes: Strikes) -> Replay:
        return Replay(str(self.driver.profile), self.driver.seed, strikes)

    def _again(self, strikes: Strikes) -> str:
        driver = self.driver
        words = ["onenet-sim", "explore", "--replay", self._replay(strikes).token]
        words += [] if driver.timeout == TIMEOUT else ["--timeout", f"{driver.timeout:g}"]
        words += [] if driver.link is None else ["--link", str(driver.link)]
        return shlex.join([*words, "--", *driver.command])

    def _run(self, strikes: Strikes) -> str:
        faults = [word for each in strikes for word in ("--fault", each.fault_text)]
        words = ["onenet-sim", "run", "--profile", self.driver.profile, "--seed", str(self.driver.seed), *faults]
        return shlex.join(words)

    # --- for programs ---------------------------------------------------------------------------------

    def json(self, exploration: Exploration) -> dict[str, Json]:
        """Return the same as JSON."""
        return {
            "command": list(self.driver.command),
            "profile": self.driver.profile,
            "seed": self.driver.seed,
            "timeout": self.driver.timeout,
            "breaks": bool(exploration.broken),
            "runs": exploration.runs,
            "plain": _outcome_json(exploration.plain),
            "places": [self._finding_json(each, exploration) for each in exploration.findings],
        }

    def _finding_json(self, finding: Finding, exploration: Exploration) -> dict[str, Json]:
        told: dict[str, Json] = {
            "place": str(finding.placement),
            "verdict": str(finding.verdict),
            "told": _sentence(finding) if finding.verdict is Verdict.BROKE else _summary(finding),
            "urcs": finding.struck,
        }
        if finding.outcome is None:
            return told
        told |= {
            "remarks": _remarks(finding, exploration),
            "tried_alone": finding.alone,
            "finished": finding.finished,
            "outcome": _outcome_json(finding.outcome),
        }
        return told | (self.strikes_json(finding.smallest) if finding.smallest else {})

    def strikes_json(self, strikes: Strikes) -> dict[str, Json]:
        """Return where URCs stand, and how to have them again."""
        return {
            "smallest": [
                {
                    "place": str(each.placement),
                    "occasion": each.occasion,
                    "command": each.command,
                    "line": each.line,
                    "urc": each.text,
                    "fault": each.fault_text,
                }
                for each in strikes
            ],
            "replay": self._replay(strikes).token,
            "run": self._run(strikes),
        }

    def replay_json(self, outcome: Outcome) -> dict[str, Json]:
        """Return what became of a replay."""
        return {"breaks": outcome.broke, "placed": len(outcome.strikes), "outcome": _outcome_json(outcome)}


def _outcome_json(outcome: Outcome) -> dict[str, Json]:
    return {
        "exit_code": outcome.exit_code,
        "timed_out": outcome.exit_code is None,
        "seconds": round(outcome.seconds, 3),
        "commands": outcome.commands,
        "said": list(outcome.said),
        "line": list(outcome.line),
    }


def counted(number: int, what: str) -> str:
    """Return ``1 run``, ``2 runs``."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def _summary(finding: Finding) -> str:
    match finding.verdict:
        case Verdict.SURVIVED:
            return f"survives {_urcs(finding)}"
        case Verdict.BROKE:
            return f"breaks it {_where(finding)}"
        case Verdict.NO_OCCASION:
            return _NO_OCCASION.get(finding.placement, _NOTHING_TO_SAY)
        case Verdict.UNSTEADY:
            return "broke once, but not again"
        case Verdict.UNTRIED:
            return "not tried: no runs were left"


def _urcs(finding: Finding) -> str:
    return counted(finding.struck, "URC") + (" in one session" if finding.struck > 1 else "")


def _where(finding: Finding) -> str:
    if len(finding.smallest) > 1:
        return f"if there are {len(finding.smallest)}"
    return f"at the {finding.smallest[0].which}"


def _sentence(finding: Finding) -> str:
    """Return what breaks the driver, in one sentence."""
    if finding.verdict is Verdict.UNSTEADY:
        return f"it broke once among {counted(finding.struck, 'URC')}, but not when the same was tried again"
    places = [f"{each.text} {each.where}" for each in finding.smallest]
    if len(places) == 1:
        return f"{places[0]} breaks the driver"
    return f"{len(places)} URCs together break the driver: {'; '.join(places)}"


def _remarks(finding: Finding, exploration: Exploration) -> list[str]:
    """Return what is to be known of how sure this is."""
    remarks = []
    count = len(finding.smallest)
    if count > 1:
        tried = "each" if finding.alone >= finding.struck else str(finding.alone)
        remarks.append(f"{tried} of the {finding.struck} that were placed was tried alone, and is survived")
    if not finding.finished:
        remarks.append("there were no runs left to look for less; --runs gives more")
    if (
        finding.placement in {Placement.SPLIT, Placement.BACK_TO_BACK}
        and count == 1
        and _alike(finding, exploration)
    ):
        remarks.append("a whole one by itself breaks it there too, so that its form does not matter")
    return remarks


def _alike(finding: Finding, exploration: Exploration) -> bool:
    """Return whether a URC by itself breaks the driver at the same command."""
    where = [(each.command, each.occasion) for each in finding.smallest]
    return any(
        each.placement is Placement.ALONE and [(one.command, one.occasion) for one in each.smallest] == where
        for each in exploration.broken
    )

"""The verb ``profiles``: which modules there are, what each does, and where that is known from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from onenet_sim.modem import ProfileError, load_profile
from onenet_sim.modem.ledger import (
    KNOWN_DIFFERENCES,
    Disposition,
    command_entries,
    differing_rows,
    profiles as all_profiles,
)
from onenet_sim.modem.profile import Basis
from onenet_sim.modem.profile_file import sources
from onenet_sim.modem.profile_schema import profile_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.modem.ledger import CommandEntry
    from onenet_sim.modem.profile import Profile, Row

_MARKS = {Disposition.IMPLEMENTED: "●", Disposition.CANNED: "○", Disposition.UNSUPPORTED: "-"}


def profiles(
    name: Annotated[str | None, typer.Argument(help="A profile, or a profile file of your own.")] = None,
    *,
    diff: Annotated[str | None, typer.Option(help="Show only what another profile has otherwise.")] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the whole ledger as docs/fidelity.md.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a profile file of your own, for editors.")
    ] = False,
) -> None:
    """List the modules; with a name, all its rows and commands, each with its source and how sure it is."""
    if schema:
        typer.echo(json.dumps(profile_schema(), indent=2, ensure_ascii=False))
        return
    try:
        lines = _chosen(name, diff, markdown=markdown)
        for line in lines:
            typer.echo(line)
    except ProfileError as error:
        typer.echo(f"onenet-sim profiles: {error}", err=True)
        raise typer.Exit(2) from None


def _chosen(name: str | None, diff: str | None, *, markdown: bool) -> Iterator[str]:
    if markdown:
        return ledger_markdown()
    if name is None:
        if diff is not None:
            raise ProfileError("--diff compares two profiles; name the first one as well")
        return _overview()
    if diff is None:
        return _details(load_profile(name))
    return _difference(load_profile(name), load_profile(diff))


def _overview() -> Iterator[str]:
    for profile in all_profiles():
        bases = [row.basis for row in profile.rows.values()]
        guessed = sum(basis is Basis.INFERRED for basis in bases)
        rows = f"{len(bases)} rows, {guessed} inferred"
        yield f"{profile.name:14} family {profile.family}  {rows:22} {profile.title}"


def _details(profile: Profile) -> Iterator[str]:
    yield f"{profile.name}: {profile.title} (family {profile.family})"
    yield ""
    for key, row in sorted(profile.rows.items()):
        yield f"{key:32} {_value(row):40} {row.basis:9} {row.source}"
    yield ""
    for entry in command_entries(profile):
        yield f"AT{entry.name:18} {entry.disposition:12} {' '.join(entry.forms):56} {entry.source}"


def _difference(profile: Profile, other: Profile) -> Iterator[str]:
    yield f"{'':32} {profile.name:40} {other.name}"
    for key, mine, its in differing_rows(profile, other):
        yield f"{key:32} {_value(mine):40} {_value(its)}"
    for here, there in zip(command_entries(profile), command_entries(other), strict=True):
        if here.disposition is not there.disposition:
            yield f"AT{here.name:30} {here.disposition:40} {there.disposition}"


def _value(row: Row | None) -> str:
    return "-" if row is None else _text(row.value)


def _text(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{key} {_text(item)}" for key, item in value.items()) or "nothing"
        case list():
            return " | ".join(map(str, value)).replace("\n", " ") or "nothing"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def ledger_markdown() -> Iterator[str]:
    """Yield the lines of ``docs/fidelity.md``."""
    every = all_profiles()
    yield "# Fidelity"
    yield ""
    yield "Made by `onenet-sim profiles --markdown` from the profiles; a test keeps it up to date."
    yield ""
    yield "## Where the simulator knowingly differs"
    yield ""
    yield from (f"- {difference}" for difference in KNOWN_DIFFERENCES)
    yield ""
    yield "## Commands"
    yield ""
    yield "● has its effect, ○ is answered by a fixed text, - is not there (ERROR)."
    yield ""
    yield "| command | what it does | " + " | ".join(profile.name for profile in every) + " |"
    yield "|---|---|" + "---|" * len(every)
    for column in zip(*(command_entries(profile) for profile in every), strict=True):
        yield _matrix_row(column)
    for profile in every:
        yield from _profile_section(profile, every[0])
    yield from _source_section()


def _matrix_row(column: tuple[CommandEntry, ...]) -> str:
    cells = " | ".join(_MARKS[entry.disposition] for entry in column)
    return f"| `AT{column[0].name}` | {column[0].summary} | {cells} |"


def _profile_section(profile: Profile, default: Profile) -> Iterator[str]:
    yield ""
    yield f"## {profile.name}"
    yield ""
    whole = profile is default
    yield f"{profile.title}; family {profile.family}." + ("" if whole else f" What differs from `{default.name}`:")
    yield ""
    yield "| row | value | basis | source |"
    yield "|---|---|---|---|"
    keys = sorted(profile.rows) if whole else [key for key, mine, _ in differing_rows(profile, default) if mine]
    for key in keys:
        row = profile.rows[key]
        value = _value(row).replace("|", r"\|")
        yield f"| `{key}` | {value} | {row.basis} | {row.source} |"


def _source_section() -> Iterator[str]:
    yield ""
    yield "## Sources"
    yield ""
    yield "| key | what it is |"
    yield "|---|---|"
    yield from (f"| {key} | {text} |" for key, text in sorted(sources().items()))

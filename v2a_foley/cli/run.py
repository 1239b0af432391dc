"""``v2a-foley run``: the main job. Its options are made from the fields of ``RunSettings``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.engine.settings import RunSettings

if TYPE_CHECKING:
    from v2a_foley.engine.result import RunResult
    from v2a_foley.project import Cue

# Paths are checked by the library, whose errors say more: hence readable=False for each.
SOURCE = typer.Argument(..., metavar="VIDEO|IMAGE", help="The film, or a photograph.", readable=False)
OUTPUT = typer.Option(..., "--output", "-o", metavar="OUT", help="The film to write.", readable=False)


FULL_BAND = 20_000
"""Hertz below which a take's bandwidth is told."""


def command() -> Callable[..., None]:
    """Return the verb as typer wants it: a function with one parameter a setting."""
    return declared(
        _verb(),
        [
            parameter("source", Path, SOURCE),
            parameter("output", Path, OUTPUT),
            *settings_of(RunSettings),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def run(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Give a film its sound: the same picture, with a new soundtrack."""
        source, output, as_json = given.pop("source"), given.pop("output"), given.pop("json")
        with session(as_json=as_json) as current:
            settings = RunSettings(**chosen(given))
            from v2a_foley.engine import job

            result = job.run(source, output, settings, current.progress)
            current.result(result.as_dict())
            if not as_json:
                report(result)

    return run


def report(result: RunResult) -> None:
    """Print one line a shot that says what was heard, and where everything went."""
    for line in heard_lines(result):
        typer.echo(line)
    for sentence in result.warnings:
        typer.secho(f"Note: {sentence}", fg="yellow", err=True)
    spent = sum(result.seconds.values())
    level = "silent" if result.integrated < -70 else f"{result.integrated:.1f} LUFS, {result.true_peak:.1f} dBTP"
    typer.echo(f"{result.output}  {level}, {spent:.1f} s, at most {result.peak_memory / 2**30:.2f} GiB")
    if result.delivery is not None:
        typer.echo(result.delivery.sentence())
    for path in [*result.stems.values(), *result.files.values()]:
        typer.echo(f"{path}")


def heard_lines(result: RunResult) -> list[str]:
    """Return one line a shot: its number, its range, what sounds in it, and whether the eyes were unsure."""
    from v2a_foley.timebase import as_clock

    lines = []
    for shot in result.project.shots:
        cues = [cue for cue in result.project.cues if shot.index in cue.shots and cue.take is not None]
        heard = ", ".join(_heard(cue) for cue in cues) or "left alone"
        unsure = " – unsure what it shows" if shot.unsure and cues else ""
        lines.append(f"{shot.index:>4}  {as_clock(shot.range.start)}–{as_clock(shot.range.end)}  {heard}{unsure}")
    return lines


def _heard(cue: Cue) -> str:
    """Return what a cue lets be heard, and how high it reaches where that is less than ears hear."""
    narrow = cue.take is not None and cue.take.bandwidth < FULL_BAND
    reach = f", to {cue.take.bandwidth / 1000:g} kHz" if narrow and cue.take is not None else ""
    return f"{cue.prompt or cue.event.caption} ({cue.layer}{reach})"

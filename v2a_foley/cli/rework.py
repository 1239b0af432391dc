"""``v2a-foley rework``: extends, loops, repairs and varies a sound."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import UsageError
from v2a_foley.timebase import SAMPLE_RATE

SOURCE = typer.Argument(..., metavar="SOUND", help="Any file with a sound in it.", readable=False)
OUTPUT = typer.Option(..., "--output", "-o", metavar="OUT.wav", help="The sound to write.", readable=False)
VARY = typer.Option(None, "--vary", metavar="STRENGTH", min=0, max=1, help="Make another like it; 1 goes farthest.")
EXTEND = typer.Option(None, "--extend", metavar="SECONDS", min=0, help="Go on beyond its end.")
LOOP = typer.Option(None, "--loop", metavar="SECONDS", min=0, help="Make its end anew, so that it joins the start.")
REPAIR = typer.Option(None, "--repair", metavar="A-B", help="Make the stretch from A to B seconds anew.")
PROMPT = typer.Option("", "--prompt", metavar="TEXT", help="What it should sound like.", show_default=False)
SETTINGS = (
    "profile", "negative", "seed", "device", "precision", "steps", "guidance", "scheduler", "draft", "offload",
    "compile", "overwrite",
)  # fmt: skip
"""The settings of a run that mean something here."""


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    parameters = [
        parameter("source", Path, SOURCE),
        parameter("output", Path, OUTPUT),
        parameter("vary", float | None, VARY),
        parameter("extend", float | None, EXTEND),
        parameter("loop", float | None, LOOP),
        parameter("repair", str | None, REPAIR),
        parameter("prompt", str, PROMPT),
        *settings_of(RunSettings, only=SETTINGS),
        parameter("json", bool, JSON),
    ]
    return declared(_verb(), parameters)


def _verb() -> Callable[..., None]:
    def rework(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Extend, loop, repair or vary a sound; what is kept of it stays the original."""
        source, output, prompt = given.pop("source"), given.pop("output"), given.pop("prompt")
        vary, extend, loop, stretch = (given.pop(name) for name in ("vary", "extend", "loop", "repair"))
        with session(as_json=given.pop("json")) as current:
            from v2a_foley.engine.rework import Wish, span
            from v2a_foley.engine.rework import rework as work_on

            wish = Wish(vary, _exact(extend), _exact(loop), span(stretch) if stretch is not None else None)
            settings = RunSettings(**chosen(given))
            made = work_on(source, output, wish, prompt.strip(), settings, current.progress)
            ranges = [(start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in made.made]
            current.result(
                {
                    "output": str(output),
                    "made": [[round(start, 6), round(end, 6)] for start, end in ranges],
                    "native_rate": made.native_rate,
                    "warnings": current.progress.warnings,
                }
            )
            spans = ", ".join(f"{start:.2f}–{end:.2f} s" for start, end in ranges)
            current.say(f"{output}  made anew: {spans}")
            for sentence in current.progress.warnings:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)

    return rework


def _exact(seconds: float | None) -> Fraction | None:
    if seconds is None:
        return None
    if not math.isfinite(seconds):
        raise UsageError(f"{seconds} is no length.", hint="Give seconds, such as 2.5.")
    return Fraction(str(seconds))

"""``v2a-foley blend``: sounds between shots, photographs, texts and sounds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import UsageError

THINGS = typer.Argument(
    ...,
    metavar="THING",
    help="Two or more to mix. Each is a shot (film.mp4#3), a photograph, a sound, or words in quotes.",
)
OUTPUT = typer.Option(..., "--output", "-o", metavar="OUT.wav", help="The sound to write.", readable=False)
WEIGHTS = typer.Option(None, "--weights", metavar="W,W[,…]", help="How much of each; by default all the same.")
PATH = typer.Option(None, "--path", metavar="N", help="Write N sounds that lead from the first thing to the second.")
SETTINGS = (
    "duration", "profile", "mapper", "generator", "library", "negative", "seed", "device", "precision", "steps",
    "guidance", "scheduler", "draft", "offload", "compile", "best_of", "init", "strength", "overwrite",
)  # fmt: skip
"""The settings of a run that mean something for a blend."""
WORDS = {"duration": "Length of each sound."}
"""What a setting does here, where it does something else for a film."""


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    parameters = [
        parameter("things", list[str], THINGS),
        parameter("output", Path, OUTPUT),
        parameter("weights", str | None, WEIGHTS),
        parameter("path", int | None, PATH),
        *settings_of(RunSettings, only=SETTINGS, words=WORDS),
        parameter("json", bool, JSON),
    ]
    return declared(_verb(), parameters)


def _verb() -> Callable[..., None]:
    def blend(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Make a sound between shots, photographs, texts and sounds."""
        things, output, weights, path = (given.pop(name) for name in ("things", "output", "weights", "path"))
        with session(as_json=given.pop("json")) as current:
            settings = RunSettings(**chosen(given))
            shares = numbers(weights) if weights is not None else None
            from v2a_foley.engine.blend import blend as mix
            from v2a_foley.engine.result import take_source

            made = mix(things, output, settings, current.progress, weights=shares, path=path)
            current.result(
                {
                    "things": list(things),
                    "sounds": [
                        {"output": str(each.path), "weights": list(each.weights), **take_source(each.take)}
                        for each in made
                    ],
                    "warnings": current.progress.warnings,
                }
            )
            for each in made:
                current.say(f"{each.path}  {', '.join(f'{weight:.2f}' for weight in each.weights)}  {each.take.source}")
            for sentence in current.progress.warnings:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)

    return blend


def numbers(text: str) -> list[float]:
    """Read numbers parted by commas.

    Raises:
        UsageError: a part is no number.
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise UsageError(f"{text!r} is not a list of numbers.", hint="Write --weights 0.7,0.3.") from error

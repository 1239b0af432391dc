"""``v2a-foley project new``: looks at a film and lays down a project for it. Nothing is generated yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.project.show import described, lines
from v2a_foley.cli.session import session
from v2a_foley.engine.settings import PASSING, RunSettings
from v2a_foley.options import options_of

SOURCE = typer.Argument(..., metavar="VIDEO|IMAGE", help="The film, or a photograph.", readable=False)
FOLDER = typer.Option(
    None, "--output", "-o", metavar="FOLDER", help="The project's folder; by default beside the film.", readable=False
)
SUFFIX = ".foley"
"""What a project's folder is called by default: the film's name with this in its suffix's place."""


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    stay = [name for name in options_of(RunSettings) if name not in PASSING]
    return declared(
        _verb(),
        [
            parameter("source", Path, SOURCE),
            parameter("folder", Path | None, FOLDER),
            *settings_of(RunSettings, only=stay),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def new(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Make a project of a film: its shots, and what should sound where."""
        source, folder, as_json = given.pop("source"), given.pop("folder"), given.pop("json")
        with session(as_json=as_json) as current:
            settings = RunSettings(**chosen(given))
            from v2a_foley.engine.projects import new_project

            place = folder if folder is not None else source.with_suffix(SUFFIX)
            project = new_project(source, place, settings, current.progress)
            current.result({**described(project, place), "warnings": current.progress.warnings})
            for line in lines(project):
                current.say(line)
            current.say(f"{place}  Make the sounds: v2a-foley project generate {place}")
            for sentence in current.progress.warnings:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)

    return new

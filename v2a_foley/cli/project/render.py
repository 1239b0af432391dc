"""``v2a-foley project render``: mixes the takes of a project under its film. Generates nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.run import report
from v2a_foley.cli.session import session
from v2a_foley.engine.settings import RunSettings
from v2a_foley.options import options_of

FOLDER = typer.Argument(..., metavar="FOLDER", help="The project's folder.", readable=False)
OUTPUT = typer.Option(..., "--output", "-o", metavar="OUT", help="The film to write.", readable=False)
GROUPS = ("Mix", "Files")
"""The groups of settings that a rendering has a say in."""


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    mine = [name for name, option in options_of(RunSettings).items() if option.group in GROUPS]
    return declared(
        _verb(),
        [
            parameter("folder", Path, FOLDER),
            parameter("output", Path, OUTPUT),
            *settings_of(RunSettings, only=mine),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def render(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Write the film with the project's sounds; other gains, fades and mutes cost no new sound."""
        folder, output, as_json = given.pop("folder"), given.pop("output"), given.pop("json")
        with session(as_json=as_json) as current:
            settings = RunSettings(**chosen(given))
            from v2a_foley.engine.projects import render as write
            from v2a_foley.project.storage import read_project

            result = write(read_project(folder), folder, output, settings, current.progress)
            current.result(result.as_dict())
            if not as_json:
                report(result)

    return render

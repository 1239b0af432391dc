"""``v2a-foley project generate``: makes the takes that are wanting, or new ones of the cues that are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.engine.settings import RunSettings

if TYPE_CHECKING:
    from v2a_foley.project import Cue, Take

FOLDER = typer.Argument(..., metavar="FOLDER", help="The project's folder.", readable=False)
CUE = typer.Option(None, "--cue", metavar="CUE", help="A cue that gets new takes (c3). May be given again.")
SETTINGS = ("takes", "device", "precision", "offload", "compile")
"""What is chosen anew each time; all else that decides a sound stays with the project."""


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    return declared(
        _verb(),
        [
            parameter("folder", Path, FOLDER),
            parameter("cue", list[str] | None, CUE),
            *settings_of(RunSettings, only=SETTINGS),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def generate(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Make the takes that are wanting; what was made before of the same is found again."""
        folder, cues = given.pop("folder"), given.pop("cue")
        with session(as_json=given.pop("json")) as current:
            settings = RunSettings(**chosen(given))
            from v2a_foley.engine.projects import generate as make
            from v2a_foley.engine.result import take_dict
            from v2a_foley.project.storage import open_project

            made: list[dict[str, Any]] = []

            def told(cue: Cue, take: Take) -> None:
                made.append({"cue": cue.id, **take_dict(take, cue)})
                current.say(f"{cue.id:>5}  {take.id}  {cue.prompt or cue.event.caption}: {take.source}")

            with open_project(folder) as opened:
                if opened.recovery is not None:
                    current.progress.warn(f"{opened.recovery.sentence} They go to the backups.")
                project = make(opened.project, opened.folder, settings, current.progress, cues or None, told)
                if project != opened.project:
                    opened.edited(project)
                    opened.save()
            current.result({"project": str(folder), "takes": made, "warnings": current.progress.warnings})
            if not made:
                current.say("Every cue has a take that is what it asks for.")
            for sentence in current.progress.warnings:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)

    return generate

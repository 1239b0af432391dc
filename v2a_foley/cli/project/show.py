"""``v2a-foley project show``: what a project holds, and which of its cues need a new take. Changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from v2a_foley.cli.session import session

if TYPE_CHECKING:
    from v2a_foley.project import Cue, Project

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The project's folder.", readable=False)]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def show(folder: Folder, json: Json = False) -> None:
    """Show a project: its cues, their takes, and which of them need a new one."""
    with session(as_json=json) as current:
        from v2a_foley.project.storage import read_project

        project = read_project(folder)
        current.result(described(project, folder))
        for line in lines(project):
            current.say(line)


def described(project: Project, folder: Path) -> dict[str, Any]:
    """Return a project as plain values, as the verbs of ``project`` print it."""
    from v2a_foley.engine.projects import why_stale
    from v2a_foley.engine.projects.choices import merged
    from v2a_foley.engine.result import cue_dict, shot_dict
    from v2a_foley.engine.settings import RunSettings

    settings = merged(project, RunSettings())
    return {
        "project": str(folder),
        "film": str(project.media.path),
        "profile": project.profile,
        "settings": dict(project.settings),
        "shots": [shot_dict(shot) for shot in project.shots],
        "cues": [
            {**cue_dict(cue), "muted": cue.muted, "needs_take": why_stale(cue, settings) or None}
            for cue in project.cues
        ],
        "parked": [cue_dict(cue) for cue in project.parked],
    }


def lines(project: Project) -> list[str]:
    """Return a project in lines for people: one a cue, then how much of what there is."""
    from v2a_foley.engine.projects import why_stale
    from v2a_foley.engine.projects.choices import merged
    from v2a_foley.engine.settings import RunSettings

    settings = merged(project, RunSettings())
    told = [_line(cue, why_stale(cue, settings)) for cue in project.cues]
    told += [f"{_line(cue, '')}  parked" for cue in project.parked]
    return [*told, f"{project.media.path.name}: {len(project.shots)} shots, {len(project.cues)} cues"]


def _line(cue: Cue, why: str) -> str:
    """Return a cue in one line: where, what, which take, and why it needs a new one."""
    from v2a_foley.timebase import as_clock

    where = f"{as_clock(cue.range.start)}–{as_clock(cue.range.end)}"
    state = f"{cue.active or 'no take'} of {len(cue.takes)}" if cue.takes else "no take"
    more = [*(["muted"] if cue.muted else []), *([f"needs a take: {why}"] if why and cue.takes else [])]
    return f"{cue.id:>5}  {where}  {cue.prompt or cue.event.caption} ({cue.layer})  {', '.join([state, *more])}"

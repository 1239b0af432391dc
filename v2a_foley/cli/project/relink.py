"""``v2a-foley project relink``: this user says where a project's film lies on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from v2a_foley.cli.session import session

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The project's folder.", readable=False)]
Film = Annotated[Path, typer.Argument(metavar="FILM", help="The film.", readable=False)]
Anyway = Annotated[bool, typer.Option("--anyway", help="Take the film even where its content is another.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def relink(folder: Folder, film: Film, anyway: Anyway = False, json: Json = False) -> None:
    """Say where the film of a project lies. It is remembered for you, outside of the project."""
    with session(as_json=json) as current:
        from v2a_foley.project.links import relink as link

        path = link(folder, film, anyway=anyway)
        current.result({"project": str(folder), "film": str(path)})
        current.say(f"The film of {folder.resolve().name} is {path}")

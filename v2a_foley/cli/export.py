"""``v2a-foley export``: a project as a timeline that an editor opens. Makes no sound, changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from v2a_foley.cli.session import session

Folder = Annotated[Path, typer.Argument(metavar="PROJECT", help="The project's folder.", readable=False)]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The timeline to write.", readable=False)]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="FORMAT", help="otio, otioz, fcp7xml, edl, rpp or aaf; by default as FILE is called."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def export(folder: Folder, output: Output, to: To = None, overwrite: Overwrite = False, json: Json = False) -> None:
    """Write a project's timeline for an editor: shots, the film's own sound, the takes on a track a layer, hits."""
    with session(as_json=json) as current:
        from v2a_foley.files import check_output
        from v2a_foley.interchange.formats import format_of
        from v2a_foley.interchange.layout import edit_of
        from v2a_foley.project.storage import read_project

        form = format_of(output, to)
        check_output(output, overwrite=overwrite)
        project = read_project(folder)
        edit = edit_of(project)
        form.write(edit, output)
        items = sum(len(lane.items) for lane in edit.lanes)
        current.result({"output": str(output), "format": form.name, "tracks": len(edit.lanes), "clips": items})
        current.say(f"{output}: {len(edit.lanes)} tracks, {items} clips at {edit.start}, for {form.opens}.")

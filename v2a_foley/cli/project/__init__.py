"""``v2a-foley project``: one file a verb."""

from __future__ import annotations

import typer

from v2a_foley.cli.project import conform, relink

app = typer.Typer(help="Work on a film for weeks: a folder that keeps its shots, cues and takes.", no_args_is_help=True)
app.command("conform")(conform.conform)
app.command("relink")(relink.relink)

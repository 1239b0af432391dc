"""``v2a-foley project``: one file a verb."""

from __future__ import annotations

import typer

from v2a_foley.cli.project import conform, generate, new, relink, render, show
from v2a_foley.cli.project import set as setting

app = typer.Typer(help="Work on a film for weeks: a folder that keeps its shots, cues and takes.", no_args_is_help=True)
app.command("new")(new.command())
app.command("show")(show.show)
app.command("generate")(generate.command())
app.command("render")(render.command())
app.command("conform")(conform.conform)
app.command("relink")(relink.relink)
app.command("set")(setting.set_)
app.command("edit")(setting.edit)

"""``v2a-foley train``: one file a verb."""

from __future__ import annotations

import typer

from v2a_foley.cli.train import captions, embed, mapper, onsets

app = typer.Typer(
    help="Make a mapper (pairs out of clips or captions, then a network that learns them), or an onset net.",
    no_args_is_help=True,
)
app.command("embed")(embed.command())
app.command("captions")(captions.command())
app.command("mapper")(mapper.command())
app.command("onsets")(onsets.command())

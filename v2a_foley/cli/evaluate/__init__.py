"""``v2a-foley evaluate``: one file a verb."""

from __future__ import annotations

import typer

from v2a_foley.cli.evaluate import gap, mapper, paper, sounds

app = typer.Typer(help="Measure mappers and sounds, and write a report.", no_args_is_help=True)
app.command("gap")(gap.command())
app.command("mapper")(mapper.command())
app.command("paper")(paper.command())
app.command("sounds")(sounds.command())

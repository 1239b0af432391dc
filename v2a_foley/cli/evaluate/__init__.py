"""``v2a-foley evaluate``: one file a verb."""

from __future__ import annotations

import typer

app = typer.Typer(help="Measure mappers and sounds, and write a report.", no_args_is_help=True)

"""``v2a-foley demo``: builds a short film of real footage, gives it sound, and writes a page about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from v2a_foley.cli.session import session
from v2a_foley.cli.shots import Json

Output = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to fill.")]
OwnSounds = Annotated[
    Path | None, typer.Option("--library", metavar="DIR", help="A folder of your own sounds.", readable=False)
]


def demo(output: Output = Path("demo"), library: OwnSounds = None, json: Json = False) -> None:
    """Give a short film of real footage its sound, and show it on a page: demo.html."""
    with session(as_json=json) as current:
        from v2a_foley.cli.run import heard_lines
        from v2a_foley.demo.report import as_dict, summary
        from v2a_foley.demo.story import run_demo

        shown = run_demo(output, library=library, progress=current.progress)
        current.result(as_dict(shown))
        for line in (*heard_lines(shown.result), *summary(shown)):
            current.say(line)
        for sentence in shown.result.warnings:
            typer.secho(f"Note: {sentence}", fg="yellow", err=True)

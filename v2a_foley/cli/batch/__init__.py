"""``v2a-foley batch``: many films, and the verbs on a batch that is under way."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from v2a_foley.cli.batch import run, verbs

RUN = "run"


class _Verbs(TyperGroup):
    """A group whose verb ``run`` need not be named: ``batch FOLDER -o DIR``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own, which it does not show
        """Put ``run`` where no verb is named."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [RUN, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Verbs, no_args_is_help=True,
    help="Give many films their sound: v2a-foley batch JOBS.csv|FOLDER|GLOB -o DIR. Whatever stops it, it goes on.",
)  # fmt: skip
app.command(RUN)(run.command())
for _verb in (verbs.status, verbs.pause, verbs.resume, verbs.retry, verbs.cancel, verbs.reorder, verbs.rebuild):
    app.command()(_verb)

"""``v2a-foley evaluate paper``: the paper's protocol on its own two data sets, with our engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from v2a_foley.cli.evaluate.mapper import line
from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.errors import Cancelled
from v2a_foley.evaluate.settings import PaperSettings

VGGSOUND = typer.Option(None, "--vggsound", metavar="DIR", help="The folder of VGGSound's clips.", readable=False)
LIST = typer.Option(
    None, "--csv", metavar="FILE", help="VGGSound's list; by default vggsound.csv in that folder.", readable=False
)
IMAGEHEAR = typer.Option(
    None, "--imagehear", metavar="DIR", help="The folder of ImageHear's photographs.", readable=False
)
OUTPUT = typer.Option(
    ..., "--output", "-o", metavar="DIR", help="Where sounds, figures and the report go; goes on if called again.",
    readable=False,
)  # fmt: skip


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    return declared(
        _verb(),
        [
            parameter("vggsound", Path | None, VGGSOUND),
            parameter("csv", Path | None, LIST),
            parameter("imagehear", Path | None, IMAGEHEAR),
            parameter("output", Path, OUTPUT),
            *settings_of(PaperSettings),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def paper(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Run the paper's protocol: look at clips, map, make their sounds, measure, and write a report."""
        vggsound, csv, imagehear, output = (given.pop(name) for name in ("vggsound", "csv", "imagehear", "output"))
        with session(as_json=given.pop("json")) as current:
            settings = PaperSettings(**chosen(given))
            from v2a_foley.evaluate.paper import Sources, as_dict
            from v2a_foley.evaluate.paper_report import PAGE, evaluate_paper

            try:
                found = evaluate_paper(Sources(vggsound, csv, imagehear), output, settings, current.progress)
            except Cancelled as error:
                raise Cancelled(
                    f"Stopped; what was finished lies in {str(output)!r}.", hint="The same command goes on from there."
                ) from error
            warnings = current.progress.warnings
            current.result({**as_dict(found), "report": str(output / PAGE), "warnings": warnings})
            for data, rows in found.sets:
                current.say(str(data))
                for row in rows:
                    current.say(f"  {line(row.name, row.figures)}")
            for sentence in [*found.notes, *warnings]:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)
            current.say(str(output / PAGE))

    return paper

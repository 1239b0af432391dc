"""``v2a-foley evaluate mapper``: mappers compared on the held-out pairs of a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.evaluate.settings import MapperSettings

if TYPE_CHECKING:
    from v2a_foley.metrics.figure import Figure

STORES = typer.Argument(
    ..., metavar="STORE", help="What 'v2a-foley train embed' wrote; several of the same two spaces.", readable=False
)
OUTPUT = typer.Option(..., "--output", "-o", metavar="REPORT.html", help="The page to write.", readable=False)


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    return declared(
        _verb(),
        [
            parameter("stores", list[Path], STORES),
            parameter("output", Path, OUTPUT),
            *settings_of(MapperSettings),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def mapper(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Compare mappers on held-out pairs, embedding by embedding, and write a report."""
        stores, output = given.pop("stores"), given.pop("output")
        with session(as_json=given.pop("json")) as current:
            settings = MapperSettings(**chosen(given))
            from v2a_foley.evaluate.mappers import as_dict
            from v2a_foley.evaluate.mappers_report import evaluate_mappers

            found = evaluate_mappers(stores, output, settings, current.progress)
            warnings = current.progress.warnings
            current.result({**as_dict(found), "report": str(output), "warnings": warnings})
            current.say(f"{len(found.pictures):,} pairs of {', '.join(map(repr, found.stores))} ({found.split})")
            for entry in found.entries:
                if entry.figures:
                    current.say(line(entry.name, entry.figures))
            for sentence in [*found.notes, *warnings]:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)
            current.say(str(output))

    return mapper


def line(name: str, figures: Sequence[Figure]) -> str:
    """Return a row in one line: its figures by their metrics' names."""
    shown = [f"{each.protocol.metric} {each.value:.4g}{each.unit and f' {each.unit}'}" for each in figures]
    return f"{name}: {', '.join(shown)}"

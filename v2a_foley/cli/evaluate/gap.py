"""``v2a-foley evaluate gap``: how far pictures and sounds lie apart, and what mappers leave of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from v2a_foley.cli.evaluate.mapper import OUTPUT, STORES, line
from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.evaluate.gap_settings import GapSettings


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    return declared(
        _verb(),
        [
            parameter("stores", list[Path], STORES),
            parameter("output", Path, OUTPUT),
            *settings_of(GapSettings),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def gap(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Measure the gap between pictures and sounds, and what mappers leave of it, and write a report."""
        stores, output = given.pop("stores"), given.pop("output")
        with session(as_json=given.pop("json")) as current:
            settings = GapSettings(**chosen(given))
            from v2a_foley.evaluate.gap import as_dict
            from v2a_foley.evaluate.gap_report import evaluate_gap

            found = evaluate_gap(stores, output, settings, current.progress)
            warnings = current.progress.warnings
            current.result({**as_dict(found), "report": str(output), "warnings": warnings})
            current.say(f"{len(found.pictures):,} pairs of {', '.join(map(repr, found.stores))} ({found.part})")
            for each in found.crossings:
                current.say(line(each.name, each.figures))
            for sentence in [*found.notes, *warnings]:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)
            current.say(str(output))

    return gap

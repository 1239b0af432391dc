"""``v2a-foley train captions``: texts into a store of pairs. Its options are the fields of ``CaptionSettings``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.train.caption_settings import CaptionSettings

SOURCE = typer.Argument(
    None,
    metavar="[FILE]",
    help="One caption a line, a CSV with a column 'caption', or a vocabulary of events (TOML); or none with --events.",
    readable=False,
)
STORE = typer.Option(..., "--output", "-o", metavar="STORE", help="The store to write.")


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    return declared(
        _verb(),
        [
            parameter("source", Path | None, SOURCE),
            parameter("output", Path, STORE),
            *settings_of(CaptionSettings),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def captions(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Make pairs out of captions, without a single video."""
        source, output, as_json = given.pop("source"), given.pop("output"), given.pop("json")
        with session(as_json=as_json) as current:
            settings = CaptionSettings(**chosen(given))
            from v2a_foley.train.captions import captions as work

            result = work(source, output, settings, current.progress)
            current.result({**result.as_dict(), "warnings": current.progress.warnings})
            if as_json:
                return
            for sentence in current.progress.warnings:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)
            for side, what in result.corrected.items():
                if what:
                    moved = f"moved by {result.gap[side]:.2f} (an embedding is 1 long)"
                    current.say(f"What is {side} was {moved}, by the mean of {what}")
            current.say(f"{result.store}  {result.pairs:,} pairs, {result.seconds:.0f} s")
            current.say(f"Next: v2a-foley train mapper {quote(str(result.store))} -o my-mapper")

    return captions

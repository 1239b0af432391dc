"""``v2a-foley train embed``: clips into a store of pairs. Its options are made from the fields of ``EmbedSettings``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import Session, session
from v2a_foley.errors import Cancelled, UsageError
from v2a_foley.train.embed_settings import EmbedSettings

if TYPE_CHECKING:
    from v2a_foley.train.embedding import EmbedResult

SOURCE = typer.Argument(
    ...,
    metavar="SOURCE",
    help="A folder of films, a folder of images and sounds, VGGSound's list, or a CSV of pairs.",
    readable=False,
)
ENGINE = typer.Option("local", "--engine", metavar="local|ray", help="This machine, or a Ray cluster.")
ADDRESS = typer.Option(
    "auto", "--address", metavar="HOST:PORT", help="The cluster; auto is the one that this machine has joined."
)
STORE = typer.Option(..., "--output", "-o", metavar="STORE", help="The store to write, or to go on with.")


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    return declared(
        _verb(),
        [
            parameter("source", Path, SOURCE),
            parameter("output", Path, STORE),
            *settings_of(EmbedSettings),
            parameter("engine", str, ENGINE),
            parameter("address", str, ADDRESS),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def embed(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Look at and listen to every clip once; called again, it goes on where it was stopped."""
        source, output, as_json = given.pop("source"), given.pop("output"), given.pop("json")
        engine, address = given.pop("engine"), given.pop("address")
        with session(as_json=as_json) as current:
            settings = EmbedSettings(**chosen(given))
            work = _work(engine, address)
            try:
                result = work(source, output, settings, current.progress)
            except Cancelled as error:
                raise Cancelled(
                    f"Stopped; what was done lies in {str(output)!r}.", hint="The same command goes on from there."
                ) from error
            current.result({**result.as_dict(), "warnings": current.progress.warnings})
            if not as_json:
                report(current, result)

    return embed


def _work(engine: str, address: str) -> Callable[..., EmbedResult]:
    """Return what does the work."""
    if engine == "ray":
        from v2a_foley.train.spread import embed_on_cluster

        return partial(embed_on_cluster, address=address)
    if engine != "local":
        raise UsageError(f"--engine {engine!r} is not known.", hint="Choose local or ray.")
    from v2a_foley.train.embedding import embed

    return embed


def report(current: Session, result: EmbedResult) -> None:
    """Print what is in the store now, and what could not be put there."""
    for sentence in current.progress.warnings:
        typer.secho(f"Note: {sentence}", fg="yellow", err=True)
    for reason, count in result.reasons.items():
        current.say(f"{count:>8,} left out: {reason.rstrip('.')}")
    for reason, count in result.missing.items():
        current.say(f"{count:>8,} not found: {reason.rstrip('.')}")
    more = f" ({result.made:,} of them new)" if result.made != result.pairs else ""
    known = f", {result.broken:,} broken ({result.store / 'broken.csv'} says why)" if result.broken else ""
    current.say(f"{result.store}  {result.pairs:,} pairs{more}{known}, {result.seconds:.0f} s")
    current.say(f"Next: v2a-foley train mapper {quote(str(result.store))} -o my-mapper")

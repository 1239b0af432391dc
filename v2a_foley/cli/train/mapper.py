"""``v2a-foley train mapper``: pairs into a mapper. Its options are made from the fields of ``TrainSettings``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import Session, session
from v2a_foley.train.settings import TrainSettings

if TYPE_CHECKING:
    from v2a_foley.train.job import TrainResult

STORES = typer.Argument(..., metavar="STORE", help="One or more stores of pairs, all of the same spaces.")
OUTPUT = typer.Option(..., "--output", "-o", metavar="DIR", help="The mapper's folder, or an unfinished one.")


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    return declared(
        _verb(),
        [
            parameter("stores", list[Path], STORES),
            parameter("output", Path, OUTPUT),
            *settings_of(TrainSettings),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def mapper(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Teach a mapper the pairs of one or more stores; called again, it goes on where it was stopped."""
        stores, output, as_json = given.pop("stores"), given.pop("output"), given.pop("json")
        with session(as_json=as_json) as current:
            settings = TrainSettings(**chosen(given))
            from v2a_foley.train.job import train_mapper
            from v2a_foley.train.processes import is_chief

            result = train_mapper(stores, output, settings, current.progress)
            if is_chief():
                current.result({**result.as_dict(), "warnings": current.progress.warnings})
                report(current, stores, result)

    return mapper


def report(current: Session, stores: list[Path], result: TrainResult) -> None:
    """Print how it went, and what the mapper is worth on pairs that it did not learn from."""
    for sentence in current.progress.warnings:
        typer.secho(f"Note: {sentence}", fg="yellow", err=True)
    why = "" if result.ended == "steps" else ", and it did not get better any more"
    new = result.steps - result.resumed
    rate = f", {new / result.seconds:.1f} steps a second" if new and result.seconds else ""
    current.say(f"{result.steps:,} steps over {result.pairs:,} pairs{rate}{why}.")
    best = f"{result.best_loss:.4f} at best, after step {result.best_step:,}"
    current.say(f"Validation loss {result.first_loss:.4f} at first, {best}.")
    metrics = result.card.metrics
    words = {"cosine": "cosine with the own target", "frechet_distance": "Fréchet distance", "recall_at_1": "R@1",
             "recall_at_5": "R@5"}  # fmt: skip
    said = [f"{words[name]} {metrics[name]:.3f}" for name in words if name in metrics]
    current.say(f"On {metrics['measured_on']:.0f} pairs that were held out: {', '.join(said)}.")
    current.say(f"{result.output}  {result.card.kind}, {result.card.parameters:,} weights")
    for path in result.files.values():
        current.say(f"{path}")
    there = " ".join(quote(str(store)) for store in stores)
    current.say(f"Next: v2a-foley evaluate mapper {there} --mapper {quote(str(result.output))} -o report.html")

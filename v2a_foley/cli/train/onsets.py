"""``v2a-foley train onsets``: films into an onset net. Its options are made from the fields of ``OnsetSettings``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.train.onsets.settings import OnsetSettings

SOURCES = typer.Argument(
    ...,
    metavar="SOURCE…",
    help="Folders of films with sound, or with NAME.hits.csv beside NAME.mp4, which then says when it sounds.",
    readable=False,
)
OUT = typer.Option(..., "--out", "-o", metavar="FILE.safetensors", help="The file of weights to write.")
WORK = typer.Option(
    None, "--work", metavar="DIR", help="The folder for traits and states; by default FILE.training beside the file."
)


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    return declared(
        _verb(),
        [
            parameter("sources", list[Path], SOURCES),
            parameter("out", Path, OUT),
            parameter("work", Path | None, WORK),
            *settings_of(OnsetSettings),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def onsets(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Teach an onset net when things sound, from films; called again, it goes on where it was stopped."""
        sources, out, work, as_json = (given.pop(name) for name in ("sources", "out", "work", "json"))
        with session(as_json=as_json) as current:
            settings = OnsetSettings(**chosen(given))
            from v2a_foley.train.onsets.job import train_onsets

            result = train_onsets(sources, out, settings, current.progress, work=work, tell=current.say)
            current.result({**result.as_dict(), "warnings": current.progress.warnings})
            if as_json:
                return
            for sentence in current.progress.warnings:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)
            for kind, worth in result.by_kind.items():
                current.say(f"{kind:>24}  F1 {worth:.3f}")
            if result.score is None:
                current.say("There was nothing to watch on: the threshold is a guess.")
            else:
                current.say(
                    f"F1 {result.score.f1:.3f} at {result.score.threshold:.3f}, from step {result.best_step:,}."
                )
            current.say(f"{result.output}  {result.parameters:,} weights, {result.seconds / 60:.1f} minutes")
            current.say(f"SHA-256 {result.sha256}")

    return onsets

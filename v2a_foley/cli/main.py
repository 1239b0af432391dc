"""The command line's front door: the verbs, how errors leave it, and how Ctrl-C stops the work. No verb lives here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from v2a_foley import __version__
from v2a_foley.errors import Cancelled

app = typer.Typer(
    name="v2a-foley",
    help="Gives silent pictures their sound.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"v2a-foley {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Gives silent pictures their sound."""


def _register() -> None:
    from v2a_foley.cli import (
        batch,
        blend,
        demo,
        describe,
        doctor,
        evaluate,
        export,
        models,
        rework,
        run,
        shots,
        train,
        worker,
    )
    from v2a_foley.cli.project import app as project

    verbs: dict[str, Callable[..., Any]] = {
        "run": run.command(),
        "shots": shots.shots,
        "describe": describe.describe,
        "blend": blend.command(),
        "rework": rework.command(),
        "export": export.export,
        "doctor": doctor.doctor,
        "demo": demo.demo,
        "worker": worker.worker,
    }
    for name, verb in verbs.items():
        app.command(name)(verb)
    app.add_typer(batch.app, name="batch")
    app.add_typer(project, name="project")
    app.add_typer(models.app, name="models")
    app.add_typer(train.app, name="train")
    app.add_typer(evaluate.app, name="evaluate")


def main() -> None:
    """Run the command line and leave with its exit code."""
    # How long torch's threads spin while they wait for each other, read when torch loads. Beside programs of the same
    # kind the usual value makes a network up to five times slower; with this one it is as fast on an idle machine.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        _register()
        app()
    except KeyboardInterrupt:  # before a verb has begun to listen for it
        sys.exit(Cancelled.exit_code)


if __name__ == "__main__":
    main()

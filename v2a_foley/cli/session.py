"""What every verb shares: progress on a terminal, JSON on standard output, errors as sentences, Ctrl-C as a request."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import typer

from v2a_foley.engine.border import border
from v2a_foley.errors import Cancelled, FoleyError
from v2a_foley.progress import Progress, ProgressEvent

STAGES = {
    "build": "Building the film",
    "open": "Opening",
    "load": "Waking the eyes",
    "look": "Looking",
    "gaze": "Looking closer",
    "match": "Finding the pictures",
    "understand": "Understanding",
    "speech": "Listening for speech",
    "spot": "Spotting",
    "index": "Indexing the library",
    "generate": "Making sounds",
    "map": "Translating",
    "voice": "Denoising",
    "mix": "Mixing",
    "mux": "Writing the film",
    "verify": "Checking the film",
    "report": "Writing the lists",
    "measure": "Listening",
    "page": "Writing the page",
    "compare": "Comparing",
    "eyes": "Looking at the clips",
    "clips": "Making the clips' sounds",
    "attacks": "Finding attacks",
    "listen": "Listening",
    "embed": "Embedding",
    "traits": "Looking at the films",
    "train": "Training",
    "score": "Scoring",
    "captions": "Reading captions",
    "means": "Measuring the gap",
    "render": "Making sounds of events",
}


@dataclass
class Session:
    """One call of a verb.

    Attributes:
        as_json: whether the result is printed as JSON, and nothing else on standard output.
        progress: hand this to the work.
    """

    as_json: bool
    progress: Progress = field(default_factory=Progress)

    def result(self, value: dict[str, Any]) -> None:
        """Print the result as JSON, where JSON was asked for."""
        if self.as_json:
            typer.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def say(self, text: str = "") -> None:
        """Print a line for people, where no JSON was asked for."""
        if not self.as_json:
            typer.echo(text)


@contextmanager
def session(*, as_json: bool) -> Iterator[Session]:
    """Run a verb's work: shows progress, stops it on Ctrl-C, and turns errors into sentences and exit codes.

    The first Ctrl-C asks the work to stop and to clean up; a second one interrupts it at once.
    """
    current = Session(as_json)
    with _interruptible(current.progress), _quiet_libraries():
        try:
            with border(), _bar(current.progress):
                yield current
        except FoleyError as error:
            _fail(error, as_json)
        except KeyboardInterrupt:
            _fail(Cancelled(), as_json)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None


def _fail(error: FoleyError, as_json: bool) -> None:
    """Leave with an error: one sentence and its hint, or the same as JSON."""
    if as_json:
        said = {"type": type(error).__name__, "message": error.message, "hint": error.hint}
        typer.echo(json.dumps({"error": said}, ensure_ascii=False, indent=2))
    typer.secho(f"v2a-foley: {error.message}", fg="red" if error.exit_code != 130 else None, err=True)
    if error.hint:
        typer.echo(f"  {error.hint}", err=True)
    raise typer.Exit(error.exit_code)


@contextmanager
def _interruptible(progress: Progress) -> Iterator[None]:
    """Let SIGINT and SIGTERM ask the work to stop, while the block runs in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        if progress.cancelled and number == signal.SIGINT:
            raise KeyboardInterrupt
        progress.cancel()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Send the libraries' log lines to standard error, warnings and worse only."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    logger = logging.getLogger("v2a_foley")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def _bar(progress: Progress) -> Iterator[None]:
    """Draw the progress on standard error while it is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    bars = Bars(
        TextColumn("{task.description:<22}", table_column=Column(no_wrap=True, min_width=22)),
        BarColumn(bar_width=None, table_column=Column(min_width=8, ratio=1)),
        TextColumn("{task.percentage:>3.0f} %", table_column=Column(no_wrap=True, min_width=5)),
        TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7)),
        TextColumn("[dim]{task.fields[what]}", table_column=Column(no_wrap=True, overflow="ellipsis")),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}

    def show(event: ProgressEvent) -> None:
        title = STAGES.get(event.stage, event.stage.capitalize())
        if event.stage not in tasks:
            tasks[event.stage] = bars.add_task(title, total=event.total or None, what="")
        total = event.total or (1 if event.finished else None)
        done = total if event.finished and total else event.done
        bars.update(tasks[event.stage], completed=done, total=total, what=event.message)

    progress.listener = show
    with bars:
        yield

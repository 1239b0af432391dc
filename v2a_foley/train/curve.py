"""How training went, for people: one line a step in a CSV file, scalars for TensorBoard, and a drawing at the end."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

from v2a_foley.errors import DependencyMissing
from v2a_foley.files import translated, write_text
from v2a_foley.train.loop import Outcome

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

COLUMNS = ("step", "epoch", "loss", "gradient_norm", "lr", "validation_loss")
"""Of the CSV: the number of the step, from 1 (0 is before the first), and what was measured in it."""
EVENTS = "events"
"""The folder of TensorBoard's scalars, beside the CSV."""
_SCALARS_EVERY = 10
"""Steps of which TensorBoard gets the mean."""


class Curve:
    """Writes what came of each step.

    Args:
        folder: for ``curve.csv`` and ``events``; made if it is missing.
        per_epoch: steps an epoch has.
        resumed: length of the file in bytes, and number of steps, where a run goes on; later lines are cut off.
        tensorboard: whether to write scalars.
        warn: told where TensorBoard is missing, or lines that should be there are not.

    Raises:
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """

    def __init__(
        self,
        folder: Path,
        *,
        per_epoch: float,
        resumed: tuple[int, int] | None,
        tensorboard: bool,
        warn: Callable[[str], None],
    ) -> None:
        """Open the file at the place where it goes on."""
        self.path, self._per_epoch = folder / "curve.csv", per_epoch
        self._losses: list[float] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = _opened(self.path, resumed[0] if resumed else 0, warn)
            self._board = _board(folder / EVENTS, resumed[1] if resumed else None, warn) if tensorboard else None
        except OSError as error:
            raise translated(error, self.path) from error

    def __enter__(self) -> Self:
        """Open."""
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Close the files; lines that find no room are told of by the error there is, or by one of ours."""
        try:
            try:
                self._file.close()
            finally:
                if self._board is not None:
                    self._board.close()
        except OSError as full:
            if error is None:
                raise translated(full, self.path) from full

    def start(self, validation: float) -> None:
        """Write the line before the first step."""
        self._line(0, "", "", "", validation)

    def add(self, outcome: Outcome, validation: float | None) -> None:
        """Write the line of a step."""
        step = outcome.step + 1
        self._line(step, outcome.loss, outcome.norm, outcome.rate, "" if validation is None else validation)
        self._losses.append(outcome.loss)
        if self._board is None:
            return
        try:
            if step % _SCALARS_EVERY == 0:
                self._board.add_scalar("loss/train", sum(self._losses) / len(self._losses), step)
                self._board.add_scalar("gradient norm", outcome.norm, step)
                self._board.add_scalar("learning rate", outcome.rate, step)
                self._losses.clear()
            if validation is not None:
                self._board.add_scalar("loss/validation", validation, step)
        except OSError as error:  # of an earlier line: a thread of TensorBoard's own writes
            raise translated(error, self.path.parent / EVENTS) from error

    def flushed(self) -> int:
        """Put all lines on the disk, and return how many bytes they are.

        Raises:
            OutputError: the file cannot be written.
            DiskFull: the disk is full.
        """
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            return self.path.stat().st_size
        except OSError as error:
            raise translated(error, self.path) from error

    def _line(self, step: int, *values: object) -> None:
        epoch = f"{step / self._per_epoch:.4f}"
        try:
            self._file.write(
                ",".join([str(step), epoch, *(repr(each) if each != "" else "" for each in values)]) + "\n"
            )
        except OSError as error:
            raise translated(error, self.path) from error


def _opened(path: Path, length: int, warn: Callable[[str], None]) -> TextIO:
    """Open the file for the lines that follow its first ``length`` bytes."""
    there = path.stat().st_size if path.is_file() else 0
    if 0 < length <= there:
        os.truncate(path, length)
        return path.open("a", encoding="utf-8", newline="")
    if length:  # what is left of it may end in the middle of a line
        warn(f"The beginning of {path.name} is lost; what follows is written all the same.")
    opened = path.open("w", encoding="utf-8", newline="")
    opened.write(",".join(COLUMNS) + "\n")
    return opened


def _board(folder: Path, steps: int | None, warn: Callable[[str], None]) -> SummaryWriter | None:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        warn("TensorBoard is not installed, so there are no scalars for it (pip install 'v2a-foley[train]').")
        return None
    return SummaryWriter(str(folder), purge_step=None if steps is None else steps + 1)


def draw(folder: Path, best: int, warn: Callable[[str], None]) -> Path | None:
    """Draw ``curve.csv`` to ``curve.svg`` beside it and return where, or warn where nothing can be drawn.

    Args:
        folder: with the CSV.
        best: the step whose weights were kept.
        warn: told where matplotlib is missing.

    Raises:
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    from v2a_foley.plots import Curve as Line
    from v2a_foley.plots import loss_curve, standalone

    with (folder / "curve.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    lines = {
        column: Line(name, *_points(rows, column))
        for column, name in (("loss", "training"), ("validation_loss", "validation"), ("lr", "learning rate"))
    }
    try:
        svg = loss_curve(lines["loss"], lines["validation_loss"], best=best, rate=lines["lr"])
    except DependencyMissing as error:
        warn(f"The loss is not drawn: {error}")
        return None
    write_text(folder / "curve.svg", standalone(svg))
    return folder / "curve.svg"


def _points(rows: list[dict[str, str]], column: str) -> tuple[list[float], list[float]]:
    known = [row for row in rows if row.get(column)]
    return [float(row["step"]) for row in known], [float(row[column]) for row in known]

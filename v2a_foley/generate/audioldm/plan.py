"""Plans what the voice's network is given: lengths, batches, windows. Pure figures; no network and no sound is here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

SINGLE_PASS = 30.0
"""Seconds of sound that are made in one pass at most."""
WINDOW = 10.24
"""Seconds of a window of a longer sound: the length that AudioLDM was trained on."""
OVERLAP = 0.25
"""Share of a window that it has in common with the next."""
_SHORTEST = 4

Row = TypeVar("Row")
_FINE = 16


def whole(frames: int, multiple: int) -> int:
    """Return the next multiple, for ``frames`` of at least 1."""
    return -(-max(1, frames) // multiple) * multiple


def on_grid(frames: int, multiple: int) -> int:
    """Return the latent length at which a sound of so many latents is made: never less, at most a sixteenth more.

    The grid is made of multiples of what the UNet halves without a remainder, and grows coarser with the length, so
    that sounds of nearly equal length share a batch. What is shorter than 32 multiples pays at most one of them, and
    nothing is made shorter than 4: there a pass costs nearly nothing and the network hears too little.

    Args:
        frames: latents needed, at least 1.
        multiple: what latent lengths must be a multiple of.
    """
    step = multiple
    while frames > 2 * _FINE * step:
        step *= 2
    return max(_SHORTEST * multiple, whole(frames, step))


def length_for(frames: int, multiple: int, longest: int) -> int:
    """Return the latent length at which a sound is made: on the grid, or beyond a single pass the next multiple.

    Args:
        frames: latents needed, at least 1.
        multiple: what latent lengths must be a multiple of.
        longest: most latents of a single pass.
    """
    placed = on_grid(frames, multiple)
    return placed if placed <= longest else whole(frames, multiple)


def latents_for(samples: int, sample_rate: int, *, native_rate: int, hop: int) -> int:
    """Return the fewest latents whose sound is at least as long.

    Args:
        samples: length of the sound at ``sample_rate``.
        sample_rate: hertz.
        native_rate: hertz of the network's sound.
        hop: samples of the network's sound that a latent stands for.
    """
    native = -(-samples * native_rate // sample_rate)
    return max(1, -(-native // hop))


@dataclass(frozen=True)
class Batch:
    """Sounds that are made together.

    Attributes:
        length: latents of every one of them.
        rows: their places in what was asked for.
    """

    length: int
    rows: tuple[int, ...]


def batches(lengths: Sequence[int], limit: Callable[[int], int]) -> list[Batch]:
    """Part sounds into batches of equal length, longest first (what cannot fit is known early).

    A batch's place in the list, and its neighbours, depend on the lengths alone.

    Args:
        lengths: latents of each sound.
        limit: rows of a length that may run together, at least 1.
    """
    out = []
    for length in sorted(set(lengths), reverse=True):
        rows = [row for row, own in enumerate(lengths) if own == length]
        out += [Batch(length, tuple(part)) for part in evenly(rows, limit(length))]
    return out


def evenly(rows: Sequence[Row], most: int) -> list[Sequence[Row]]:
    """Part rows into as few parts as hold ``most`` each, of sizes that differ by at most one."""
    count = -(-len(rows) // max(1, most))
    bounds = [round(number * len(rows) / count) for number in range(count + 1)]
    return [rows[first:last] for first, last in pairwise(bounds)]


@dataclass
class Room:
    """How many rows run together: a memory estimate at first, and what lack of memory teaches later.

    Attributes:
        bytes_per_latent: memory that one latent of one row takes in a pass.
        free: bytes there are; 0 where that is not known.
        most: rows that never are exceeded.
        learnt: the most latents (rows × length) that are still tried together, or None.
    """

    bytes_per_latent: float
    free: int = 0
    most: int = 32
    learnt: int | None = field(default=None)

    def rows(self, length: int) -> int:
        """Return the rows of a length that may run together, at least 1."""
        rows = self.most
        if self.free > 0:
            rows = min(rows, int(self.free / (self.bytes_per_latent * length)))
        if self.learnt is not None:
            rows = min(rows, self.learnt // length)
        return max(1, rows)

    def halve(self, rows: int, length: int) -> bool:
        """Remember that so many rows did not fit; tell whether there is anything left to halve."""
        if rows <= 1:
            return False
        self.learnt = -(-rows // 2) * length
        return True


@dataclass(frozen=True)
class Window:
    """A stretch of a long sound that the network sees at once.

    Attributes:
        start: its first latent.
        weights: what its prediction counts for at each of its latents, ``float32 (length,)``; over all windows of a
            plan they sum to 1 at every latent.
    """

    start: int
    weights: NDArray[np.float32]

    @property
    def end(self) -> int:
        """One past its last latent."""
        return self.start + len(self.weights)


def windows(total: int, length: int, multiple: int = 1, overlap: float = OVERLAP) -> tuple[Window, ...]:
    """Lay windows of one length over a long sound, evenly, each sharing at least ``overlap`` of it with the next.

    Args:
        total: latents of the sound.
        length: latents of a window, at least twice ``multiple``; a sound that is no longer is one window of its own.
        multiple: window starts are multiples of it, where ``total - length`` is one.
        overlap: least share of a window that it has in common with the next, 0 to 0.5.
    """
    if total <= length:
        return (Window(0, np.ones(total, np.float32)),)
    stride = max(multiple, int(length * (1 - overlap)) // multiple * multiple)
    last = total - length
    count = -(-last // stride) + 1
    starts = [min(last, -(-last * number // ((count - 1) * multiple)) * multiple) for number in range(count)]
    starts[-1] = last
    return _weighted(starts, length, total)


def _weighted(starts: Iterable[int], length: int, total: int) -> tuple[Window, ...]:
    """Give windows weights that fall linearly towards their ends, except at the ends of the whole."""
    starts = list(starts)
    at = np.arange(length) + 0.5
    slope = np.minimum(at, length - at)
    ramps = []
    for start in starts:
        ramp = slope.copy()
        if start == 0:
            ramp[: length // 2] = length / 2
        if start + length == total:
            ramp[length // 2 :] = length / 2
        ramps.append(ramp)
    sums = np.zeros(total)
    for start, ramp in zip(starts, ramps, strict=True):
        sums[start : start + length] += ramp
    return tuple(
        Window(start, (ramp / sums[start : start + length]).astype(np.float32))
        for start, ramp in zip(starts, ramps, strict=True)
    )

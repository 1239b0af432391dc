"""Where on the screen a mono sound stands: left or right by a panning law, near or far by level, colour and room.

Positions come as points over time; which of a film's sounds have any is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import log10, pi, radians, tan, tanh

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.convolution import Convolution
from v2a_foley.audio.room import FARTHEST, NO_PLACE, apart
from v2a_foley.audio.stream import Samples
from v2a_foley.timebase import SAMPLE_RATE

PICTURE = 40.0
"""Degrees that the picture fills, left to right: THX's advice for a home, and near its 36 for a cinema's last row."""
SPEAKERS = 60.0
"""Degrees between the loudspeakers (ITU-R BS.775)."""
WIDTH = tan(radians(PICTURE / 2)) / tan(radians(SPEAKERS / 2))
"""Difference over sum of the two gains at the picture's edge, by the law of tangents."""
USUAL_SIZE = 0.25
"""Size of what sounds as near as its event's level supposes: the square root of its share of the picture."""
MOST_LEVEL = 6.0
"""Decibels by which size makes a sound louder or softer at most."""

_GLIDE = 60 * SAMPLE_RATE // 1000
"""How long before a hit the sound begins to go to the hit's place."""
_SETTLED = 2 * SAMPLE_RATE // 1000
"""How long before a hit it is there."""
_STEP = SAMPLE_RATE // 100
"""Grid on which a curve of positions is smoothed."""
_SMOOTH = 0.3
"""Length of the window (Hann) that smooths it, in seconds: what a box around moving pixels jitters is shorter."""
_HIGHS = 2500.0
"""Hertz above which distance dulls."""


@dataclass(frozen=True)
class Way:
    """Where a sound stands over time.

    Attributes:
        points: (sample, place, level), by sample, at least one. The place is −1 (the picture's left edge) to 1 (its
            right), the level in decibels, 0 at the usual distance and below it farther away.
        held: whether each point is a blow whose place is kept until shortly before the next; else straight lines
            join them, smoothed.
    """

    points: tuple[tuple[int, float, float], ...]
    held: bool

    def at(self, start: int, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the places and the levels of ``count`` samples from ``start`` on, ``float64 (count,)`` each."""
        corners, places, levels = self._corners
        samples = np.arange(start, start + count, dtype=np.float64)
        return np.interp(samples, corners, places), np.interp(samples, corners, levels)

    @cached_property
    def _corners(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Corners of straight lines: samples, places, levels."""
        points = np.array(self.points, np.float64)
        at, values = points[:, 0], points[:, 1:]
        if len(points) == 1:
            corners, lines = at, values
        elif self.held:
            gone = np.maximum(at[1:] - _GLIDE, (at[:-1] + at[1:]) / 2)
            there = np.maximum(at[1:] - _SETTLED, gone)
            corners = np.concatenate([at[:1], np.stack([gone, there], 1).ravel()])
            lines = np.concatenate([values[:1], np.stack([values[:-1], values[1:]], 1).reshape(-1, 2)])
        else:
            corners = np.append(np.arange(at[0], at[-1], _STEP, dtype=np.float64), at[-1])
            half = int(_SMOOTH / 2 * SAMPLE_RATE / _STEP)
            window = np.hanning(2 * half + 3)[1:-1]
            straight = np.stack([np.interp(corners, at, column) for column in values.T])
            padded = np.pad(straight, ((0, 0), (half, half)), mode="edge")
            lines = np.stack([np.convolve(line, window / window.sum(), mode="valid") for line in padded]).T
        return corners, np.ascontiguousarray(lines[:, 0]), np.ascontiguousarray(lines[:, 1])


def level_of(size: float) -> float:
    """Return the decibels that a size on the screen makes a sound louder or softer.

    Pressure falls with distance, and so does the size of a thing's picture: 6 dB for half of it near the usual size,
    less and less beyond, and never more than ``MOST_LEVEL``.

    Args:
        size: the square root of the share of the picture that it fills, 0 to 1; 0 is not known, and no change.
    """
    return MOST_LEVEL * tanh(20 * log10(size / USUAL_SIZE) / MOST_LEVEL) if size > 0 else 0.0


def pan_gains(place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gains of left and right, ``(2, n)``, for places from −1 to 1.

    The law of tangents (Pulkki 1997), of constant power: what stands at the picture's edge is heard there.
    """
    side = WIDTH * np.clip(place, -1.0, 1.0)
    return np.asarray(np.stack([1 - side, 1 + side]) / np.sqrt(2 * (1 + side**2)))


def placed(blocks: Iterator[Samples], way: Way, room: str, distance: float) -> Iterator[tuple[Samples, Samples]]:
    """Yield a mono sound as it is heard from where it stands, and beside it as from the middle at the usual distance.

    The second is what its level is measured by. Of a sound in a room only what comes straight moves, gets softer and
    duller; the room answers all of it alike, from both sides, so that what is far has more room. No sample is delayed.

    Args:
        blocks: ``float32 (1, n)``.
        way: where it stands over time.
        room: a name of ``audio/room.py``'s places, or empty for none.
        distance: metres at which it is usually heard, at least 0.

    Yields:
        Two blocks ``float32 (2, n)`` for each that comes in.
    """
    air, answer = None, None
    if room and room != NO_PLACE:
        straight, reverb = apart(room, round(min(distance, FARTHEST), 2))
        air, answer = Convolution(straight), Convolution(reverb * np.sqrt(0.5))
    shelf = _Shelf() if any(level < 0 for _, _, level in way.points) else None
    start = 0
    for block in blocks:
        mono = block.astype(np.float64)
        wet = 0.0 if answer is None else answer(np.repeat(mono, 2, axis=0))
        direct = (mono if air is None else air(mono))[0]
        place, level = way.at(start, block.shape[1])
        start += block.shape[1]
        usual = np.sqrt(0.5) * direct + wet if answer is not None else np.sqrt(0.5) * np.repeat(direct[None], 2, axis=0)
        far = direct if shelf is None else shelf(direct, 10 ** (np.minimum(level, 0) / 20))
        heard = pan_gains(place) * (far * 10 ** (level / 20)) + wet
        yield heard.astype(np.float32), usual.astype(np.float32)


class _Shelf:
    """Turns down what lies above a frequency by a gain that may change from sample to sample; first order."""

    def __init__(self) -> None:
        corner = tan(pi * _HIGHS / SAMPLE_RATE)
        self._above = (np.array([1.0, 1.0]) * corner / (1 + corner), np.array([1.0, (corner - 1) / (corner + 1)]))
        self._state = np.zeros(1)

    def __call__(self, wave: NDArray[np.float64], gain: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy import signal

        low, self._state = signal.lfilter(*self._above, wave, zi=self._state)
        return np.asarray(low + gain * (wave - low))

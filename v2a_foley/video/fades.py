"""Fades through black, from the light of each frame. A fade is one cut, at its darkest point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BLACK = 10.0
"""Mean level below which a frame is black."""
_GRADUAL = 0.12
"""Seconds that the light takes to go at least, or it is a cut to black."""
_LONGEST = 3.0
"""Seconds before and after black in which a fade is looked for."""


@dataclass(frozen=True)
class Fade:
    """One fade through black, as frame numbers.

    Attributes:
        first: the last frame before the light goes.
        darkest: the middle of the black; None where the film begins from black, or ends in it: that is no cut.
        last: the first frame with all its light back.
    """

    first: int
    darkest: int | None
    last: int


def fades(light: Sequence[float], rate: float) -> list[Fade]:
    """Return the fades in a row of frames.

    Args:
        light: mean level of each frame, 0 to 255.
        rate: frames a second.

    Returns:
        The fades, in order.
    """
    levels = np.asarray(light, np.float64)
    black = np.concatenate([[False], levels < BLACK, [False]])
    edges = np.flatnonzero(black[1:] != black[:-1])
    found = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        inside = start > 0 and end < len(levels)
        first = _foot(levels[:start][::-1], rate) if start > 0 else 0
        last = _foot(levels[end:], rate) if end < len(levels) else 0
        if max(first, last) >= max(2, round(_GRADUAL * rate)):
            floor = levels[start:end]
            darkest = np.flatnonzero(floor <= floor.min() + 0.25)
            middle = start + int(darkest[len(darkest) // 2]) if inside else None
            found.append(Fade(start - 1 - first, middle, end + last))
    return found


def _foot(levels: np.ndarray[tuple[int], np.dtype[np.float64]], rate: float) -> int:
    """Return how many frames the light goes on rising from black: 0 for a cut."""
    reach = min(len(levels), round(_LONGEST * rate))
    frame, highest = 0, levels[0]
    while frame + 1 < reach and levels[frame + 1] > highest + 0.5:
        frame += 1
        highest = levels[frame]
    # A cut shows all its light at once, and may flicker up a little afterwards.
    return frame if highest > 1.6 * levels[0] else 0

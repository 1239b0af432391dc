"""Things that turn: a shaft's phase, tones at multiples of it, and the moments when teeth or cams pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from v2a_foley.generate.procedural.family import RATE, Studio, Wave
from v2a_foley.generate.procedural.parts.noise import Slow

_SWAYS = 3
"""Slow curves that sway the tones of one set, each with another for its phase than for its level."""
_WRAP = 5040
"""Turns after which the phase starts again; a multiple of every small number, so that tones run on."""


class Shaft:
    """Integrates a speed, which is never quite steady, into a phase in turns that runs on from block to block."""

    def __init__(self, studio: Studio, name: str, wander: float = 0.006) -> None:
        """Keep the chance of the shaft of this name; ``wander`` is the speed's unsteadiness as a share of it."""
        self._pace, self._shiver = Slow(studio.rng(name, 1), 0.4), Slow(studio.rng(name, 2), 6)
        self._wander = wander
        self.before = float(studio.rng(name).random())
        self._last = self.before

    def __call__(self, hertz: Wave) -> Wave:
        """Return the phase after each sample, ``(n,)``; ``before`` is then the phase ahead of the first."""
        n = len(hertz)
        unrest = self._wander * (self._pace(n) + 0.3 * self._shiver(n))
        self.before = self._last
        turns = self.before + np.cumsum(hertz * (1 + unrest)) / RATE
        self._last = float(turns[-1] % _WRAP)
        return np.asarray(turns)

    def passed(self, turns: Wave, moments: Sequence[float] | Wave) -> tuple[Wave, NDArray[np.int64]]:
        """Find when the turns that were just returned pass given shares of a turn, as ``passes`` does."""
        return passes(self.before, turns, moments)


class Orders:
    """Tones at whole or broken multiples of a shaft's turns, each swaying a little in level and phase."""

    def __init__(self, studio: Studio, name: str, levels: Sequence[tuple[float, float]], sway: float = 0.35) -> None:
        """Keep (multiple, level) pairs."""
        self._levels, self._sway = levels, sway
        self._starts = studio.rng(name).random(len(levels)) * 2 * np.pi
        self._slow = [Slow(studio.rng(name, k), 0.6) for k in range(min(_SWAYS, len(levels)))]

    def __call__(self, turns: Wave) -> Wave:
        """Return the sum of the tones, ``(n,)``."""
        total = np.zeros(len(turns))
        shifts = [self._sway * slow(len(turns)) for slow in self._slow]
        gains = [1 + 0.25 * shift for shift in shifts]
        angle = 2 * np.pi * turns
        for k, ((order, level), start) in enumerate(zip(self._levels, self._starts, strict=True)):
            sine = np.sin(order * angle + (start + shifts[k % _SWAYS]))
            total += level * sine * gains[(k + k // _SWAYS) % len(gains)]
        return total


def passes(before: float, turns: Wave, moments: Sequence[float] | Wave) -> tuple[Wave, NDArray[np.int64]]:
    """Find when a growing phase passes given shares of each turn.

    Args:
        before: the phase ahead of the first sample.
        turns: the phase after each sample, ``(n,)``.
        moments: shares of a turn, each 0 to 1, rising.

    Returns:
        Positions in samples, to a fraction, from 0 to ``n - 1``, and which moment each is.
    """
    moments = np.asarray(moments, float)
    first, last = int(np.floor(before)), int(np.floor(turns[-1])) + 1
    due = (np.arange(first, last + 1)[:, None] + moments[None, :]).ravel()
    which = np.tile(np.arange(len(moments)), last + 1 - first)
    inside = (due > before) & (due <= turns[-1])
    at = np.interp(due[inside], np.concatenate([[before], turns]), np.arange(len(turns) + 1)) - 1
    return np.clip(at, 0, len(turns) - 1), which[inside]


def train(samples: int, at: Wave, level: Wave) -> Wave:
    """Place impulses at fractions of a sample, ``(n,)``."""
    out = np.zeros(samples + 1)
    whole = at.astype(int)
    np.add.at(out, whole, level * (1 - at + whole))
    np.add.at(out, whole + 1, level * (at - whole))
    return out[:samples]

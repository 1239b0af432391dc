"""When sounds strike: the times of their attacks, by the detector that the library's search and the voice use."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np

from v2a_foley.audio.onsets import FLOOR, HOPS, attacks
from v2a_foley.audio.whole import read_whole
from v2a_foley.evaluate.listening import Length, Wave
from v2a_foley.progress import Progress

STAGE = "attacks"
RESTS_ON = "attacks of level (9 dB over the 20 ms before, at least 0.2 s apart)"
"""What figures on onsets rest on."""
_RATE = 32_000
_SILENT = -70.0


def attacks_in(paths: Sequence[Path], progress: Progress, *, length: Length) -> list[list[Fraction]]:
    """Return the seconds at which each sound strikes, to within 5 ms, rising; none in silence.

    Args:
        paths: sounds that can be read, or films with sound.
        progress: told of each file, in the stage ``attacks``.
        length: how much of each counts.

    Raises:
        MediaNotFound, MediaUnreadable: a file cannot be read.
        Cancelled: the work was asked to stop.
    """

    def one(path: Path) -> list[Fraction]:
        progress.check()
        sound = read_whole(path, sample_rate=_RATE)
        return strikes(length.of(np.asarray(sound.mean(axis=0), dtype=np.float32), _RATE), _RATE)

    found = []
    with (
        progress.stage(STAGE, len(paths)) as stage,
        ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool,
    ):
        for times in pool.map(one, paths):
            found.append(times)
            stage.advance(1)
    return found


def strikes(wave: Wave, sample_rate: int) -> list[Fraction]:
    """Return the seconds at which a mono sound ``float32 (samples,)`` strikes; ``sample_rate`` is a multiple of 200."""
    hop = sample_rate // HOPS
    power = np.pad(wave.astype(np.float64) ** 2, (0, -len(wave) % hop)).reshape(-1, hop).mean(axis=1)
    decibels = 10 * np.log10(power + 10 ** (FLOOR / 10))
    if not len(decibels) or decibels.max() < _SILENT:
        return []
    return [Fraction(int(reading), HOPS) for reading in attacks(decibels)[0]]

"""Listens to one sound of the library once: its level, where it sounds, where its attacks are. Chooses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.onsets import FLOOR, HOPS, attacks
from v2a_foley.generate.library.reading import blocks, note_in, opened, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from soundfile import SoundFile

_SILENT = -70.0


@dataclass(frozen=True)
class Analysis:
    """What was heard in one sound. Positions are in frames of the file.

    Attributes:
        sample_rate: hertz.
        channels: how many.
        frames: length.
        start: where it begins to sound (within 50 dB of its loudest moment).
        end: where it stops to sound.
        peak: sample peak, dBFS.
        level: power mean of the louder moments (those within 20 dB of the loudest), dBFS.
        spread: standard deviation of the level in 0.4 s windows, in decibels; small for a steady sound.
        onsets: beginnings of attacks, rising, the strongest 64 at most, to within 5 ms.
        strengths: level that each attack reaches within 30 ms, dBFS.
        offset: mean of every channel (DC).
        cancels: whether its channels are of opposite phase, so that their mean would lose nearly all of it.
        note: the description that the file carries; may be empty.
    """

    sample_rate: int
    channels: int
    frames: int
    start: int
    end: int
    peak: float
    level: float
    spread: float
    onsets: tuple[int, ...]
    strengths: tuple[float, ...]
    offset: tuple[float, ...]
    cancels: bool = False
    note: str = ""

    @property
    def sounding(self) -> float:
        """Seconds for which it sounds."""
        return (self.end - self.start) / self.sample_rate


def analyse(path: Path) -> Analysis:
    """Listen to one file, in blocks: an hour never lies in memory.

    Raises:
        LibraryError: the file cannot be read, holds nothing, or is silent.
    """
    with opened(path) as sound:
        try:
            return _listen(path, sound)
        except (RuntimeError, OSError) as error:
            raise unreadable(path, error) from error


def _listen(path: Path, sound: SoundFile) -> Analysis:
    hop = max(1, round(sound.samplerate / HOPS))
    readings: list[NDArray[np.float64]] = []
    total, peak, frames = np.zeros(sound.channels), 0.0, 0
    apart, together = 0.0, 0.0
    for block in blocks(sound, hop * 2000):
        frames += block.shape[1]
        total += block.sum(axis=1, dtype=np.float64)
        peak = max(peak, float(np.abs(block).max()))
        power = np.einsum("cn,cn->n", block, block) / sound.channels
        mean = block.sum(axis=0) / sound.channels
        apart += float(power.sum(dtype=np.float64))
        together += float(np.dot(mean, mean))
        readings.append(np.pad(power, (0, -len(power) % hop)).reshape(-1, hop).mean(axis=1, dtype=np.float64))
    if not frames:
        raise unreadable(path, "it holds no sound")
    decibels = 10 * np.log10(np.concatenate(readings) + 10 ** (FLOOR / 10))
    loudest = float(decibels.max())
    if loudest < _SILENT:
        raise unreadable(path, "it is silent")
    sounding = np.flatnonzero(decibels >= max(loudest - 50, _SILENT))
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    active = decibels[first:last]
    loud = active[active >= loudest - 20]
    onsets, strengths = attacks(decibels)
    return Analysis(
        sample_rate=sound.samplerate,
        channels=sound.channels,
        frames=frames,
        start=first * hop,
        end=min(frames, last * hop),
        peak=20 * float(np.log10(max(peak, 1e-6))),
        level=10 * float(np.log10(np.mean(10 ** (loud / 10)))),
        spread=_spread(active),
        onsets=tuple(int(i) * hop for i in onsets),
        strengths=tuple(float(s) for s in strengths),
        offset=tuple(float(x) for x in total / frames),
        cancels=together < apart / 8 / max(1, sound.channels / 2),
        note=note_in(sound),
    )


def _spread(decibels: NDArray[np.float64]) -> float:
    """Return how much the level moves, over windows of 0.4 s, in decibels."""
    window = HOPS * 2 // 5
    whole = len(decibels) // window * window
    if whole < 2 * window:
        return float(decibels.std())
    return float((10 * np.log10((10 ** (decibels[:whole] / 10)).reshape(-1, window).mean(axis=1))).std())

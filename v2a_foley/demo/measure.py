"""What the demonstration measures on what it made: impacts against sounds, originals and pictures left untouched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley import ffmpeg
from v2a_foley.audio.wav import read_wav
from v2a_foley.progress import Progress
from v2a_foley.timebase import TimeRange, from_samples, to_samples

Samples = NDArray[np.float32]

_WINDOW = 48
"""Samples of a level window: 1 ms."""
_RISE = 10.0
"""Decibels by which a sound must rise above the loudest of the 25 ms before to begin anew."""
_FLOOR = -40.0
"""Decibels under the loudest moment below which nothing counts as a beginning."""
_APART = 40
"""Windows after a beginning in which no other is looked for."""


def onsets(sound: Samples) -> list[int]:
    """Return the samples at which short sounds begin.

    Args:
        sound: ``float32 (channels, samples)`` at 48 kHz.
    """
    loud = np.abs(sound).max(axis=0)
    count = len(loud) // _WINDOW
    if count == 0 or not loud.any():
        return []
    level = 20 * np.log10(loud[: count * _WINDOW].reshape(count, _WINDOW).max(axis=1) + 1e-9)
    found: list[int] = []
    quiet_until = 0
    for window in range(count):
        if window < quiet_until or level[window] < level.max() + _FLOOR:
            continue
        before = level[max(0, window - 25) : window]
        if not len(before) or level[window] - before.max() >= _RISE:
            start = window * _WINDOW
            part = loud[start : start + 5 * _WINDOW]
            found.append(start + int(np.argmax(part >= 0.1 * part.max())))
            quiet_until = window + _APART
    return found


@dataclass(frozen=True)
class Strike:
    """One visible impact, and the sound nearest to it; ``sounds`` is None where nothing sounds at all."""

    seen: Fraction
    sounds: Fraction | None

    @property
    def offset(self) -> Fraction | None:
        """Seconds by which the sound comes late (negative: early)."""
        return None if self.sounds is None else self.sounds - self.seen


@dataclass(frozen=True)
class Impacts:
    """The visible impacts with their sounds, and the sounds that belong to none."""

    strikes: tuple[Strike, ...]
    others: tuple[Fraction, ...]

    @property
    def worst(self) -> Fraction | None:
        """The largest distance between an impact and its sound, in seconds; None where one has no sound."""
        offsets = [strike.offset for strike in self.strikes]
        missing = any(offset is None for offset in offsets)
        return None if missing or not offsets else max(abs(offset) for offset in offsets if offset is not None)


def impacts_against(stem: Path, shot: TimeRange, seen: Sequence[Fraction]) -> Impacts:
    """Compare the sounds in a shot of a stem with the impacts that are seen there.

    Args:
        stem: a sound file of the film's length, 48 kHz.
        shot: where to listen.
        seen: when something strikes, on the film's clock.
    """
    first = to_samples(shot.start)
    sound, _ = read_wav(stem, first, to_samples(shot.end) - first)
    heard = [from_samples(first + sample) for sample in onsets(sound)]
    strikes = []
    for time in seen:
        nearest = min(heard, key=lambda each: abs(each - time), default=None)
        strikes.append(Strike(time, nearest))
    used = {strike.sounds for strike in strikes}
    return Impacts(tuple(strikes), tuple(time for time in heard if time not in used))


def difference(stem: Path, film: Path, part: TimeRange, room: Path, progress: Progress | None = None) -> int:
    """Return the largest difference, in steps of 24 bits, between a stem and the film's own sound as ffmpeg decodes it.

    Args:
        stem: 24-bit sound file of the film's length, 48 kHz.
        film: the film that it comes from, with one sound track of as many channels at 48 kHz.
        part: where to compare.
        room: an existing folder for scratch.
        progress: asked whether to stop.
    """
    first, last = to_samples(part.start), to_samples(part.end)
    ours, _ = read_wav(stem, first, last - first)
    raw = room / "original.f32"
    ffmpeg.run(
        ["-i", ffmpeg.file_url(film), "-vn", "-f", "f32le", "-c:a", "pcm_f32le", ffmpeg.file_url(raw)],
        what="reading the original sound", progress=progress,
    )  # fmt: skip
    theirs = np.fromfile(raw, "<f4").reshape(-1, ours.shape[0]).T[:, first:last]
    raw.unlink()
    length = max(ours.shape[1], theirs.shape[1])
    pair = [np.pad(np.rint(each * 2.0**23), ((0, 0), (0, length - each.shape[1]))) for each in (ours, theirs)]
    return int(np.abs(pair[0] - pair[1]).max()) if length else 0


def picture_hash(film: Path, room: Path, progress: Progress | None = None) -> str:
    """Return a hash over the packets of the film's picture, as ffmpeg makes it."""
    told = room / "picture.hash"
    ffmpeg.run(
        ["-i", ffmpeg.file_url(film), "-map", "0:v", "-c", "copy", "-f", "streamhash", ffmpeg.file_url(told)],
        what="hashing the picture", progress=progress,
    )  # fmt: skip
    words = told.read_text(encoding="utf-8").strip()
    told.unlink()
    return words


def frames_of(offset: Fraction, rate: Fraction) -> float:
    """Return a time as a number of frames."""
    return float(offset * rate)

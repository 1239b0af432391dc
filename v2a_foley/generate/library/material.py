"""One file of the library as the mixer wants it: resampled once, its channels conformed, read in stretches.

Short files are resampled whole and kept; long ones are read and resampled as they are needed. Nothing here decides
which stretch is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from v2a_foley.generate.blocks import BLOCK
from v2a_foley.generate.library.analysis import Analysis
from v2a_foley.generate.library.reading import opened, read_range
from v2a_foley.generate.protocol import Samples

_KEPT_SECONDS = 45
_WARM_UP = 2048


class Material:
    """One sound, ``channels`` at ``sample_rate``, DC removed, the file's peak at −6 dBFS (for loops to add up in).

    Use it as a context: it holds the file open.
    """

    def __init__(self, path: Path, analysis: Analysis, channels: int, sample_rate: int) -> None:
        """Open the file.

        Raises:
            LibraryError: the file has vanished or cannot be read any more.
        """
        self._stack = ExitStack()
        long = analysis.frames > _KEPT_SECONDS * analysis.sample_rate
        self._sound = self._stack.enter_context(opened(path, in_parts=long))
        self._analysis = analysis
        self._channels = channels
        self._ratio: float = sample_rate / int(self._sound.samplerate)
        self._rates = (self._sound.samplerate, sample_rate)
        self._gain = np.float32(0.5 / max(10 ** (analysis.peak / 20), 1e-4))
        self.samples = int(self._sound.frames * self._ratio)
        self.start = int(np.ceil(analysis.start * self._ratio))
        self.end = min(self.samples, int(analysis.end * self._ratio))
        self._whole: Samples | None = None
        if not long:
            self._whole = self._resampled(0, self.samples)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the file."""
        self._stack.close()

    def at(self, frame: int) -> int:
        """Return the sample that a frame of the file becomes."""
        return round(frame * self._ratio)

    def read(self, start: int, samples: int) -> Samples:
        """Return ``float32 (channels, samples)`` from a sample on; silence beyond the file's ends."""
        if self._whole is None:
            return self._resampled(start, samples)
        out = np.zeros((self._channels, samples), np.float32)
        first, last = max(0, start), min(self._whole.shape[1], start + samples)
        if first < last:
            out[:, first - start : last - start] = self._whole[:, first:last]
        return out

    def stretch(self, start: int, samples: int) -> Iterator[Samples]:
        """Yield a stretch in blocks ``float32 (channels, n)`` that add up to exactly ``samples``."""
        for begin in range(start, start + samples, BLOCK):
            yield self.read(begin, min(BLOCK, start + samples - begin))

    def _resampled(self, start: int, samples: int) -> Samples:
        """Read a range off the file. A range starts on a whole frame, so that neighbouring ranges join seamlessly."""
        rate, wanted = self._rates
        if rate == wanted:
            return self._conformed(read_range(self._sound, start, samples))
        import soxr

        step = np.gcd(rate, wanted)
        up, down = wanted // step, rate // step
        first = (start // up) - -(-_WARM_UP // down)
        skipped = start - first * up
        frames = -(-(skipped + samples) * down // up) + _WARM_UP
        raw = self._conformed(read_range(self._sound, first * down, frames))
        made = soxr.resample(raw.T, rate, wanted, quality="HQ").T[:, skipped : skipped + samples]
        return np.ascontiguousarray(made, dtype=np.float32)

    def _conformed(self, raw: Samples) -> Samples:
        clean = (raw - np.array(self._analysis.offset, np.float32)[:, None]) * self._gain
        return conform_channels(clean, self._channels, cancels=self._analysis.cancels)


def conform_channels(sound: Samples, channels: int, *, cancels: bool = False) -> Samples:
    """Return a sound with 1 or 2 channels.

    One channel is repeated. Of surround (film order L R C LFE Ls Rs) the LFE is left out, centre and surrounds go in at
    −3 dB, scaled so that nothing can grow past the loudest channel. Stereo becomes mono by its mean, or, where the two
    sides would cancel (``cancels``: they are of opposite phase), by its left side.
    """
    have = sound.shape[0]
    if have == channels:
        return sound
    if have == 1:
        return np.repeat(sound, channels, axis=0)
    if have > 2:
        sound = _stereo(sound)
    if channels == 2:
        return sound
    if cancels:
        return sound[:1]
    return np.asarray(sound.mean(axis=0, keepdims=True), np.float32)


def _stereo(sound: Samples) -> Samples:
    centre, side = np.float32(0.7071), np.float32(0.7071)
    have = sound.shape[0]
    left, right = sound[0].copy(), sound[1].copy()
    weight = 1.0
    if have in (3, 5) or have >= 6:
        left += centre * sound[2]
        right += centre * sound[2]
        weight += float(centre)
    first = {4: 2, 5: 3}.get(have, 4 if have >= 6 else have)
    rest = sound[first:]
    for number, extra in enumerate(rest):
        (left if number % 2 == 0 else right)[:] += side * extra
    weight += float(side) * (-(-len(rest) // 2))
    return np.asarray(np.stack([left, right]) / weight, np.float32)

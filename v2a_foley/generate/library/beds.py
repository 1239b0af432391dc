"""Makes a library's sound as long as a cue that lasts: a stretch of it, or a crossfaded loop without a period.

Neither stretches time. What strikes at moments is made in ``strikes.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2a_foley.generate.blocks import EDGE, edged, exactly
from v2a_foley.generate.library.material import Material
from v2a_foley.generate.protocol import Samples

_LONGEST_FADE = 2.0
_LONGEST_PIECE = 120.0
_SEEK = 0.012
_TRIES = 16


@dataclass(frozen=True)
class Region:
    """The part of a material that may be used: its sounding range, and the attacks in it (samples)."""

    start: int
    end: int
    attacks: NDArray[np.int64]

    @property
    def samples(self) -> int:
        """Its length."""
        return self.end - self.start

    def busy(self, begin: int, end: int) -> int:
        """Return how many attacks lie between two samples."""
        return int(np.searchsorted(self.attacks, end) - np.searchsorted(self.attacks, begin))


def bed(
    material: Material, attacks: Sequence[int], samples: int, rng: np.random.Generator, sample_rate: int
) -> Iterator[Samples]:
    """Yield exactly ``samples`` of a material that lasts, faded by 30 ms at both ends.

    Args:
        material: the sound.
        attacks: its attacks, in samples.
        samples: how many are needed.
        rng: chooses the stretch, or the pieces of the loop.
        sample_rate: hertz.
    """
    region = Region(material.start, material.end, np.array(sorted(attacks), np.int64))
    if region.samples >= samples:
        start = region.start + int(rng.integers(0, region.samples - samples + 1))
        pieces = material.stretch(start, samples)
    else:
        pieces = exactly(loop(material, region, rng, sample_rate), samples)
    yield from edged(pieces, samples, round(EDGE * sample_rate))


def loop(material: Material, region: Region, rng: np.random.Generator, sample_rate: int) -> Iterator[Samples]:
    """Yield pieces of a material for ever, each crossfaded into the next at equal power.

    Every piece has its own start and length, drawn from the seed, so that no period can be heard; of several drawn
    ones the piece is taken whose ends lie farthest from attacks and from the last starts. The next piece is shifted by
    up to 12 ms to where it runs in step with the end of the last (tones do not beat), and the fade is scaled by how
    much the two still agree, so that the level neither swells nor dips.
    """
    fade = max(8, min(round(_LONGEST_FADE * sample_rate), region.samples // 5))
    shift = min(round(_SEEK * sample_rate), fade // 4)
    longest = min(round(_LONGEST_PIECE * sample_rate), int(region.samples * 0.92))
    ramp = np.linspace(0, np.pi / 2, fade, dtype=np.float32)
    rising, falling = np.sin(ramp), np.cos(ramp)
    starts: list[int] = []
    tail: Samples | None = None
    while True:
        start, length = _drawn(region, fade, longest, starts, rng)
        starts = [*starts[-3:], start]
        if tail is None:
            head = material.read(start, fade)
        else:
            start = _in_step(material, tail, start, shift, region)
            head = material.read(start, fade)
            agree = _agreement(tail, head)
            scale = np.sqrt(1 + 2 * agree * falling * rising)
            head = np.asarray((tail * falling + head * rising) / scale, np.float32)
        yield head
        yield from material.stretch(start + fade, length - 2 * fade)
        tail = material.read(start + length - fade, fade)


def _drawn(region: Region, fade: int, longest: int, starts: Sequence[int], rng: np.random.Generator) -> tuple[int, int]:
    """Draw the next piece's start and length."""
    best, lowest = (region.start, longest), np.inf
    shortest = max(2 * fade, longest // 2)
    for _ in range(_TRIES):
        length = int(rng.integers(shortest, max(shortest, longest) + 1))
        start = region.start + int(rng.integers(0, max(0, region.samples - length) + 1))
        near = sum(max(0.0, 1 - abs(start - other) / (0.1 * region.samples)) for other in starts)
        ends = region.busy(start, start + fade) + region.busy(start + length - fade, start + length)
        cost = ends + near
        if cost < lowest:
            best, lowest = (start, length), cost
    return best


def _in_step(material: Material, tail: Samples, start: int, shift: int, region: Region) -> int:
    """Shift a piece's start to where its beginning agrees best with the end of the last piece."""
    if shift < 1:
        return start
    window = min(tail.shape[1], 8192)
    middle = (tail.shape[1] - window) // 2
    low = max(region.start, start - shift)
    high = max(low, min(start + shift, region.end - tail.shape[1]))
    still = tail[:, middle : middle + window].mean(axis=0).astype(np.float64)
    moving = material.read(low + middle, window + high - low).mean(axis=0).astype(np.float64)
    size = 1 << (len(moving) + window - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(moving, size) * np.conj(np.fft.rfft(still, size)), size)[: high - low + 1]
    sums = np.concatenate([[0.0], np.cumsum(np.square(moving))])
    power = sums[window : window + high - low + 1] - sums[: high - low + 1]
    return low + int(np.argmax(products / np.sqrt(power + 1e-9)))


def _agreement(tail: Samples, head: Samples) -> np.float32:
    """Return the correlation, 0 to 1, of two stretches that are to be crossfaded."""
    power = float(np.sqrt(np.square(tail).sum(dtype=np.float64) * np.square(head).sum(dtype=np.float64)))
    return np.float32(np.clip(float((tail * head).sum(dtype=np.float64)) / power, 0, 1) if power > 0 else 0)

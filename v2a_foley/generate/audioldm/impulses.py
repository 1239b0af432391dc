"""Cuts single strikes out of a sound that a network made, and places them on hits: a network has no exact attack.

What is cut and placed as the library does it stands in ``generate/strikes.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.onsets import FLOOR, HOPS, attacks, strongest
from v2a_foley.generate.audioldm.conform import at_peak, resampled
from v2a_foley.generate.blocks import exactly
from v2a_foley.generate.protocol import Samples, SoundRequest
from v2a_foley.generate.strikes import Strike, arrange, choked, cut, strike_all

MOST_STRIKES = 12
"""Strikes that are cut out of one sound at most."""
LONGEST = 2.0
"""Seconds that a strike lasts at most: what follows in a network's sound is rarely the strike's own."""
_DECAY = 0.35
_SILENT = 1e-6


@dataclass(frozen=True)
class _Held:
    """A sound in memory that strikes are cut from."""

    sound: Samples

    def read(self, start: int, samples: int) -> Samples:
        out = np.zeros((self.sound.shape[0], samples), np.float32)
        first, last = max(0, start), min(self.sound.shape[1], start + samples)
        if first < last:
            out[:, first - start : last - start] = self.sound[:, first:last]
        return out


def inside(request: SoundRequest) -> list[tuple[int, float]]:
    """Return the hits that lie inside the sound."""
    return [(sample, strength) for sample, strength in request.hits if 0 <= sample < request.samples]


def struck(wave: NDArray[np.float32], native_rate: int, request: SoundRequest) -> Iterator[Samples]:
    """Yield exactly the samples asked for, silent but for strikes on the hits, to the sample.

    Args:
        wave: what the network made, ``float32 (n,)``.
        native_rate: its rate, hertz.
        request: says where the hits are; those outside of the sound are left out.
    """
    hits = inside(request)
    length = -(-len(wave) * request.sample_rate // native_rate)
    stream = lambda: exactly(resampled(wave, native_rate, request.sample_rate), length)  # noqa: E731 - read twice
    sound = np.concatenate(list(at_peak(stream)), axis=1)
    strikes = strikes_in(sound, request.sample_rate, min(MOST_STRIKES, len(hits)))
    rng = np.random.default_rng(np.random.SeedSequence([request.seed % (1 << 63), 0x57]))
    placed = choked(arrange(strikes, hits, rng), request.sample_rate) if strikes else []
    for block in strike_all(placed, request.samples, 1, request.sample_rate):
        yield np.repeat(block, request.channels, axis=0)


def strikes_in(sound: Samples, sample_rate: int, most: int) -> list[Strike]:
    """Cut the strongest strikes out of a sound, peak 0.5 each; none out of silence.

    Where nothing rises out of the rest, the attack is the steepest climb to the loudest moment.

    Args:
        sound: ``float32 (1, samples)``.
        sample_rate: hertz.
        most: how many at most.
    """
    if not sound.size or float(np.abs(sound).max()) < _SILENT:
        return []
    hop = max(1, sample_rate // HOPS)
    power = np.square(sound[0], dtype=np.float64)
    levels = np.pad(power, (0, -len(power) % hop)).reshape(-1, hop).mean(axis=1)
    decibels = 10 * np.log10(levels + 10 ** (FLOOR / 10))
    onsets, strengths = attacks(decibels)
    places = [int(onset) * hop for onset in onsets] or [_steepest(decibels) * hop]
    found = strongest(places, [float(x) for x in strengths] or [0.0], 0, sound.shape[1], sample_rate)
    source, made = _Held(sound), []
    for onset, until in found[:most]:
        strike = cut(source, onset, min(until, onset + round(LONGEST * sample_rate)), sample_rate, frame=onset)
        if strike is not None:
            made.append(_dying(strike, sample_rate))
    return made


def _steepest(decibels: NDArray[np.float64]) -> int:
    """Return the reading, in the half second before the loudest one, from which the level climbs most in 20 ms."""
    reach = HOPS // 50
    loudest = int(np.argmax(decibels))
    first = max(0, loudest - HOPS // 2)
    before = np.concatenate([np.full(reach, decibels[first : loudest + 1].min()), decibels])
    climb = decibels[first : loudest + 1] - before[first : loudest + 1]
    return first + int(np.argmax(climb))


def _dying(strike: Strike, sample_rate: int) -> Strike:
    """Let a strike that goes on sounding die away, as what was struck would: 60 dB over 2 s from 0.35 s on."""
    after = np.maximum(0.0, np.arange(strike.sound.shape[1]) / sample_rate - _DECAY)
    fall = (10 ** (-3 * after / LONGEST)).astype(np.float32)
    return replace(strike, sound=strike.sound * fall)

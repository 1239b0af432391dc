"""Places single sounds on the hits of an impulse: cut to the transient, its attack on the hit's sample.

Where the sounds come from, a file or a network, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from v2a_foley.generate.blocks import BLOCK
from v2a_foley.generate.protocol import Samples

_LOOK_BACK = 0.02
_LOOK_AHEAD = 0.12
_LONGEST = 6.0
_LEVEL_VARIES = 1.5
_TILT_VARIES = 0.12
_PEAK = 0.5
_BEGINS = 0.1
_SOFTENED = 0.0005
_BREATH = 0.005
_CHOKE = 0.02


@dataclass(frozen=True)
class Strike:
    """One sound cut to its transient: its first sample is the first to reach a tenth of the transient's peak.

    Attributes:
        sound: ``float32 (channels, samples)``, peak 0.5.
        origin: where it was cut from: the file's path in the library, or empty.
        frame: the attack's frame there.
    """

    sound: Samples
    origin: str
    frame: int


class Source(Protocol):
    """What strikes are cut from."""

    def read(self, start: int, samples: int) -> Samples:
        """Return ``float32 (channels, samples)`` from a sample on; silence beyond its ends."""
        ...


def cut(source: Source, onset: int, until: int, sample_rate: int, *, origin: str = "", frame: int = 0) -> Strike | None:
    """Cut one sound out of a longer one.

    Args:
        source: the longer one.
        onset: where its attack is, in samples, to within some 5 ms.
        until: where the next attack begins, or the end of what sounds.
        sample_rate: hertz.
        origin: where it was cut from.
        frame: the attack's frame there.

    Returns:
        The sound, or None where there is none to be heard.
    """
    back = round(_LOOK_BACK * sample_rate)
    begin = onset - back
    length = max(back + 64, min(until - begin, round(_LONGEST * sample_rate)))
    sound = source.read(begin, length)
    level = np.abs(sound).max(axis=0)
    peak = float(level[: back + round(_LOOK_AHEAD * sample_rate)].max())
    if peak < 1e-4:
        return None
    floor = float(level[: back // 2].max())
    attack = int(np.argmax(level >= max(_BEGINS * peak, min(2 * floor, 0.7 * peak))))
    sound = sound[:, attack : attack + _sounding(sound[:, attack:], sample_rate)].copy()
    soft = min(sound.shape[1], round(_SOFTENED * sample_rate))
    sound[:, :soft] *= np.linspace(0.3, 1, soft, dtype=np.float32)  # the step at the cut, 20 dB down, must not click
    out = min(sound.shape[1], max(16, min(round(0.05 * sample_rate), sound.shape[1] // 3)))
    sound[:, sound.shape[1] - out :] *= np.linspace(1, 0, out, dtype=np.float32)
    loudest = float(np.abs(sound).max())
    return Strike(sound * np.float32(_PEAK / max(loudest, 1e-6)), origin, frame)


def _sounding(sound: Samples, sample_rate: int) -> int:
    """Return after how many samples a sound has died away (60 dB below its loudest 5 ms), with 10 ms of grace."""
    hop = max(1, sample_rate // 200)
    padded = np.pad(sound, ((0, 0), (0, -sound.shape[1] % hop)))
    power = np.square(padded, dtype=np.float64).mean(axis=0).reshape(-1, hop).mean(axis=1)
    heard = np.flatnonzero(power > power.max() * 1e-6)
    return min(int(sound.shape[1]), (int(heard[-1]) + 3) * hop)


@dataclass(frozen=True)
class Placed:
    """A strike on its place: its attack, which is its first sample, lies on the hit, ``start``."""

    strike: Strike
    start: int
    gain: float
    tilt: float

    @property
    def end(self) -> int:
        """The sample after its last."""
        return self.start + int(self.strike.sound.shape[1])


def arrange(strikes: Sequence[Strike], hits: Sequence[tuple[int, float]], rng: np.random.Generator) -> list[Placed]:
    """Give every hit its sound: never the same twice in a row where there are several, each at a slightly other level.

    Where there are fewer sounds than hits, repetitions also differ slightly in their brightness.

    Args:
        strikes: the sounds, at least one.
        hits: (sample, strength 0 to 1).
        rng: deals them.
    """
    placed: list[Placed] = []
    deck: list[int] = []
    last = -1
    for sample, strength in sorted(hits):
        if not deck:
            deck = [int(i) for i in rng.permutation(len(strikes))]
            if deck[0] == last and len(deck) > 1:
                deck.append(deck.pop(0))
        last = deck.pop(0)
        strike = strikes[last]
        decibels = float(rng.uniform(-_LEVEL_VARIES, _LEVEL_VARIES))
        tilt = float(rng.uniform(-_TILT_VARIES, _TILT_VARIES)) if len(strikes) < len(hits) else 0.0
        gain = max(0.0, min(1.0, strength)) * 10 ** (decibels / 20)
        if gain > 0:
            placed.append(Placed(strike, sample, gain, tilt))
    return placed


def choked(placed: Sequence[Placed], sample_rate: int) -> list[Placed]:
    """Let every sound end 5 ms before the next begins, faded over 20 ms: for sounds that carry a noise floor.

    Args:
        placed: the sounds, by their start.
        sample_rate: hertz.
    """
    gap, fade = round(_BREATH * sample_rate), round(_CHOKE * sample_rate)
    out: list[Placed] = []
    for number, one in enumerate(placed):
        later = (other.start for other in placed[number + 1 :] if other.start > one.start)
        room = next(later, one.end + gap) - one.start
        out.append(replace(one, strike=_shortened(one.strike, max(1, room - gap), fade)))
    return out


def _shortened(strike: Strike, samples: int, fade: int) -> Strike:
    if strike.sound.shape[1] <= samples:
        return strike
    sound = strike.sound[:, :samples].copy()
    fade = max(1, min(fade, samples // 2))
    sound[:, samples - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return replace(strike, sound=sound)


def strike_all(placed: Sequence[Placed], samples: int, channels: int) -> Iterator[Samples]:
    """Yield exactly ``samples`` with every placed sound in it, scaled so that no overlap passes full scale."""
    scale = np.float32(min(1.0, 0.95 / max(_tallest(placed), 1e-6)))
    for begin in range(0, samples, BLOCK):
        count = min(BLOCK, samples - begin)
        block = np.zeros((channels, count), np.float32)
        for one in placed:
            if one.start >= begin + count or one.end <= begin:
                continue
            first, last = max(one.start, begin), min(one.end, begin + count)
            piece = _tilted(one)[:, first - one.start : last - one.start]
            block[:, first - begin : last - begin] += np.float32(one.gain) * scale * piece
        yield block if samples - begin > count else _closed(block)


def _tilted(one: Placed) -> Samples:
    """Return a strike's sound a little duller or brighter: a first-order filter of two taps, its peak not raised."""
    if not one.tilt:
        return one.strike.sound
    sound = one.strike.sound
    shaped = sound.copy()
    shaped[:, 1:] += np.float32(one.tilt) * sound[:, :-1]
    return shaped / np.float32(1 + abs(one.tilt))


def _closed(block: Samples) -> Samples:
    """Fade a sound that is cut off by the end of the take over its last 5 ms."""
    out = min(240, block.shape[1])
    block[:, block.shape[1] - out :] *= np.linspace(1, 0, out, dtype=np.float32)
    return block


def _tallest(placed: Sequence[Placed]) -> float:
    """Return a tight upper bound of the sum's peak, from the sounds' peaks in steps of 10 ms."""
    if not placed:
        return 0.0
    hop = 480
    first = min(one.start for one in placed) // hop
    heights: NDArray[np.float64] = np.zeros(max(one.end for one in placed) // hop - first + 2)
    for one in placed:
        skew = one.start % hop
        width = one.strike.sound.shape[1] + skew
        padded = np.pad(np.abs(one.strike.sound).max(axis=0), (skew, -width % hop))
        peaks = padded.reshape(-1, hop).max(axis=1)
        at = one.start // hop - first
        heights[at : at + len(peaks)] += one.gain * peaks
    return float(heights.max())

"""Places single sounds on the hits of an impulse: cut to the transient, its own attack on the hit's sample.

Where the sounds come from, a file or a network, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from v2a_foley.generate.blocks import BLOCK
from v2a_foley.generate.following import softened
from v2a_foley.generate.protocol import Samples

LONGEST_LEAD = 0.015
"""Seconds that a sound begins before its hit at most, where its attack is slow."""
_LOOK_BACK = 0.02
_LOOK_AHEAD = 0.12
_LONGEST = 6.0
_LEVEL_VARIES = 1.5
_TREBLE_VARIES = 1.5
_PITCH_VARIES = 0.02
_PEAK = 0.5
_BEGINS = 0.1
_HEARD = 0.316
_AT_ONCE = 0.005
_ENVELOPE = 0.002
_FIRST, _FIRST_LEVEL, _GROWS = 0.004, 0.02, 1.2
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
        lead: samples before its attack is heard; 0 where it is heard at once (``lead_of``).
    """

    sound: Samples
    origin: str
    frame: int
    lead: int = 0


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
    return Strike(sound * np.float32(_PEAK / max(loudest, 1e-6)), origin, frame, lead_of(sound, sample_rate))


def lead_of(sound: NDArray[Any], sample_rate: int) -> int:
    """Return the samples from a struck sound's beginning to where it is heard to strike.

    A slow attack is heard when its level comes within 10 dB of its highest (Vos & Rasch 1981 found 6 to 15 dB), not
    when it begins. Up to 5 ms count as none: such an attack lies on the hit from its first sample on. So does one that
    strikes at once and grows only later, as a switch that clicks twice: the first click is what is heard to strike. At
    most 15 ms are given, by which a sound may be early (ATSC IS-191): a slower one begins no earlier.

    Args:
        sound: ``(n,)`` or ``(channels, n)``, from its first audible sample on.
        sample_rate: hertz.
    """
    known = np.atleast_2d(sound)[:, : round((_LOOK_AHEAD + _ENVELOPE) * sample_rate)]
    power = np.square(known, dtype=np.float64).max(axis=0)
    width = max(1, round(_ENVELOPE * sample_rate))
    sums = np.cumsum(np.concatenate([np.zeros(width), power]))
    level = sums[width:] - sums[:-width]
    if not level.size or level.max() <= 0:
        return 0
    heard = int(np.argmax(level >= _HEARD**2 * level.max()))
    if _strikes_at_once(power, float(level.max()) / width, round(_FIRST * sample_rate)):
        return 0
    return min(heard, round(LONGEST_LEAD * sample_rate)) if heard > _AT_ONCE * sample_rate else 0


def _strikes_at_once(power: NDArray[np.float64], highest: float, samples: int) -> bool:
    """Tell whether a sound's first few samples are loud enough to be heard, and the next as many no louder."""
    first, then = float(power[:samples].mean()), float(power[samples : 2 * samples].sum()) / samples
    return first >= _FIRST_LEVEL**2 * highest and then <= _GROWS * first


def _sounding(sound: Samples, sample_rate: int) -> int:
    """Return after how many samples a sound has died away (60 dB below its loudest 5 ms), with 10 ms of grace."""
    hop = max(1, sample_rate // 200)
    padded = np.pad(sound, ((0, 0), (0, -sound.shape[1] % hop)))
    power = np.square(padded, dtype=np.float64).mean(axis=0).reshape(-1, hop).mean(axis=1)
    heard = np.flatnonzero(power > power.max() * 1e-6)
    return min(int(sound.shape[1]), (int(heard[-1]) + 3) * hop)


@dataclass(frozen=True)
class Placed:
    """A strike on its place.

    Attributes:
        strike: the sound.
        hit: the sample on which its attack is heard.
        gain: its level.
        strength: 0 to 1; what is struck softer is duller.
        treble: decibels by which its brightness differs besides.
        pitch: how much faster it is played; its attack stays on the hit.
    """

    strike: Strike
    hit: int
    gain: float
    strength: float = 1.0
    treble: float = 0.0
    pitch: float = 1.0

    @property
    def start(self) -> int:
        """Its first sample."""
        return self.hit - round(self.strike.lead / self.pitch)

    @property
    def end(self) -> int:
        """The sample after its last."""
        return self.start + _played(int(self.strike.sound.shape[1]), self.pitch)


def _played(samples: int, pitch: float) -> int:
    """Return how many samples of a sound are left when it is played faster or slower."""
    return max(1, int((samples - 1) / pitch) + 1)


def arrange(strikes: Sequence[Strike], hits: Sequence[tuple[int, float]], rng: np.random.Generator) -> list[Placed]:
    """Give every hit its sound: never the same twice in a row where there are several, each at a slightly other level.

    Where there are fewer sounds than hits, they also differ slightly in brightness and in pitch.

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
        decibels, treble, pitch = (float(x) for x in rng.uniform(-1, 1, 3))
        vary = len(strikes) < len(hits)
        struck = max(0.0, min(1.0, strength))
        if struck > 0:
            placed.append(
                Placed(
                    strikes[last],
                    sample,
                    struck * 10 ** (decibels * _LEVEL_VARIES / 20),
                    struck,
                    treble * _TREBLE_VARIES if vary else 0.0,
                    1 + pitch * _PITCH_VARIES if vary else 1.0,
                )
            )
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
        room = int((next(later, one.end + 2 * gap) - one.start) * one.pitch)
        out.append(replace(one, strike=_shortened(one.strike, max(1, room - gap), fade)))
    return out


def _shortened(strike: Strike, samples: int, fade: int) -> Strike:
    if strike.sound.shape[1] <= samples:
        return strike
    sound = strike.sound[:, :samples].copy()
    fade = max(1, min(fade, samples // 2))
    sound[:, samples - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return replace(strike, sound=sound)


def strike_all(placed: Sequence[Placed], samples: int, channels: int, sample_rate: int) -> Iterator[Samples]:
    """Yield exactly ``samples`` with every placed sound in it, scaled so that no overlap passes full scale."""
    scale = np.float32(min(1.0, 0.95 / max(_tallest(placed, sample_rate), 1e-6)))
    for begin in range(0, samples, BLOCK):
        count = min(BLOCK, samples - begin)
        block = np.zeros((channels, count), np.float32)
        for one in placed:
            if one.start >= begin + count or one.end <= begin:
                continue
            first, last = max(one.start, begin), min(one.end, begin + count)
            piece = _coloured(one, sample_rate)[:, first - one.start : last - one.start]
            block[:, first - begin : last - begin] += scale * piece
        yield block if samples - begin > count else _closed(block)


def _coloured(one: Placed, sample_rate: int) -> Samples:
    """Return a strike as it is heard: its pitch, its brightness, its level; cut softly where the sound begins later."""
    sound = softened(_at_pitch(one.strike.sound, one.pitch), one.strength, sample_rate, varied=one.treble)
    if one.start < 0 < one.end:
        sound = sound.copy()
        soft = sound[:, -one.start : -one.start + round(_SOFTENED * sample_rate)]
        soft *= np.linspace(0, 1, soft.shape[1])
    return np.asarray(one.gain * sound, np.float32)


def _at_pitch(sound: Samples, pitch: float) -> Samples:
    """Play a sound a little faster or slower, from its first sample on (cubic interpolation, Catmull & Rom 1974)."""
    if pitch == 1.0:
        return sound
    at = np.arange(_played(sound.shape[1], pitch)) * pitch
    whole = at.astype(np.int64)
    part = (at - whole).astype(np.float32)
    padded = np.pad(sound, ((0, 0), (1, 3)))
    before, here, after, beyond = (padded[:, whole + number] for number in range(4))
    slope, bend = after - before, 2 * before - 5 * here + 4 * after - beyond
    twist = 3 * (here - after) + beyond - before
    return np.asarray(here + 0.5 * part * (slope + part * (bend + part * twist)), np.float32)


def _closed(block: Samples) -> Samples:
    """Fade a sound that is cut off by the end of the take over its last 5 ms."""
    out = min(240, block.shape[1])
    block[:, block.shape[1] - out :] *= np.linspace(1, 0, out, dtype=np.float32)
    return block


def _tallest(placed: Sequence[Placed], sample_rate: int) -> float:
    """Return a tight upper bound of the sum's peak, from the sounds' peaks in steps of 10 ms."""
    if not placed:
        return 0.0
    hop = 480
    first = min(one.start for one in placed) // hop
    heights: NDArray[np.float64] = np.zeros(max(one.end for one in placed) // hop - first + 2)
    for one in placed:
        sound = _coloured(one, sample_rate)
        skew = one.start % hop
        width = sound.shape[1] + skew
        padded = np.pad(np.abs(sound).max(axis=0), (skew, -width % hop))
        peaks = padded.reshape(-1, hop).max(axis=1)
        at = one.start // hop - first
        heights[at : at + len(peaks)] += peaks
    return float(heights.max())

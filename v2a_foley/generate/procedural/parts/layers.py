"""Beds of several layers: textures of other families at set levels, and single sounds that come now and then."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Instrument, Play, Studio, Wave
from v2a_foley.generate.procedural.parts.filters import Filter
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.shapes import even, unit

Make = Callable[[np.random.Generator], Wave]
"""Makes one sound of its own, ``(n,)``."""

_LEVEL = 0.1
_PEAK = 0.5
_TRIAL = 2 * RATE // 5


def layer(instrument: Instrument, studio: Studio, gain: float, *designs: Wave) -> Play:
    """Return an instrument's texture as a layer: filtered, at ``gain`` times a root mean square of 0.1.

    The level is measured on the layer's own first moments, which are thrown away.
    """
    play = instrument.play
    assert play is not None  # noqa: S101 - the caller chose an instrument that has a texture
    colour = Filter(*designs) if designs else None

    def raw(block: Block) -> Wave:
        wave = np.atleast_2d(play(block))
        if colour is not None:
            wave = colour(wave)
        return wave if len(wave) == studio.channels else np.repeat(wave, studio.channels, axis=0)

    trial = raw(Block(_TRIAL, np.ones(_TRIAL)))
    loud = gain * _LEVEL / max(float(np.sqrt(np.mean(trial**2))), 1e-9)

    def sounding(block: Block) -> Wave:
        return loud * raw(block)

    return sounding


def in_room(make: Make, response: Wave, share: float) -> Make:
    """Return a maker whose sounds, brought to a peak of one, are heard with a room's response, ``(m,)``."""

    def made(rng: np.random.Generator) -> Wave:
        from scipy import signal

        dry = unit(make(rng))
        return np.asarray(np.pad(dry, (0, len(response) - 1)) + share * signal.oaconvolve(dry, response))

    return made


class Sparse:
    """Sounds that come now and then, with pauses that have no memory, each from a side of its own."""

    def __init__(
        self, studio: Studio, name: str, pause: float, make: Make, gain: float = 1.0, *, early: bool = False
    ) -> None:
        """Keep who makes one sound, and how often and how loud.

        Args:
            studio: what it is built with.
            name: of its chance.
            pause: mean seconds from one to the next.
            make: makes one.
            gain: its level: ``gain`` times 0.1 root mean square, its peak at most ``gain`` times 0.5.
            early: whether the first one comes within two seconds, so that a bed is levelled with its loudest in it.
        """
        self._rng, self._pause, self._make = studio.rng(name), pause, make
        self._scatter, self._gain = Scatter(studio.channels), gain
        first = 0.6 * self._rng.exponential(pause)
        self._due = float(0.7 + 1.2 * self._rng.random() if early else first)

    def __call__(self, block: Block) -> Wave:
        """Return the next samples, ``(channels, n)``."""
        rng, grains, length = self._rng, [], block.samples / RATE
        while self._due < length:
            loud = self._gain * float(np.exp(0.35 * np.clip(rng.standard_normal(), -2, 1.2)))
            at = int(self._due * RATE)
            if rng.random() < block.drive[min(at, block.samples - 1)]:
                wave = even(self._make(rng))
                top = float(np.max(np.abs(wave), initial=0.0))
                level = min(_LEVEL, _PEAK / max(top, 1e-9))
                grains.append((at, loud * level * wave, float(rng.uniform(-0.85, 0.85))))
            self._due += self._pause * (0.15 + 0.85 * float(rng.exponential()))
        self._due -= length
        return self._scatter(block.samples, grains)


def layered(layers: Sequence[Play]) -> Play:
    """Return the sum of several layers."""

    def play(block: Block) -> Wave:
        total = layers[0](block).copy()
        for one in layers[1:]:
            total += one(block)
        return total

    return play


def nearness(metres: float, reach: float) -> float:
    """Return how much single events stand out of the mass: 1 close by, a half at ``reach`` metres, 0 far away."""
    return reach / (reach + metres)

"""Insects: the stridulation of crickets and cicadas, and the wing beats of bees, flies and mosquitoes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, band, highpass
from v2a_foley.generate.procedural.parts.grains import Scatter, pan
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import clock, seconds


@dataclass(frozen=True)
class Insects:
    """Insects: which, and how many."""

    kind: str = choice("cricket", "cicada", "bee", "fly", "mosquito", "grasshopper")
    count: float = span(0.4)


def build(params: Insects, studio: Studio) -> Instrument:
    """Build a company of insects."""
    if params.kind in ("cricket", "grasshopper"):
        return _crickets(params, studio)
    if params.kind == "cicada":
        return _cicadas(params, studio)
    return _fliers(params, studio)


class _Cricket:
    """One cricket: chirps of a few pulses, each pulse a stroke of the file at the wing's own pitch."""

    def __init__(self, params: Insects, rng: np.random.Generator, rank: int) -> None:
        self._rng = rng
        hopper = params.kind == "grasshopper"
        self._hertz = around(rng, 7200 if hopper else 4600, 0.07)
        self._pulses = int(rng.integers(7, 14)) if hopper else int(rng.integers(3, 5))
        self._pulse, self._gap = (
            around(rng, 0.009 if hopper else 0.017, 0.1),
            around(rng, 0.014 if hopper else 0.034, 0.08),
        )
        self._chirp = around(rng, 0.8 if hopper else 0.47, 0.18)
        self._level, self.side = 1.0 / (1 + 0.55 * rank), between(rng, -0.85, 0.85)
        self._noisy = 0.6 if hopper else 0.0
        self._next = rng.random() * self._chirp * RATE
        self._song = rng.random() * 6

    def __call__(self, samples: int) -> list[tuple[int, Wave, float]]:
        grains = []
        while self._next < samples:
            if self._next >= 0:
                grains.append((int(self._next), self._chirp_now(), self.side))
            pause = self._chirp * around(self._rng, 1, 0.05)
            self._song -= pause
            if self._song < 0:
                pause += self._rng.exponential(0.9)
                self._song = 2 + self._rng.exponential(6)
            self._next += pause * RATE
        self._next -= samples
        return grains

    def _chirp_now(self) -> Wave:
        rng = self._rng
        n = seconds(self._pulses * self._gap + 0.02)
        out = np.zeros(n)
        for k in range(self._pulses):
            m = seconds(self._pulse * around(rng, 1, 0.05))
            time = clock(m)
            shape = np.sin(np.pi * (np.arange(m) + 0.5) / m) ** 1.2
            tone = np.sin(2 * np.pi * self._hertz * (time - 0.35 * time**2 / 0.017 * 0.05) + rng.random() * 6.28)
            tone = tone + 0.1 * np.sin(4 * np.pi * self._hertz * time)
            tone = (1 - self._noisy) * tone + self._noisy * np.diff(rng.standard_normal(m + 1))
            at = int(k * self._gap * RATE)
            out[at : at + m] += (tone * shape * min(1.0, 0.55 + 0.2 * k))[: n - at]
        return out * self._level * between(rng, 0.85, 1.0)


def _crickets(params: Insects, studio: Studio) -> Instrument:
    count = 1 + round(7 * params.count)
    ones = [_Cricket(params, studio.rng("cricket", k), k) for k in range(count)]
    scatter, noise = Scatter(studio.channels), Noise(studio.rng("far"), studio.channels)
    far, swell = Filter(band(3800, 5400, 2)), Slow(studio.rng("swell"), 0.3)

    def play(block: Block) -> Wave:
        n = block.samples
        bed = 0.02 * params.count * far(noise(n)) * (1 + 0.25 * swell(n))
        return scatter(n, [grain for one in ones for grain in one(n)]) * 0.4 + bed

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return _Cricket(params, rng, 0)._chirp_now()  # noqa: SLF001 - its own file

    return Instrument(play=play, strike=strike)


def _cicadas(params: Insects, studio: Studio) -> Instrument:
    """Tymbals that buckle a hundred to two hundred times a second, ringing at several kilohertz."""
    count = 1 + round(3 * params.count)
    own = studio.rng("cicada")
    rates = [around(own, 155, 0.16) for _ in range(count)]
    rings = [Filter(band(f * 0.93, f * 1.07, 2)) for f in (around(own, 5200, 0.13) for _ in range(count))]
    swells, wobbles = (
        [Slow(studio.rng("swell", k), 0.12) for k in range(count)],
        [Slow(studio.rng("wob", k), 3) for k in range(count)],
    )
    noises = [Noise(studio.rng("noise", k), 1) for k in range(count)]
    sides = [pan(between(own, -0.8, 0.8)) for _ in range(count)]
    phases = own.random(count)

    def play(block: Block) -> Wave:
        n = block.samples
        out = np.zeros((studio.channels, n))
        for k in range(count):
            phase = phases[k] + np.cumsum(rates[k] * (1 + 0.02 * wobbles[k](n))) / RATE
            phases[k] = phase[-1] % 1
            part = phase % 1
            buckle = np.exp(-part * 7) + 0.5 * np.exp(-((part - 0.5) % 1) * 9)
            tone = rings[k](noises[k](n)[0] * buckle) * np.exp(0.35 * swells[k](n))
            out += np.outer(sides[k] if studio.channels > 1 else (1.0,), tone)
        return out

    return Instrument(play=play, burst=2.0)


_WINGS = {"bee": (225.0, 0.5, 0.35), "fly": (185.0, 0.35, 0.8), "mosquito": (520.0, 0.12, 0.7)}
"""Beats a second, darkness, and how much it moves about."""


def _fliers(params: Insects, studio: Studio) -> Instrument:
    beat, dark, restless = _WINGS[params.kind]
    count = 1 + round((7 if params.kind == "bee" else 3) * params.count)
    own = studio.rng("flier")
    pitches = [around(own, beat, 0.07) for _ in range(count)]
    turns = [Slow(studio.rng("turn", k), 1.3) for k in range(count)]
    near = [Slow(studio.rng("near", k), 0.45) for k in range(count)]
    shakes, sides = (
        [Slow(studio.rng("shake", k), 22) for k in range(count)],
        [Slow(studio.rng("side", k), 0.5) for k in range(count)],
    )
    weights = np.array([1.0, 0.75, 0.55, 0.4, 0.28, 0.2, 0.14, 0.1, 0.07, 0.05]) ** (0.6 + dark)
    table = sum(w * np.sin(2 * np.pi * (k + 1) * np.arange(4097) / 4096 + 1.7 * k) for k, w in enumerate(weights))
    phases = own.random(count)
    noise, thin = Noise(studio.rng("air"), 1), Filter(highpass(beat * 0.6, 2))

    def play(block: Block) -> Wave:
        n = block.samples
        out = np.zeros((studio.channels, n))
        hiss = noise(n)[0]
        for k in range(count):
            pitch = pitches[k] * np.exp(0.09 * restless * turns[k](n) + 0.012 * shakes[k](n))
            phase = phases[k] + np.cumsum(pitch) / RATE
            phases[k] = phase[-1] % 1
            wave = table[((phase % 1) * 4096).astype(int)]
            loud = np.exp(0.9 * restless * near[k](n)) / (1 + 0.2 * k)
            wave = (wave * (1 + 0.15 * hiss)) * loud
            if studio.channels == 1:
                out[0] += wave
            else:
                side = np.tanh(0.7 * sides[k](n))
                out[0] += wave * np.sqrt(1 - side)
                out[1] += wave * np.sqrt(1 + side)
        return thin(out)

    return Instrument(play=play, burst=1.2)


INSECTS = Family("insects", "Insects: chirping crickets, cicadas' tymbals, humming and whining wings.", Insects, build)

"""Rain by what it falls on, and wind with its gusts, howls and leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles, ticks
from v2a_foley.generate.procedural.parts.modal import plate, ring_many
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around
from v2a_foley.generate.procedural.parts.shapes import seconds


@dataclass(frozen=True)
class Rain:
    """Rain: how dense, and on what."""

    density: float = span(0.5)
    surface: str = choice("ground", "roof", "leaves", "window")


def _drops(surface: str, rng: np.random.Generator) -> list[Wave]:
    """A bank of single drops on a surface."""
    if surface == "ground":
        splats = ticks(rng, 120, 1500, 9000, (0.0015, 0.006))
        plinks = bubbles(rng, 40, 1800, 9000, rise=0.1)
        return splats + [0.5 * plink for plink in plinks]
    if surface == "leaves":
        return ticks(rng, 140, 500, 3800, (0.002, 0.012))
    if surface == "window":
        hertz = 1400 * (6500 / 1400) ** rng.random(120)
        rung = ring_many(hertz, 0.012 + 0.02 * rng.random(120), rng.choice([-1.0, 1.0], 120), seconds(0.03))
        return [0.6 * grain for grain in rung] + ticks(rng, 60, 2500, 9000, (0.001, 0.004))
    sheet = plate(rng, 380, 14, 0.35)
    bank = []
    for _ in range(120):
        some = rng.choice(sheet, 4) * (1 + 0.02 * rng.standard_normal(4))
        grain = ring_many(some, 0.02 + 0.1 * rng.random(4), rng.standard_normal(4), seconds(0.08)).sum(axis=0)
        bank.append(grain / np.max(np.abs(grain)))
    return bank + ticks(rng, 60, 1500, 6000, (0.001, 0.005))


_BED = {
    "ground": ((700, 11_000), -2.0, (5200, 0.7, 3.0)),
    "roof": ((300, 7500), -3.0, (900, 0.9, 4.0)),
    "leaves": ((350, 7000), -3.0, (1800, 0.7, 3.0)),
    "window": ((500, 9000), -3.5, (2600, 0.8, 3.0)),
}


def build_rain(params: Rain, studio: Studio) -> Instrument:
    """Build a shower: a bed of far drops, and near ones of which each is heard."""
    rng = studio.rng("rain")
    noise, near = Noise(studio.rng("bed"), studio.channels), studio.rng("near")
    (low, high), tilt, (centre, q, lift) = _BED[params.surface]
    bed = coloured(slope(tilt), highpass(low, 1), lowpass(high, 1), peak(centre, q, lift))
    bank = _drops(params.surface, rng)
    moments = Moments(near, 30 + 620 * params.density**1.3)
    scatter, swell = Scatter(studio.channels), Slow(studio.rng("swell"), 0.25)
    share = 0.025 + 0.16 * params.density

    def play(block: Block) -> Wave:
        n = block.samples
        breath = np.exp(0.12 * swell(n))
        at = moments(n, np.maximum(block.drive, 0.03))
        which = near.integers(0, len(bank), len(at))
        level = 0.1 + 1.1 * near.pareto(3.0, len(at)).clip(0, 2.5)
        sides = near.uniform(-0.9, 0.9, len(at))
        drops = scatter(
            n, [(int(t), a * bank[g], float(s)) for t, g, a, s in zip(at, which, level, sides, strict=True)]
        )
        return share * bed(noise(n)) * breath + 0.42 * drops

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return bank[int(rng.integers(len(bank)))].copy()

    return Instrument(play=play, strike=strike, burst=1.5)


RAIN = Family(
    "rain", "Rain: a bed of far drops and near ones heard singly, coloured by what it falls on.", Rain, build_rain
)


@dataclass(frozen=True)
class Wind:
    """Wind: how gusty, how much it howls round edges, how many leaves it moves."""

    gust: float = span(0.5)
    howl: float = span(0.25)
    leaves: float = span(0.0)


class Whistle:
    """A resonance whose pitch wanders: band-limited complex noise on a moving carrier."""

    def __init__(self, studio: Studio, name: str, hertz: float, width: float) -> None:
        """Keep where it lies and how wide it is, in hertz."""
        self._pairs = [[Slow(studio.rng(name, 2 * k + j), width) for j in (0, 1)] for k in range(studio.channels)]
        self._hertz = hertz
        self._phase = studio.rng(name, 9).random() * 6.28

    def __call__(self, bend: Wave) -> Wave:
        """Return the next samples, ``(channels, n)``; ``bend`` is the pitch as a factor, ``(n,)``."""
        phase = self._phase + np.cumsum(2 * np.pi * self._hertz * bend / 48_000)
        self._phase = float(phase[-1] % (2 * np.pi))
        cosine, sine = np.cos(phase), np.sin(phase)
        return np.stack([0.7 * (real(len(bend)) * cosine + imag(len(bend)) * sine) for real, imag in self._pairs])


def build_wind(params: Wind, studio: Studio) -> Instrument:
    """Build wind: three bands that follow the gusts one after the other, howls that rise with them, leaves."""
    rng = studio.rng("wind")
    noise = Noise(studio.rng("air"), studio.channels)
    slow, quick, flutter = (
        Slow(studio.rng("slow"), 0.12),
        Slow(studio.rng("quick"), 0.7),
        Slow(studio.rng("flutter"), 6),
    )
    rumble, body = coloured(slope(-5.0), lowpass(180, 1)), coloured(slope(-4.0), band(110, 800))
    air = coloured(slope(-3.0), band(600, 4000))
    howls = [Whistle(studio, f"howl{k}", around(rng, f, 0.12), f / 14) for k, f in enumerate((290, 430, 690))]
    rustle, twigs = coloured(highpass(1800, 1), lowpass(9000, 1), peak(4200, 0.6, 4.0)), Slow(studio.rng("twigs"), 9)
    leaf_bank = ticks(rng, 60, 2500, 9000, (0.002, 0.01)) if params.leaves > 0 else []
    leaf_at, scatter, near = (
        Moments(studio.rng("leaf"), 420 * params.leaves),
        Scatter(studio.channels),
        studio.rng("near"),
    )
    depth = 0.25 + 0.75 * params.gust

    def play(block: Block) -> Wave:
        n = block.samples
        speed = np.exp(depth * (0.5 * slow(n) + 0.3 * quick(n))) * (0.25 + 0.75 * block.drive)
        pressure = speed**1.6
        stir = np.maximum(0.5 + 0.5 * twigs(n), 0.05)
        white = noise(n)
        out = 0.35 * rumble(white) * pressure * (1 + 0.25 * flutter(n))
        out += 0.5 * body(white) * pressure + 0.16 * air(white) * speed**2.6
        if params.howl > 0:
            for k, howl in enumerate(howls):
                bend = np.clip(speed, 0.3, 2.5) ** (0.35 + 0.05 * k)
                out += params.howl * (0.5 - 0.1 * k) * howl(bend) * np.clip(speed - 0.35, 0, 2) ** 2
        if params.leaves > 0:
            out += params.leaves * 0.3 * rustle(noise(n)) * np.clip(speed, 0, 2.2) ** 2 * stir
            at = leaf_at(n, np.clip(0.5 * speed, 0, 1))
            out += 0.5 * scatter(
                n, [(int(t), leaf_bank[int(near.integers(60))], float(near.uniform(-1, 1))) for t in at]
            )
        return out

    return Instrument(play=play, follows=True, rest=0.75, burst=1.8)


WIND = Family("wind", "Wind: turbulence in bands that follow the gusts, howling edges, and leaves.", Wind, build_wind)

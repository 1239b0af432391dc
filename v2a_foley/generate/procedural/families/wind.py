"""Wind with its gusts, by what it blows through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, Whistle, around


@dataclass(frozen=True)
class Wind:
    """Wind: how fast, how gusty, through what it blows."""

    speed: float = span(8.0, 1.0, 40.0, unit="m/s")
    gust: float = span(0.5)
    through: str = choice("open", "leaves", "needles", "grass", "edges", "wires", "sand", "snow", "canvas", "indoors")


@dataclass(frozen=True)
class Stuff:
    """What the wind blows through.

    Attributes:
        air: level of the turbulence itself.
        edges: diameters of what sheds vortices, in metres.
        howl: their level, and how sharp they are (Q).
        rustle: level, lowest and highest hertz, and centre of what rubs.
        flakes: single sounds a second at 10 m/s, their lowest and highest hertz.
        flap: level and rate at which cloth beats.
        dull: low-pass of it all, in hertz.
    """

    air: float = 1.0
    edges: tuple[float, ...] = ()
    howl: tuple[float, float] = (0.0, 14.0)
    rustle: tuple[float, float, float, float] = (0.0, 1000, 9000, 4200)
    flakes: tuple[float, float, float] = (0.0, 2500, 9000)
    flap: float = 0.0
    dull: float = 16_000


_STUFF = {
    "open": Stuff(),
    "leaves": Stuff(0.45, rustle=(0.3, 1400, 9500, 3900), flakes=(360, 2500, 9000)),
    "needles": Stuff(0.5, edges=(0.0012, 0.0016), howl=(0.25, 1.4), rustle=(0.2, 700, 5200, 1900)),
    "grass": Stuff(0.5, rustle=(0.22, 2600, 12_000, 5600), flakes=(160, 4000, 11_000)),
    "edges": Stuff(0.8, (0.0045, 0.003, 0.0019), (0.6, 14.0)),
    "wires": Stuff(0.45, (0.008, 0.0061, 0.0042, 0.003), (1.1, 70.0)),
    "sand": Stuff(0.8, rustle=(0.16, 3200, 13_000, 6500), flakes=(700, 5000, 13_000)),
    "snow": Stuff(0.9, (0.005, 0.0031), (0.4, 11.0), (0.07, 3000, 12_000, 6000), (200, 5000, 12_000), dull=9000),
    "canvas": Stuff(0.6, rustle=(0.06, 600, 5000, 1500), flap=0.8),
    "indoors": Stuff(0.5, (0.0055, 0.0037), (0.5, 9.0), dull=650),
}


_CALM, _STORM = float(np.log(0.3)), float(np.log(2.5))
"""Logarithms of the gusts, against the mean speed, between which the pitch of howls follows."""


def build_wind(params: Wind, studio: Studio) -> Instrument:
    """Build wind: three bands that follow the gusts one after the other, howls that rise with them, what it moves."""
    rng, stuff = studio.rng("wind"), _STUFF[params.through]
    noise = Noise(studio.rng("air"), studio.channels)
    fast = params.speed / 8.0
    slow, quick = Slow(studio.rng("slow"), 0.12), Slow(studio.rng("quick"), 0.7 * fast**0.5)
    flutter, twigs = Slow(studio.rng("flutter"), 6), Slow(studio.rng("twigs"), 9)
    bright = fast**0.4
    rumble, body = (
        coloured(slope(-5.0), lowpass(180 * bright, 1)),
        coloured(slope(-4.0), band(110 * bright, 800 * bright)),
    )
    air = coloured(slope(-3.0), band(600 * bright, min(4000 * bright, 15_000)))
    pitches = [0.2 * params.speed / d for d in stuff.edges]
    howls = [Whistle(studio, f"howl{k}", around(rng, f, 0.12), f / stuff.howl[1]) for k, f in enumerate(pitches)]
    loud, low, high, centre = stuff.rustle
    rustle = coloured(highpass(low, 1), lowpass(high, 1), peak(centre, 0.6, 4.0))
    rate, tick_low, tick_high = stuff.flakes
    flakes = ticks(rng, 60, tick_low, tick_high, (0.002, 0.01)) if rate else []
    flake_at, scatter, near = (
        Moments(studio.rng("leaf"), rate * min(fast * 0.8, 2.5)),
        Scatter(studio.channels),
        studio.rng("near"),
    )
    beats, beat = Slow(studio.rng("flap"), 6.0 * bright), coloured(slope(-3.0), band(90, 1400))
    dull = Filter(lowpass(stuff.dull, 1), highpass(28, 1))
    depth = 0.25 + 0.75 * params.gust

    def play(block: Block) -> Wave:
        n = block.samples
        force = depth * (0.5 * slow(n) + 0.3 * quick(n)) + np.log(0.25 + 0.75 * block.drive)
        speed, pressure = np.exp(force), np.exp(1.6 * force)
        white = noise(n)
        out = 0.35 * rumble(white) * pressure * (1 + 0.25 * flutter(n))
        out += 0.5 * body(white) * pressure + 0.16 * air(white) * np.exp(2.6 * force)
        out *= stuff.air
        for k, howl in enumerate(howls):
            bend = np.exp((0.55 + 0.05 * k) * np.clip(force, _CALM, _STORM))
            out += stuff.howl[0] * (0.42 - 0.08 * k) * howl(bend) * np.clip(speed - 0.35, 0, 2) ** 2
        if loud:
            stir = np.maximum(0.5 + 0.5 * twigs(n), 0.05)
            out += loud * rustle(noise(n)) * np.clip(speed, 0, 2.2) ** 2 * stir * min(fast, 2.0)
        if flakes:
            at = flake_at(n, np.clip(0.5 * speed, 0, 1))
            out += 0.4 * scatter(n, [(int(t), flakes[int(near.integers(60))], float(near.uniform(-1, 1))) for t in at])
        if stuff.flap:
            knock = np.clip(np.abs(beats(n)) - 1.2, 0, 2)
            out += 3 * stuff.flap * beat(white) * knock * np.clip(speed, 0, 2)
        return dull(out)

    return Instrument(play=play, follows=True, rest=0.75, burst=1.8)


WIND = Family(
    "wind",
    "Wind: turbulence in bands that follow the gusts, howling edges, and what it moves.",
    Wind,
    build_wind,
    model="Turbulence sounds in three bands that follow the gusts with growing exponents, all of them higher the "
    "faster the wind. Edges and wires shed vortices at a fifth of the speed over their thickness, a narrow-band howl "
    "whose pitch goes with the gusts. Leaves, needles, grass, grains of sand and crystals of snow add their rubbing "
    "and their single touches; canvas beats; indoors only the low part and the howl of the gaps are left.",
    source="Strouhal, Ann. Phys. 241 (1878); Fégeant, Wind-induced vegetation noise, Acustica 85 (1999); Farnell, "
    "Designing Sound (2010).",
)

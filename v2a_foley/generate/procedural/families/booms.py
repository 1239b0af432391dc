"""Designed blows of trailers: booms, braams, stingers. Real explosions are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, decaying_noise, lowpass, once, slope
from v2a_foley.generate.procedural.parts.modal import plate, ring
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, clock, decay, lay, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import cycle, harmonic_levels, read


@dataclass(frozen=True)
class Boom:
    """A designed blow: of which kind, how low, how long it rings, how far it is driven to distort, how metallic."""

    kind: str = choice("boom", "braam", "stinger", "slam")
    pitch: float = span(36.0, 22.0, 220.0, unit="Hz")
    length: float = span(2.8, 0.5, 8.0, unit="s")
    drive: float = span(0.4)
    metal: float = span(0.3)


def _low(params: Boom, rng: np.random.Generator) -> Wave:
    """A sine that drops to its pitch within a quarter second, as of a large drum."""
    n = seconds(params.length)
    time = clock(n)
    hertz = params.pitch * (1 + 1.6 * np.exp(-time / 0.06) + 0.15 * np.exp(-time / 0.5))
    wave = np.sin(2 * np.pi * np.cumsum(hertz) / RATE)
    return unit(np.tanh((1 + 11 * params.drive) * wave * decay(n, 1.2 * params.length)) * decay(n, 2.5 * params.length))


def _brass(params: Boom, chord: tuple[float, ...], rng: np.random.Generator) -> Wave:
    """Many low horns that open up: partials whose corner rises in the attack and falls in the tail."""
    n = seconds(params.length)
    time = clock(n)
    total, shut = np.zeros(n), np.zeros(n)
    dark = cycle(harmonic_levels(params.pitch, 1.8, 9000))
    bright = cycle(harmonic_levels(params.pitch, 0.75 - 0.3 * params.drive, 9000))
    open_up = np.clip(time / 0.12, 0, 1) * np.exp(-1.8 * time / params.length)
    for ratio in chord:
        for _ in range(2):
            drift = 0.02 * np.sin(2 * np.pi * (0.4 + rng.random()) * time + 6 * rng.random())
            turns = params.pitch * ratio * around(rng, 1.0, 0.006) * time + drift + 1 + rng.random()
            shut += read(dark, turns) / ratio**0.4
            total += read(bright, turns) / ratio**0.4
    total = total * open_up + shut * (1 - open_up)
    growl = 1 + 0.25 * params.drive * np.interp(
        time, np.linspace(0, params.length, int(60 * params.length)), rng.standard_normal(int(60 * params.length))
    )
    return unit(
        np.tanh((0.8 + 2.5 * params.drive) * unit(total * growl))
        * swell(n, 0.03, 0.5 * params.length)
        * decay(n, 1.7 * params.length)
    )


def build(params: Boom, studio: Studio) -> Instrument:
    """Build a designed blow."""
    own = studio.rng("patch")
    modes = plate(own, 4.2 * params.pitch, 40, 0.5)
    hall = decaying_noise(own, min(2.5, 0.8 * params.length), direct=0.0, start=0.02)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        from scipy import signal

        n = seconds(0.25)
        blow = once(rng.standard_normal(n), slope(-4.0), band(40, 1200 + 3500 * params.drive)) * burst(n, 0.001, 0.22)
        sheet = ring(
            modes,
            params.length * 0.8 / (1 + modes / 900),
            np.exp(0.5 * rng.standard_normal(40)),
            floor=3e-3,
            longest=4.0,
        )
        if params.kind == "braam":
            body, hit = _brass(params, (1.0, 2.0, 3.0), rng), 0.25
        elif params.kind == "stinger":
            body, hit = _brass(params, (4.0, 4.24, 6.0, 8.5), rng), 0.5
        elif params.kind == "slam":
            body, hit = 0.7 * _low(params, rng), 1.0
        else:
            body, hit = _low(params, rng), 0.6
        dry = lay([(0.0, body), (0.0, hit * unit(blow)), (0.0, params.metal * 0.8 * unit(sheet))])
        wet = signal.oaconvolve(once(dry, lowpass(2500, 1)), hall)
        return lay([(0.0, unit(dry)), (0.0, 0.28 * unit(wet))])

    return Instrument(strike=strike, rhythm=steady(params.length * 1.2 + 0.5, 0.1, 0.9))


BOOM = Family(
    "boom",
    "Designed blows: trailer booms, braams, stingers, slams.",
    Boom,
    build,
    model="A boom is a sine that drops to its low pitch, driven until it has overtones the ear can follow, "
    "under a burst of dark noise. A braam is a choir of low brass that opens and closes; a stinger a "
    "high cluster of the same; a slam mostly the blow. A plate rings along, a hall answers.",
    source="Risset & Mathews, Analysis of musical-instrument tones, Physics Today 22 (1969), for brass that "
    "opens; Farnell, Designing Sound (2010), explosions and impacts.",
)

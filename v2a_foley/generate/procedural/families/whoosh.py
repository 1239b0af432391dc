"""What cuts through the air or falls upwards: whooshes, risers and downers. Explosions and booms are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import Filter, band, highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import clock, line, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import cycle, harmonic_levels, read


@dataclass(frozen=True)
class Whoosh:
    """Something cuts through the air: how fast, how thick, how near it passes, how long its path is."""

    speed: float = span(18.0, 2.0, 90.0, unit="m/s")
    size: float = span(0.015, 0.002, 1.5, unit="m")
    distance: float = span(1.5, 0.3, 30.0, unit="m")
    path: float = span(4.0, 0.5, 60.0, unit="m")


def _narrow(hertz: Wave, width: float, rng: np.random.Generator) -> Wave:
    """Noise of a moving centre: a band of noise at zero, turned to where it should be."""
    n = len(hertz)
    slow = lowpass(float(np.clip(hertz.max() * width * 0.5, 25.0, 9000.0)), 2)
    real, imag = (Filter(slow)(rng.standard_normal(n)) for _ in range(2))
    phase = 2 * np.pi * np.cumsum(np.minimum(hertz, 16_000)) / RATE
    tone = real * np.cos(phase) + imag * np.sin(phase)
    return np.asarray(tone / (np.std(tone) + 1e-9))


def build_whoosh(params: Whoosh, studio: Studio) -> Instrument:
    """Build a whoosh: aeolian noise whose pitch goes with the speed (Strouhal number 0.2)."""

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        fast = params.speed * (0.6 + 0.5 * strength)
        length = float(np.clip(1.25 * params.path / fast, 0.12, 4.0)) * around(rng, 1.0, 0.1)
        n = seconds(length)
        top = between(rng, 0.42, 0.58)
        speed = line(((0, 0.3), (top, 1.0), (1, 0.25)), n)
        x = (np.arange(n) / n - top) * params.path
        near = params.distance / np.sqrt(params.distance**2 + x**2)
        doppler = 1 / (1 + fast * speed / 343 * x / np.sqrt(params.distance**2 + x**2))
        hertz = np.clip(0.2 * fast * speed * doppler / params.size, 45.0, 9000.0)
        wave = np.zeros(n)
        for ratio, width, level in ((1.0, 0.35, 1.0), (1.9, 0.6, 0.4), (0.5, 0.6, 0.5)):
            wave += level * _narrow(hertz * ratio, width, rng)
        wave = 0.8 * wave + 0.25 * once(rng.standard_normal(n), slope(-4.0), band(120, 9000)) * (1 + params.size)
        wave = wave * np.clip(speed - 0.2, 0, 1) ** 2.4 * near**0.9
        return once(wave, air(params.distance)) * swell(n, 0.25 * length, 0.3 * length)

    return Instrument(strike=strike, rhythm=steady(max(1.2, 1.6 * params.path / params.speed), 0.3))


WHOOSH = Family(
    "whoosh",
    "Something cuts through the air: noise whose pitch and level go with its speed.",
    Whoosh,
    build_whoosh,
    model="Vortices leave a rod at a rate of a fifth of its speed over its thickness; their noise is narrow, "
    "and its level grows with a high power of the speed. The pitch follows the stroke, the Doppler "
    "shift and the nearness of what passes; thick things add a low wash. Far ones are duller and slower "
    "to come and go.",
    source="Strouhal, Über eine besondere Art der Tonerregung, Annalen der Physik 241 (1878); Selfridge, "
    "Moffat & Reiss, Creating real-time aeroacoustic sound effects using physically informed models, "
    "JAES 66 (2018); Farnell, Designing Sound (2010).",
    shown=({"speed": 6.0}, {"speed": 60.0}, {"size": 0.004}, {"size": 0.8}, {"distance": 20.0, "path": 40.0}),
)


@dataclass(frozen=True)
class Sweep:
    """A designed rise or fall: which way, of what, how long, over how many octaves, how fast it throbs."""

    direction: str = choice("rise", "fall", "reverse")
    material: str = choice("noise", "strings", "synth", "sub")
    length: float = span(3.0, 0.5, 10.0, unit="s")
    octaves: float = span(2.5, 0.5, 6.0, unit="octaves")
    throb: float = span(0.0, 0.0, 16.0, unit="1/s")


_STARTS = {"noise": 350.0, "strings": 220.0, "synth": 82.0, "sub": 28.0}


def build_sweep(params: Sweep, studio: Studio) -> Instrument:
    """Build a riser or a downer."""
    own = studio.rng("patch")
    start = around(own, _STARTS[params.material], 0.06)
    falls = {"noise": 1.0, "strings": 1.0, "synth": 0.8, "sub": 2.6}
    tones = cycle(harmonic_levels(start * 2**params.octaves, falls[params.material], 14_000))
    voices = {"strings": 7, "synth": 5}.get(params.material, 2)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(params.length)
        time = clock(n)
        share = time / params.length
        bend = share**1.3 if params.direction != "fall" else (1 - share) ** 1.5
        hertz = start * 2 ** (params.octaves * bend)
        if params.material == "noise":
            wave = _narrow(hertz, 0.9, rng) + 0.5 * _narrow(np.minimum(2.6 * hertz, 14_000), 0.9, rng)
        else:
            wave = np.zeros(n)
            for _ in range(voices):
                apart = around(rng, 1.0, 0.012 if params.material == "strings" else 0.004)
                drift = np.interp(share, np.linspace(0, 1, 12), 0.004 * rng.standard_normal(12))
                wave += read(tones, np.cumsum(hertz * apart * (1 + drift)) / RATE + rng.random())
            wave = wave / voices**0.5 + (0.0 if params.material == "sub" else 0.04) * rng.standard_normal(n)
        loud = {
            "rise": 0.02 + share**2.0,
            "reverse": np.exp(6.0 * (share - 1)),
            "fall": np.minimum(1, time / 0.004) * (1 - share) ** (0.7 if params.material == "sub" else 1.4),
        }[params.direction]
        if params.throb > 0:
            pace = params.throb * (0.35 + 0.65 * (share if params.direction != "fall" else 1 - share))
            loud = loud * (1 - 0.75 * (0.5 + 0.5 * np.cos(2 * np.pi * np.cumsum(pace) / RATE)))
        return unit(once(wave * loud, highpass(25)) * swell(n, 0.003, 0.03 if params.direction != "fall" else 0.2))

    return Instrument(strike=strike, rhythm=steady(params.length * 1.15, 0.05, 0.9))


SWEEP = Family(
    "sweep",
    "Risers, downers, reversed swells and bass dives: pitch and level that go one way.",
    Sweep,
    build_sweep,
    model="Noise of a moving band, detuned strings or oscillators, or a sine below, glide over some octaves "
    "along a curve that steepens towards the end; the level grows with them. Reversed swells grow "
    "exponentially as a decay played backwards. A throb gates the sound faster and faster.",
    source="Farnell, Designing Sound (2010); Roads, The Computer Music Tutorial (1996).",
    shown=(
        {"material": "noise"},
        {"material": "strings"},
        {"material": "synth", "throb": 10.0},
        {"direction": "fall", "material": "sub"},
        {"direction": "reverse"},
    ),
)

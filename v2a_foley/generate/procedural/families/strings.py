"""Strings that are plucked or struck (damped stiff partials), or bowed (a stick-slip wave through a body)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.music import Melody, melody
from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, highpass, once, peak
from v2a_foley.generate.procedural.parts.modal import harmonics, ring
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, swell, unit


@dataclass(frozen=True)
class Strings:
    """A stringed instrument: which, and how high it plays (0 low to 1 high)."""

    kind: str = choice("guitar", "piano", "violin", "harp", "banjo", "cello", "electric_guitar", "bass")
    pitch: float = span(0.5)


@dataclass(frozen=True)
class Make:
    """How a stringed instrument sounds.

    Attributes:
        lowest: its lowest note in hertz, here.
        t60: seconds that a note of 200 Hz rings.
        bright: how slowly the partials fall (0 dark to 1 bright).
        stiff: inharmonicity of the string.
        body: resonances, (hertz, Q, dB).
        knock: level of the attack's noise.
    """

    lowest: float
    t60: float
    bright: float
    stiff: float
    body: tuple[tuple[float, float, float], ...]
    knock: float


_MAKES: dict[str, Make] = {
    "guitar": Make(110, 4.0, 0.55, 5e-5, ((105, 4, 6), (205, 4, 6), (400, 4, 3)), 0.12),
    "harp": Make(175, 5.0, 0.4, 3e-5, ((180, 3, 5), (330, 3, 4)), 0.08),
    "banjo": Make(196, 1.0, 0.9, 5e-5, ((320, 3, 7), (680, 3, 7), (1250, 3, 5)), 0.3),
    "electric_guitar": Make(110, 6.0, 0.75, 6e-5, ((1900, 1.5, 6),), 0.08),
    "bass": Make(49, 4.5, 0.35, 8e-5, ((95, 3, 5), (210, 3, 4)), 0.12),
    "piano": Make(110, 7.0, 0.45, 3.5e-4, ((110, 2, 3), (240, 2, 3)), 0.2),
    "violin": Make(262, 0.0, 0.7, 0.0, ((280, 7, 7), (460, 7, 7), (560, 7, 6), (1100, 4, 4), (2500, 1.6, 8)), 0.0),
    "cello": Make(82, 0.0, 0.6, 0.0, ((98, 6, 6), (180, 6, 7), (225, 6, 5), (600, 4, 4), (1700, 1.6, 6)), 0.0),
}


def _pluck(make: Make, hertz: float, strength: float, rng: np.random.Generator) -> Wave:
    """A plucked or struck string as its partials: damping after Fletcher, comb of the place where it is plucked."""
    count = int(min(40, 15_000 / hertz))
    k = np.arange(1, count + 1)
    partials = hertz * k * np.sqrt(1 + make.stiff * k**2)
    place = around(rng, 0.16, 0.15)
    fall = 10 ** (-(1 - make.bright) * (1.3 - 0.5 * strength) * np.log2(k) * 9 / 20)
    gains = np.sin(np.pi * k * place) / k**0.6 * fall * np.exp(0.15 * rng.standard_normal(count))
    t60 = make.t60 * np.sqrt(200 / hertz) / (1 + (partials / (2200 + 3000 * make.bright)) ** 1.3)
    pairs = np.concatenate([partials, partials * (1 + 0.0006 * rng.standard_normal(count))])
    tone = ring(
        pairs, np.concatenate([t60, t60 * 0.45]), np.concatenate([0.55 * gains, 0.45 * gains]), floor=1e-3, longest=3.0
    )
    n = seconds(0.05)
    knock = once(rng.standard_normal(n), band(hertz, 3500 + 3000 * strength)) * burst(n, 0.0005, 0.03)
    body = [peak(*mode) for mode in make.body]
    return once(lay([(0.0, unit(tone)), (0.0, make.knock * unit(knock))]), *body)


def _bow(make: Make, hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
    """A bowed string: Helmholtz motion is a saw-tooth; bow noise goes with the slip, vibrato sets in late."""
    n = seconds(length)
    time = clock(n)
    vibrato = 0.006 * np.sin(2 * np.pi * around(rng, 5.7, 0.06) * time + rng.random() * 6) * np.clip(time / 0.35, 0, 1)
    pitch = hertz * (1 + vibrato + 0.0015 * np.interp(time, np.linspace(0, length, 12), rng.standard_normal(12)))
    phase = np.cumsum(pitch) / RATE
    count = int(min(45, 16_000 / hertz))
    wave = harmonics(2 * np.pi * phase, [k ** -(1.25 - 0.2 * strength) for k in range(1, count + 1)])
    wave += 0.1 * rng.standard_normal(n) * (phase % 1 < 0.3)
    wave *= swell(n, 0.06, 0.14) * (1 + 0.05 * np.interp(time, np.linspace(0, length, 20), rng.standard_normal(20)))
    return once(wave, highpass(hertz * 0.7), *[peak(*mode) for mode in make.body])


def build(params: Strings, studio: Studio) -> Instrument:
    """Build an instrument and its player, who knows one scale."""
    make = _MAKES[params.kind]
    lowest = make.lowest * 2 ** (1.5 * params.pitch) * around(studio.rng("tuning"), 1.0, 0.02)
    bowed = make.t60 == 0
    pace = 0.55 if bowed else 0.32
    plan = Melody(lowest, pace, 0.35 if params.kind in ("guitar", "piano") else 0.0)

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        if bowed:
            return unit(_bow(make, hertz, length, strength, rng))
        tone = unit(_pluck(make, hertz, strength, rng))
        return np.tanh(3.5 * tone) if params.kind == "electric_guitar" else tone

    return melody(plan, note, studio)


STRINGS = Family("strings", "Strings: plucked, struck or bowed, playing in one scale.", Strings, build)

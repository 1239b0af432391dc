"""Keyboards with strings or bars: pianos, harpsichords, electric pianos. Organs have their own file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.music import Melody, melody
from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, once, peak
from v2a_foley.generate.procedural.parts.modal import contact, ring
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, decay, lay, seconds, unit


@dataclass(frozen=True)
class Keys:
    """A keyboard: which, how high it plays, how hard its hammers are, how large it is, how long its notes are held."""

    kind: str = choice("piano", "upright", "harpsichord", "electric_piano", "toy_piano")
    pitch: float = span(0.5)
    hardness: float = span(0.5)
    size: float = span(0.6)
    pedal: float = span(0.4)


def _string(params: Keys, hertz: float, strength: float, rng: np.random.Generator) -> Wave:
    """Two or three strings a note, coupled: a quick first decay and a slow rest (Weinreich 1977)."""
    plucked = params.kind == "harpsichord"
    worn = 0.0016 if params.kind == "upright" else 0.0004
    stiff = (2.2e-4 + 7e-4 * (1 - params.size)) * (hertz / 262) ** 1.2 * (0.3 if plucked else 1.0)
    count = int(min(28, 14_000 / hertz))
    k = np.arange(1, count + 1)
    partials = hertz * k * np.sqrt(1 + stiff * k**2)
    gains = np.sin(np.pi * k * around(rng, 0.125, 0.05)) / k ** (0.35 if plucked else 0.75)
    if not plucked:
        milliseconds = (2.6 - 1.7 * params.hardness) * (262 / hertz) ** 0.35 * (1.5 - 0.8 * strength)
        gains = gains * contact(partials, milliseconds)
    t60 = (
        (7.5 if not plucked else 4.0)
        * (0.5 + 0.8 * params.size)
        * np.sqrt(220 / hertz)
        / (1 + (partials / 2600) ** 1.1)
    )
    t60 = np.minimum(t60, 0.5 + 6 * params.pedal)
    few = min(count, 10)
    every = np.concatenate([partials, partials * (1 + worn * rng.standard_normal()), partials[:few] * (1 + worn)])
    t60 = np.concatenate([t60, 0.35 * t60, 0.35 * t60[:few]])
    return ring(every, t60, np.concatenate([0.35 * gains, 0.45 * gains, 0.2 * gains[:few]]), floor=4e-3, longest=2.2)


def _tine(params: Keys, hertz: float, strength: float, rng: np.random.Generator) -> Wave:
    """A struck steel rod: as a tine before a pick-up (electric piano), or short and bare (toy piano)."""
    if params.kind == "toy_piano":
        ratios = np.array([1.0, 6.27, 17.55]) * (1 + 0.006 * rng.standard_normal(3))
        return ring(
            4 * hertz * ratios,
            np.array([0.9, 0.35, 0.12]),
            np.array([1.0, 0.5 + 0.5 * params.hardness, 0.3]) * strength**0.3,
        )
    n = seconds(1.2 + 1.4 * params.pedal)
    tone = ring(
        np.array([hertz, hertz * 2]), np.array([4.0, 2.5]) * (0.4 + params.pedal), np.array([1.0, 0.15]), longest=2.6
    )[:n]
    chime = ring(np.array([hertz * 7.1]), np.array([0.35]), np.array([0.35 * strength * (0.3 + params.hardness)]))
    bent = np.tanh((0.6 + 1.9 * strength * params.hardness) * unit(tone) + 0.25) - np.tanh(0.25)
    return lay([(0.0, unit(bent - np.mean(bent) * decay(len(bent), 1.0))), (0.0, chime)])


def build(params: Keys, studio: Studio) -> Instrument:
    """Build a keyboard and its player."""
    own = studio.rng("tuning")
    root = 110 * 2 ** (2 * params.pitch) * around(own, 1.0, 0.006)
    low = 130 - 60 * params.size
    board = [peak(around(own, low, 0.1), 2, 3), peak(around(own, 2.4 * low, 0.1), 2, 3)]

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        if params.kind in ("electric_piano", "toy_piano"):
            return unit(_tine(params, hertz, strength, rng))
        tone = unit(_string(params, hertz, strength, rng))
        n = seconds(0.06)
        knock = once(rng.standard_normal(n), band(low, 1500 + 2500 * params.hardness)) * burst(n, 0.0008, 0.04)
        return unit(once(lay([(0.0, tone), (0.0, 0.16 * unit(knock))]), *board))

    return melody(Melody(root, 0.34, 0.4), note, studio)


KEYS = Family(
    "keys",
    "Keyboards: pianos, harpsichords, electric and toy pianos, playing in one scale.",
    Keys,
    build,
    model="A hammer meets two or three stiff strings an eighth along their length; how long it stays sets how "
    "bright they are, and harder or faster hammers stay more briefly. The strings of a note are "
    "coupled: a quick decay first, then a slow one. Small pianos have shorter, stiffer, less harmonic "
    "strings. Harpsichords pluck; electric pianos strike a rod before a pick-up that bends its wave; "
    "toy pianos strike bare rods.",
    source="Weinreich, Coupled piano strings, JASA 62 (1977); Fletcher, Normal vibration frequencies of a "
    "stiff piano string, JASA 36 (1964); Chaigne & Askenfelt, Numerical simulations of piano strings, "
    "JASA 95 (1994).",
)

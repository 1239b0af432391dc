"""Plucked strings: guitars, harps, banjos, basses. Bowed strings and keyboards have their own files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.music import Melody, melody
from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, once, peak
from v2a_foley.generate.procedural.parts.modal import ring
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit


@dataclass(frozen=True)
class Plucked:
    """A plucked string: of which instrument, how high, where and how hard it is plucked, how much it is damped."""

    kind: str = choice("guitar", "steel_guitar", "electric_guitar", "bass", "harp", "banjo", "ukulele", "sitar", "koto")
    pitch: float = span(0.5)
    place: float = span(0.16, 0.03, 0.5, unit="of the length")
    hardness: float = span(0.5)
    mute: float = span(0.0)


@dataclass(frozen=True)
class _Make:
    """Lowest note in hertz, seconds that 200 Hz ring, brightness, stiffness, resonances, knock, chance of a strum."""

    lowest: float
    t60: float
    bright: float
    stiff: float
    body: tuple[tuple[float, float, float], ...]
    knock: float
    strum: float = 0.0


_GUITAR = ((105.0, 4.0, 6.0), (205.0, 4.0, 6.0), (400.0, 4.0, 3.0))
_MAKES = {
    "guitar": _Make(110, 3.6, 0.5, 4e-5, _GUITAR, 0.12, 0.3),
    "steel_guitar": _Make(110, 5.0, 0.8, 8e-5, _GUITAR, 0.14, 0.3),
    "electric_guitar": _Make(110, 6.0, 0.75, 6e-5, ((1900, 1.5, 6),), 0.08, 0.2),
    "bass": _Make(41, 4.5, 0.35, 8e-5, ((95, 3, 5), (210, 3, 4)), 0.12),
    "harp": _Make(175, 5.0, 0.4, 3e-5, ((180, 3, 5), (330, 3, 4)), 0.08, 0.25),
    "banjo": _Make(196, 1.0, 0.9, 5e-5, ((320, 3, 7), (680, 3, 7), (1250, 3, 5)), 0.3, 0.1),
    "ukulele": _Make(262, 1.6, 0.45, 3e-5, ((230, 4, 6), (440, 4, 6)), 0.15, 0.5),
    "sitar": _Make(131, 4.0, 0.95, 3e-5, ((300, 2, 4), (900, 2, 5), (2400, 1.5, 6)), 0.12),
    "koto": _Make(147, 2.8, 0.75, 4e-5, ((220, 3, 5), (500, 3, 4)), 0.2),
}


def _pluck(make: _Make, params: Plucked, hertz: float, strength: float, rng: np.random.Generator) -> Wave:
    """One string as its partials: two planes of vibration, the comb of the place, damping that grows with frequency."""
    count = int(min(30, 15_000 / hertz))
    k = np.arange(1, count + 1)
    partials = hertz * k * np.sqrt(1 + make.stiff * k**2)
    hard = 0.35 * params.hardness + 0.65 * strength * params.hardness + 0.15
    fall = 10 ** (-(1.05 - make.bright) * (1.6 - hard) * np.log2(k) * 9 / 20)
    comb = np.sin(np.pi * k * params.place * around(rng, 1.0, 0.08))
    gains = comb / k**0.55 * fall * np.exp(0.15 * rng.standard_normal(count))
    gains /= 1 + (partials / (2200 + 11_000 * hard)) ** 2
    t60 = make.t60 * np.sqrt(200 / hertz) / (1 + (partials / (2200 + 3000 * make.bright)) ** 1.3)
    t60 /= 1 + 14 * params.mute**1.5 * (1 + partials / 1500)
    few = min(count, 14)
    pairs = np.concatenate([partials, partials[:few] * (1 + 0.0006 * rng.standard_normal(few))])
    tone = ring(
        pairs,
        np.concatenate([t60, t60[:few] * 0.45]),
        np.concatenate([0.55 * gains, 0.45 * gains[:few]]),
        floor=4e-3,
        longest=2.2,
    )
    n = seconds(0.05)
    knock = once(rng.standard_normal(n), band(hertz, 2500 + 6000 * hard)) * burst(n, 0.0005, 0.03)
    parts = [(0.0, unit(tone)), (0.0, make.knock * (0.4 + params.hardness) * unit(knock))]
    return unit(once(lay(parts), *[peak(*mode) for mode in make.body]))


def build(params: Plucked, studio: Studio) -> Instrument:
    """Build an instrument and its player, who knows one scale and strums now and then."""
    make = _MAKES[params.kind]
    lowest = make.lowest * 2 ** (1.5 * params.pitch) * around(studio.rng("tuning"), 1.0, 0.02)

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        parts = [(0.0, _pluck(make, params, hertz, strength, rng))]
        if rng.random() < make.strum:
            gap = around(rng, 0.022, 0.2)
            parts += [
                (gap * (k + 1), 0.8 * _pluck(make, params, hertz * ratio, strength, rng))
                for k, ratio in enumerate((1.5, 2.0, 2.52))
                if hertz * ratio < 1300
            ]
        tone = unit(lay(parts))
        if params.kind == "electric_guitar":
            return np.asarray(np.tanh((1.5 + 5 * params.hardness) * tone))
        return tone

    return melody(Melody(lowest, 0.36), note, studio)


PLUCKED = Family(
    "plucked",
    "Plucked strings: guitars, harps, banjos, basses, playing in one scale.",
    Plucked,
    build,
    model="A plucked string is a sum of slightly stiff partials in two planes that decay at two rates. Where "
    "it is plucked sets a comb (no partial with a node there), the hardness of the finger or plectrum "
    "how high they reach, the damping palm how long they last. The body adds its air and plate "
    "resonances and the knock of the attack; a banjo's skin takes the energy quickly.",
    source="Karplus & Strong, Digital synthesis of plucked-string and drum timbres, Computer Music Journal 7 "
    "(1983); Jaffe & Smith, Extensions of the Karplus–Strong plucked-string algorithm, ibid.; Fletcher "
    "& Rossing, The Physics of Musical Instruments (1998), ch. 9.",
)

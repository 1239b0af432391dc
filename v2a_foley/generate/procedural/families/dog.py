"""Dogs: barks, growls, whines, howls and panting, by body mass, age and agitation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, coloured
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around
from v2a_foley.generate.procedural.parts.throat import (
    CALM,
    HOLD,
    Call,
    Company,
    Throat,
    arc,
    company,
    grown,
    throat_of,
)
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 25.0


@dataclass(frozen=True)
class Dog:
    """A dog: what it does, how heavy it is grown up, how old, how agitated, and how many there are."""

    kind: str = choice("bark", "growl", "whine", "howl", "pant")
    mass: float = span(20.0, 1.5, 80.0, unit="kg")
    age: float = span(4.0, 0.1, 16.0, unit="years")
    agitation: float = span(0.4)
    number: int = span(1, 1, 12)


_BARK = Utterance(
    0.21,
    ((0.0, 330), (0.22, 560), (0.6, 470), (1.0, 250)),
    ((0.0, 0.0), (0.06, 1.0), (0.35, 0.85), (0.7, 0.3), (1.0, 0.0)),
    ((0.0, (420, 1150, 2300, 3400, 5200)), (0.3, (850, 1650, 2700, 3900, 6000)), (1.0, (480, 1200, 2350, 3500, 5400))),
    breath=0.22,
    jitter=0.025,
    shimmer=0.25,
    double=0.12,
    tilt=1100,
    growl=0.1,
)
_GROWL = Utterance(
    1.5,
    ((0.0, 92), (0.3, 112), (1.0, 85)),
    HOLD,
    ((0.0, (420, 1150, 2100, 3200, 4700)), (0.5, (480, 1250, 2200, 3300, 4800)), (1.0, (430, 1150, 2100, 3200, 4700))),
    breath=0.35,
    jitter=0.06,
    shimmer=0.35,
    double=0.3,
    tilt=1400,
    growl=0.5,
)
_WHINE = Utterance(
    0.55,
    arc(720, 1150, 640, 0.4),
    HOLD,
    ((0.0, (900, 2000, 3300, 4700, 6500)), (0.4, (1100, 2200, 3400, 4800, 6600)), (1.0, (850, 1900, 3300, 4700, 6500))),
    breath=0.06,
    jitter=0.01,
    shimmer=0.06,
    tilt=1300,
    tremble=(9.0, 0.012, 0.08),
)
_HOWL = Utterance(
    2.4,
    ((0.0, 330), (0.15, 520), (0.4, 580), (0.8, 520), (1.0, 360)),
    ((0.0, 0.0), (0.1, 0.5), (0.35, 1.0), (0.8, 0.7), (1.0, 0.0)),
    ((0.0, (450, 950, 2500, 3700, 5200)), (0.4, (600, 1050, 2600, 3800, 5300)), (1.0, (450, 900, 2500, 3700, 5200))),
    breath=0.07,
    jitter=0.01,
    shimmer=0.06,
    tilt=800,
    tremble=(4.5, 0.012, 0.05),
)
_CALLS = {
    "bark": Call((_BARK,), (0.2,), (1, 3), 1.6, 0.1),
    "growl": Call((_GROWL,), (0.25,), (1, 2), 2.6, 0.12),
    "whine": Call((_WHINE,), (0.18,), (1, 4), 1.9, 0.14),
    "howl": Call((_HOWL,), (0.5,), (1, 1), 4.5, 0.12),
}


def _pant(throat: Throat, studio: Studio) -> Instrument:
    """Breathe out and in through the open mouth, four to five times a second: noise, lower on the way out."""
    own = studio.rng("pant")
    rate = around(own, 4.6, 0.06) * throat.tract**0.4 * 2 ** (0.8 * (throat.arousal - CALM))
    low = 620 * throat.tract
    out_low, out_high = coloured(band(low, 2.6 * low)), coloured(band(2.5 * low, 7 * low))
    in_low, in_high = coloured(band(1.7 * low, 4.2 * low)), coloured(band(4.5 * low, 11 * low))
    air, drift, depth = Noise(studio.rng("air")), Slow(studio.rng("drift"), 0.8), Slow(studio.rng("depth"), 2.0)
    state = {"phase": own.random()}

    def play(block: Block) -> Wave:
        n = block.samples
        phase = state["phase"] + np.cumsum(rate * (1 + 0.07 * drift(n))) / RATE
        state["phase"] = float(phase[-1] % 1)
        part = phase % 1
        noise = air(n)[0]
        blown = np.maximum(np.sin(2 * np.pi * part), 0.0) ** 1.5
        drawn = np.maximum(-np.sin(2 * np.pi * part), 0.0) ** 1.5
        breath = blown * (out_low(noise) + 0.4 * out_high(noise)) + 0.6 * drawn * (in_low(noise) + 0.4 * in_high(noise))
        return np.asarray(breath * np.exp(0.3 * depth(n)))

    return Instrument(play=play, burst=1.0)


def build(params: Dog, studio: Studio) -> Instrument:
    """Build one dog or several."""
    mass = grown(params.mass, params.age, newborn=0.04, half=0.3)
    throat = throat_of(mass, _NOMINAL, params.agitation, hoarse=1 + 0.09 * max(0.0, params.age - 8))
    throat = replace(throat, tract=throat.tract**0.8)
    many = Company(throat, params.number)
    if params.kind == "pant":
        return _pant(throat, studio)
    return company(studio, _CALLS[params.kind], many)


DOG = Family(
    "dog",
    "Dogs: barks, growls, whines, howls, panting.",
    Dog,
    build,
    model=(
        "A glottal pulse train with jitter, shimmer, period doubling and breath goes through a cascade of formants"
        " that open and close with the jaws. The mass at the given age sets both: formants go with its power of"
        " -0.27, as the tract's length does from breed to breed, pitch with its power of -0.4. A bark is a short"
        " noisy arc, a growl a slow train with strong doubling, a whine a nearly pure tone, panting is breath noise"
        " without voice. Agitation raises pitch, roughness and rate, old age the roughness alone; several dogs"
        " answer one another."
    ),
    source=(
        "Riede & Fitch, Vocal tract length and acoustics of vocalization in the domestic dog (1999); Yin &"
        " McCowan, Barking in domestic dogs: context specificity and individual identification (2004); Riede,"
        " Mitchell, Tokuda & Owren, Characterizing noise in nonhuman vocalizations (2005); Fletcher, A simple"
        " frequency-scaling rule for animal communication (2004)."
    ),
)

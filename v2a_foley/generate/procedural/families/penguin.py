"""Penguins: braying calls of two voices at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, span
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import clock, lay, unit
from v2a_foley.generate.procedural.parts.throat import PUFF, Call, Company, Throat, arc, company_of, throat_of, utter
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 5.0


@dataclass(frozen=True)
class Penguin:
    """Penguins: their mass, how agitated they are, and how many."""

    mass: float = span(5.0, 1.0, 35.0, unit="kg")
    agitation: float = span(0.4)
    number: int = span(1, 1, 30)


_BRAY = Utterance(
    0.42,
    arc(330, 420, 340),
    PUFF,
    ((0.0, (620, 1500, 2500, 3600, 5200)), (0.5, (820, 1750, 2700, 3800, 5400)), (1.0, (620, 1500, 2500, 3600, 5200))),
    breath=0.14,
    jitter=0.02,
    shimmer=0.15,
    tilt=3000,
)
_CALL = Call((_BRAY,), (0.12,), (3, 6), 4.0, 0.06)


def _two(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Blow both sides of the syrinx, a little apart in pitch, so that they beat."""
    parts, at = [], 0.0
    apart = around(rng, 24.0, 0.25)
    for _ in range(int(rng.integers(_CALL.times[0], _CALL.times[1] + 1))):
        bray = utter(replace(_CALL, times=(1, 1)), throat, strength, rng)
        beat = 0.62 + 0.38 * np.sin(2 * np.pi * apart * clock(len(bray)) + rng.random() * 6.28)
        parts.append((at, unit(bray * beat)))
        at += len(bray) / RATE + around(rng, _CALL.gaps[0], 0.2)
    return lay(parts)


def build(params: Penguin, studio: Studio) -> Instrument:
    """Build one penguin or a colony."""
    throat = throat_of(params.mass, _NOMINAL, params.agitation)
    return company_of(studio, _two, _CALL.rest, Company(throat, params.number))


PENGUIN = Family(
    "penguin",
    "Penguins: braying calls of one or a whole colony.",
    Penguin,
    build,
    model=(
        "A penguin's syrinx lies where the windpipe forks and sounds on both sides at once. Both voices are nearly"
        " alike, so the call beats some twenty times a second: a train of syllables, each a pulse train near 400 Hz"
        " through the throat's resonances, its level shaken at the difference of the two. Mass scales pitch and"
        " tract, agitation pitch, roughness and pace; in a colony all call across each other."
    ),
    source=(
        "Aubin, Jouventin & Hildebrand, Penguins use the two-voice theory to recognize each other (2000);"
        " Robisson, Aubin & Bremond, Individuality in the voice of the emperor penguin (1993); Favaro, Gamba,"
        " Alfieri, Pessani & McElligott, Vocal individuality cues in the African penguin (2015)."
    ),
)

"""Wolves and their wild relatives: howls of a pack, coyotes' yips, the fox's scream, the hyena's whoop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import through_air
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay
from v2a_foley.generate.procedural.parts.throat import PUFF, Call, Chorus, Throat, arc, individual, turns, utter
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Wolf:
    """Wild dogs: which, their mass, how many join in one call, and how far away they are."""

    species: str = choice("wolf", "coyote", "fox", "hyena")
    mass: float = span(1.0, 0.3, 1.6, unit="of the kind's")
    number: int = span(1, 1, 8)
    distance: float = span(40.0, 1.0, 3000.0, unit="m")


_HOWL = Utterance(
    3.6,
    ((0.0, 260), (0.12, 470), (0.3, 560), (0.7, 520), (0.88, 430), (1.0, 300)),
    ((0.0, 0.0), (0.1, 0.5), (0.35, 1.0), (0.8, 0.7), (1.0, 0.0)),
    ((0.0, (380, 850, 2400, 3500, 5000)), (0.4, (560, 950, 2500, 3600, 5000)), (1.0, (420, 800, 2300, 3500, 5000))),
    breath=0.05,
    jitter=0.008,
    shimmer=0.04,
    tilt=650,
    tremble=(3.5, 0.008, 0.05),
)
_YIP = Utterance(
    0.16,
    arc(700, 1350, 800, 0.4),
    PUFF,
    ((0.0, (700, 1500, 2900, 4300, 6000)), (0.4, (1100, 2000, 3300, 4600, 6300)), (1.0, (700, 1500, 2900, 4300, 6000))),
    breath=0.12,
    jitter=0.02,
    shimmer=0.12,
    double=0.1,
    tilt=2200,
)
_WAIL = replace(
    _HOWL,
    duration=1.7,
    pitch=((0.0, 600), (0.15, 1150), (0.5, 1250), (0.8, 1050), (1.0, 700)),
    vowels=(
        (0.0, (700, 1400, 3000, 4400, 6000)),
        (0.4, (1150, 1900, 3200, 4600, 6200)),
        (1.0, (750, 1400, 3000, 4400, 6000)),
    ),
    tilt=1800,
    jitter=0.015,
)
_SCREAM = Utterance(
    0.85,
    ((0.0, 620), (0.25, 980), (0.7, 900), (1.0, 560)),
    ((0.0, 0.0), (0.1, 0.9), (0.5, 1.0), (1.0, 0.0)),
    ((0.0, (850, 1700, 3300, 4900, 6800)), (0.4, (1300, 2300, 3700, 5200, 7000)), (1.0, (850, 1600, 3200, 4800, 6800))),
    breath=0.35,
    jitter=0.05,
    shimmer=0.3,
    double=0.35,
    tilt=3500,
    growl=0.35,
)
_WHOOP = replace(
    _HOWL,
    duration=1.5,
    pitch=((0.0, 260), (0.55, 330), (0.75, 620), (0.9, 880), (1.0, 700)),
    loud=((0.0, 0.0), (0.1, 0.6), (0.6, 0.8), (0.85, 1.0), (1.0, 0.0)),
    tilt=1000,
    jitter=0.012,
)
_CALLS = {
    "wolf": Call((_HOWL,), (0.6,), (1, 1), 5.5, 0.12),
    "coyote": Call((_YIP, _YIP, _YIP, _WAIL), (0.1, 0.12, 0.08, 0.3), (1, 2), 4.5, 0.12),
    "fox": Call((_SCREAM,), (0.4,), (1, 3), 3.5, 0.1),
    "hyena": Call((_WHOOP,), (0.7,), (1, 3), 5.0, 0.1),
}


def build(params: Wolf, studio: Studio) -> Instrument:
    """Build one animal, or a pack that joins in."""
    call = _CALLS[params.species]
    throat = Throat(params.mass**-0.4, params.mass ** (-1 / 3))
    ones = [individual(throat, studio.rng("individual", k), 0.12) for k in range(params.number)]

    chorus = Chorus(params.number)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        first = int(rng.integers(params.number))
        parts, at = [], 0.0
        for k in range(params.number):
            who = ones[(first + k) % params.number]
            howl = chorus(partial(utter, call, who, strength, rng), rng)
            parts.append((at, howl * (1.0 if k == 0 else between(rng, 0.35, 0.9))))
            at += around(rng, 1.1 / params.number**0.3, 0.35)
        return through_air(lay(parts), params.distance, rng)

    return Instrument(strike=strike, rhythm=turns(call.rest + 0.6 * (params.number - 1)))


WOLF = Family(
    "wolf",
    "Wolves, coyotes, foxes, hyenas: howls alone and in a pack, yips, screams, whoops.",
    Wolf,
    build,
    model=(
        "A howl is a nearly pure voice: little jitter, a dark source, and a fundamental that climbs, holds and"
        " falls over seconds, strengthened by the first formants. In a pack the others join one by one, each with a"
        " pitch of its own, so that they never hold one note together. Coyotes yip before they wail, the fox's"
        " scream is rough with subharmonics, the hyena's whoop breaks upwards. Mass is that against the kind's"
        " usual; kilometres of air take the overtones and the land returns the rest as echoes."
    ),
    source=(
        "Theberge & Falls, Howling as a means of communication in timber wolves (1967); Palacios, Font & Márquez,"
        " Iberian wolf howls: acoustic structure, individual variation, and a comparison with North American"
        " populations (2007); East & Hofer, Loud calling in a female-dominated mammalian society: structure and"
        " composition of whooping bouts of spotted hyaenas (1991)."
    ),
)

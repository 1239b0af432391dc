"""Ducks, geese and swans."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import PUFF, Call, Company, company, scaled, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Waterfowl:
    """Waterfowl: which, their mass against the kind's usual, how agitated, how many, and how far away."""

    species: str = choice("duck", "goose", "swan")
    mass: float = span(1.0, 0.1, 1.8, unit="of the kind's")
    agitation: float = span(0.4)
    number: int = span(1, 1, 40)
    distance: float = span(6.0, 1.0, 500.0, unit="m")


_HONK = Utterance(
    0.3,
    ((0.0, 330), (0.3, 440), (0.45, 620), (1.0, 520)),
    PUFF,
    ((0.0, (650, 1300, 2400, 3600, 5400)), (0.5, (950, 1600, 2700, 3800, 5600)), (1.0, (700, 1400, 2500, 3700, 5400))),
    breath=0.12,
    jitter=0.02,
    shimmer=0.15,
    double=0.18,
    tilt=3200,
)
_QUACK = Utterance(
    0.2,
    ((0.0, 215), (0.3, 250), (1.0, 185)),
    ((0.0, 0.0), (0.07, 1.0), (0.6, 0.7), (1.0, 0.0)),
    ((0.0, (700, 1500, 2700, 3700, 5600)), (0.3, (1050, 1850, 3000, 4100, 5800)), (1.0, (750, 1450, 2600, 3600, 5600))),
    breath=0.1,
    jitter=0.012,
    shimmer=0.1,
    double=0.06,
    tilt=4000,
    sharp=0.9,
)
_CALLS = {
    "duck": Call((_QUACK,), (0.11,), (3, 6), 2.2, 0.07),
    "goose": Call((_HONK,), (0.3,), (1, 3), 1.7, 0.1),
    "swan": Call((replace(scaled(_HONK, 0.85, 0.9), duration=0.4),), (0.3,), (1, 2), 2.6, 0.08),
}


def build(params: Waterfowl, studio: Studio) -> Instrument:
    """Build one bird or a flock."""
    throat = throat_of(params.mass, 1.0, params.agitation)
    return company(studio, _CALLS[params.species], Company(throat, params.number, params.distance))


WATERFOWL = Family(
    "waterfowl",
    "Ducks that quack, geese that honk, swans.",
    Waterfowl,
    build,
    model=(
        "A duck's quack is a pulse train near 220 Hz, so rich in partials that the resonances of windpipe and bill"
        " are what is heard, in a decrescendo series. Geese honk with a break: the voice jumps up by a half within"
        " one call as the syrinx changes its regime; swans trumpet lower through a windpipe coiled in the"
        " breastbone. Mass lowers voice and tract (ducklings have a tenth), agitation raises pitch, roughness and"
        " rate; flocks call from near and far."
    ),
    source=(
        "Abraham, Vocalizations of the mallard (1974); Fletcher & Tarnopolsky, Acoustics of the avian vocal tract"
        " (1999); Fitch, Acoustic exaggeration of size in birds via tracheal elongation (1999)."
    ),
)

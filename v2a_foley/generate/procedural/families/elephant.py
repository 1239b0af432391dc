"""Elephants: trumpets through the trunk, and rumbles at the edge of hearing."""

from __future__ import annotations

from dataclasses import dataclass

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import Call, Company, company, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 3500.0


@dataclass(frozen=True)
class Elephant:
    """Elephants: what they do, their mass, how agitated they are, and how many."""

    kind: str = choice("trumpet", "rumble")
    mass: float = span(3500.0, 100.0, 6500.0, unit="kg")
    agitation: float = span(0.4)
    number: int = span(1, 1, 8)


_TRUMPET = Utterance(
    1.3,
    ((0.0, 340), (0.15, 480), (0.5, 560), (0.8, 520), (1.0, 330)),
    ((0.0, 0.0), (0.1, 0.8), (0.5, 1.0), (0.85, 0.75), (1.0, 0.0)),
    ((0.0, (520, 1250, 2200, 3400, 5200)), (0.5, (760, 1600, 2600, 3800, 5600)), (1.0, (540, 1300, 2300, 3500, 5200))),
    breath=0.2,
    jitter=0.045,
    shimmer=0.3,
    double=0.3,
    tilt=4500,
    growl=0.3,
)
_RUMBLE = Utterance(
    3.6,
    ((0.0, 16), (0.3, 21), (0.7, 19), (1.0, 15)),
    ((0.0, 0.0), (0.2, 0.7), (0.5, 1.0), (0.8, 0.7), (1.0, 0.0)),
    ((0.0, (42, 118, 230, 400, 650)), (0.5, (46, 125, 240, 410, 660)), (1.0, (41, 115, 230, 400, 650))),
    breath=0.08,
    jitter=0.012,
    shimmer=0.1,
    tilt=180,
)
_CALLS = {"trumpet": Call((_TRUMPET,), (0.8,), (1, 1), 5.0, 0.1), "rumble": Call((_RUMBLE,), (1.0,), (1, 1), 6.0, 0.12)}


def build(params: Elephant, studio: Studio) -> Instrument:
    """Build one elephant or a herd."""
    throat = throat_of(params.mass, _NOMINAL, params.agitation)
    return company(studio, _CALLS[params.kind], Company(throat, params.number))


ELEPHANT = Family(
    "elephant",
    "Elephants: trumpets and rumbles.",
    Elephant,
    build,
    model=(
        "A trumpet is blown through the trunk: a tense, bright and unsteady source of some 500 Hz with period"
        " doubling, through the resonances of trunk and head. A rumble is the folds' own slow vibration of 15 to 25"
        " Hz in a tract more than two metres long, trunk included, whose resonances at multiples of some 40 Hz are"
        " what is heard of it. Mass scales pitch and tract, agitation pitch, roughness and pace."
    ),
    source=(
        "Herbst, Stoeger, Frey, Lohscheller, Titze, Gumpenberger & Fitch, How low can you go? Physical production"
        " mechanism of elephant infrasonic vocalizations (2012); Poole, Payne, Langbauer & Moss, The social"
        " contexts of some very low frequency calls of African elephants (1988); Soltis, Vocal communication in"
        " African elephants (2010)."
    ),
)

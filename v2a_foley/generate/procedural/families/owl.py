"""Owls: hoots, the tremolo of small ones, and the barn owl's screech."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import HOLD, Call, Company, Throat, company
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Owl:
    """An owl: what it does, its mass, and how far away."""

    kind: str = choice("hoot", "tremolo", "screech")
    mass: float = span(1.0, 0.1, 3.0, unit="kg")
    distance: float = span(25.0, 1.0, 600.0, unit="m")


_HOOT = Utterance(
    0.42,
    ((0.0, 340), (0.3, 375), (1.0, 345)),
    HOLD,
    ((0.0, (370, 1100, 2400, 3600)), (1.0, (370, 1100, 2400, 3600))),
    breath=0.04,
    jitter=0.004,
    shimmer=0.03,
    tilt=350,
    sharp=0.8,
)
_QUAVER = replace(
    _HOOT,
    duration=1.4,
    pitch=((0.0, 480), (0.3, 540), (1.0, 430)),
    vowels=((0.0, (500, 1400, 2700, 3900)), (1.0, (460, 1350, 2700, 3900))),
    tremble=(14.0, 0.02, 0.7),
)
_SCREECH = Utterance(
    1.3,
    ((0.0, 1300), (0.3, 1700), (1.0, 1500)),
    ((0.0, 0.0), (0.1, 0.7), (0.5, 1.0), (0.9, 0.8), (1.0, 0.0)),
    (
        (0.0, (1700, 3000, 4300, 6200, 8200)),
        (0.5, (2000, 3300, 4700, 6500, 8600)),
        (1.0, (1800, 3100, 4400, 6300, 8300)),
    ),
    breath=0.8,
    jitter=0.08,
    shimmer=0.4,
    double=0.3,
    tilt=7000,
    growl=0.35,
)
_CALLS = {
    "hoot": Call(
        (replace(_HOOT, duration=0.3), replace(_HOOT, duration=0.24), _HOOT), (0.35, 0.5, 0.6), (1, 1), 4.5, 0.05
    ),
    "tremolo": Call((_QUAVER,), (0.6,), (1, 2), 4.0, 0.06),
    "screech": Call((_SCREECH,), (0.6,), (1, 1), 4.5, 0.1),
}
_NOMINAL = {"hoot": 1.0, "tremolo": 1.0, "screech": 0.4}


def build(params: Owl, studio: Studio) -> Instrument:
    """Build an owl."""
    ratio = params.mass / _NOMINAL[params.kind]
    throat = Throat(ratio**-0.35, ratio**-0.35 if params.kind != "screech" else ratio**-0.2)
    return company(studio, _CALLS[params.kind], Company(throat, metres=params.distance))


OWL = Family(
    "owl",
    "Owls: hoots, tremolos, screeches.",
    Owl,
    build,
    model=(
        "A hoot is almost one partial: the syrinx sounds into a closed bill and an inflated throat, whose"
        " resonance goes with it, in a rhythm of short, short, long. The tremolo of small owls shakes its level"
        " some fourteen times a second. The barn owl's screech is mostly breath, torn and bright. Mass lowers voice"
        " and throat alike; distance takes the little treble and adds the echoes of the wood."
    ),
    source=(
        "Hardouin, Reby, Bavoux, Burneleau & Bretagnolle, Communication of male quality in owl hoots (2007); Riede"
        " et al., Coos, booms, and hoots: the evolution of closed-mouth vocal behavior in birds (2016); Bunn,"
        " Warburton & Wilson, The Barn Owl (1982)."
    ),
)

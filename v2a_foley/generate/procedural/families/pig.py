"""Pigs: grunts, squeals and the bark of a boar."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import PUFF, Call, Company, arc, company, scaled, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 120.0


@dataclass(frozen=True)
class Pig:
    """Pigs: what they do, their mass, how agitated they are, and how many."""

    kind: str = choice("grunt", "squeal", "bark")
    mass: float = span(100.0, 1.2, 300.0, unit="kg")
    agitation: float = span(0.4)
    number: int = span(1, 1, 20)


_GRUNT = Utterance(
    0.24,
    arc(85, 125, 78),
    PUFF,
    ((0.0, (360, 1050, 2200, 3300, 4800)), (0.5, (620, 1500, 2500, 3500, 5000)), (1.0, (400, 1150, 2200, 3300, 4800))),
    breath=0.42,
    jitter=0.08,
    shimmer=0.4,
    double=0.3,
    tilt=1500,
    growl=0.4,
)
_SQUEAL = Utterance(
    0.85,
    ((0.0, 700), (0.15, 1150), (0.5, 1300), (0.8, 1150), (1.0, 650)),
    ((0.0, 0.0), (0.08, 0.9), (0.5, 1.0), (0.85, 0.7), (1.0, 0.0)),
    ((0.0, (900, 1900, 3000, 4300, 6000)), (0.4, (1350, 2700, 3700, 4900, 6500)), (1.0, (900, 1900, 3000, 4300, 6000))),
    breath=0.22,
    jitter=0.035,
    shimmer=0.25,
    double=0.3,
    tilt=4500,
    growl=0.25,
)
_BARK = replace(scaled(_GRUNT, 1.9, 0.95), duration=0.3, loud=((0.0, 0.0), (0.04, 1.0), (0.4, 0.6), (1.0, 0.0)))
_CALLS = {
    "grunt": Call((_GRUNT,), (0.14,), (2, 4), 2.0, 0.14),
    "squeal": Call((_SQUEAL,), (0.2,), (1, 3), 2.4, 0.14),
    "bark": Call((_BARK,), (0.3,), (1, 2), 2.8, 0.12),
}


def build(params: Pig, studio: Studio) -> Instrument:
    """Build one pig or several."""
    throat = throat_of(params.mass, _NOMINAL, params.agitation)
    throat = replace(throat, pitch=throat.pitch**0.75, tract=throat.tract**0.7)
    return company(studio, _CALLS[params.kind], Company(throat, params.number))


PIG = Family(
    "pig",
    "Pigs and boars: grunts, squeals, barks.",
    Pig,
    build,
    model=(
        "Grunts are short trains of some ten irregular, breathy glottal pulses near 100 Hz through the long snout;"
        " squeals a tense voice above 1 kHz, bright and broken by period doubling; a bark is a loud short grunt"
        " that starts at once. Mass scales pitch and tract, from a piglet's to a boar's; agitation raises pitch,"
        " roughness and pace."
    ),
    source=(
        "Briefer et al., Classification of pig calls produced from birth to slaughter according to their emotional"
        " valence and context of production (2022); Tallet et al., Encoding of situations in the vocal repertoire"
        " of piglets (Sus scrofa) (2013)."
    ),
)

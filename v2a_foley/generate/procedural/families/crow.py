"""Crows, ravens and magpies."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import SNAP, Call, Company, company, scaled, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Crow:
    """Crows: which, their mass, how agitated, how many, and how far away."""

    species: str = choice("crow", "raven", "magpie")
    mass: float = span(1.0, 0.4, 2.0, unit="of the kind's")
    agitation: float = span(0.4)
    number: int = span(1, 1, 40)
    distance: float = span(15.0, 1.0, 400.0, unit="m")


_CAW = Utterance(
    0.33,
    ((0.0, 430), (0.2, 530), (0.7, 500), (1.0, 400)),
    ((0.0, 0), (0.06, 0.9), (0.4, 1), (0.8, 0.6), (1, 0)),
    ((0.0, (900, 1550, 2500, 3900, 6000)), (0.4, (1250, 1850, 2800, 4200, 6200)), (1.0, (950, 1500, 2500, 3900, 6000))),
    breath=0.3,
    jitter=0.06,
    shimmer=0.4,
    double=0.35,
    tilt=3800,
    growl=0.45,
)
_CROAK = replace(scaled(_CAW, 0.5, 0.72), duration=0.38, growl=0.55, tilt=2400)
_RATTLE = replace(scaled(_CAW, 1.7, 1.55), duration=0.055, loud=SNAP, breath=0.45)
_CALLS = {
    "crow": Call((_CAW,), (0.19,), (2, 4), 3.6, 0.06),
    "raven": Call((_CROAK,), (0.26,), (1, 3), 4.0, 0.09),
    "magpie": Call((_RATTLE,), (0.035,), (5, 12), 3.0, 0.06),
}


def build(params: Crow, studio: Studio) -> Instrument:
    """Build one bird or a flock."""
    throat = throat_of(params.mass, 1.0, params.agitation)
    return company(studio, _CALLS[params.species], Company(throat, params.number, params.distance))


CROW = Family(
    "crow",
    "Crows that caw, ravens that croak, magpies that rattle.",
    Crow,
    build,
    model=(
        "A syrinx that vibrates irregularly: pulses near 500 Hz with strong doubling, noise and a shaken"
        " amplitude, through a windpipe whose first resonance lies near 1.2 kHz and opens with the bill. Ravens"
        " croak an octave lower through a longer windpipe, magpies rattle in series of very short harsh pulses."
        " Mass lowers voice and tract; agitation raises pitch, roughness and rate; a rookery calls from near and"
        " far."
    ),
    source=(
        "Mates, Tarter, Ha, Clark & McGowan, Acoustic profiling in a complexly social species, the American crow:"
        " caws encode information on caller sex, identity and behavioural context (2015); Fletcher & Tarnopolsky,"
        " Acoustics of the avian vocal tract (1999); Fee, Shraiman, Pesaran & Mitra, The role of nonlinear dynamics"
        " of the syrinx in the vocalizations of a songbird (1998)."
    ),
)

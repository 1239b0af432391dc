"""Cattle and other great ruminants: lowing cows, calves, bulls, bison and camels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import HOLD, Call, Company, company, grown, scaled, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 600.0


@dataclass(frozen=True)
class Cattle:
    """Cattle: which, their mass grown up, how old they are, how agitated, and how many."""

    species: str = choice("cow", "bison", "camel")
    mass: float = span(600.0, 200.0, 1100.0, unit="kg")
    age: float = span(5.0, 0.0, 20.0, unit="years")
    agitation: float = span(0.4)
    number: int = span(1, 1, 12)


_MOO = Utterance(
    1.7,
    ((0.0, 92), (0.15, 118), (0.55, 150), (0.85, 128), (1.0, 95)),
    ((0.0, 0.0), (0.15, 0.35), (0.5, 1.0), (0.85, 0.7), (1.0, 0.0)),
    (
        (0.0, (230, 600, 1700, 2500, 3600)),
        (0.3, (280, 650, 1650, 2500, 3600)),
        (0.6, (480, 930, 1600, 2550, 3700)),
        (1.0, (330, 700, 1600, 2500, 3600)),
    ),
    breath=0.1,
    jitter=0.012,
    shimmer=0.1,
    double=0.08,
    tilt=900,
    growl=0.15,
)
_BELLOW = replace(
    _MOO,
    duration=1.3,
    pitch=((0.0, 48), (0.3, 62), (0.7, 55), (1.0, 42)),
    loud=HOLD,
    breath=0.4,
    jitter=0.06,
    shimmer=0.35,
    double=0.25,
    growl=0.5,
)
_GROAN = replace(scaled(_MOO, 1.1), duration=1.4, growl=0.6, breath=0.35, jitter=0.03, shimmer=0.25, double=0.2)
_CALLS = {
    "cow": Call((_MOO,), (1.0,), (1, 1), 5.0, 0.1),
    "bison": Call((_BELLOW,), (0.8,), (1, 1), 5.0, 0.12),
    "camel": Call((_GROAN,), (0.8,), (1, 1), 4.5, 0.12),
}


def build(params: Cattle, studio: Studio) -> Instrument:
    """Build one animal or a herd."""
    mass = grown(params.mass, params.age, newborn=0.065, half=0.7)
    throat = throat_of(mass, _NOMINAL, params.agitation, hoarse=1 + 0.05 * max(0.0, params.age - 10))
    throat = replace(throat, tract=throat.tract**0.75)
    return company(studio, _CALLS[params.species], Company(throat, params.number))


CATTLE = Family(
    "cattle",
    "Cattle and great ruminants: cows and calves that low, bison, camels.",
    Cattle,
    build,
    model=(
        "A slow glottal pulse train of 80 to 180 Hz through a long tract: the mouth shut at first (a hum below 300"
        " Hz), then open, so that the first formants rise and the call swells. The mass reached at the given age"
        " scales pitch and tract, so that a newborn calls an octave and more above its mother. Bison bellow with"
        " folds that vibrate irregularly, camels groan with a shaken amplitude. Agitation lifts pitch, roughness"
        " and pace; a herd answers."
    ),
    source=(
        "Padilla de la Torre, Briefer, Reader & McElligott, Acoustic analysis of cattle (Bos taurus)"
        " mother-offspring contact calls from a source-filter theory perspective (2015); Taylor & Reby, The"
        " contribution of source-filter theory to mammal vocal communication research (2010)."
    ),
)

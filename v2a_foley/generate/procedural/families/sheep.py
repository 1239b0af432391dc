"""Sheep and goats: bleats with their tremor."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import HOLD, Call, Company, company, scaled, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Sheep:
    """Sheep or goats: which, their mass, how fast they tremble, how agitated, and how many."""

    species: str = choice("sheep", "goat")
    mass: float = span(60.0, 3.0, 120.0, unit="kg")
    tremor: float = span(8.2, 4.0, 16.0, unit="Hz")
    agitation: float = span(0.4)
    number: int = span(1, 1, 20)


_BLEAT = Utterance(
    0.85,
    ((0.0, 250), (0.2, 290), (1.0, 240)),
    HOLD,
    ((0.0, (560, 1250, 2600, 3600, 5200)), (0.3, (760, 1500, 2700, 3700, 5300)), (1.0, (650, 1400, 2600, 3600, 5200))),
    breath=0.16,
    jitter=0.02,
    shimmer=0.15,
    tilt=2200,
)
_NOMINAL = {"sheep": 60.0, "goat": 50.0}


def build(params: Sheep, studio: Studio) -> Instrument:
    """Build one animal or a flock."""
    if params.species == "goat":
        kid = replace(scaled(_BLEAT, 1.3, 1.12), duration=0.7, tremble=(1.25 * params.tremor, 0.07, 0.5))
        call = Call((kid,), (0.4,), (1, 2), 2.6, 0.12)
    else:
        call = Call((replace(_BLEAT, tremble=(params.tremor, 0.055, 0.4)),), (0.5,), (1, 1), 2.6, 0.12)
    throat = throat_of(params.mass, _NOMINAL[params.species], params.agitation)
    throat = replace(throat, tract=throat.tract**0.75)
    return company(studio, call, Company(throat, params.number))


SHEEP = Family(
    "sheep",
    "Sheep and goats: bleats of ewes, lambs and kids.",
    Sheep,
    build,
    model=(
        "A glottal pulse train of some 250 Hz through the formants of an open mouth, its pitch and level shaken by"
        " a regular tremor of the larynx and the breath: the baa. Goats call higher, shorter and tremble faster."
        " Mass scales pitch and tract (a lamb's call lies more than an octave above the ewe's), agitation raises"
        " pitch, roughness and pace; in a flock all take turns."
    ),
    source=(
        "Sèbe, Duboscq, Aubin, Ligout & Poindron, Early vocal recognition of mother by lambs: contribution of low-"
        " and high-frequency vocalizations (2010); Briefer & McElligott, Indicators of age, body size and sex in"
        " goat kid calls revealed using the source-filter theory (2011)."
    ),
)

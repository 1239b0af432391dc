"""Bears and other heavy beasts of the wild: growls, roars and huffs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import HOLD, PUFF, Call, Company, arc, company, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 250.0


@dataclass(frozen=True)
class Bear:
    """A bear: what it does, its mass, and how agitated it is."""

    kind: str = choice("growl", "roar", "huff")
    mass: float = span(250.0, 8.0, 600.0, unit="kg")
    agitation: float = span(0.4)


_GROWL = Utterance(
    1.3,
    ((0.0, 75), (0.4, 95), (1.0, 68)),
    HOLD,
    ((0.0, (380, 900, 1500, 2400, 3600)), (0.5, (480, 1000, 1700, 2500, 3700)), (1.0, (380, 900, 1500, 2400, 3600))),
    breath=0.4,
    jitter=0.09,
    shimmer=0.5,
    double=0.4,
    tilt=1000,
    growl=0.65,
)
_ROAR = replace(
    _GROWL,
    duration=1.7,
    pitch=arc(110, 210, 95, 0.3),
    vowels=(
        (0.0, (420, 950, 1700, 2500, 3700)),
        (0.35, (720, 1250, 2000, 2800, 3900)),
        (1.0, (400, 900, 1600, 2400, 3600)),
    ),
    breath=0.35,
    tilt=1500,
)
_HUFF = Utterance(
    0.3,
    arc(70, 80, 60),
    PUFF,
    ((0.0, (420, 1050, 1900, 2800, 4000)), (0.3, (560, 1250, 2100, 3000, 4200)), (1.0, (400, 1000, 1800, 2700, 3900))),
    breath=0.93,
    jitter=0.08,
    shimmer=0.4,
    tilt=1800,
)
_CALLS = {
    "growl": Call((_GROWL,), (0.3,), (1, 2), 4.0, 0.12),
    "roar": Call((_ROAR,), (0.4,), (1, 2), 4.5, 0.12),
    "huff": Call((_HUFF,), (0.25,), (2, 5), 3.0, 0.14),
}


def build(params: Bear, studio: Studio) -> Instrument:
    """Build a bear."""
    throat = throat_of(params.mass, _NOMINAL, params.agitation)
    return company(studio, _CALLS[params.kind], Company(throat))


BEAR = Family(
    "bear",
    "Bears and other heavy beasts: growls, roars, huffs.",
    Bear,
    build,
    model=(
        "Folds that vibrate irregularly at 70 to 200 Hz, a source half noise whose amplitude shakes at random"
        " between 20 and 70 a second, and the formants of a tract of some 25 cm. Growls stay low with the mouth"
        " almost shut, roars open it and rise; huffs are sharp breaths with hardly any voice. Mass scales folds and"
        " tract, agitation pitch, roughness and pace."
    ),
    source=(
        "Peters, Owen & Rogers, Humming in bears: a peculiar sustained mammalian vocalization (2007), on the"
        " voices of bears; Fitch, Neubauer & Herzel, Calls out of chaos: the adaptive significance of nonlinear"
        " phenomena in mammalian vocal production (2002); Fletcher, A simple frequency-scaling rule for animal"
        " communication (2004)."
    ),
)

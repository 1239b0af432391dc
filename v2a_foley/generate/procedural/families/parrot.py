"""Parrots: the screech of macaws and cockatoos, and the chatter of budgerigars. They do not talk."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import PUFF, Call, Company, company, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Parrot:
    """Parrots: what they do, their mass in grams, how agitated, and how many."""

    kind: str = choice("screech", "chatter")
    mass: float = span(500.0, 30.0, 1500.0, unit="g")
    agitation: float = span(0.4)
    number: int = span(1, 1, 30)


_TUBE = (1150.0, 1950.0, 3300.0, 4800.0, 7000.0)
_SQUAWK = Utterance(
    0.36,
    ((0.0, 900), (0.25, 1500), (0.7, 1300), (1.0, 850)),
    ((0.0, 0), (0.05, 1), (0.7, 0.8), (1, 0)),
    ((0.0, _TUBE), (0.4, (1700, 2700, 3900, 5300, 7600)), (1.0, _TUBE)),
    breath=0.25,
    jitter=0.07,
    shimmer=0.4,
    double=0.4,
    tilt=6000,
    growl=0.4,
)
_CHIRRUP = Utterance(
    0.075,
    ((0.0, 2300), (0.3, 3400), (0.7, 2700), (1.0, 3100)),
    PUFF,
    ((0.0, (2300, 3900, 5800)), (0.5, (3000, 4400, 6300)), (1.0, (2600, 4000, 6000))),
    breath=0.12,
    jitter=0.03,
    shimmer=0.2,
    double=0.15,
    tilt=2600,
    growl=0.3,
)
_CALLS = {
    "screech": (Call((_SQUAWK,), (0.14,), (1, 3), 2.6, 0.14), 500.0),
    "chatter": (Call((_CHIRRUP,), (0.05,), (3, 12), 1.6, 0.2), 35.0),
}


def build(params: Parrot, studio: Studio) -> Instrument:
    """Build one parrot or a flock."""
    call, nominal = _CALLS[params.kind]
    throat = throat_of(params.mass, nominal, params.agitation)
    if params.kind == "chatter":
        throat = replace(throat, pitch=throat.pitch**0.5, tract=throat.tract**0.6)
    return company(studio, call, Company(throat, params.number))


PARROT = Family(
    "parrot",
    "Parrots: screeches and chatter.",
    Parrot,
    build,
    model=(
        "A screech is a syrinx driven past regular vibration: pulses near 1.3 kHz with doubling, noise and a"
        " shaken amplitude, through a throat that tongue and bill open wide. Chatter is rapid short warbled"
        " chirrups, almost pure. Mass lowers voice and tract, agitation raises pitch, roughness and rate, flocks"
        " call across each other."
    ),
    source=(
        "Beckers, Nelson & Suthers, Vocal-tract filtering by lingual articulation in a parrot (2004); Fletcher, A"
        " simple frequency-scaling rule for animal communication (2004); Farabaugh & Dooling, Acoustic"
        " communication in parrots: laboratory and field studies of budgerigars (1996)."
    ),
)

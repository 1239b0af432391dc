"""Monkeys and apes: chatter, screams, the chimpanzee's pant-hoot and the howler's roar."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import HOLD, PUFF, Call, Company, arc, company, scaled, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Monkey:
    """Monkeys or apes: what they do, their mass against the kind's usual, agitation, and how many."""

    kind: str = choice("chatter", "scream", "pant_hoot", "howl", "gibbon")
    mass: float = span(1.0, 0.2, 3.0, unit="of the kind's")
    agitation: float = span(0.4)
    number: int = span(1, 1, 15)


_HOOT = Utterance(
    0.16,
    arc(330, 560, 400),
    PUFF,
    ((0.0, (430, 850, 2300, 3300, 5000)), (0.5, (680, 1050, 2500, 3500, 5000)), (1.0, (430, 850, 2300, 3300, 5000))),
    breath=0.12,
    jitter=0.02,
    shimmer=0.12,
    tilt=1600,
)
_SCREECH = Utterance(
    0.32,
    arc(900, 1500, 1100),
    PUFF,
    ((0.0, (1100, 1900, 3100, 4400, 6500)), (1.0, (1200, 2100, 3300, 4400, 6500))),
    breath=0.28,
    jitter=0.05,
    shimmer=0.25,
    double=0.2,
    tilt=3500,
)
_SCREAM = replace(scaled(_SCREECH, 1.25, 1.1), duration=0.7, loud=HOLD, double=0.35, growl=0.25)
_IN = replace(scaled(_HOOT, 0.72, 0.78), duration=0.2, breath=0.75)
_OUT = replace(scaled(_HOOT, 0.85, 0.78), duration=0.3, loud=HOLD)
_CLIMAX = replace(scaled(_SCREAM, 0.85, 0.8), duration=0.8)
_ROAR = Utterance(
    2.8,
    ((0.0, 55), (0.3, 85), (0.7, 80), (1.0, 60)),
    ((0.0, 0.0), (0.25, 0.8), (0.5, 1.0), (0.85, 0.8), (1.0, 0.0)),
    ((0.0, (330, 620, 1300, 2000, 2900)), (0.4, (480, 800, 1450, 2100, 3000)), (1.0, (340, 620, 1300, 2000, 2900))),
    breath=0.45,
    jitter=0.1,
    shimmer=0.45,
    double=0.3,
    tilt=1100,
    growl=0.5,
)
_WA = Utterance(
    0.75,
    ((0.0, 520), (0.5, 760), (1.0, 1150)),
    HOLD,
    ((0.0, (560, 1250, 2700, 3900, 5600)), (1.0, (1150, 2100, 3200, 4500, 6200))),
    breath=0.05,
    jitter=0.006,
    shimmer=0.05,
    tilt=1000,
    sharp=1.2,
)
_NOTE = replace(
    _WA, duration=0.4, pitch=arc(900, 1350, 1000, 0.6), vowels=((0.0, (900, 1900, 3100)), (1.0, (1250, 2300, 3300)))
)
_CALLS = {
    "chatter": Call((_HOOT, _HOOT, _HOOT, _SCREECH), (0.1, 0.09, 0.08, 0.1), (1, 2), 2.6, 0.12),
    "scream": Call((_SCREAM,), (0.18,), (1, 3), 3.0, 0.14),
    "pant_hoot": Call(
        (_OUT, _IN, _OUT, _IN, _OUT, _IN, _OUT, _CLIMAX),
        (0.1, 0.08, 0.09, 0.07, 0.08, 0.06, 0.08, 0.2),
        (1, 1),
        7.0,
        0.08,
    ),
    "howl": Call((_ROAR,), (0.4,), (1, 2), 5.0, 0.1),
    "gibbon": Call((_WA, _WA, _NOTE, _NOTE, _NOTE), (0.5, 0.35, 0.15, 0.12, 0.15), (1, 1), 6.0, 0.08),
}


def build(params: Monkey, studio: Studio) -> Instrument:
    """Build one animal or a troop."""
    throat = throat_of(params.mass, 1.0, params.agitation)
    return company(studio, _CALLS[params.kind], Company(throat, params.number))


MONKEY = Family(
    "monkey",
    "Monkeys and apes: chatter, screams, pant-hoots, howlers, singing gibbons.",
    Monkey,
    build,
    model=(
        "Source and filter, with thin folds that easily break into period doubling: chatter is short hoots that"
        " end in a screech; screams hold that; a pant-hoot alternates voiced breaths out with whispered ones in and"
        " climbs to a scream; the howler's roar is a train of irregular pulses near 80 Hz through an enlarged"
        " throat; gibbons sing almost pure notes that sweep upwards with the mouth tuned to them. Mass scales folds"
        " and tract, agitation pitch, roughness and pace."
    ),
    source=(
        "Fitch, Vocal tract length and formant frequency dispersion correlate with body size in rhesus macaques"
        " (1997); Riede, Owren & Arcadi, Nonlinear acoustics in pant hoots of common chimpanzees (2004); Koda et"
        " al., Soprano singing in gibbons (2012); Dunn et al., Evolutionary trade-off between vocal tract and"
        " testes dimensions in howler monkeys (2015)."
    ),
)

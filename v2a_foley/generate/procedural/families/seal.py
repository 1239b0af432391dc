"""Sea lions, seals and walruses: barks, moans and pups' cries."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import HOLD, PUFF, Call, Company, company, scaled, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 220.0


@dataclass(frozen=True)
class Seal:
    """Seals: what they do, their mass, how agitated they are, and how many."""

    kind: str = choice("bark", "moan", "pup")
    mass: float = span(220.0, 8.0, 1000.0, unit="kg")
    agitation: float = span(0.4)
    number: int = span(1, 1, 30)


_BARK = Utterance(
    0.34,
    ((0.0, 230), (0.3, 340), (1.0, 240)),
    PUFF,
    ((0.0, (450, 1000, 2000, 3000, 4500)), (0.4, (720, 1250, 2300, 3200, 4800)), (1.0, (480, 1000, 2000, 3000, 4500))),
    breath=0.22,
    jitter=0.04,
    shimmer=0.3,
    double=0.35,
    tilt=1600,
    growl=0.3,
)
_MOAN = replace(
    scaled(_BARK, 0.75, 0.85),
    duration=1.8,
    loud=HOLD,
    double=0.1,
    shimmer=0.1,
    jitter=0.015,
    growl=0.1,
    tilt=700,
    tremble=(4.0, 0.03, 0.1),
)
_PUP = replace(
    scaled(_BARK, 1.35, 0.95), duration=0.7, loud=HOLD, double=0.1, growl=0.1, tilt=2400, tremble=(7.0, 0.03, 0.15)
)
_CALLS = {
    "bark": Call((_BARK,), (0.16,), (2, 5), 2.6, 0.08),
    "moan": Call((_MOAN,), (0.5,), (1, 2), 4.0, 0.14),
    "pup": Call((_PUP,), (0.3,), (1, 3), 2.8, 0.12),
}


def build(params: Seal, studio: Studio) -> Instrument:
    """Build one animal or a colony."""
    throat = throat_of(params.mass, _NOMINAL, params.agitation)
    throat = replace(throat, pitch=throat.pitch**0.6, tract=throat.tract**0.8)
    return company(studio, _CALLS[params.kind], Company(throat, params.number))


SEAL = Family(
    "seal",
    "Sea lions and seals: barks, moans, pups' cries.",
    Seal,
    build,
    model=(
        "A bark is a rough pulse train near 300 Hz with strong period doubling through a wide open mouth, repeated"
        " two to three times a second; moans are long, smooth and dark; a pup's cry trembles above both. Mass"
        " scales folds and tract less than it does in land mammals; agitation raises pitch, roughness and rate; a"
        " colony barks across each other."
    ),
    source=(
        "Schusterman, Temporal patterning in sea lion barking (1977); Charrier, Mathevon & Jouventin, Vocal"
        " signature recognition of mothers by fur seal pups (2003); Ravignani et al., What pinnipeds have to say"
        " about human speech, music, and the evolution of rhythm (2016)."
    ),
)

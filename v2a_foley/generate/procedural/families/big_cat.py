"""Lions, tigers, leopards and pumas: roars, growls, snarls and the leopard's saw."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import HOLD, PUFF, Call, Company, arc, company, scaled, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 180.0


@dataclass(frozen=True)
class BigCat:
    """A big cat: what it does, its mass, how agitated it is, and how far away."""

    kind: str = choice("roar", "growl", "snarl", "saw")
    mass: float = span(180.0, 30.0, 260.0, unit="kg")
    agitation: float = span(0.4)
    distance: float = span(10.0, 1.0, 1000.0, unit="m")


_ROAR = Utterance(
    1.9,
    ((0.0, 110), (0.25, 205), (0.6, 170), (1.0, 85)),
    ((0.0, 0.0), (0.15, 0.7), (0.35, 1.0), (0.7, 0.6), (1.0, 0.0)),
    ((0.0, (300, 750, 1350, 2100, 3000)), (0.35, (620, 1050, 1700, 2500, 3400)), (1.0, (330, 700, 1300, 2100, 3000))),
    breath=0.38,
    jitter=0.06,
    shimmer=0.35,
    double=0.3,
    tilt=800,
    growl=0.5,
)
_GRUNT = replace(_ROAR, duration=0.6, pitch=arc(95, 150, 80), loud=PUFF, breath=0.45)
_GROWL = Utterance(
    2.2,
    ((0.0, 38), (0.3, 52), (0.7, 46), (1.0, 36)),
    HOLD,
    ((0.0, (280, 720, 1350, 2000, 2900)), (0.5, (340, 820, 1450, 2100, 3000)), (1.0, (280, 720, 1350, 2000, 2900))),
    breath=0.35,
    jitter=0.07,
    shimmer=0.45,
    double=0.3,
    tilt=700,
    growl=0.35,
)
_SNARL = Utterance(
    0.9,
    arc(120, 260, 110, 0.3),
    ((0.0, 0.0), (0.04, 1.0), (0.4, 0.8), (1.0, 0.0)),
    ((0.0, (420, 1100, 1900, 2700, 3700)), (0.3, (800, 1500, 2200, 3000, 4000)), (1.0, (400, 1000, 1800, 2600, 3600))),
    breath=0.55,
    jitter=0.09,
    shimmer=0.45,
    double=0.4,
    tilt=1600,
    growl=0.6,
)
_SAW = scaled(replace(_GROWL, duration=0.34, loud=PUFF, breath=0.55, growl=0.55), 1.7, 1.05)

_CALLS = {
    "roar": Call((_ROAR,), (0.35,), (1, 3), 6.0, 0.1),
    "growl": Call((_GROWL,), (0.4,), (1, 2), 4.5, 0.12),
    "snarl": Call((_SNARL,), (0.3,), (1, 2), 3.0, 0.14),
    "saw": Call((_SAW, scaled(_SAW, 0.85, 0.9)), (0.2, 0.24), (3, 6), 6.0, 0.06),
}
_FADING = Call((_ROAR, _ROAR, _GRUNT, _GRUNT, _GRUNT), (0.4, 0.5, 0.35, 0.35, 0.4), (1, 1), 9.0, 0.1)


def build(params: BigCat, studio: Studio) -> Instrument:
    """Build a big cat."""
    call = _FADING if params.kind == "roar" and params.agitation > 0.7 else _CALLS[params.kind]
    throat = throat_of(params.mass, _NOMINAL, params.agitation)
    return company(studio, call, Company(throat, metres=params.distance))


BIG_CAT = Family(
    "big_cat",
    "Lions, tigers, leopards, pumas: roars, growls, snarls, sawing.",
    BigCat,
    build,
    model=(
        "Heavy vocal folds vibrate irregularly at 40 to 250 Hz: a pulse train with strong period doubling, noise"
        " and an amplitude that shakes at random, through the formants of a tract some 38 cm long that the larynx,"
        " free to slide, lengthens towards the end. Roars rise and fall in one breath and, when the animal is very"
        " excited, end in a bout of grunts; growls stay below 60 Hz, so that single pulses are heard; the leopard"
        " saws on the breath out and in. Mass scales folds and tract, distance takes the treble and adds echoes of"
        " the land."
    ),
    source=(
        "Pfefferle, West, Grinnell, Packer & Fischer, Do acoustic features of lion, Panthera leo, roars reflect"
        " sex and male condition? (2007); Klemuk, Riede, Walsh & Titze, Adapted to roar: functional morphology of"
        " tiger and lion vocal folds (2011); Weissengruber, Forstenpointner, Peters, Kübber-Heiss & Fitch, Hyoid"
        " apparatus and pharynx in the lion, jaguar, tiger, cheetah and domestic cat (2002)."
    ),
)

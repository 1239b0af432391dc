"""Deer: the stag's roar, the elk's bugle and the roe's bark."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import Call, Company, company, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Deer:
    """A deer: what it does, its mass against the kind's usual, how agitated it is, and how far away."""

    kind: str = choice("roar", "bugle", "bark")
    mass: float = span(1.0, 0.3, 1.6, unit="of the kind's")
    agitation: float = span(0.4)
    distance: float = span(20.0, 1.0, 1500.0, unit="m")


_ROAR = Utterance(
    1.9,
    ((0.0, 85), (0.25, 130), (0.6, 118), (1.0, 75)),
    ((0.0, 0.0), (0.12, 0.8), (0.4, 1.0), (0.8, 0.6), (1.0, 0.0)),
    ((0.0, (330, 850, 1500, 2200, 2900)), (0.35, (250, 620, 1150, 1700, 2350)), (1.0, (220, 520, 980, 1450, 2050))),
    breath=0.22,
    jitter=0.03,
    shimmer=0.25,
    double=0.2,
    tilt=1100,
    growl=0.35,
)
_BUGLE = Utterance(
    2.3,
    ((0.0, 420), (0.2, 1150), (0.35, 1750), (0.75, 1850), (0.9, 900), (1.0, 350)),
    ((0.0, 0.0), (0.12, 0.5), (0.35, 1.0), (0.78, 0.9), (0.92, 0.4), (1.0, 0.0)),
    (
        (0.0, (500, 1300, 2400, 3600)),
        (0.35, (1500, 2300, 3400, 4600)),
        (0.75, (1600, 2400, 3500, 4700)),
        (1.0, (450, 1100, 2200, 3400)),
    ),
    breath=0.12,
    jitter=0.008,
    shimmer=0.06,
    tilt=1500,
)
_BARK = Utterance(
    0.3,
    ((0.0, 330), (0.2, 480), (0.6, 400), (1.0, 230)),
    ((0.0, 0.0), (0.05, 1.0), (0.4, 0.7), (1.0, 0.0)),
    ((0.0, (600, 1400, 2500, 3600, 5000)), (0.3, (900, 1800, 2900, 4000, 5300)), (1.0, (550, 1300, 2400, 3500, 4900))),
    breath=0.45,
    jitter=0.05,
    shimmer=0.35,
    double=0.3,
    tilt=2000,
    growl=0.35,
)
_CALLS = {
    "roar": Call((_ROAR,), (0.6,), (1, 3), 6.0, 0.1),
    "bugle": Call((_BUGLE,), (0.8,), (1, 1), 6.0, 0.1),
    "bark": Call((_BARK,), (0.7,), (1, 3), 3.5, 0.1),
}


def build(params: Deer, studio: Studio) -> Instrument:
    """Build a deer."""
    throat = throat_of(params.mass, 1.0, params.agitation)
    call = _CALLS[params.kind]
    if params.kind == "roar" and params.agitation > 0.7:
        call = replace(call, times=(3, 5), rest=8.0)
    return company(studio, call, Company(throat, metres=params.distance))


DEER = Family(
    "deer",
    "Deer: roaring stags, bugling elk, barking roe.",
    Deer,
    build,
    model=(
        "A roaring stag pulls its larynx down to the breastbone while it calls: a rough pulse train near 110 Hz"
        " whose formants fall together as the tract lengthens from some 55 to 80 cm; excited, it roars in bouts."
        " The bugle climbs to a whistle-like voice near 2 kHz, is held, and drops; the bark is a short rough arc."
        " Mass scales folds and tract, distance takes the treble and adds echoes of the wood."
    ),
    source=(
        "Reby & McComb, Anatomical constraints generate honesty: acoustic cues to age and weight in the roars of"
        " red deer stags (2003); Fitch & Reby, The descended larynx is not uniquely human (2001); Feighny,"
        " Williamson & Clarke, North American elk bugle vocalizations: male and female bugle call structure and"
        " context (2006); Reby, Cargnelutti, Joachim & Aulagnier, Spectral acoustic structure of barking in roe"
        " deer (1999)."
    ),
)

"""Babies: crying, fussing, cooing and laughing. Speech and crowds are others' matter."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.throat import HOLD, Call, Company, Throat, company
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Baby:
    """A baby: what it does, how old it is, and how upset or excited."""

    kind: str = choice("cry", "coo", "laugh")
    age: float = span(4.0, 0.0, 36.0, unit="months")
    agitation: float = span(0.4)


_CRY = Utterance(
    1.0,
    ((0.0, 360), (0.2, 470), (0.6, 450), (1.0, 340)),
    HOLD,
    ((0.0, (700, 1500, 3300, 4800, 6500)), (0.3, (1150, 1950, 3500, 5000, 6800)), (1.0, (850, 1600, 3300, 4800, 6500))),
    breath=0.1,
    jitter=0.018,
    shimmer=0.12,
    double=0.08,
    tilt=2600,
    tremble=(6.0, 0.02, 0.1),
)
_GASP = replace(_CRY, duration=0.22, pitch=((0.0, 420), (1.0, 520)), breath=0.96, tremble=(0.0, 0.0, 0.0))
_COO = Utterance(
    0.75,
    ((0.0, 290), (0.3, 370), (0.7, 340), (1.0, 270)),
    HOLD,
    ((0.0, (480, 1150, 3300, 4800, 6500)), (0.5, (820, 1550, 3400, 4900, 6600)), (1.0, (560, 1250, 3300, 4800, 6500))),
    breath=0.14,
    jitter=0.012,
    shimmer=0.08,
    tilt=1300,
)
_HA = Utterance(
    0.14,
    ((0.0, 380), (0.35, 480), (1.0, 360)),
    ((0.0, 0.0), (0.15, 1.0), (0.6, 0.6), (1.0, 0.0)),
    ((0.0, (1050, 1900, 3500, 5000, 6800)), (1.0, (1000, 1800, 3400, 4900, 6700))),
    breath=0.3,
    jitter=0.02,
    shimmer=0.15,
    tilt=2000,
)
_CALLS = {
    "cry": Call((_CRY, _GASP), (0.08, 0.1), (2, 4), 5.5, 0.09),
    "coo": Call((_COO,), (0.3,), (1, 3), 3.0, 0.16),
    "laugh": Call((_HA,), (0.085,), (4, 9), 3.2, 0.1),
}


def build(params: Baby, studio: Studio) -> Instrument:
    """Build a baby."""
    years = params.age / 12
    tract = (8.0 / (7.6 + 1.25 * years)) ** 0.9
    throat = Throat(1.1 / (1 + 0.1 * years), tract, params.agitation)
    return company(studio, _CALLS[params.kind], Company(throat))


BABY = Family(
    "baby",
    "Babies: crying, cooing, laughing.",
    Baby,
    build,
    model=(
        "A cry is one breath out of about a second, at 400 to 500 Hz rising and falling, through the formants of a"
        " tract of some 8 cm, then a gasp in; tension adds tremor and period doubling. Cooing is soft, dark and"
        " with the mouth half shut, laughter a series of short breathy bursts, some four a second. Age lengthens"
        " tract and folds, agitation raises pitch, roughness and pace."
    ),
    source=(
        "Wasz-Höckert, Lind, Vuorenkoski, Partanen & Valanné, The Infant Cry: a spectrographic and auditory"
        " analysis (1968); Michelsson & Michelsson, Phonation in the newborn, infant cry (1999); Vorperian et al.,"
        " Vocal tract length development during the first two decades of life (2009)."
    ),
)

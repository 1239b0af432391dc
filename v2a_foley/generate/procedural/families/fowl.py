"""Fowl of the yard: crowing cocks, clucking hens, peeping chicks, turkeys and peacocks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.families.song import whistle
from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay
from v2a_foley.generate.procedural.parts.throat import (
    HOLD,
    PUFF,
    Call,
    Company,
    Throat,
    arc,
    company,
    company_of,
    open_close,
    scaled,
    throat_of,
)
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Fowl:
    """Fowl: which, their mass against the kind's usual, how agitated, and how many."""

    species: str = choice("rooster", "hen", "chick", "turkey", "peacock", "quail")
    mass: float = span(1.0, 0.4, 1.8, unit="of the kind's")
    agitation: float = span(0.4)
    number: int = span(1, 1, 30)


_TUBE = (850.0, 1700.0, 2900.0, 4200.0, 6300.0)
_WIDE = (1150.0, 1950.0, 3000.0, 4300.0, 6400.0)
_COCK = Utterance(
    0.16, arc(480, 700, 640), PUFF, open_close(_TUBE, _WIDE), breath=0.07, jitter=0.012, shimmer=0.1, tilt=3500
)
_LAST = replace(
    _COCK,
    duration=0.95,
    pitch=((0.0, 820), (0.2, 900), (0.6, 800), (1.0, 470)),
    loud=HOLD,
    double=0.12,
    breath=0.12,
)
_DOODLE = (
    _COCK,
    replace(_COCK, duration=0.13, pitch=arc(650, 820, 780)),
    replace(_COCK, duration=0.26, pitch=((0.0, 760), (0.5, 930), (1.0, 860)), loud=HOLD),
    _LAST,
)
_CLUCK = Utterance(
    0.12,
    ((0.0, 410), (0.3, 475), (1.0, 350)),
    ((0.0, 0.0), (0.07, 1.0), (0.6, 0.7), (1.0, 0.0)),
    ((0.0, (840, 1800, 3240, 4440, 6720)), (0.3, (1260, 2220, 3600, 4920, 6960)), (1.0, (900, 1740, 3120, 4320, 6720))),
    breath=0.2,
    jitter=0.02,
    shimmer=0.2,
    double=0.15,
    tilt=3000,
    sharp=1.3,
)
_GOBBLE = Utterance(
    0.08,
    ((0.0, 378), (0.3, 684), (1.0, 630)),
    HOLD,
    ((0.0, (700, 1500, 3000, 4200, 6000)), (0.5, (1050, 1850, 3100, 4300, 6000)), (1.0, (850, 1650, 3000, 4200, 6000))),
    breath=0.1,
    jitter=0.015,
    shimmer=0.12,
    double=0.1,
    tilt=3500,
)
_MEWL = Utterance(
    0.75,
    ((0.0, 620), (0.18, 860), (0.5, 990), (0.8, 760), (1.0, 560)),
    ((0.0, 0.0), (0.1, 0.45), (0.35, 1.0), (0.7, 0.6), (1.0, 0.0)),
    (
        (0.0, (560, 1900, 3300, 4700, 7500)),
        (0.25, (900, 1900, 3400, 4800, 7500)),
        (0.55, (1350, 2100, 3300, 4700, 7500)),
        (1.0, (650, 1300, 3000, 4500, 7500)),
    ),
    breath=0.08,
    jitter=0.012,
    shimmer=0.1,
    tilt=4000,
)
_WHIP = Utterance(
    0.13,
    ((0.0, 1600), (0.4, 2300), (1.0, 2000)),
    PUFF,
    ((0.0, (1700, 3600, 5600)), (0.5, (2300, 4000, 6000)), (1.0, (2000, 3800, 5800))),
    breath=0.08,
    jitter=0.01,
    shimmer=0.08,
    tilt=3500,
)
_CALLS = {
    "rooster": Call(_DOODLE, (0.06, 0.03, 0.02, 0.5), (1, 1), 5.0, 0.06),
    "hen": Call((_CLUCK,), (0.18,), (3, 6), 2.2, 0.12),
    "turkey": Call((_GOBBLE,), (0.035,), (9, 13), 3.5, 0.08),
    "peacock": Call((_MEWL,), (0.3,), (1, 3), 4.0, 0.08),
    "quail": Call(
        (replace(_WHIP, duration=0.08), _WHIP, replace(scaled(_WHIP, 0.9), duration=0.09)),
        (0.1, 0.06, 0.3),
        (1, 3),
        3.0,
        0.06,
    ),
}


def _peeps(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Peep as chicks do: nearly pure sweeps from 4 kHz down."""
    parts, top = [], 4200 * throat.pitch * (0.95 + 0.06 * strength)
    for k in range(int(rng.integers(2, 6))):
        bow = ((0, top * 0.92), (0.2, top * around(rng, 1, 0.03)), (1, top * 0.62))
        cheep = between(rng, 0.7, 1) * whistle(0.11, bow, rng, harmonics=(1, 0.12, 0.05))
        parts.append((k * 0.21 * around(rng, 1, 0.08), cheep))
    return lay(parts)


def build(params: Fowl, studio: Studio) -> Instrument:
    """Build one bird or a yard of them."""
    many = Company(throat_of(params.mass, 1.0, params.agitation), params.number)
    if params.species == "chick":
        return company_of(studio, _peeps, 1.5, many)
    return company(studio, _CALLS[params.species], many)


FOWL = Family(
    "fowl",
    "Fowl: crowing cocks, clucking hens, peeping chicks, turkeys, peacocks, quails.",
    Fowl,
    build,
    model=(
        "A syrinx with many partials through a windpipe that neck and bill open: the cock crows four syllables"
        " that climb to 900 Hz and fall at the end of the last, hens cluck in short falling arcs, chicks peep"
        " nearly pure sweeps from 4 kHz down, the turkey gobbles ten syllables in one breath, the peacock mewls,"
        " the quail whips three notes. Mass lowers voice and tract, agitation raises pitch, roughness and rate; a"
        " yard of hens takes turns."
    ),
    source=(
        "Collias & Joos, The spectrographic analysis of sound signals of the domestic fowl (1953); Wood-Gush, The"
        " Behaviour of the Domestic Fowl (1971); Marx, Leppelt & Ellendorff, Vocalisation in chicks during stepwise"
        " social isolation (2001)."
    ),
)

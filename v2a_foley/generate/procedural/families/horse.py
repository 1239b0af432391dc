"""Horses and asses: whinnies of two voices, nickers, snorts, the donkey's bray and the zebra's bark."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, lowpass, once
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, seconds, swell, unit
from v2a_foley.generate.procedural.parts.throat import (
    HOLD,
    PUFF,
    Call,
    Company,
    Throat,
    arc,
    company_of,
    open_close,
    scaled,
    throat_of,
    utter,
)
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 500.0


@dataclass(frozen=True)
class Horse:
    """A horse or its kin: what it does, its mass, how agitated it is, and how many there are."""

    kind: str = choice("neigh", "snort", "nicker", "bray", "zebra")
    mass: float = span(500.0, 60.0, 950.0, unit="kg")
    agitation: float = span(0.4)
    number: int = span(1, 1, 8)


_WHINNY = Utterance(
    1.7,
    ((0.0, 620), (0.1, 1050), (0.4, 980), (0.75, 700), (1.0, 330)),
    ((0.0, 0.0), (0.08, 1.0), (0.5, 0.8), (0.85, 0.4), (1.0, 0.0)),
    ((0.0, (900, 1700, 3000, 4200, 6000)), (0.5, (1100, 2000, 3200, 4400, 6200)), (1.0, (600, 1300, 2700, 4000, 5800))),
    breath=0.22,
    jitter=0.02,
    shimmer=0.15,
    tilt=2600,
    tremble=(11.5, 0.1, 0.4),
)
_UNDER = replace(
    _WHINNY,
    pitch=((0.0, 180), (0.15, 270), (0.5, 250), (1.0, 130)),
    vowels=(
        (0.0, (500, 1100, 2100, 3200, 4500)),
        (0.5, (650, 1300, 2300, 3300, 4600)),
        (1.0, (450, 1000, 2000, 3100, 4500)),
    ),
    double=0.3,
    shimmer=0.3,
    tilt=1400,
)
_NICKER = Utterance(
    0.95,
    ((0.0, 75), (0.4, 110), (1.0, 80)),
    HOLD,
    ((0.0, (320, 800, 1600, 2500, 3700)), (0.5, (420, 950, 1700, 2600, 3800)), (1.0, (340, 800, 1600, 2500, 3700))),
    breath=0.25,
    jitter=0.03,
    shimmer=0.2,
    tilt=1100,
    tremble=(13.0, 0.08, 0.65),
)
_BRAY_IN = Utterance(
    0.45,
    ((0.0, 420), (1.0, 640)),
    HOLD,
    open_close((600, 1500, 2600, 3700), (800, 1700, 2800, 3900)),
    breath=0.55,
    jitter=0.05,
    shimmer=0.3,
    tilt=3000,
)
_BRAY_OUT = Utterance(
    0.6,
    arc(300, 330, 230),
    HOLD,
    open_close((600, 1200, 2400, 3500), (820, 1400, 2500, 3600)),
    breath=0.22,
    jitter=0.05,
    shimmer=0.3,
    double=0.3,
    tilt=2500,
    growl=0.4,
)
_ZEBRA = replace(scaled(_WHINNY, 0.8, 1.0), duration=0.35, loud=PUFF)
_CALLS = {
    "neigh": Call((_WHINNY,), (0.8,), (1, 1), 5.0, 0.1),
    "nicker": Call((_NICKER,), (0.3,), (1, 2), 3.2, 0.12),
    "bray": Call((_BRAY_IN, _BRAY_OUT), (0.05, 0.1), (2, 4), 7.0, 0.08),
    "zebra": Call((_ZEBRA,), (0.12,), (3, 5), 4.0, 0.08),
}


def _neigh(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Whinny with two voices at once: the whistled high one and the folds' low one."""
    high = utter(_CALLS["neigh"], throat, strength, rng)
    low = utter(replace(_CALLS["neigh"], utterances=(_UNDER,)), throat, strength, rng)
    return lay([(0.0, high), (0.03, 0.4 * low)])


def _snort(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Blow through the nostrils, whose loose wings flutter some thirty times a second."""
    n = seconds(around(rng, 0.85, 0.15))
    time = clock(n)
    flutter = around(rng, 27, 0.12) * throat.tract**0.7 * (1 - 0.25 * time / time[-1])
    phase = (
        np.cumsum(flutter * (1 + 0.08 * np.interp(time, np.linspace(0, time[-1], 30), rng.standard_normal(30)))) / RATE
    )
    gate = (1 - 0.85 * (0.5 + 0.5 * np.sin(2 * np.pi * phase))) ** 2
    air = rng.standard_normal(n)
    nose = throat.tract
    blow = 1.4 * once(air, band(180 * nose, 900 * nose)) + once(air, band(1100 * nose, 4200 * nose), lowpass(6000))
    flow = swell(n, 0.05, n / RATE * between(rng, 0.55, 0.75))
    return (0.5 + 0.5 * strength) * unit(blow * flow * (0.25 + 0.75 * gate))


def build(params: Horse, studio: Studio) -> Instrument:
    """Build one horse or several."""
    throat = throat_of(params.mass, _NOMINAL, params.agitation)
    throat = replace(throat, tract=throat.tract**0.8)
    many = Company(throat, params.number)
    if params.kind == "neigh":
        return company_of(studio, _neigh, 5.0, many)
    if params.kind == "snort":
        return company_of(studio, _snort, 3.5, many)
    call = _CALLS[params.kind]
    return company_of(studio, lambda who, strength, rng: utter(call, who, strength, rng), call.rest, many)


HORSE = Family(
    "horse",
    "Horses and asses: neighs, snorts, nickers, brays, zebras' barks.",
    Horse,
    build,
    model=(
        "A whinny has two fundamentals that do not go together: a high one near 1 kHz that climbs, trembles and"
        " falls, and the folds' own below 300 Hz; both go through the formants of the long head. A nicker is a low"
        " shaken murmur behind shut lips; a bray a rough voice on the breath in and out; the zebra repeats short"
        " whinnies. A snort is breath alone, turbulent in the nostrils, whose loose wings flutter at about 27 Hz."
        " Mass scales the folds, the tract and the nostrils, agitation pitch, roughness and pace."
    ),
    source=(
        "Briefer et al., Segregation of information about emotional arousal and valence in horse whinnies (2015);"
        " Waring, Horse Behavior (2003), on nickers and snorts; Fitch, The evolution of speech (2000), on tract"
        " length."
    ),
)

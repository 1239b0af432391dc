"""Mice, rats and squirrels: squeaks, chatter, and the gnawing of teeth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, once
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit
from v2a_foley.generate.procedural.parts.throat import (
    PUFF,
    SNAP,
    Call,
    Company,
    Throat,
    arc,
    company,
    company_of,
    throat_of,
)
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Rodent:
    """Rodents: what they do, their mass in grams, how agitated they are, and how many."""

    kind: str = choice("squeak", "chatter", "gnaw")
    mass: float = span(60.0, 8.0, 1500.0, unit="g")
    agitation: float = span(0.4)
    number: int = span(1, 1, 30)


_SQUEAK = Utterance(
    0.09, arc(2600, 3600, 2700), PUFF, ((0.0, (2800, 4200, 7000)), (1.0, (3100, 4600, 7400))), breath=0.05, tilt=6000
)
_CHIT = Utterance(
    0.06,
    ((0.0, 780), (0.3, 900), (1.0, 560)),
    SNAP,
    ((0.0, (1400, 3000, 5200, 7200)), (0.4, (2000, 3600, 5700, 7600)), (1.0, (1400, 2900, 5100, 7100))),
    breath=0.35,
    jitter=0.04,
    shimmer=0.25,
    double=0.2,
    tilt=5000,
)
_CALLS = {
    "squeak": Call((_SQUEAK,), (0.08,), (1, 4), 1.2, 0.12),
    "chatter": Call((_CHIT,), (0.09,), (4, 11), 2.5, 0.08),
}
_NOMINAL = {"squeak": 30.0, "chatter": 400.0, "gnaw": 60.0}


def _gnaw(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Scrape incisors over wood, five to nine strokes a second: each a crackle of fibres that give way."""
    parts, at = [], 0.0
    rate = 7.0 * throat.tract**0.3 * 2 ** (0.8 * (throat.arousal - 0.4))
    wood = (900 * throat.tract**0.4, 5200 * throat.tract**0.4)
    for _ in range(int(rng.integers(5, 14))):
        n = seconds(around(rng, 0.07, 0.2))
        fibres = rng.standard_normal(n) * (rng.random(n) < between(rng, 0.01, 0.03)) + 0.02 * rng.standard_normal(n)
        stroke = once(fibres, band(*wood)) * burst(n, 0.008, 0.12)
        parts.append((at, (0.5 + 0.5 * strength) * between(rng, 0.5, 1.0) * unit(stroke)))
        at += around(rng, 1 / rate, 0.15)
    return lay(parts)


def build(params: Rodent, studio: Studio) -> Instrument:
    """Build one rodent or several."""
    throat = throat_of(params.mass, _NOMINAL[params.kind], params.agitation)
    throat = replace(throat, pitch=throat.pitch**0.6, tract=throat.tract**0.6)
    many = Company(throat, params.number)
    return company_of(studio, _gnaw, 1.8, many) if params.kind == "gnaw" else company(studio, _CALLS[params.kind], many)


RODENT = Family(
    "rodent",
    "Mice, rats, squirrels: squeaks, chatter, gnawing.",
    Rodent,
    build,
    model=(
        "Audible squeaks are short arcs of the vocal folds near 3 kHz (the whistles above 20 kHz are not heard);"
        " squirrels chatter in series of short rough calls that start at once. Gnawing is no voice: incisors scrape"
        " some seven times a second, and in each stroke fibres of wood give way as a crackle of short noise. Mass"
        " scales pitch, tract and stroke, agitation pitch, roughness and rate; many share a wall."
    ),
    source=(
        "Sales & Pye, Ultrasonic Communication by Animals (1974); Riede, Borgard & Pasch, Laryngeal airway"
        " reconstruction indicates that rodent ultrasonic vocalizations are produced by an edge-tone mechanism"
        " (2017); Smith, Structure of the vocalizations of the red squirrel (1978)."
    ),
)

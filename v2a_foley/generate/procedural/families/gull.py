"""Gulls and terns: cries and long calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import lay
from v2a_foley.generate.procedural.parts.throat import Call, Company, Throat, company_of, scaled, throat_of, utter
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 1.0


@dataclass(frozen=True)
class Gull:
    """Gulls: which, their mass, how agitated, how many, and how far away."""

    species: str = choice("gull", "tern")
    mass: float = span(1.0, 0.1, 1.8, unit="kg")
    agitation: float = span(0.4)
    number: int = span(3, 1, 30)
    distance: float = span(20.0, 1.0, 400.0, unit="m")


_CRY = Utterance(
    0.48,
    ((0.0, 780), (0.15, 1180), (0.5, 1050), (1.0, 720)),
    ((0.0, 0), (0.08, 1), (0.6, 0.8), (1, 0)),
    (
        (0.0, (1000, 1900, 3200, 4800, 7000)),
        (0.3, (1500, 2500, 3700, 5200, 7300)),
        (1.0, (1050, 1900, 3200, 4800, 7000)),
    ),
    breath=0.06,
    jitter=0.012,
    shimmer=0.08,
    double=0.1,
    tilt=4500,
)
_SCRAPE = replace(scaled(_CRY, 1.9, 1.5), duration=0.22, breath=0.3, growl=0.5, double=0.3, shimmer=0.3)


def _long(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Cry once, drawn out, or laugh: a series of short cries that falls off."""
    if rng.random() < 0.4:
        return utter(Call((replace(_CRY, duration=0.77),)), throat, strength, rng)
    short = Call((replace(_CRY, duration=0.26),))
    count = int(rng.integers(3, 7))
    return lay(
        [(k * 0.33 * around(rng, 1, 0.05), (1 - 0.08 * k) * utter(short, throat, strength, rng)) for k in range(count)]
    )


def _tern(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    return utter(Call((_SCRAPE,), (0.08,), (1, 4)), throat, strength, rng)


_VOICES: dict[str, tuple[Callable[[Throat, float, np.random.Generator], Wave], float, float]] = {
    "gull": (_long, 3.2, _NOMINAL),
    "tern": (_tern, 2.2, 0.12),
}


def build(params: Gull, studio: Studio) -> Instrument:
    """Build one gull or a colony."""
    voice, rest, nominal = _VOICES[params.species]
    throat = throat_of(params.mass if params.species == "gull" else params.mass * nominal, nominal, params.agitation)
    return company_of(studio, voice, rest, Company(throat, params.number, params.distance))


GULL = Family(
    "gull",
    "Gulls and terns: cries, long calls, scraping terns.",
    Gull,
    build,
    model=(
        "A tense syrinx at about 1 kHz with strong partials through a windpipe and a bill that opens and shuts:"
        " single drawn-out cries, and the long call, a laughing series of short ones that falls off. Terns scrape"
        " an octave above, rough and short; for them the mass is that against a gull's. Mass lowers voice and"
        " tract, agitation raises pitch, roughness and rate; a colony cries from near and far."
    ),
    source=(
        "Beer, Individual recognition of voice in the social behavior of birds (1970); Fletcher & Tarnopolsky,"
        " Acoustics of the avian vocal tract (1999); Tinbergen, The Herring Gull's World (1953)."
    ),
)

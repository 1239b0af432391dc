"""Birds of prey by day: the eagle's thin chirps, the hawk's scream, the falcon's cackle. Owls have their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.song import whistle
from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import through_air
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import lay, unit
from v2a_foley.generate.procedural.parts.throat import turns


@dataclass(frozen=True)
class Raptor:
    """A bird of prey: which, its mass, how agitated, and how far away."""

    species: str = choice("eagle", "hawk", "falcon")
    mass: float = span(1.0, 0.4, 1.8, unit="of the kind's")
    agitation: float = span(0.4)
    distance: float = span(40.0, 1.0, 600.0, unit="m")


def _eagle(body: float, fast: float, rng: np.random.Generator) -> Wave:
    """A falling series of thin, sharp whistles."""
    parts, top = [], 2900 * body
    for k in range(int(rng.integers(4, 8))):
        bow = ((0, top * 0.85), (0.3, top), (1, top * (0.72 - 0.01 * k)))
        cry = whistle(0.13, bow, rng, harmonics=(1, 0.35, 0.2, 0.08), beat=0.35)
        parts.append((k * 0.17 / fast * around(rng, 1, 0.06), (1 - 0.09 * k) * cry))
    return lay(parts)


def _hawk(body: float, fast: float, rng: np.random.Generator) -> Wave:
    """A hoarse scream of one to three seconds that climbs at once and slides down."""
    top = 3300 * body
    length = around(rng, 1.7, 0.15) / fast**0.3
    slide = ((0, 0.75 * top), (0.06, top), (0.4, 0.9 * top), (1, 0.62 * top))
    parts = [(0.0, whistle(length, slide, rng, harmonics=(1, 0.4, 0.22, 0.1, 0.05), beat=0.5))]
    scream = lay(parts)
    n = len(scream)
    knots = np.linspace(0, n, int(300 * n / RATE))
    rough = 1 + 0.55 * np.interp(np.arange(n), knots, rng.standard_normal(len(knots)))
    return np.asarray(scream * np.clip(rough, 0.05, None))


def _falcon(body: float, fast: float, rng: np.random.Generator) -> Wave:
    """A cackle: harsh short notes, six a second."""
    parts, top = [], 2500 * body
    for k in range(int(rng.integers(5, 13))):
        bow = ((0, top * 0.7), (0.4, top * around(rng, 1, 0.02)), (1, top * 0.75))
        note = whistle(0.1, bow, rng, harmonics=(1, 0.8, 0.5, 0.3, 0.15), beat=0.6)
        parts.append((k * 0.165 / fast * around(rng, 1, 0.04), around(rng, 1, 0.08) * note))
    return lay(parts)


_SPECIES: dict[str, tuple[Callable[[float, float, np.random.Generator], Wave], float]] = {
    "eagle": (_eagle, 4.5),
    "hawk": (_hawk, 5.5),
    "falcon": (_falcon, 4.0),
}


def build(params: Raptor, studio: Studio) -> Instrument:
    """Build one bird."""
    cry, rest = _SPECIES[params.species]
    own = studio.rng("individual")
    body = params.mass**-0.4 * around(own, 1.0, 0.05) * 2 ** (0.3 * (params.agitation - 0.4))
    fast = 2 ** (params.agitation - 0.4)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return through_air(unit(cry(body * (0.97 + 0.06 * strength), fast, rng)), params.distance, rng)

    return Instrument(strike=strike, rhythm=turns(rest, 1, params.agitation))


RAPTOR = Family(
    "raptor",
    "Birds of prey: eagles' chirps, hawks' screams, falcons' cackle.",
    Raptor,
    build,
    model=(
        "A syrinx blown hard: a whistle between 2 and 4 kHz with strong partials. Eagles chirp thinly in a falling"
        " series, the hawk screams once, climbing at once and sliding down, its amplitude torn by irregular"
        " vibration, falcons cackle six harsh notes a second. Mass lowers the voice, agitation raises and quickens"
        " it; the height they call from takes the treble and leaves echoes of the land."
    ),
    source=(
        "Fletcher, Bird song: a quantitative acoustic model (1988); Cade, The Falcons of the World (1982); Preston"
        " & Beane, Red-tailed Hawk, The Birds of North America (1993)."
    ),
)

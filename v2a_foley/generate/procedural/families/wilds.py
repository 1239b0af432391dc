"""Wild places: woods, meadows, jungles and swamps, of leaves, birds, insects and frogs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from v2a_foley.generate.procedural.families.cicada import Cicada
from v2a_foley.generate.procedural.families.cicada import build as build_cicada
from v2a_foley.generate.procedural.families.cricket import Cricket
from v2a_foley.generate.procedural.families.cricket import build as build_cricket
from v2a_foley.generate.procedural.families.drops import into_water
from v2a_foley.generate.procedural.families.frog import Frog
from v2a_foley.generate.procedural.families.frog import build as build_frog
from v2a_foley.generate.procedural.families.song import songbird, whistle
from v2a_foley.generate.procedural.families.wind import Wind, build_wind
from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Play, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import highpass, lowpass, once
from v2a_foley.generate.procedural.parts.layers import Make, Sparse, layer, layered
from v2a_foley.generate.procedural.parts.noise import between
from v2a_foley.generate.procedural.parts.shapes import lay


@dataclass(frozen=True)
class Forest:
    """A wild place: how many birds and insects, how much wind, what grows there."""

    birds: float = span(0.5)
    insects: float = span(0.1)
    wind: float = span(0.3)
    growth: str = choice("broadleaf", "conifer", "grass", "jungle", "swamp", "savanna")


def _afar(song: Wave, rng: np.random.Generator, rank: int) -> Wave:
    """Take a song some way into the wood: duller, and with the echoes of trunks."""
    wet = np.concatenate([song, np.zeros(RATE // 3)])
    dry = wet.copy()
    for _ in range(6):
        late = int(between(rng, 0.015, 0.3) * RATE)
        wet[late:] += 0.3 * rng.choice([-1.0, 1.0]) * np.exp(-5 * late / RATE) * dry[:-late]
    return once(wet, lowpass(max(9000 - 700 * rank, 2500), 1))


def _singer(own: np.random.Generator, growth: str, rank: int) -> Make:
    """A bird of that place, at its distance."""
    if growth == "jungle" and rank % 2 == 0:
        base, low = between(own, 500, 1600), own.random() < 0.5

        def tropical(rng: np.random.Generator) -> Wave:
            parts, at = [], 0.0
            for _ in range(int(rng.integers(2, 7))):
                length = between(rng, 0.12, 0.5)
                bend = ((0.0, base), (0.5, base * 1.35), (1.0, base * (0.9 if low else 1.7)))
                parts.append((at, whistle(length, bend, rng, harmonics=(1.0, 0.3, 0.12), beat=0.4 * low)))
                at += length + between(rng, 0.04, 0.25)
            return _afar(lay(parts), rng, rank)

        return tropical
    sing = songbird(own, *((1900, 5000) if growth in ("jungle", "swamp") else (2100, 6600)))
    return lambda rng: _afar(sing(rng), rng, rank) if rank > 1 else sing(rng)


_AIRS = {
    "broadleaf": "leaves",
    "conifer": "needles",
    "grass": "grass",
    "jungle": "leaves",
    "swamp": "grass",
    "savanna": "grass",
}


def _insects(params: Forest, studio: Studio) -> tuple[tuple[Instrument, float], ...]:
    """The insects of a place, and how loud they are among each other."""
    many = 2 + round(9 * params.insects)
    if params.growth == "jungle":
        cicadas = build_cicada(Cicada(38.0, number=1 + round(4 * params.insects)), studio)
        return (cicadas, 0.8), (build_cricket(Cricket("tree_cricket", 26.0, many, 0.7), studio), 0.5)
    if params.growth in ("grass", "savanna"):
        hot = 30.0 if params.growth == "savanna" else 22.0
        hoppers = build_cricket(Cricket("grasshopper", hot, many, 0.5), studio)
        return (hoppers, 0.8), (build_cricket(Cricket("field_cricket", hot, max(many // 2, 1), 0.5), studio), 0.5)
    return ((build_cricket(Cricket("field_cricket", 20.0, many, 0.5), studio), 0.9),)


def build_forest(params: Forest, studio: Studio) -> Instrument:
    """Build a wild place: wind in what grows there, birds near and far, insects, and in swamps frogs."""
    wind = build_wind(Wind(3.0 + 9 * params.wind, 0.35, _AIRS[params.growth]), studio)
    layers: list[Play] = [layer(wind, studio, 0.08 + 0.75 * params.wind**1.3, highpass(220, 2))]
    singers = [_singer(studio.rng("singer", k), params.growth, k) for k in range(round(7 * params.birds))]
    layers += [
        Sparse(studio, f"bird{k}", 5.0 + 0.6 * k, sing, 1.3 / (1 + 0.5 * k), early=k == 0)
        for k, sing in enumerate(singers)
    ]
    if params.insects:
        for k, (instrument, gain) in enumerate(_insects(params, studio)):
            layers.append(layer(instrument, studio, gain * params.insects, highpass(900 + 300 * k, 1)))
    if params.growth == "swamp":
        for k, species in enumerate(("pond_frog", "tree_frog", "bullfrog")):
            croak = build_frog(Frog(species, number=4, distance=8.0 + 12 * k), Studio(1, (*studio.entropy, k))).strike
            assert croak is not None  # noqa: S101 - a frog always calls
            call = partial(croak, 0.7)
            layers.append(Sparse(studio, f"frog{k}", 2.6 + 2.8 * k, call, 0.9 / (1 + 0.4 * k)))
        layers.append(Sparse(studio, "water", 3.5, lambda rng: into_water(between(rng, 3, 7), 0.3, 0.7, rng), 0.35))
    return Instrument(play=layered(layers))


FOREST = Family(
    "forest",
    "Wild places: wind in leaves, needles or grass, birds near and far, insects, frogs.",
    Forest,
    build_forest,
    model="`wind` in what grows there is the bed. Songbirds near and far sing from repertoires of their own, the far "
    "ones duller and with echoes of trunks; in the jungle every other one has a low, slow, sliding call. Insects are "
    "`cricket` and `cicada` of the place and its warmth; a swamp has `frog`s of three kinds, and drops.",
    source="Schafer, The Soundscape (1977); Krause, Anatomy of the soundscape, J. Audio Eng. Soc. 56 (2008); Marler & "
    "Slabbekoorn, Nature's Music (2004); Gerhardt & Huber, Acoustic Communication in Insects and Anurans (2002).",
)

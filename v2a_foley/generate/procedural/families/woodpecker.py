"""Woodpeckers: drumming on dry wood, and pecking for food."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import through_air
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, unit
from v2a_foley.generate.procedural.parts.throat import turns


@dataclass(frozen=True)
class Woodpecker:
    """A woodpecker: drumming or pecking, its blows a second, the branch's thickness, how dry it is, how far away."""

    kind: str = choice("drum", "peck")
    rate: float = span(18.0, 8.0, 26.0, unit="/s")
    branch: float = span(15.0, 4.0, 60.0, unit="cm")
    dry: float = span(0.7)
    distance: float = span(30.0, 1.0, 400.0, unit="m")


def build(params: Woodpecker, studio: Studio) -> Instrument:
    """Build a woodpecker at its tree."""
    size = float(np.clip(0.5 + 0.3 * np.log2(params.branch / 15), 0.02, 0.98))
    trunk = body_of("wood", size, studio.rng("trunk"))
    damp = 1.0 - 0.85 * params.dry

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        knocks = [unit(blow(trunk, 0.55 + 0.35 * strength, 0.75, rng, damp=damp)) for _ in range(5)]
        parts, at = [], 0.0
        if params.kind == "drum":
            count = int(rng.integers(9, 18))
            for k in range(count):
                parts.append((at, (1 - 0.55 * k / count) * knocks[int(rng.integers(5))]))
                at += (1 - 0.25 * k / count) / params.rate * around(rng, 1, 0.015)
        else:
            for _ in range(int(rng.integers(1, 6))):
                parts.append((at, between(rng, 0.4, 1.0) * knocks[int(rng.integers(5))]))
                at += around(rng, 0.34, 0.35)
        return through_air(lay(parts), params.distance, rng)

    return Instrument(strike=strike, rhythm=turns(4.8 if params.kind == "drum" else 2.2))


WOODPECKER = Family(
    "woodpecker",
    "Woodpeckers: drumming and pecking.",
    Woodpecker,
    build,
    model=(
        "A bill of bone strikes a branch: modes of wood, whose pitch goes with its thickness and whose damping"
        " with its moisture, struck by a hard and short contact. Drumming gives some nine to seventeen blows that"
        " come a little faster and weaker towards the end, no two alike because the place and the strength differ;"
        " pecking is slow and irregular. Distance takes the treble and adds the echoes of the wood."
    ),
    source=(
        "Stark, Dodenhoff & Johnson, A quantitative analysis of woodpecker drumming (1998); Dodenhoff, Stark &"
        " Johnson, Do woodpecker drums encode information for species recognition? (2001); van den Doel & Pai, The"
        " sounds of physical shapes (1998)."
    ),
)

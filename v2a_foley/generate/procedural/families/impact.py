"""Things that are struck, each with one blow: bodies of a material, a size, held or free, solid or hollow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import MATERIALS, blow, body_of, held, hollow


@dataclass(frozen=True)
class Impact:
    """A blow on a body: what it is made of, how large it is, how hard the hammer, how it is held, how hollow."""

    material: str = choice(*MATERIALS)
    size: float = span(0.4)
    hardness: float = span(0.6)
    damping: float = span(0.0)
    hollowness: float = span(0.0)


def build(params: Impact, studio: Studio) -> Instrument:
    """Build a body and its hammer."""
    own = studio.rng("body")
    body = held(body_of(params.material, params.size, own), params.damping)
    body = hollow(body, params.hollowness, 620 * 0.14**params.size, own)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return blow(body, params.hardness, strength, rng)

    return Instrument(strike=strike, rhythm=steady(1.1, 0.5))


IMPACT = Family(
    "impact",
    "Something is struck: a bank of modes damped as its material damps.",
    Impact,
    build,
    model=(
        "A body is a bank of damped sines. Their frequencies are those of free bars (wood, metal), of irregular plates "
        "or of membranes (drum), lower the larger it is; each decays as the material's loss factor says, faster the "
        "firmer it is held. The blow is a half-sine contact, shorter for harder hammers and stronger blows and so "
        "brighter, at a place that is new each time, which gives each blow other gains. A hollow body adds a few broad "
        "resonances of the air inside it. A short burst of contact noise stands for what the modes leave out."
    ),
    source=(
        "van den Doel & Pai, The sounds of physical shapes, Presence 7 (1998); Gaver, What in the world do we hear?, "
        "Ecological Psychology 5 (1993); Fletcher & Rossing, The Physics of Musical Instruments (1998)."
    ),
)

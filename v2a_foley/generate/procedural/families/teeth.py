"""What has teeth: zips, ratchets, gears, combs, winders; one catch after another. Keyboards have their own module."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import rub, slips, through
from v2a_foley.generate.procedural.parts.filters import Reverb, highpass, once
from v2a_foley.generate.procedural.parts.noise import Slow, around
from v2a_foley.generate.procedural.parts.shapes import line, seconds, unit


@dataclass(frozen=True)
class Teeth:
    """Something catches in a row of teeth: of what, how large, how many a second and in one movement."""

    material: str = choice("metal", "plastic", "wood")
    size: float = span(0.2)
    rate: float = span(25.0, 2.0, 400.0, unit="teeth/s")
    count: int = span(12, 2, 200, unit="teeth")


def build(params: Teeth, studio: Studio) -> Instrument:
    """Build a row of teeth and what catches in it; the drive is how fast it is moved."""
    own = studio.rng("teeth")
    where = {"metal": 0.0, "plastic": 0.1, "wood": 0.3}[params.material]
    firm = 1.0 if params.rate > 60 else 0.8
    catch = held(body_of(params.material, where + 0.6 * params.size, own), firm)
    frame = held(body_of("plastic" if params.rate > 60 else "metal", 0.1 + 0.7 * params.size, own), 0.9)
    click = unit(blow(catch, 0.9, 0.8, own))[: RATE // 5]
    body = 0.35 * unit(blow(frame, 0.6, 0.6, own))[: RATE // 5]
    click = np.pad(click, (0, max(0, len(body) - len(click))))
    click[: len(body)] += body
    click = unit(once(click, highpass(200 - 120 * params.size)))
    echo, chance, unsteady = Reverb(click), studio.rng("catch"), Slow(studio.rng("hand"), 1.5)

    def play(block: Block) -> Wave:
        speed = params.rate * (0.25 + 0.75 * block.drive) * np.clip(1 + 0.15 * unsteady(block.samples), 0.3, 2)
        return echo(slips(speed, chance, 0.06, 0.25)) * (0.35 + 0.65 * block.drive)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        rate = params.rate * (0.75 + 0.35 * strength) * around(rng, 1, 0.12)
        n = seconds(params.count * around(rng, 1, 0.12) / rate)
        speed = line(((0, 0.45 * rate), (0.3, 1.1 * rate), (0.75, 1.2 * rate), (1, 0.7 * rate)), n)
        train = slips(speed, rng, 0.06, 0.3)
        train[0] = 1.0
        out = unit(through(train * line(((0, 0.6), (0.4, 1), (1, 0.9)), n), click))
        if params.rate > 60:
            out[:n] += 0.12 * rub(rng, 2500, 9000, speed / speed.max())
        return out

    return Instrument(
        play=play, strike=strike, rhythm=steady(0.5 + 1.3 * params.count / params.rate, 0.3), follows=True
    )


TEETH = Family(
    "teeth",
    "Something catches in a row of teeth: zips, ratchets, gears, combs, winders.",
    Teeth,
    build,
    model=(
        "A pawl, slider or fingernail falls from tooth to tooth: a train of blows on a small held body and on the "
        "frame that carries it. Their rate is the speed over the distance of teeth and follows the hand: it starts "
        "slowly, runs and stops. Under some 20 a second each catch is heard, above they fuse into a pitch, as in a "
        "zip, under which lies the rub of the slider."
    ),
    source="Gaver, Synthesizing auditory icons, INTERCHI (1993); van den Doel & Pai, Presence 7 (1998).",
    shown=(
        {"rate": 180.0, "count": 100, "size": 0.0},
        {"material": "plastic", "rate": 120.0, "count": 60, "size": 0.1},
        {"rate": 14.0, "count": 8, "size": 0.4},
        {"material": "wood", "rate": 20.0, "count": 20, "size": 0.8},
    ),
)

"""Blows on and with bodies: punches, slaps, falls, squelches; bones that crack. No voices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import puff, rub, shower
from v2a_foley.generate.procedural.parts.grains import bubbles, ticks
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit


@dataclass(frozen=True)
class Flesh:
    """A soft body is hit or falls: how, how heavy, how wet, on what."""

    blow: str = choice("punch", "slap", "fall", "squish", "bag", "crack")
    weight: float = span(0.5)
    wetness: float = span(0.0)
    floor: str = choice("wood", "stone", "earth", "mat")


def build(params: Flesh, studio: Studio) -> Instrument:
    """Build a body and what it meets."""
    own = studio.rng("body")
    trunk = body_of("body", 0.2 + 0.7 * params.weight, own)
    limbs = [body_of("body", 0.1 + 0.3 * own.random(), own) for _ in range(3)]
    under = {
        "wood": ("wood", 0.9, 0.6),
        "stone": ("stone", 0.9, 0.9),
        "earth": ("body", 0.5, 0.5),
        "mat": ("body", 0.9, 0.9),
    }
    material, size, grip = under[params.floor]
    floor = held(body_of(material, size, own), grip)
    bone = ticks(own, 30, 900, 5200, (0.002, 0.012))
    slime = bubbles(own, 60, 260, 1800, rise=0.5)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        heavy = 0.4 + 0.6 * params.weight
        parts: list[tuple[float, Wave]] = []
        if params.blow in ("punch", "bag"):
            parts.append((0.0, unit(blow(trunk, 0.4, strength, rng))))
            smack = (300, 2200) if params.blow == "punch" else (120, 1300)
            parts.append((0.0, (0.9 - 0.3 * params.weight) * puff(rng, *smack, 0.035, 0.0006)))
            parts.append((0.0, 0.7 * heavy * puff(rng, 55, 260, 0.12, 0.002)))
            if params.blow == "bag":
                parts.append((0.05, 0.16 * puff(rng, 1500, 6000, 0.12, 0.01)))
        elif params.blow == "slap":
            parts.append((0.0, puff(rng, 700, 5500 - 2000 * params.weight, 0.02, 0.0003)))
            parts.append((0.0, 0.5 * puff(rng, 200, 1500, 0.03, 0.0005)))
        elif params.blow == "fall":
            at = 0.0
            for k, one in enumerate((trunk, limbs[0], limbs[1], limbs[2])):
                loud = (1.0, 0.6, 0.5, 0.3)[k] * between(rng, 0.7, 1)
                thud = puff(rng, 45, 240 + 120 * (k > 0), 0.16 * heavy + 0.05, 0.003)
                parts.append((at, loud * unit(blow(one, 0.25, strength * loud, rng))))
                parts.append((at, 0.8 * loud * thud))
                parts.append((at, 0.55 * loud * unit(blow(floor, 0.15, strength * loud, rng))))
                at += around(rng, 0.11, 0.35)
            shape = line(((0, 0.3), (0.4, 1), (1, 0)), seconds(at + 0.1))
            parts.append((0.0, 0.14 * rub(rng, 300, 3500, shape, 0.5)))
        elif params.blow == "crack":
            count = rng.poisson(8 + 14 * strength)
            crunch = shower(np.r_[0.0, 0.12 * rng.random(count) ** 1.5], np.r_[1.0, rng.random(count) ** 2], bone, rng)
            parts += [(0.0, unit(crunch)), (0.0, 0.5 * unit(blow(trunk, 0.3, strength, rng)))]
        else:
            parts.append((0.0, 0.6 * unit(blow(trunk, 0.3, strength, rng))))
        wet = max(params.wetness, 0.8 if params.blow == "squish" else 0.0)
        if wet > 0.02:
            parts += _wet(wet, slime, strength, rng)
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(1.0 if params.blow != "fall" else 2.6, 0.4))


def _wet(amount: float, slime: list[Wave], strength: float, rng: np.random.Generator) -> list[tuple[float, Wave]]:
    """What is wet squelches: air is pressed through it in bubbles of rising pitch, over a short slosh."""
    length = around(rng, 0.16 + 0.2 * amount, 0.2)
    count = rng.poisson(30 * amount * (0.5 + strength)) + 2
    at = length * rng.beta(1.2, 2.0, count)
    n = seconds(length)
    slosh = rub(rng, 250, 3200, line(((0, 0.8), (0.2, 1), (0.6, 0.4), (1, 0)), n), 0.6)
    squelch = unit(shower(at, 0.2 + rng.random(count) ** 2, slime, rng))
    return [(0.0, 0.6 * amount * slosh), (0.008, 0.8 * amount * squelch)]


FLESH = Family(
    "flesh",
    "Soft bodies that are hit or fall: punches, slaps, falls, squelches, cracking bones.",
    Flesh,
    build,
    model=(
        "Soft bodies damp within a few periods: a few low modes, lower the heavier, and a dull thud, with the slap of "
        "the skin over it whose contact is short where the hand is flat. A fall is several such blows within half a "
        "second, trunk first, then limbs, each sounding the floor. What is wet squelches: bubbles of rising pitch in a "
        "short slosh."
    ),
    source=(
        "van den Doel & Pai, Presence 7 (1998), with the loss of soft tissue; Repp, The sound of two hands clapping, "
        "JASA 81 (1987), on slaps; van den Doel, ACM Trans. Applied Perception 2 (2005), on bubbles."
    ),
)

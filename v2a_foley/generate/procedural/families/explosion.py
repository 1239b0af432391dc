"""Explosions: a shock wave, its cloud, its debris and its echoes. Guns, fireworks, pops and thunder stand apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, span, steady
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.blast import echoes, friedlander
from v2a_foley.generate.procedural.parts.filters import band, highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import ticks
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit


@dataclass(frozen=True)
class Explosion:
    """Something explodes: how large, how far away, how enclosed."""

    size: float = span(0.6)
    distance: float = span(60.0, 5.0, 5000.0, unit="m")
    confinement: float = span(0.15)


def _boom(params: Explosion, strength: float, rng: np.random.Generator) -> Wave:
    size = params.size * (0.7 + 0.3 * strength)
    near = float(np.clip(1 - np.log10(params.distance / 20) / 2.2, 0.0, 1.0))
    n = seconds(0.9 + 2.6 * size)
    low = slope(-4.0), highpass(95 - 70 * size), lowpass(1500 - 1250 * size, 1)
    cloud = once(rng.standard_normal(n), *low) * burst(n, 0.004, 1.1 + 2.2 * size)
    roar = once(rng.standard_normal(n), band(150 - 90 * size, 1600 - 900 * size)) * burst(n, 0.002, 0.35 + 0.7 * size)
    crack = once(rng.standard_normal(seconds(0.25)), highpass(900, 1)) * burst(seconds(0.25), 0.0003, 0.12)
    debris = ticks(rng, 24, 600, 5000, (0.003, 0.02))
    stretch = (params.distance / 20) ** 0.12
    parts = [
        (0.0, 1.2 * unit(friedlander((1.5 + 24 * size) * stretch, rng))),
        (0.0, unit(cloud)),
        (0.0, 0.8 * unit(roar)),
        (0.0, (0.75 - 0.4 * size) * near * unit(crack)),
    ]
    if near > 0.2:
        parts += [
            (
                0.15 + (0.8 + 1.5 * size) * rng.random() ** 1.4,
                0.1 * near * rng.random() ** 2 * debris[int(rng.integers(24))],
            )
            for _ in range(int(70 * size))
        ]
    dry = once(np.tanh(1.2 * lay(parts)), air(params.distance))
    late = 1.2 * (1 - params.confinement) + 0.12
    count = 5 + int(22 * params.confinement)
    loss = 0.2 + 0.35 * params.confinement
    return echoes(dry, count, late, loss, rng, 500 + 1500 * params.confinement)


def build(params: Explosion, studio: Studio) -> Instrument:
    """Build something that explodes; every time anew."""

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return _boom(params, strength, rng)

    return Instrument(strike=strike, rhythm=steady(around(studio.rng("pause"), 4.5, 0.05), 0.5))


EXPLOSION = Family(
    "explosion",
    "Something explodes: a shock, its cloud, its debris and its echoes.",
    Explosion,
    build,
    model=(
        "The shock is a Friedlander wave: an instant rise, an exponential fall through zero and a longer suction; it "
        "lasts longer the larger the charge and, a little, the farther it has come. Behind it come the roar of the "
        "fireball and the falling noise of the cloud, deeper and longer with size, then debris where one is near. The "
        "air takes away the high end with the distance; walls answer, sooner and more often the more enclosed the "
        "place is."
    ),
    source=(
        "Friedlander, The diffraction of sound pulses, Proc. R. Soc. A 186 (1946); Kinney & Graham, Explosive Shocks "
        "in Air (1985); ISO 9613-1 (1993) on the air's absorption."
    ),
    shown=({"size": 0.2}, {"size": 1.0}, {"distance": 2000.0}, {"confinement": 1.0}),
)

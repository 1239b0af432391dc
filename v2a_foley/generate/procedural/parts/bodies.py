"""Solid bodies that are struck: materials, the modes of a body of one, and a blow on it. Families live elsewhere.

Modal synthesis after van den Doel & Pai (1998): modes of bars, plates and membranes, damped as the material damps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.family import Wave
from v2a_foley.generate.procedural.parts.filters import band, once, rounded
from v2a_foley.generate.procedural.parts.modal import BAR, MEMBRANE, contact, damping, plate, ring
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit


@dataclass(frozen=True)
class Material:
    """What a struck body is made of.

    Attributes:
        lowest: pitch of the lowest mode in hertz, of a small and of a large body.
        loss: loss factor of the material.
        air: constant loss, 1/s.
        modes: how many modes ring.
        density: spacing of plate modes in units of the lowest; negative uses the ratios of a membrane.
        contact: milliseconds of contact with a hard and with a soft hammer.
        noise: level of the contact noise against the modes.
        noise_band: its band in hertz.
        noise_t60: its decay in seconds.
        dull: dB an octave by which higher modes are weaker.
    """

    lowest: tuple[float, float]
    loss: float
    air: float
    modes: int
    density: float
    contact: tuple[float, float]
    noise: float
    noise_band: tuple[float, float]
    noise_t60: float
    dull: float


MATERIALS: dict[str, Material] = {
    "wood": Material((900, 110), 0.014, 22.0, 26, 0.55, (0.3, 2.2), 0.5, (300, 5000), 0.05, -3.5),
    "metal": Material((1400, 130), 0.0007, 2.6, 44, 0.42, (0.05, 0.7), 0.25, (1500, 14000), 0.03, -0.8),
    "glass": Material((3200, 650), 0.0016, 9.0, 24, 0.7, (0.04, 0.4), 0.3, (3000, 16000), 0.02, 0.3),
    "stone": Material((2600, 320), 0.008, 45.0, 22, 0.6, (0.08, 0.7), 0.8, (800, 11000), 0.035, -1.0),
    "plastic": Material((1100, 200), 0.035, 38.0, 18, 0.7, (0.3, 1.8), 0.5, (500, 7000), 0.03, -3.0),
    "body": Material((190, 62), 0.16, 34.0, 10, 0.8, (2.0, 7.0), 0.9, (70, 1400), 0.07, -6.0),
    "ceramic": Material((2300, 480), 0.0035, 12.0, 22, 0.75, (0.06, 0.5), 0.4, (2000, 13000), 0.02, -0.5),
    "drum": Material((240, 58), 0.011, 5.0, 12, -1.0, (0.8, 4.0), 0.35, (150, 4500), 0.06, -4.0),
    "cardboard": Material((420, 85), 0.09, 40.0, 18, 0.8, (0.8, 3.0), 0.9, (150, 3500), 0.05, -4.0),
    "rubber": Material((420, 90), 0.12, 60.0, 10, 0.8, (1.2, 5.0), 0.6, (150, 2500), 0.03, -5.0),
    "ice": Material((2200, 280), 0.011, 40.0, 24, 0.6, (0.1, 0.8), 0.7, (1200, 12000), 0.03, -1.0),
}


@dataclass(frozen=True)
class Body:
    """The modes of one body, ``(m,)`` each."""

    hertz: Wave
    t60: Wave
    weight: Wave
    material: Material


def body_of(name: str, size: float, rng: np.random.Generator) -> Body:
    """Make one body of a material; no two are alike."""
    material = MATERIALS[name]
    small, large = material.lowest
    lowest = around(rng, small * (large / small) ** size, 0.09)
    if material.density > 0:
        hertz = plate(rng, lowest, material.modes, material.density)
    else:
        hertz = lowest * MEMBRANE[: material.modes] * (1 + 0.02 * rng.standard_normal(material.modes))
    if name in ("wood", "metal"):
        bars = lowest * BAR * (1 + 0.03 * rng.standard_normal(len(BAR)))
        hertz = np.sort(np.concatenate([hertz[: material.modes - len(BAR)], bars]))
    t60 = damping(hertz, material.loss, material.air * (1.4 - 0.8 * size)) * np.exp(
        0.25 * rng.standard_normal(len(hertz))
    )
    if name == "drum":
        t60[0] *= 0.6
    weight = (hertz / hertz[0]) ** (material.dull / 6.02) * np.exp(0.4 * rng.standard_normal(len(hertz)))
    return Body(hertz, t60, weight, material)


def held(body: Body, amount: float) -> Body:
    """Damp a body by a hand or by what it lies on: 0 hangs free, 1 is gripped; low modes lose most of their time."""
    return replace(body, t60=6.908 / (6.908 / body.t60 + 220.0 * amount**2))


def hollow(body: Body, amount: float, hertz: float, rng: np.random.Generator) -> Body:
    """Add the air inside: a few broad resonances from the lowest of the cavity up, 0 (solid) to 1 (a thin shell)."""
    if amount <= 0:
        return body
    ratios = np.array([1.0, 1.62, 2.18, 2.9, 3.7])
    air = hertz * ratios * (1 + 0.05 * rng.standard_normal(len(ratios)))
    level = 2.6 * amount * float(np.max(np.abs(body.weight))) * ratios**-0.8
    return replace(
        body,
        hertz=np.concatenate([body.hertz, air]),
        t60=np.concatenate([body.t60, (0.05 + 0.16 * amount) * (300 / air) ** 0.5]),
        weight=np.concatenate([body.weight * (1 - 0.35 * amount), level]),
    )


def blow(
    body: Body, hardness: float, strength: float, rng: np.random.Generator, *, damp: float = 1.0, longest: float = 12.0
) -> Wave:
    """Strike a body once, at a place of chance; a harder blow is in contact for less time, and so is brighter.

    Args:
        body: what is struck.
        hardness: of what strikes it, 0 to 1.
        strength: of the blow, 0 to 1.
        rng: source of chance.
        damp: factor on the times for which its modes ring.
        longest: seconds after which the ringing is cut off.
    """
    material = body.material
    hard, soft = material.contact
    milliseconds = soft * (hard / soft) ** hardness * (1.5 - 0.7 * strength)
    place = np.cos(np.pi * rng.random() * np.arange(1, len(body.hertz) + 1) + rng.random(len(body.hertz)) * 2)
    gains = body.weight * (0.25 + 0.75 * place) * contact(body.hertz, milliseconds)
    bend = 1 + 0.004 * rng.standard_normal(len(body.hertz))
    tone = ring(body.hertz * bend, body.t60 * damp * around(rng, 1.0, 0.08), gains, longest=longest)
    low, high = material.noise_band
    samples = seconds(material.noise_t60 * 1.6)
    grit = rng.standard_normal(samples) * burst(samples, milliseconds / 4000, material.noise_t60)
    grit = once(grit, band(low, rounded(high * (0.35 + 0.65 * hardness * strength))))
    tone, grit = unit(tone), unit(grit) * material.noise * (0.5 + 0.5 * strength)
    return lay([(0.0, tone), (0.0, grit)])

"""Drums: stretched skins over shells and kettles. Cymbals, mallets and small percussion have their own files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, once, peak
from v2a_foley.generate.procedural.parts.modal import MEMBRANE, contact, ring
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, unit


@dataclass(frozen=True)
class Drums:
    """A drum: which, how wide, how tight its skin is, how hard the stick, how far it is damped."""

    kind: str = choice("tom", "snare", "kick", "timpani", "taiko", "bongo", "djembe", "frame")
    diameter: float = span(0.33, 0.12, 1.4, unit="m")
    tension: float = span(0.5)
    hardness: float = span(0.5)
    damping: float = span(0.3)


@dataclass(frozen=True)
class _Skin:
    """Speed of waves in m/s (slack, tight), seconds that it rings, noise of the stick, bend, ratios of modes."""

    speed: tuple[float, float]
    t60: float
    slap: float
    bend: float
    ratios: tuple[float, ...] = tuple(MEMBRANE)


_SKINS = {
    "tom": _Skin((48, 115), 1.5, 0.25, 0.09),
    "snare": _Skin((75, 140), 0.45, 0.5, 0.05),
    "kick": _Skin((30, 75), 1.0, 0.2, 0.14),
    "timpani": _Skin((75, 130), 3.2, 0.1, 0.01, (1.0, 1.5, 1.98, 2.44, 2.9, 0.85, 1.75, 3.4)),
    "taiko": _Skin((60, 120), 1.6, 0.3, 0.08),
    "bongo": _Skin((60, 130), 0.5, 0.5, 0.03),
    "djembe": _Skin((60, 130), 0.9, 0.6, 0.04),
    "frame": _Skin((45, 110), 0.8, 0.3, 0.05),
}
"""Kettles and air tune a timpani's radial lines to 1 : 1.5 : 2 : 2.5 (Rossing); others keep a membrane's ratios."""


def _beat(params: Drums, lowest: float, own: np.random.Generator, strength: float, rng: np.random.Generator) -> Wave:
    skin = _SKINS[params.kind]
    ratios = np.array(skin.ratios)
    place = 0.35 if params.kind in ("tom", "kick", "snare") else between(rng, 0.4, 0.8)
    reach = np.abs(np.cos(0.5 * np.pi * place * (1 + 0.6 * np.arange(len(ratios))))) * 0.8 + 0.2
    if params.kind in ("bongo", "djembe"):
        reach[1:] *= 1.8
    milliseconds = (9.0 - 7.8 * params.hardness) * (0.4 + 1.6 * params.diameter) * (1.5 - 0.7 * strength)
    hertz = lowest * ratios * (1 + 0.006 * rng.standard_normal(len(ratios)))
    gains = reach * contact(hertz, milliseconds) * ratios**-0.35
    t60 = skin.t60 * (0.5 + params.diameter) / ratios**0.8 * (1 - 0.88 * params.damping)
    if params.kind != "timpani":
        t60[0] *= 0.75
    tone = ring(hertz, np.maximum(t60, 0.03), gains * np.sign(own.standard_normal(len(ratios))), longest=5.0)
    tone = unit(_bent(tone, skin.bend * (0.2 + 0.8 * strength) * (1.2 - 0.6 * params.tension)))
    n = seconds(0.06)
    slap = once(rng.standard_normal(n), band(180, 900 + 6500 * params.hardness * strength)) * burst(n, 0.0004, 0.03)
    parts = [(0.0, tone), (0.0, skin.slap * (0.3 + params.hardness) * unit(slap))]
    if params.kind == "snare":
        m = seconds(0.32)
        wires = once(rng.standard_normal(m), band(1200, 9500), peak(around(own, 3800, 0.1), 1.0, 4))
        parts.append((0.0015, 0.9 * unit(wires * burst(m, 0.002, 0.3 - 0.18 * params.damping))))
    return lay(parts)


def _bent(wave: Wave, amount: float) -> Wave:
    """Let the pitch start higher and fall, as a skin does that a blow has stretched."""
    time = clock(len(wave))
    warped = time + amount * 0.05 * (1 - np.exp(-time / 0.05))
    return np.interp(warped * RATE, np.arange(len(wave)), wave, right=0.0)


def build(params: Drums, studio: Studio) -> Instrument:
    """Build a drum and its player, who keeps a beat."""
    own = studio.rng("drum")
    slack, tight = _SKINS[params.kind].speed
    speed = slack * (tight / slack) ** params.tension
    lowest = around(own, 2.405 * speed / (np.pi * params.diameter), 0.03)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return _beat(params, lowest, studio.rng("skin"), strength, rng)

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        beat, at = between(rng, 0.42, 0.56), 0
        yield 0.0, 0.95
        while True:
            step = int(rng.choice([1, 1, 2, 2, 4], p=[0.2, 0.2, 0.25, 0.25, 0.1]))
            at = (at + step) % 8
            yield 0.5 * step * beat * around(rng, 1, 0.015), (0.95 if at % 4 == 0 else 0.75 if at % 2 == 0 else 0.55)

    return Instrument(strike=strike, rhythm=rhythm)


DRUMS = Family(
    "drums",
    "Drums: a stretched skin over a shell or kettle, beaten.",
    Drums,
    build,
    model="The lowest mode follows from the speed of waves in the skin and the diameter; the others from the "
    "circular membrane, or, with a kettle's air, from the nearly harmonic row of the timpani. The "
    "stick's contact time limits the highs; a strong blow stretches the skin, so that the pitch falls "
    "as it rings. Snares rattle against the lower skin. Damping shortens all.",
    source="Fletcher & Rossing, The Physics of Musical Instruments (1998), ch. 18; Rossing, The physics of "
    "kettledrums, Scientific American 247 (1982); Karplus & Strong (1983) for drum timbres.",
)

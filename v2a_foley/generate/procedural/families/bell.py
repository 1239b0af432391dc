"""Bells and chimes (partials after Lehr and Rossing). Gongs are with the cymbals, clocks have a module of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Rhythm, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, once
from v2a_foley.generate.procedural.parts.modal import BAR, contact, ring
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit


@dataclass(frozen=True)
class Bell:
    """A bell: which kind, how large, how hard its clapper, how far it is damped."""

    kind: str = choice("church", "hand", "bicycle", "wind_chime", "tubular", "cow", "bowl", "door")
    size: float = span(0.5)
    hardness: float = span(0.5)
    damping: float = span(0.0)


@dataclass(frozen=True)
class _Metal:
    hertz: Wave
    t60: Wave
    gain: Wave
    contact: float
    clang: float


_CHURCH = (
    (0.5, 1.0, 0.55),
    (1.0, 0.7, 0.9),
    (1.2, 0.55, 1.0),
    (1.5, 0.35, 0.5),
    (2.0, 0.42, 1.0),
    (2.5, 0.2, 0.5),
    (2.67, 0.2, 0.4),
    (3.0, 0.22, 0.6),
    (4.0, 0.15, 0.45),
    (4.17, 0.11, 0.25),
    (5.35, 0.09, 0.35),
    (6.7, 0.06, 0.25),
    (8.2, 0.05, 0.2),
)
"""Hum, prime, tierce, quint, nominal and above: (ratio to the prime, relative length, level)."""


def _cast(params: Bell, rng: np.random.Generator) -> _Metal:
    size = params.size
    if params.kind == "church":
        table = np.array(_CHURCH)
        prime = around(rng, 760 * (150 / 760) ** size, 0.05)
        split = 1 + 0.0012 * rng.standard_normal(len(table))
        hertz = np.concatenate([prime * table[:, 0], prime * table[:, 0] * split])
        t60 = np.tile((7.0 + 13 * size) * table[:, 1], 2)
        return _Metal(
            hertz, t60, np.concatenate([table[:, 2], table[:, 2] * rng.uniform(0.3, 0.7, len(table))]), 0.35, 0.35
        )
    if params.kind == "hand":
        ratios = np.array([1.0, 1.003, 2.0, 3.0, 4.1, 5.4, 6.8, 8.5])
        hertz = around(rng, 1900 * (420 / 1900) ** size, 0.06) * ratios * (1 + 0.004 * rng.standard_normal(8))
        return _Metal(
            hertz, (2.6 + 2 * size) / ratios**0.9, np.array([1, 0.7, 0.25, 0.6, 0.2, 0.25, 0.12, 0.1]), 0.15, 0.3
        )
    if params.kind == "bicycle":
        ratios = np.array([1.0, 1.006, 2.7, 2.72, 5.0, 7.4])
        hertz = around(rng, 2700 * (1700 / 2700) ** size, 0.05) * ratios * (1 + 0.004 * rng.standard_normal(6))
        return _Metal(
            hertz, np.array([1.1, 1.0, 0.6, 0.5, 0.3, 0.2]), np.array([1, 0.7, 0.7, 0.4, 0.35, 0.2]), 0.08, 0.5
        )
    if params.kind == "tubular":
        modes = around(rng, 105 * (62 / 105) ** size, 0.01) * (2 * np.arange(1, 10) + 1) ** 2 / 9
        return _Metal(
            modes, 9.0 / (modes / modes[2]) ** 0.5, np.array([0.1, 0.3, 0.6, 1, 1, 0.8, 0.5, 0.3, 0.2]), 0.3, 0.25
        )
    if params.kind == "cow":
        hertz = around(rng, 1150 * (380 / 1150) ** size, 0.05) * np.array([1.0, 1.48, 2.13, 2.9, 3.6, 4.7, 5.6])
        return _Metal(hertz, 0.55 / (hertz / hertz[0]) ** 0.5, np.array([1, 0.9, 0.7, 0.6, 0.45, 0.3, 0.25]), 0.12, 0.6)
    if params.kind == "bowl":
        ratios = np.array([1.0, 1.006, 2.77, 2.79, 5.2, 8.3, 11.9])
        hertz = around(rng, 620 * (150 / 620) ** size, 0.05) * ratios
        return _Metal(hertz, 16.0 / ratios**0.9, np.array([1, 0.8, 0.6, 0.5, 0.25, 0.12, 0.08]), 1.2, 0.05)
    if params.kind == "door":
        modes = around(rng, 660 * (440 / 660) ** size, 0.02) * np.array([1.0, 2.756, 5.404])
        return _Metal(modes, np.array([2.6, 0.9, 0.4]), np.array([1, 0.3, 0.15]), 0.5, 0.12)
    return _tube(1700 * (700 / 1700) ** size, rng)


def _tube(hertz: float, rng: np.random.Generator) -> _Metal:
    """One tube of a wind chime: a free bar."""
    modes = around(rng, hertz, 0.01) * BAR[:5]
    split = np.concatenate([modes, modes * (1 + 0.0015 * rng.standard_normal(5))])
    return _Metal(
        split,
        3.4 / np.tile(BAR[:5], 2) ** 0.75,
        np.tile([1, 0.8, 0.45, 0.2, 0.1], 2) * rng.uniform(0.5, 1, 10),
        0.12,
        0.2,
    )


def _peal(
    metal: _Metal, strength: float, rng: np.random.Generator, hardness: float = 0.5, damping: float = 0.0
) -> Wave:
    spread = metal.gain * np.exp(0.12 * rng.standard_normal(len(metal.gain))) * rng.choice([-1.0, 1.0], len(metal.gain))
    milliseconds = metal.contact * 5.0 ** (1 - 2 * hardness) * (1.7 - strength)
    t60 = metal.t60 / (1 + 24 * damping**1.5)
    tone = ring(metal.hertz, t60, spread * contact(metal.hertz, milliseconds), floor=1e-3)
    n = seconds(0.03)
    clang = once(rng.standard_normal(n), band(1200, 9000)) * burst(n, 0.0003, 0.03)
    return lay([(0.0, unit(tone)), (0.0, 2 * hardness * metal.clang * strength * unit(clang))])


_SCALE = np.array([1.0, 9 / 8, 5 / 4, 3 / 2, 5 / 3])
_RHYTHMS: dict[str, Rhythm] = {
    "church": steady(2.3, 0.015, 0.8),
    "hand": steady(0.55, 0.1, 0.7),
    "bicycle": steady(1.9, 0.35, 0.8),
    "wind_chime": steady(0.55, 0.8, 0.15),
    "tubular": steady(1.6, 0.05, 0.7),
    "cow": steady(0.9, 0.6, 0.3),
    "bowl": steady(5.0, 0.25, 0.7),
    "door": steady(3.0, 0.3, 0.9),
}


def build_bell(params: Bell, studio: Studio) -> Instrument:
    """Build a bell."""
    own = studio.rng("bell")
    metal = _cast(params, own)
    root = around(own, 1700 * (700 / 1700) ** params.size, 0.08)
    tubes = [_tube(root * ratio, own) for ratio in _SCALE] if params.kind == "wind_chime" else []

    def peal(what: _Metal, strength: float, rng: np.random.Generator) -> Wave:
        return _peal(what, strength, rng, params.hardness, params.damping)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.kind == "bicycle":
            at, parts = 0.0, []
            for k in range(int(rng.integers(7, 11))):
                parts.append((at, peal(metal, strength * (1 - 0.06 * k), rng) * (1 - 0.07 * k) * between(rng, 0.7, 1)))
                at += around(rng, 0.042, 0.08)
            return lay(parts)
        if params.kind == "door":
            low = _Metal(metal.hertz * 0.794, metal.t60 * 1.15, metal.gain, metal.contact, metal.clang)
            return lay([(0.0, peal(metal, strength, rng)), (around(rng, 0.55, 0.08), peal(low, strength, rng))])
        if tubes:
            count = 1 + int(rng.integers(0, 1 + round(3 * strength)))
            first = [(0.0, peal(tubes[int(rng.integers(5))], strength, rng))]
            more = [
                (0.05 + 0.5 * rng.random(), peal(tubes[int(rng.integers(5))], strength * 0.7, rng))
                for _ in range(count - 1)
            ]
            return lay(first + more)
        return peal(metal, strength, rng)

    return Instrument(strike=strike, rhythm=_RHYTHMS[params.kind])


BELL = Family(
    "bell",
    "Bells and chimes: hum, prime, tierce, quint and nominal with their beats; bowls, tubes, cow and door bells.",
    Bell,
    build_bell,
    model="Church bells ring hum, prime, tierce, quint, nominal (0.5, 1, 1.2, 1.5, 2) and the partials above, "
    "each a pair a little apart, so that it beats. Hand bells have few partials, cow bells of folded "
    "sheet short dense ones; chimes and tubes are free bars, bowls beat slowly for long, door chimes "
    "strike two bars. The clapper's hardness sets the time of contact and the clang; damping shortens "
    "all.",
    source="Lehr, Partial groups in the bell sound, JASA 79 (1986); Rossing, Science of Percussion Instruments "
    "(2000); Fletcher & Rossing, The Physics of Musical Instruments (1998), ch. 21.",
)

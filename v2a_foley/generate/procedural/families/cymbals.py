"""Cymbals, hi-hats, gongs and tam-tams: thin metal whose blow spreads to ever higher modes. Bells are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, highpass, once, slope
from v2a_foley.generate.procedural.parts.modal import contact, plate, ring
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, clock, decay, lay, seconds, unit


@dataclass(frozen=True)
class Cymbals:
    """Beaten metal: which, how wide, how thick, how hard the stick, how far it is damped."""

    kind: str = choice("crash", "ride", "hihat", "gong", "tam_tam", "clash")
    diameter: float = span(0.42, 0.15, 1.2, unit="m")
    thickness: float = span(1.2, 0.5, 5.0, unit="mm")
    hardness: float = span(0.6)
    damping: float = span(0.0)


_KINDS = {
    "crash": (3.5, 0.9, 0.05, 0.9),
    "ride": (5.0, 0.5, 0.03, 0.5),
    "hihat": (0.35, 1.0, 0.01, 0.97),
    "gong": (9.0, 0.1, 0.15, 0.15),
    "tam_tam": (9.0, 0.5, 0.5, 0.7),
    "clash": (3.0, 1.0, 0.03, 1.0),
}
"""Seconds that the lows ring, level of the wash, seconds until it has risen, share of it that lies high."""


_COLOUR = {"gong": -0.55, "hihat": 1.1, "ride": 0.5}
"""Power of frequency by which higher modes are stronger."""


def build(params: Cymbals, studio: Studio) -> Instrument:
    """Build the metal and its stick."""
    own = studio.rng("metal")
    long, wash, late, high = _KINDS[params.kind]
    pitched = params.kind == "gong"
    lowest = around(own, 4.2 * params.thickness / params.diameter**2 * (1.3 if pitched else 1.0), 0.05) + 12
    count = 70
    hertz = plate(own, max(lowest, 25), count, 0.55 if not pitched else 0.8)
    weight = np.exp(0.5 * own.standard_normal(count)) * (hertz / hertz[0]) ** _COLOUR.get(params.kind, 0.15)
    if pitched:
        hertz[:3] = hertz[0] * np.array([1.0, 2.0, 2.95])
        weight[:3] = (1.6, 1.1, 0.5)
    t60 = long * (0.5 + 1.2 * params.diameter) / (1 + hertz / (900 if pitched else 2600)) * (1 - 0.93 * params.damping)
    bright = (7800 if params.kind == "hihat" else 5500) + 2500 * (0.5 - params.diameter)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        milliseconds = (6.5 - 6.2 * params.hardness) * (1.4 - 0.6 * strength)
        gains = (
            weight
            * contact(hertz, milliseconds)
            * np.exp(0.25 * rng.standard_normal(count))
            * rng.choice([-1.0, 1.0], count)
        )
        tone = unit(
            ring(
                hertz * (1 + 0.001 * rng.standard_normal(count)),
                np.maximum(t60, 0.02),
                gains,
                floor=4e-3,
                longest=1.2 if params.kind in ("ride", "hihat") else 6.0,
            )
        )
        end = float(
            np.clip(
                0.55 * long * (0.4 + params.diameter) * (1 - 0.9 * params.damping),
                0.06,
                1.3 if params.kind == "ride" else 4.5,
            )
        )
        n = seconds(end)
        time = clock(n)
        white = rng.standard_normal(n)
        rise = 1 - 0.9 * np.exp(-time / late) if late > 0.02 else np.minimum(1, time / late)
        top = once(white, band(0.55 * bright, min(2.2 * bright, 15_000)), highpass(1500)) * decay(n, 0.75 * end)
        mid = once(white, slope(-3.0), band(500, 4500)) * decay(n, end)
        spray = (high * unit(top) + (1 - 0.6 * high) * unit(mid)) * rise * (0.3 + 0.7 * params.hardness)
        parts = [(0.0, (1.0 - 0.55 * wash) * tone), (0.0, wash * (0.35 + 0.65 * strength**1.2) * unit(spray))]
        m = seconds(0.012)
        tick = once(rng.standard_normal(m), band(1800, 11_000)) * burst(m, 0.0002, 0.006)
        parts.append((0.0, 0.5 * params.hardness * (1.0 if params.kind == "ride" else 0.6) * unit(tick)))
        if params.kind == "clash":
            parts.append((around(rng, 0.006, 0.3), 0.7 * unit(spray)))
        return lay(parts)

    pause = {"ride": 0.55, "hihat": 0.3, "crash": 2.4, "clash": 2.4}.get(params.kind, 5.5)
    return Instrument(strike=strike, rhythm=steady(pause, 0.08 if pause < 1 else 0.2, 0.65))


CYMBALS = Family(
    "cymbals",
    "Cymbals, hi-hats, gongs and tam-tams: thin metal, beaten.",
    Cymbals,
    build,
    model="Many modes of a plate, whose lowest goes with thickness over the square of the diameter. A blow "
    "first moves the low ones; in thin metal energy then spreads to higher and higher ones, so the wash "
    "of a crash rises within some 50 ms and that of a tam-tam within half a second. Gongs keep a few "
    "tuned modes. Hard sticks add a tick; damping (a hand, a closed hi-hat) shortens all.",
    source="Fletcher & Rossing, The Physics of Musical Instruments (1998), ch. 20; Rossing, Science of "
    "Percussion Instruments (2000); Chaigne, Touzé & Thomas, Nonlinear vibrations and chaos in gongs "
    "and cymbals, Acoustical Science and Technology 26 (2005).",
)

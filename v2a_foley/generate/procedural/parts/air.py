"""What the air between a sound and its hearer does to its colour. Levels and reverberation are not here."""

from __future__ import annotations

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Wave
from v2a_foley.generate.procedural.parts.filters import lowpass, once

_LOSS = 1.7e-6
"""Absorption in dB a kilometre over the square of the frequency in hertz: ISO 9613-1, 10-20 degrees, 50-70 % humid."""


def air(metres: float) -> Wave:
    """Design the absorption of so many metres of air: -3 dB at 13 kHz after 10 m, at 1.3 kHz after 1 km."""
    corner = float(np.sqrt(3.0 / (_LOSS * max(metres, 0.5) / 1000)))
    return np.concatenate([lowpass(round(1.5 * corner), 1)] * 2)


def through_air(wave: Wave, metres: float, rng: np.random.Generator) -> Wave:
    """Bring a whole sound, ``(n,)``, from so many metres: the air's absorption and faint scattered echoes."""
    dull = once(wave, air(metres))
    far = metres / (metres + 150.0)
    if far < 0.05:
        return dull
    out = np.concatenate([dull, np.zeros(int(0.4 * RATE))])
    for _ in range(6):
        late = int(rng.uniform(0.015, 0.35) * RATE)
        echo = 0.4 * far * float(np.exp(-5 * late / RATE) * rng.choice([-1.0, 1.0]))
        out[late : late + len(dull)] += echo * dull
    return out

"""Wind instruments: partials whose brightness follows the breath, with breath noise and vibrato."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.music import Melody, melody
from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, once, peak
from v2a_foley.generate.procedural.parts.modal import harmonics
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import clock, seconds, swell, unit


@dataclass(frozen=True)
class WindInstrument:
    """A wind instrument: which, and how high it plays."""

    kind: str = choice(
        "flute",
        "trumpet",
        "sax",
        "organ",
        "harmonica",
        "accordion",
        "trombone",
        "oboe",
        "clarinet",
        "bassoon",
        "horn",
        "tuba",
        "bagpipe",
        "whistle",
        "panpipe",
    )
    pitch: float = span(0.5)


@dataclass(frozen=True)
class Make:
    """How a wind instrument sounds.

    Attributes:
        lowest: its lowest note in hertz, here.
        fall: how fast the partials fall, as a power, when blown hard and softly.
        even: level of the even partials against the odd (a clarinet has few).
        breath: level of the breath noise.
        formant: resonance, (hertz, Q, dB).
        attack: seconds until the note stands.
        vibrato: (rate, depth).
        beat: detune of a second reed or rank, as a share (0 none).
    """

    lowest: float
    fall: tuple[float, float]
    even: float = 1.0
    breath: float = 0.03
    formant: tuple[float, float, float] = (1000, 1, 0)
    attack: float = 0.04
    vibrato: tuple[float, float] = (5.0, 0.004)
    beat: float = 0.0


_MAKES: dict[str, Make] = {
    "flute": Make(262, (2.2, 3.2), 0.7, 0.16, (800, 1, 3), 0.06, (5.2, 0.006)),
    "trumpet": Make(196, (0.75, 1.6), 1.0, 0.02, (1500, 1.2, 9), 0.035),
    "trombone": Make(82, (0.8, 1.7), 1.0, 0.02, (750, 1.2, 8), 0.05),
    "horn": Make(98, (1.2, 2.2), 1.0, 0.02, (500, 1.2, 7), 0.06),
    "tuba": Make(49, (1.1, 2.0), 1.0, 0.03, (320, 1.2, 7), 0.06),
    "sax": Make(147, (0.9, 1.6), 0.8, 0.07, (1150, 1.2, 7), 0.04, (5.0, 0.007)),
    "oboe": Make(233, (0.7, 1.1), 1.0, 0.02, (1400, 1.6, 9), 0.03),
    "bassoon": Make(82, (0.9, 1.4), 1.0, 0.02, (500, 1.8, 9), 0.04),
    "clarinet": Make(165, (1.1, 1.9), 0.18, 0.025, (1500, 1, 3), 0.04, (4.5, 0.001)),
    "organ": Make(110, (1.4, 1.4), 0.8, 0.03, (700, 1, 2), 0.05, (0.0, 0.0), 0.0015),
    "harmonica": Make(262, (0.6, 0.9), 0.9, 0.05, (1900, 1, 6), 0.04, (5.5, 0.003), 0.002),
    "accordion": Make(175, (0.7, 0.9), 1.0, 0.03, (1300, 1, 5), 0.05, (0.0, 0.0), 0.0045),
    "bagpipe": Make(233, (0.4, 0.5), 1.0, 0.03, (1700, 1.2, 8), 0.02, (0.0, 0.0), 0.002),
    "whistle": Make(1750, (2.6, 3.0), 0.6, 0.3, (2600, 2, 4), 0.02, (27.0, 0.018)),
    "panpipe": Make(294, (2.4, 3.2), 0.3, 0.5, (900, 1, 2), 0.04, (4.8, 0.003)),
}


def _blow(make: Make, hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
    n = seconds(length)
    time = clock(n)
    shape = swell(n, make.attack, 0.09) * (
        1 + 0.04 * np.interp(time, np.linspace(0, length, 14), rng.standard_normal(14))
    )
    rate, depth = make.vibrato
    bend = (
        1
        - 0.012 * np.exp(-time / 0.02)
        + depth * np.sin(2 * np.pi * rate * time + rng.random() * 6) * np.clip(time / 0.2, 0, 1)
    )
    hard, soft = make.fall
    voices = (1.0, 1 + make.beat) if make.beat else (1.0,)
    fall = soft + (hard - soft) * float(np.clip(0.25 + 0.75 * strength, 0, 1))
    levels = [(1.0 if k % 2 else make.even) * k**-fall for k in range(1, int(min(32, 15_000 / hertz)) + 1)]
    dim, wave = shape**0.12, np.zeros(n)
    for ratio in voices:
        phase = 2 * np.pi * np.cumsum(hertz * ratio * bend) / RATE + rng.random() * 6.28
        wave += shape * harmonics(phase, levels, dim)
    hiss = once(rng.standard_normal(n), band(hertz * 0.9, min(hertz * 7, 12_000)))
    wave = unit(wave) + make.breath * unit(hiss) * shape * (1 + 2.0 * np.exp(-time / 0.03))
    return unit(once(wave, peak(*make.formant)))


def build(params: WindInstrument, studio: Studio) -> Instrument:
    """Build an instrument and its player."""
    make = _MAKES[params.kind]
    root = make.lowest * 2 ** (1.2 * params.pitch) * around(studio.rng("tuning"), 1.0, 0.02)
    plan = Melody(root, 0.45, 0.5 if params.kind in ("organ", "accordion", "harmonica") else 0.0)

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        return _blow(make, hertz, length, strength, rng)

    return melody(plan, note, studio)


WIND_INSTRUMENT = Family(
    "wind_instrument",
    "Wind instruments: partials that brighten with the breath, playing in one scale.",
    WindInstrument,
    build,
)

"""Tuned percussion: bars and pans that mallets strike, and combs that pins pluck. Bells have their own file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.music import Melody, melody
from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, once
from v2a_foley.generate.procedural.parts.modal import contact, ring
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, unit


@dataclass(frozen=True)
class Mallets:
    """A tuned bar or pan: of which instrument, how high, how hard the mallet, how fast its resonators turn."""

    kind: str = choice("marimba", "xylophone", "vibraphone", "glockenspiel", "steel_drum", "kalimba")
    pitch: float = span(0.5)
    hardness: float = span(0.5)
    motor: float = span(0.0, 0.0, 10.0, unit="1/s")


_BARS: dict[str, tuple[float, tuple[float, ...], float, float, tuple[float, float]]] = {
    "marimba": (110, (1.0, 3.92, 9.24, 16.3), 2.0, 0.85, (0.25, 3.6)),
    "xylophone": (349, (1.0, 3.0, 6.1, 10.2), 0.75, 0.7, (0.15, 0.9)),
    "vibraphone": (175, (1.0, 4.0, 9.9, 16.0), 6.0, 0.8, (0.2, 2.0)),
    "glockenspiel": (784, (1.0, 2.71, 5.15, 8.43), 4.0, 0.6, (0.04, 0.25)),
    "steel_drum": (233, (1.0, 2.0, 3.01, 4.02, 5.1), 1.6, 0.5, (0.4, 2.0)),
    "kalimba": (262, (1.0, 5.4, 14.9), 1.3, 1.0, (0.5, 1.6)),
}
"""Lowest note in hertz, ratios of modes, seconds that 300 Hz rings, how much less high modes do, contact in ms."""


def build(params: Mallets, studio: Studio) -> Instrument:
    """Build an instrument and its player."""
    lowest, ratios, t60, shorter, (hard, soft) = _BARS[params.kind]
    own = studio.rng("bars")
    root = lowest * 2 ** (1.8 * params.pitch) * around(own, 1.0, 0.005)
    modes = np.array(ratios) * (1 + np.r_[0.0, 0.006 * own.standard_normal(len(ratios) - 1)])

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        milliseconds = soft * (hard / soft) ** params.hardness * (1.4 - 0.6 * strength)
        gains = contact(hertz * modes, milliseconds) * np.exp(0.2 * rng.standard_normal(len(modes)))
        gains[1:] *= 0.6
        t = t60 * np.sqrt(300 / hertz) / modes**shorter
        pairs = np.concatenate([hertz * modes, hertz * modes * (1 + 0.0005 * rng.standard_normal(len(modes)))])
        tone = ring(pairs, np.tile(t, 2), np.concatenate([0.6 * gains, 0.4 * gains]), floor=2e-3, longest=2.8)
        if params.kind == "steel_drum":
            rise = ring(hertz * modes[1:3], t[1:3] * 0.9, np.array([0.5, 0.3]) * strength, floor=2e-3, longest=2.8)
            tone = lay([(0.0, tone), (0.0, rise * (1 - np.exp(-clock(len(rise)) / 0.05)))])
        if params.motor > 0:
            tone = tone * (1 - 0.4 * (0.5 - 0.5 * np.cos(2 * np.pi * params.motor * clock(len(tone)))))
        n = seconds(0.03)
        knock = once(rng.standard_normal(n), band(300, 1500 + 7000 * params.hardness)) * burst(n, 0.0003, 0.015)
        return unit(lay([(0.0, unit(tone)), (0.0, (0.05 + 0.2 * params.hardness) * unit(knock))]))

    return melody(Melody(root, 0.26, 0.25), note, studio)


MALLETS = Family(
    "mallets",
    "Tuned bars and pans under mallets: marimba, xylophone, vibraphone, glockenspiel, steel drum, kalimba.",
    Mallets,
    build,
    model="Bars that are cut so that their second mode lies two octaves above the first (marimba, "
    "vibraphone), or an octave and a fifth (xylophone), or uncut (glockenspiel); pans whose modes are "
    "tuned to octave and twelfth and exchange energy; tongues of a kalimba. The mallet's contact time "
    "sets how many modes speak. Wood rings briefly, metal long; turning lids shake a vibraphone's "
    "level.",
    source="Rossing, Science of Percussion Instruments (2000); Fletcher & Rossing, The Physics of Musical "
    "Instruments (1998), ch. 19.",
)


@dataclass(frozen=True)
class MusicBox:
    """A music box: how small its comb is, how fast it turns, how worn it is."""

    size: float = span(0.4)
    speed: float = span(3.2, 1.0, 8.0, unit="notes/s")
    wear: float = span(0.3)


def build_music_box(params: MusicBox, studio: Studio) -> Instrument:
    """Build a music box: a comb of steel tongues that pins pluck, on a small wooden case."""
    own = studio.rng("comb")
    root = 1175 * 2 ** (-1.4 * params.size) * around(own, 1.0, 0.02)
    sour = {k: around(own, 1.0, 0.002 + 0.012 * params.wear) for k in range(64)}

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        hertz = hertz * sour[round(12 * np.log2(hertz / root)) % 64]
        modes = hertz * np.array([1.0, 6.27, 17.55])
        tone = ring(
            modes,
            np.array([1.9, 0.3, 0.08]) * np.sqrt(1000 / hertz),
            np.array([1.0, 0.3, 0.2]),
            floor=3e-3,
            longest=2.2,
        )
        n = seconds(0.02)
        pin = once(rng.standard_normal(n), band(2500, 9000)) * burst(n, 0.0004, 0.008)
        board = ring(np.array([310.0, 620.0]), np.array([0.05, 0.03]), np.array([1.0, 0.7]))
        return unit(lay([(0.0, unit(tone)), (0.0, (0.1 + 0.25 * params.wear) * unit(pin)), (0.0, 0.1 * unit(board))]))

    return melody(Melody(root, 1 / params.speed, 0.35), note, studio)


MUSIC_BOX = Family(
    "music_box",
    "A music box: pins pluck the steel tongues of a comb.",
    MusicBox,
    build_music_box,
    model="Each tongue is a clamped steel bar (modes 1 : 6.27 : 17.55), plucked by a pin that first stops it "
    "with a small click; the case adds a short wooden thud. Larger boxes are lower; worn ones are out "
    "of tune, and click.",
    source="Fletcher & Rossing, The Physics of Musical Instruments (1998), ch. 2 and 19: bars clamped at one end.",
)

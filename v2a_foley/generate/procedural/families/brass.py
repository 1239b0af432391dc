"""Brass instruments: lips that buzz into a horn. Woodwinds, reeds and organs have their own files."""

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
class Brass:
    """A brass instrument: which, how high, how hard it is blown, how far it is muted, with how much vibrato."""

    kind: str = choice("trumpet", "cornet", "trombone", "horn", "tuba", "bugle")
    pitch: float = span(0.5)
    effort: float = span(0.6)
    mute: float = span(0.0)
    vibrato: float = span(0.3)


_MAKES = {
    "trumpet": (196.0, 1350.0, 0.03),
    "cornet": (196.0, 1050.0, 0.035),
    "trombone": (82.0, 700.0, 0.045),
    "horn": (98.0, 450.0, 0.055),
    "tuba": (44.0, 260.0, 0.06),
    "bugle": (233.0, 1200.0, 0.03),
}
"""Lowest note and cut-off of the bell in hertz, seconds until the note stands."""


def _note(params: Brass, hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
    _, bell, attack = _MAKES[params.kind]
    n = seconds(length)
    time = clock(n)
    unsteady = np.interp(time, np.linspace(0, length, 14), rng.standard_normal(14))
    rise = attack * around(rng, 1.0, 0.2) * (1.5 - params.effort)
    shape = swell(n, rise, 0.09) * (1 + 0.04 * unsteady)
    shape *= 1 - 0.2 * np.clip((time - rise) / 0.12, 0, 1)
    depth = 0.012 * params.vibrato * np.clip(time / 0.3, 0, 1)
    bend = (
        1 - 0.015 * np.exp(-time / 0.018) + depth * np.sin(2 * np.pi * around(rng, 5.3, 0.06) * time) + 0.001 * unsteady
    )
    loud = np.clip(params.effort * (0.45 + 0.55 * strength), 0.02, 1)
    count = int(min(36, 15_000 / hertz))
    k = np.arange(1, count + 1)
    radiated = np.minimum((k * hertz / bell) ** 0.7, 1.0)
    levels = radiated * np.exp(-k * hertz / (bell * (0.55 + 3.2 * loud**1.3)))
    wave = harmonics(2 * np.pi * np.cumsum(hertz * bend) / RATE, list(levels), shape ** (0.1 + 0.25 * (1 - loud)))
    spit = once(rng.standard_normal(n), band(hertz, 6000)) * (0.15 + np.exp(-time / 0.03))
    wave = unit(wave * shape) + 0.03 * unit(spit) * shape
    if params.mute > 0:
        buzz = once(wave, band(1100, 4200), peak(1800, 2.5, 8))
        wave = (1 - 0.9 * params.mute) * wave + 1.6 * params.mute * buzz
    return unit(wave)


def build(params: Brass, studio: Studio) -> Instrument:
    """Build an instrument and its player."""
    root = _MAKES[params.kind][0] * 2 ** (1.2 * params.pitch) * around(studio.rng("tuning"), 1.0, 0.02)
    if params.kind == "bugle":
        return melody(
            Melody(root, 0.3, steps=(0, 4, 7, 12, 7, 4)), lambda h, t, s, rng: _note(params, h, t, s, rng), studio
        )
    return melody(Melody(root, 0.45), lambda h, t, s, rng: _note(params, h, t, s, rng), studio)


BRASS = Family(
    "brass",
    "Brass: lips buzz into a horn; the louder, the brighter.",
    Brass,
    build,
    model="Partials in phase, whose number grows with loudness: the law that Risset and Mathews found, of "
    "steepening waves in the bore. In the attack the higher partials come later than the lower. The "
    "bell lets through what lies above its cut-off, so small bells are brighter. Pitch scoops up to the "
    "note, vibrato sets in late, spit hisses in the attack. A mute takes the lows and rings at its own "
    "pitch.",
    source="Risset & Mathews, Analysis of musical-instrument tones, Physics Today 22 (1969); Beauchamp, "
    "Synthesis by spectral amplitude and brightness matching of analyzed musical instrument tones, JAES "
    "30 (1982); Fletcher & Rossing (1998), ch. 14.",
)

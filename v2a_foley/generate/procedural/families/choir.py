"""Voices that sing together: choirs and singing crowds. Those who talk are in ``crowd.py``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, lowpass, resonance
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.people import VOWELS
from v2a_foley.generate.procedural.parts.shapes import even, seconds
from v2a_foley.generate.procedural.parts.tables import cycle, harmonic_levels, read, stretch


@dataclass(frozen=True)
class Choir:
    """Singers: how many, who, how well in tune, on which vowel, how long they hold a chord."""

    people: float = span(24.0, 1.0, 5000.0, unit="people")
    voices: str = choice("mixed", "women", "men", "children", "crowd")
    training: float = span(0.85)
    vowel: str = choice("a", "o", "u", "m")
    hold: float = span(2.6, 0.6, 8.0, unit="s")


_PARTS: dict[str, tuple[tuple[float, float], ...]] = {
    "mixed": ((98.0, 1.0), (147.0, 1.0), (220.0, 1.15), (294.0, 1.17)),
    "women": ((220.0, 1.15), (277.0, 1.17), (330.0, 1.2), (440.0, 1.2)),
    "men": ((98.0, 1.0), (123.0, 1.0), (147.0, 1.0), (196.0, 1.03)),
    "children": ((294.0, 1.33), (370.0, 1.33), (440.0, 1.35), (587.0, 1.35)),
    "crowd": ((98.0, 1.0), (196.0, 1.12), (196.0, 1.0), (294.0, 1.17)),
}
"""Pitch in hertz of each part, and the throat of those who sing it."""

_HOP = 480
_CHORDS = (0, -2, 3, 5, -4, 2)


def build(params: Choir, studio: Studio) -> Instrument:
    """Build singers and what they sing."""
    rng, scatter = studio.rng("choir"), Scatter(studio.channels)
    several = int(np.clip(round(params.people / 4), 1, 2))
    parts = _PARTS[params.voices] if params.people >= 4 else _PARTS[params.voices][-1:]
    tune = around(rng, 1.0, 0.03)
    detune = 0.002 + 0.022 * (1 - params.training)
    late = 0.02 + 0.25 * (1 - params.training)
    state = {"next": 0.0, "step": 0.0}
    shape = (250, 600, 2400) if params.vowel == "m" else VOWELS[params.vowel]
    tables = []
    for hertz, _ in parts:
        levels = harmonic_levels(hertz, 1.9)
        tables.append(cycle(levels, rng.uniform(0, 6.28, len(levels))))

    def part(hertz: float, table: Wave) -> Wave:
        """Sing one part of the chord by several voices, each with a vibrato, drift and entry of its own."""
        n = -(-seconds(params.hold * 1.25 + late) // _HOP) * _HOP
        time = _HOP / RATE * np.arange(n // _HOP + 1)
        total = 0.02 * rng.standard_normal(n)
        for _ in range(several):
            knots = rng.standard_normal(int(4 + 9 * time[-1]))
            drift = np.interp(time, np.linspace(0, time[-1], len(knots)), knots)
            depth = (0.009 if params.training > 0.5 else 0.004) * np.clip(time / 0.5, 0, 1)
            vibrato = depth * np.sin(2 * np.pi * between(rng, 5.0, 6.4) * time + rng.random() * 6)
            scoop = 1 - 0.02 * np.exp(-time / 0.06)
            pitch = hertz * around(rng, 1.0, detune) * scoop * (1 + vibrato + 0.35 * detune * drift)
            enter = late * rng.random()
            level = (1 + 0.12 * drift) * np.clip((time - enter) / 0.18, 0, 1) * np.clip((time[-1] - time) / 0.4, 0, 1)
            turns = stretch(np.cumsum(pitch) * _HOP / RATE, _HOP) + rng.random()
            total += read(table, turns) * stretch(level, _HOP)
        return even(total)

    throat = float(np.mean([t for _, t in parts])) * around(rng, 1.0, 0.02)
    weights = (1.0, 0.6, 0.28, 0.3 * params.training)
    tract = [Filter(resonance(f * throat, q)) for f, q in zip((*shape, 2900), (7, 9, 11, 12), strict=True)]
    lips = Filter(lowpass(900 if params.vowel == "m" else 14_000, 1))

    def play(block: Block) -> Wave:
        n = block.samples
        grains = []
        while state["next"] < n / RATE:
            chord = tune * 2 ** (_CHORDS[int(state["step"])] / 12)
            for number, (hertz, _) in enumerate(parts):
                side = between(rng, -0.2, 0.2) + 1.1 * (number / max(1, len(parts) - 1) - 0.5)
                grains.append((int(state["next"] * RATE), part(hertz * chord, tables[number]), side))
            state["step"] = float(rng.integers(len(_CHORDS)))
            state["next"] += params.hold * around(rng, 1, 0.05)
        state["next"] -= n / RATE
        dry = scatter(n, grains)
        sung = sum((level * formant(dry) for level, formant in zip(weights, tract, strict=True)), np.zeros_like(dry))
        return lips(np.asarray(sung))

    return Instrument(play=play, burst=params.hold)


CHOIR = Family(
    "choir",
    "People sing together: parts of a chord, each by several voices a little apart.",
    Choir,
    build,
    model="Every part of the chord is sung by several voices: a glottal wave whose partials fall by about 11 "
    "dB an octave, with vibrato, drift and scoop of its own, through the formants of the vowel and the "
    "singer's formant near 3 kHz, which training brings. Training also narrows the scatter of pitch and "
    "entry: a few cents for a choir, a quarter tone for a stadium.",
    source="Sundberg, The Science of the Singing Voice (1987); Ternström, Choir acoustics: an overview of "
    "scientific research published to date, International Journal of Research in Choral Singing 1 "
    "(2003); Peterson & Barney (1952).",
    shown=(
        {"voices": "mixed"},
        {"voices": "women", "vowel": "u"},
        {"voices": "children"},
        {"voices": "crowd", "training": 0.0, "people": 2000.0},
    ),
)

"""A subtractive synthesiser: oscillators, a resonant filter that an envelope opens, an arpeggio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import clock, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import cycle, read


@dataclass(frozen=True)
class Synth:
    """A synthesiser: its wave, pitch, how far its filter opens, how much it resonates, notes a second."""

    wave: str = choice("saw", "square", "triangle", "fm")
    pitch: float = span(110.0, 30.0, 1000.0, unit="Hz")
    cutoff: float = span(1800.0, 150.0, 9000.0, unit="Hz")
    resonance: float = span(0.4)
    pace: float = span(6.0, 0.5, 16.0, unit="notes/s")


_STEPS = np.linspace(0, 1, 7)
"""How far the envelope holds the filter open, of each table that is blended."""


def _tone(params: Synth, hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
    """Blend tables of a wave behind a filter that is ever less open."""
    n = seconds(length)
    time = clock(n)
    if params.wave == "fm":
        index = 1 + params.cutoff / 900 * np.exp(-time / (0.25 * length + 0.05)) * (0.4 + 0.6 * strength)
        turn = 2 * np.pi * hertz * time
        return np.asarray(np.sin(turn + index * np.sin(2.0 * turn * (1 + 0.003 * rng.standard_normal()))))
    step = 2 if params.wave in ("square", "triangle") else 1
    k = np.arange(1, int(min(64, 15_000 / hertz)) + 1)
    level = np.where((k - 1) % step == 0, 1.0 / k ** (2.0 if params.wave == "triangle" else 1.0), 0.0)
    q = 0.7 + 9 * params.resonance**2
    shape = np.exp(-time / (0.3 * length + 0.04))
    total = np.zeros(n)
    for number, share in enumerate(_STEPS):
        near = np.maximum(1 - np.abs(shape * (len(_STEPS) - 1) - number), 0.0)
        first, last = np.flatnonzero(near > 0)[[0, -1]] if np.any(near > 0) else (0, -1)
        part = slice(first, last + 1)
        x = k * hertz / (params.cutoff * (0.25 + (0.4 + 0.9 * strength) * share))
        table = cycle(level / np.sqrt((1 - x**2) ** 2 + (x / q) ** 2))
        turns = hertz * time[part]
        total[part] += near[part] * (0.3 + 0.7 * share) * (read(table, turns) + 0.7 * read(table, 1.0035 * turns))
    return total


def build(params: Synth, studio: Studio) -> Instrument:
    """Build a synthesiser and its sequencer."""
    own = studio.rng("patch")
    root = params.pitch * around(own, 1.0, 0.01)
    row = [(0, 3, 7, 10, 12, 7, 3, 10)[int(k)] for k in own.permutation(8)]
    turn = {"at": 0}

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        turn["at"] += 1
        hertz = root * 2 ** (row[turn["at"] % 8] / 12)
        length = 1.6 / params.pace
        wave = _tone(params, hertz, min(length, 1.6), strength, rng)
        return unit(wave * swell(len(wave), 0.004, 0.35 * len(wave) / RATE))

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        yield 0.0, 0.9
        while True:
            yield 1 / params.pace * (2 if rng.random() < 0.12 else 1), 0.7 + 0.3 * rng.random()

    return Instrument(strike=strike, rhythm=rhythm)


SYNTH = Family(
    "synth",
    "A synthesiser: detuned oscillators through a resonant filter, in an arpeggio.",
    Synth,
    build,
    model="Two detuned oscillators (saw, square, triangle) as partials whose levels are the gain of a "
    "resonant two-pole low-pass that an envelope closes during the note; or frequency modulation whose "
    "index falls. A sequencer repeats a row of eight notes and leaves some out.",
    source="Moog, Voltage-controlled electronic music modules, JAES 13 (1965); Chowning, The synthesis of "
    "complex audio spectra by means of frequency modulation, JAES 21 (1973).",
)

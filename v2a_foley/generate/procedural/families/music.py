"""A player who improvises quietly in one pentatonic scale: which note when. How a note sounds, instruments know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Instrument, Studio, Wave
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import lay

Note = Callable[[float, float, float, np.random.Generator], Wave]
"""Makes a note from hertz, seconds, strength and chance; peak about one."""

_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)


@dataclass(frozen=True)
class Melody:
    """How a player plays: the root in hertz, seconds a note, how often two sound at once, the scale in semitones."""

    root: float
    pace: float
    chords: float = 0.0
    steps: tuple[int, ...] = _SCALE


def melody(plan: Melody, note: Note, studio: Studio) -> Instrument:
    """Build the player: every note chooses its length, and the next one waits for it."""
    walk = {"step": float(int(studio.rng("start").integers(2, 6)) % len(plan.steps)), "long": 1.0}

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        walk["long"] = float(rng.choice([1.0, 1.0, 1.0, 2.0, 3.0]))
        walk["step"] = float(np.clip(walk["step"] + rng.integers(-2, 3), 0, len(plan.steps) - 1))
        step, length = int(walk["step"]), plan.pace * (walk["long"] + 0.12)
        tuned = plan.root * around(rng, 1.0, 0.0015)
        parts = [(0.0, note(tuned * 2 ** (plan.steps[step] / 12), length, strength, rng))]
        if rng.random() < plan.chords:
            lower = plan.steps[max(0, step - 2)]
            parts.append((0.02 * rng.random(), 0.7 * note(tuned * 2 ** (lower / 12), length, strength, rng)))
        return lay(parts)

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        yield 0.0, 0.85
        while True:
            yield plan.pace * walk["long"] * around(rng, 1, 0.03), float(rng.uniform(0.55, 1.0))

    return Instrument(strike=strike, rhythm=rhythm)

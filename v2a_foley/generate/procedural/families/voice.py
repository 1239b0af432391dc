"""Animals' voices, sung by source and filter from the recipes in ``calls.py``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.families.calls import CALLS
from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import lay
from v2a_foley.generate.procedural.parts.voice import Utterance, speak


@dataclass(frozen=True)
class Voice:
    """A voice: which animal, and how large it is for its kind."""

    species: str = choice(*CALLS)
    size: float = span(0.5)


def sing(species: str, size: float, strength: float, individual: np.random.Generator, rng: np.random.Generator) -> Wave:
    """Sing one call; ``individual`` fixes who sings, ``rng`` how this time."""
    call = CALLS[species]
    body = 2 ** (0.9 * (0.5 - size)) * around(individual, 1.0, 0.07)
    tract = 2 ** (0.5 * (0.5 - size)) * around(individual, 1.0, 0.05)
    parts, at = [], 0.0
    drop = 1.0
    for _ in range(int(rng.integers(call.times[0], call.times[1] + 1))):
        mood = around(rng, 1.0, call.vary * 0.6)
        for utterance, gap in zip(call.utterances, call.gaps, strict=True):
            sung = _varied(utterance, call.vary, body * mood, tract, strength, rng)
            parts.append((at, speak(sung, rng) * drop * around(rng, 1.0, 0.12)))
            at += sung.duration + around(rng, gap, 0.2)
        drop *= 0.92
    return lay(parts)


def _varied(
    utterance: Utterance, vary: float, body: float, tract: float, strength: float, rng: np.random.Generator
) -> Utterance:
    effort = 0.75 + 0.45 * strength
    pitch = body * around(rng, 1.0, vary * 0.4) * (0.9 + 0.14 * strength)
    return replace(
        utterance,
        duration=around(rng, utterance.duration, vary),
        pitch=tuple((u, hertz * pitch * around(rng, 1.0, vary * 0.35)) for u, hertz in utterance.pitch),
        vowels=tuple((u, tuple(f * tract for f in formants)) for u, formants in utterance.vowels),
        tilt=utterance.tilt * effort**1.5,
        breath=float(np.clip(utterance.breath * around(rng, 1.0, 0.15), 0, 1)),
    )


def build(params: Voice, studio: Studio) -> Instrument:
    """Build an animal."""

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return sing(params.species, params.size, strength, studio.rng("individual"), rng)

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        rest = CALLS[params.species].rest
        yield 0.0, 0.9
        while True:
            yield max(around(rng, rest, 0.3), 0.5 * rest), float(rng.uniform(0.6, 1.0))

    return Instrument(strike=strike, rhythm=rhythm)


VOICE = Family(
    "voice", "Animals' voices: a glottal source through moving formants, each species its own.", Voice, build
)

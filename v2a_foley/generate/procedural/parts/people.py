"""What single people utter without words: syllables, shouts, laughs, boos, squeals. Crowds of them are not here.

Formants are those of English vowels after Peterson & Barney (1952); a throat is a factor on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Wave
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import even
from v2a_foley.generate.procedural.parts.voice import Utterance, speak

VOWELS: dict[str, tuple[float, float, float]] = {
    "a": (730, 1090, 2440),
    "i": (270, 2290, 3010),
    "u": (300, 870, 2240),
    "e": (530, 1840, 2480),
    "o": (570, 840, 2410),
    "r": (490, 1350, 1690),
    "uh": (640, 1190, 2390),
}
"""First three formants of men, in hertz."""

_ALL = tuple(VOWELS.values())


@dataclass(frozen=True)
class Person:
    """Who speaks: the speaking pitch in hertz, and how much shorter than a man's the throat is, as a factor."""

    pitch: float
    throat: float


def adult(rng: np.random.Generator, women: float = 0.5) -> Person:
    """Draw a man or a woman."""
    if rng.random() < women:
        return Person(around(rng, 208, 0.12), around(rng, 1.17, 0.03))
    return Person(around(rng, 122, 0.14), around(rng, 1.0, 0.03))


def child(rng: np.random.Generator) -> Person:
    """Draw a child of about four to ten years."""
    return Person(around(rng, 285, 0.12), around(rng, 1.33, 0.05))


def formants(vowel: tuple[float, float, float], throat: float) -> tuple[float, ...]:
    """Scale a vowel to a throat and add a fourth formant."""
    return (*(f * throat for f in vowel), 3500.0 * throat)


def phrase(who: Person, syllables: int, rng: np.random.Generator, *, effort: float = 0.3, whisper: float = 0.0) -> Wave:
    """Some unintelligible syllables in one breath; effort raises pitch, pace and brightness."""
    length = syllables * around(rng, 0.2 - 0.03 * effort, 0.1)
    shapes = [_ALL[int(k)] for k in rng.integers(0, len(_ALL), syllables + 1)]
    vowels = tuple((k / syllables, formants(shape, who.throat)) for k, shape in enumerate(shapes))
    loud: list[tuple[float, float]] = [(0.0, 0.0)]
    for k in range(syllables):
        loud += [((k + 0.4) / syllables, between(rng, 0.5, 1.0)), ((k + 0.97) / syllables, between(rng, 0.02, 0.3))]
    loud[-1] = (1.0, 0.0)
    high = who.pitch * (0.9 + 0.75 * effort)
    tune = tuple((k / 4, high * around(rng, 1.12 - 0.06 * k, 0.08)) for k in range(5))
    call = Utterance(
        length,
        tune,
        tuple(loud),
        vowels,
        breath=float(np.clip(0.1 + 0.9 * whisper, 0, 0.98)),
        jitter=0.012 + 0.02 * effort,
        tilt=500 + 1500 * effort,
    )
    return even(speak(call, rng))


def shout(who: Person, rng: np.random.Generator, *, vowels: str = "aou", rise: float = 2.1, rough: float = 0.0) -> Wave:
    """One open vowel at the top of the voice, ``rise`` times the speaking pitch."""
    top = who.pitch * rise * around(rng, 1.0, 0.13)
    start, end = (VOWELS[vowels[int(rng.integers(len(vowels)))]] for _ in range(2))
    call = Utterance(
        between(rng, 0.5, 1.7),
        ((0.0, top * 0.75), (0.3, top), (1.0, top * 0.8)),
        ((0.0, 0.0), (0.15, 1.0), (0.6, 0.8), (1.0, 0.0)),
        ((0.0, formants(start, who.throat)), (0.4, formants(end, who.throat)), (1.0, formants(end, who.throat))),
        breath=0.16,
        jitter=0.03 + 0.03 * rough,
        tilt=2600,
        growl=0.6 * rough,
    )
    return even(speak(call, rng))


def boo(who: Person, rng: np.random.Generator) -> Wave:
    """A long dark vowel that falls at its end."""
    top = who.pitch * between(rng, 1.1, 1.5)
    shape = formants(VOWELS["u"], who.throat)
    call = Utterance(
        between(rng, 1.0, 1.9),
        ((0.0, top * 0.9), (0.15, top), (0.7, top * 0.95), (1.0, top * 0.75)),
        ((0.0, 0.0), (0.12, 1.0), (0.75, 0.8), (1.0, 0.0)),
        ((0.0, shape), (1.0, shape)),
        breath=0.15,
        jitter=0.02,
        tilt=1100,
    )
    return even(speak(call, rng))


def squeal(who: Person, rng: np.random.Generator) -> Wave:
    """A short high cry, as of children at play or people in fear."""
    top = who.pitch * between(rng, 2.6, 4.2)
    shape = formants(VOWELS["ai"[int(rng.integers(2))]], who.throat)
    call = Utterance(
        between(rng, 0.25, 0.9),
        ((0.0, top * 0.7), (0.35, top), (1.0, top * between(rng, 0.7, 1.05))),
        ((0.0, 0.0), (0.2, 1.0), (0.7, 0.8), (1.0, 0.0)),
        ((0.0, shape), (1.0, shape)),
        breath=0.15,
        jitter=0.02,
        tilt=2600,
    )
    return even(speak(call, rng))


def laugh(who: Person, rng: np.random.Generator, *, vigour: float = 0.5) -> Wave:
    """Four or five breathed vowels a second that fall in pitch and level (Bachorowski et al. 2001)."""
    count = int(rng.integers(3, 5 + round(5 * vigour)))
    shape = formants(VOWELS[("a", "uh", "e")[int(rng.integers(3))]], who.throat)
    loud: list[tuple[float, float]] = []
    for k in range(count):
        loud += [(k / count, 0.0), ((k + 0.3) / count, 1 - 0.5 * k / count), ((k + 0.7) / count, 0.05)]
    call = Utterance(
        count * around(rng, 0.2, 0.1),
        ((0.0, who.pitch * (1.5 + 0.9 * vigour)), (1.0, who.pitch * (1.0 + 0.3 * vigour))),
        (*loud, (1.0, 0.0)),
        ((0.0, shape), (1.0, shape)),
        breath=0.45 - 0.2 * vigour,
        jitter=0.02,
        tilt=700 + 1100 * vigour,
    )
    return even(speak(call, rng))

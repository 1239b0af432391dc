"""Crowds: babble of many throats, applause of many hands, cheers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Play, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, coloured, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import even, seconds, unit
from v2a_foley.generate.procedural.parts.voice import Utterance, speak


@dataclass(frozen=True)
class Crowd:
    """A crowd: how many, and what they do."""

    size: float = span(0.5)
    kind: str = choice("babble", "applause", "cheer", "laughter")


_VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (490, 1350, 1690),
    (640, 1190, 2390),
)
"""Formants of English vowels of men (Peterson & Barney 1952), in hertz."""

_RENEWAL = 0.4
"""Chance, a block, that one voice of the bank is sung anew."""

_FALL = ((0.0, 0.0), (0.15, 1.0), (0.6, 0.8), (1.0, 0.0))


def _person(rng: np.random.Generator) -> tuple[float, float]:
    """Return pitch in hertz and length of the throat as a factor, of a man or a woman."""
    return (around(rng, 118, 0.14), 1.0) if rng.random() < 0.5 else (around(rng, 208, 0.12), 1.17)


def _phrase(rng: np.random.Generator, syllables: int) -> Wave:
    """Some unintelligible syllables in one breath."""
    pitch, throat = _person(rng)
    length = syllables * around(rng, 0.19, 0.1)
    shapes = [_VOWELS[int(k)] for k in rng.integers(0, len(_VOWELS), syllables + 1)]
    vowels = tuple((k / syllables, (*(f * throat for f in shape), 3500.0 * throat)) for k, shape in enumerate(shapes))
    loud: list[tuple[float, float]] = [(0.0, 0.0)]
    for k in range(syllables):
        loud += [((k + 0.4) / syllables, between(rng, 0.5, 1.0)), ((k + 0.97) / syllables, between(rng, 0.02, 0.3))]
    loud[-1] = (1.0, 0.0)
    tune = [(k / 4, pitch * around(rng, 1.12 - 0.06 * k, 0.08)) for k in range(5)]
    call = Utterance(length, tuple(tune), tuple(loud), vowels, breath=0.12, jitter=0.012, tilt=700)
    return even(speak(call, rng))


def _shout(rng: np.random.Generator) -> Wave:
    """One person cheers."""
    pitch, throat = _person(rng)
    top = pitch * between(rng, 1.7, 2.6)
    length = between(rng, 0.5, 1.7)
    start, end = (_VOWELS[int(k)] for k in (rng.choice([0, 2, 6]), rng.choice([0, 3, 6])))
    vowels = tuple(
        (u, (*(f * throat for f in shape), 3500.0 * throat)) for u, shape in ((0.0, start), (0.4, end), (1.0, end))
    )
    call = Utterance(
        length, ((0.0, top * 0.75), (0.3, top), (1.0, top * 0.8)), _FALL, vowels, breath=0.16, jitter=0.03, tilt=1900
    )
    return even(speak(call, rng))


def _laugh(rng: np.random.Generator) -> Wave:
    """One person laughs: four or five breathed vowels a second, falling."""
    pitch, throat = _person(rng)
    count = int(rng.integers(3, 8))
    shape = tuple(f * throat for f in (*_VOWELS[int(rng.choice([0, 3, 6]))], 3500.0))
    loud: list[tuple[float, float]] = []
    for k in range(count):
        loud += [(k / count, 0.0), ((k + 0.3) / count, 1 - 0.5 * k / count), ((k + 0.7) / count, 0.05)]
    call = Utterance(
        count * around(rng, 0.2, 0.1),
        ((0.0, pitch * 1.9), (1.0, pitch * 1.1)),
        (*loud, (1.0, 0.0)),
        ((0.0, shape), (1.0, shape)),
        breath=0.3,
        jitter=0.02,
        tilt=1200,
    )
    return even(speak(call, rng))


def _voices(params: Crowd, studio: Studio) -> Play:
    """Many people at once: sung in turn from a bank that is renewed as it is used."""
    rng = studio.rng("people")
    make = {
        "babble": lambda: _phrase(rng, int(rng.integers(3, 9))),
        "cheer": lambda: _shout(rng),
        "laughter": lambda: _laugh(rng),
    }
    bank = [make[params.kind]() for _ in range(8)]
    rate = {"babble": 3.0 + 11 * params.size, "cheer": 8.0 + 26 * params.size, "laughter": 3.0 + 9 * params.size}[
        params.kind
    ]
    moments, scatter = Moments(rng, rate), Scatter(studio.channels)
    noise, mood = Noise(studio.rng("far"), studio.channels), Slow(studio.rng("mood"), 0.25)
    formant = 700 if params.kind != "cheer" else 1050
    far = coloured(slope(-4.0), band(formant * 0.55, formant * 1.9), lowpass(3500, 1))
    murmur = Slow(studio.rng("murmur"), 4.5)

    def play(block: Block) -> Wave:
        n = block.samples
        grains = []
        for at in moments(n, np.maximum(block.drive, 0.05)):
            distance = 0.18 + 0.82 * rng.random() ** 2
            voice = bank[int(rng.integers(len(bank)))]
            grains.append((int(at), distance * voice, between(rng, -0.9, 0.9)))
        if rng.random() < _RENEWAL:
            bank[int(rng.integers(len(bank)))] = make[params.kind]()
        bed = far(noise(n)) * (1 + 0.16 * murmur(n)) * np.exp(0.15 * mood(n))
        return 0.3 * scatter(n, grains) + (0.1 + 0.25 * params.size) * bed

    return play


def _claps(params: Crowd, studio: Studio) -> Play:
    """Hands at their own rates (2 to 5 a second) and sounds (Repp 1987), near ones singly, far ones as a rush."""
    rng = studio.rng("hands")
    people = 4 + round(26 * params.size)
    shapes = []
    for _ in range(people):
        centre = between(rng, 650, 2500)
        versions = []
        for _ in range(5):
            n = seconds(0.035)
            flesh = once(rng.standard_normal(n), band(centre * 0.6, centre * 1.7, 2)) * np.exp(
                -np.arange(n) / RATE / between(rng, 0.004, 0.008)
            )
            snap = once(rng.standard_normal(n), band(2500, 9000)) * np.exp(-np.arange(n) / RATE / 0.002)
            versions.append(unit(unit(flesh) + 0.35 * unit(snap)))
        shapes.append(versions)
    rates = [around(rng, 3.7, 0.18) for _ in range(people)]
    due = [rng.random() / r for r in rates]
    place = [(between(rng, -0.9, 0.9), 0.25 + 0.75 * rng.random() ** 2) for _ in range(people)]
    noise, mood, scatter = (
        Noise(studio.rng("far"), studio.channels),
        Slow(studio.rng("mood"), 0.3),
        Scatter(studio.channels),
    )
    rush = coloured(slope(-2.0), band(700, 4200))
    patter = Slow(studio.rng("patter"), 30)

    def play(block: Block) -> Wave:
        n = block.samples
        grains = []
        for k in range(people):
            side, level = place[k]
            while due[k] < n / RATE:
                clap = shapes[k][int(rng.integers(5))]
                grains.append((int(due[k] * RATE), level * between(rng, 0.6, 1) * clap, side))
                due[k] += max(0.06, (1 + 0.09 * rng.standard_normal()) / rates[k])
            due[k] -= n / RATE
        bed = rush(noise(n)) * np.exp(0.3 * patter(n)) * np.exp(0.12 * mood(n))
        return 0.4 * scatter(n, grains) + 0.16 * params.size * bed

    return play


def build(params: Crowd, studio: Studio) -> Instrument:
    """Build a crowd."""
    return Instrument(play=_claps(params, studio) if params.kind == "applause" else _voices(params, studio), burst=2.5)


CROWD = Family("crowd", "Crowds: babble of many throats, applause of many hands, cheers, laughter.", Crowd, build)

"""Birds: their calls, and who calls when; how songbirds sing lives in ``song.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.families.song import songbird, whistle
from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, seconds, swell, unit
from v2a_foley.generate.procedural.parts.voice import Utterance, speak


@dataclass(frozen=True)
class Birds:
    """Birds: which, how many, how large for their kind."""

    species: str = choice(
        "songbird",
        "gull",
        "crow",
        "pigeon",
        "parrot",
        "chick",
        "eagle",
        "woodpecker",
        "cuckoo",
        "sparrow",
        "hummingbird",
    )
    count: float = span(0.3)
    size: float = span(0.5)


_TUBE = (1150.0, 1950.0, 3300.0, 4800.0, 7000.0)
_GULL = Utterance(
    0.48,
    ((0.0, 780), (0.15, 1180), (0.5, 1050), (1.0, 720)),
    ((0.0, 0), (0.08, 1), (0.6, 0.8), (1, 0)),
    (
        (0.0, (1000, 1900, 3200, 4800, 7000)),
        (0.3, (1500, 2500, 3700, 5200, 7300)),
        (1.0, (1050, 1900, 3200, 4800, 7000)),
    ),
    breath=0.06,
    jitter=0.012,
    shimmer=0.08,
    double=0.1,
    tilt=4500,
)
_CAW = Utterance(
    0.33,
    ((0.0, 430), (0.2, 530), (0.7, 500), (1.0, 400)),
    ((0.0, 0), (0.06, 0.9), (0.4, 1), (0.8, 0.6), (1, 0)),
    ((0.0, (900, 1550, 2500, 3900, 6000)), (0.4, (1250, 1850, 2800, 4200, 6200)), (1.0, (950, 1500, 2500, 3900, 6000))),
    breath=0.3,
    jitter=0.06,
    shimmer=0.4,
    double=0.35,
    tilt=3800,
    growl=0.45,
)
_SQUAWK = Utterance(
    0.36,
    ((0.0, 900), (0.25, 1500), (0.7, 1300), (1.0, 850)),
    ((0.0, 0), (0.05, 1), (0.7, 0.8), (1, 0)),
    ((0.0, _TUBE), (0.4, (1700, 2700, 3900, 5300, 7600)), (1.0, _TUBE)),
    breath=0.25,
    jitter=0.07,
    shimmer=0.4,
    double=0.4,
    tilt=6000,
    growl=0.4,
)


def _voiced(
    call: Utterance, body: float, rng: np.random.Generator, *, stretch: float = 1.0, pitch: float = 1.0
) -> Wave:
    changed = replace(
        call,
        duration=call.duration * stretch * around(rng, 1, 0.08),
        pitch=tuple((u, f * body * pitch * around(rng, 1, 0.03)) for u, f in call.pitch),
        vowels=tuple((u, tuple(x * body**0.5 for x in f)) for u, f in call.vowels),
    )
    return speak(changed, rng)


def _gull(body: float, rng: np.random.Generator) -> Wave:
    if rng.random() < 0.4:
        return _voiced(_GULL, body, rng, stretch=1.6)
    return lay(
        [
            (k * 0.33 * around(rng, 1, 0.05), (1 - 0.08 * k) * _voiced(_GULL, body, rng, stretch=0.55))
            for k in range(int(rng.integers(3, 7)))
        ]
    )


def _crow(body: float, rng: np.random.Generator) -> Wave:
    count = int(rng.integers(2, 5))
    return lay(
        [(k * 0.52 * around(rng, 1, 0.04), between(rng, 0.8, 1) * _voiced(_CAW, body, rng)) for k in range(count)]
    )


def _parrot(body: float, rng: np.random.Generator) -> Wave:
    count = int(rng.integers(1, 4))
    cries = [_voiced(_SQUAWK, body, rng, pitch=around(rng, 1, 0.15)) for _ in range(count)]
    return lay([(k * 0.5, between(rng, 0.7, 1) * cry) for k, cry in enumerate(cries)])


def _cuckoo(body: float, rng: np.random.Generator) -> Wave:
    """Two whistles, a third apart."""
    high, low = 690 * body * around(rng, 1, 0.008), 560 * body * around(rng, 1, 0.008)
    first = whistle(0.14, ((0, high * 1.02), (1, high * 0.97)), rng, harmonics=(1, 0.06))
    return lay([(0.0, 0.85 * first), (0.3, whistle(0.2, ((0, low * 1.01), (1, low * 0.98)), rng, harmonics=(1, 0.06)))])


def _eagle(body: float, rng: np.random.Generator) -> Wave:
    """A falling series of thin, sharp whistles."""
    parts, top = [], 2900 * body
    for k in range(int(rng.integers(4, 8))):
        bow = ((0, top * 0.85), (0.3, top), (1, top * (0.72 - 0.01 * k)))
        parts.append((k * 0.17, (1 - 0.09 * k) * whistle(0.13, bow, rng, harmonics=(1, 0.35, 0.2, 0.08), beat=0.35)))
    return lay(parts)


def _sparrow(body: float, rng: np.random.Generator) -> Wave:
    parts, top = [], 4300 * body
    for k in range(int(rng.integers(1, 5))):
        bow = ((0, top * 0.8), (0.3, top * around(rng, 1, 0.06)), (1, top * 0.6))
        parts.append((k * 0.24 * around(rng, 1, 0.1), whistle(0.07, bow, rng, harmonics=(1, 0.25, 0.1), beat=0.3)))
    return lay(parts)


def _chick(body: float, rng: np.random.Generator) -> Wave:
    parts, top = [], 4200 * body
    for k in range(int(rng.integers(2, 6))):
        bow = ((0, top * 0.92), (0.2, top * around(rng, 1, 0.03)), (1, top * 0.62))
        cheep = between(rng, 0.7, 1) * whistle(0.11, bow, rng, harmonics=(1, 0.12, 0.05))
        parts.append((k * 0.21 * around(rng, 1, 0.08), cheep))
    return lay(parts)


def _hummingbird(body: float, rng: np.random.Generator) -> Wave:
    """Wings, some fifty beats a second."""
    n = seconds(between(rng, 0.6, 1.4))
    hum = np.sin(2 * np.pi * np.cumsum(52 * body * (1 + 0.03 * np.sin(clock(n) * 7))) / RATE)
    return np.asarray(np.tanh(2.5 * hum + 0.4 * rng.standard_normal(n)) * swell(n, 0.15, 0.25))


def _coo(body: float, rng: np.random.Generator) -> Wave:
    base = 330 * body
    shapes = ((0.16, 0.92, 0.55), (0.42, 1.08, 1.0), (0.22, 0.9, 0.6), (0.24, 0.88, 0.6))
    parts, at = [], 0.0
    for length, pitch, level in shapes:
        f = base * pitch * around(rng, 1, 0.012)
        coo = whistle(length, ((0, f * 0.94), (0.4, f * 1.05), (1, f * 0.95)), rng, harmonics=(1, 0.14, 0.05))
        n = len(coo)
        breath = np.convolve(rng.standard_normal(n), np.ones(40) / 40, mode="same")
        rough = 1 - 0.3 * (0.5 + 0.5 * np.sin(2 * np.pi * 27 * clock(n) + rng.random() * 6))
        parts.append((at, level * (coo * rough + 0.12 * breath * np.abs(coo))))
        at += length + 0.07 * around(rng, 1, 0.15)
    return lay(parts)


def _drum(body: float, rng: np.random.Generator) -> Wave:
    """A woodpecker drums: some twenty blows a second on dry wood, fading."""
    from v2a_foley.generate.procedural.parts.bodies import blow, body_of

    trunk = body_of("wood", 0.45 / body, rng)
    knocks = [unit(blow(trunk, 0.6, 0.7, rng, damp=0.4)) for _ in range(4)]
    count = int(rng.integers(9, 18))
    return lay([(k * 0.052 * (1 - 0.01 * k), (1 - 0.035 * k) * knocks[int(rng.integers(4))]) for k in range(count)])


_CALLS: dict[str, Callable[[float, np.random.Generator], Wave]] = {
    "gull": _gull,
    "crow": _crow,
    "parrot": _parrot,
    "pigeon": _coo,
    "cuckoo": _cuckoo,
    "eagle": _eagle,
    "woodpecker": _drum,
    "sparrow": _sparrow,
    "hummingbird": _hummingbird,
    "chick": _chick,
}
"""The birds that do not sing."""

_REST = {
    "songbird": 2.6,
    "gull": 3.2,
    "crow": 3.6,
    "pigeon": 2.4,
    "parrot": 2.6,
    "chick": 1.5,
    "eagle": 4.5,
    "woodpecker": 4.5,
    "cuckoo": 1.5,
    "sparrow": 1.4,
    "hummingbird": 1.6,
}


def build(params: Birds, studio: Studio) -> Instrument:
    """Build a company of birds."""
    size = 2 ** (0.8 * (0.5 - params.size))
    many = 1 + round(5 * params.count)
    singers = [songbird(studio.rng("singer", k), 2300 * size, 6200 * size) for k in range(many)]
    bodies = [size * around(studio.rng("body", k), 1.0, 0.09) for k in range(many)]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        who = int(rng.integers(many))
        if params.species == "songbird":
            return singers[who](rng)
        return unit(_CALLS[params.species](bodies[who], rng))

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        mean = _REST[params.species] / (0.6 + 0.4 * many)
        yield 0.0, 0.9
        while True:
            yield max(0.25, mean * float(rng.gamma(3.0) / 3)), between(rng, 0.35, 1.0)

    return Instrument(strike=strike, rhythm=rhythm)


BIRDS = Family(
    "birds", "Birds: songs of whistled syllables, and the calls of gulls, crows, pigeons, parrots.", Birds, build
)

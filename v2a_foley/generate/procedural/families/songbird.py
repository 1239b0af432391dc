"""Small birds that sing or chirp, and the cuckoo; how a syrinx whistles lives in ``song.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.song import songbird, whistle
from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import through_air
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, unit
from v2a_foley.generate.procedural.parts.throat import turns


@dataclass(frozen=True)
class Songbird:
    """Small birds: what they sing, their mass in grams, how many, and how far away."""

    song: str = choice("warble", "chirp", "trill", "flute", "cuckoo", "nightingale")
    mass: float = span(20.0, 5.0, 130.0, unit="g")
    number: int = span(2, 1, 12)
    distance: float = span(8.0, 1.0, 200.0, unit="m")


Sing = Callable[[np.random.Generator], Wave]


def _chirp(size: float, own: np.random.Generator) -> Sing:
    """Chirp as sparrows do: short falling arches with a beat of two voices."""
    top, fall = 4300 * size * around(own, 1, 0.06), between(own, 0.55, 0.7)

    def sing(rng: np.random.Generator) -> Wave:
        parts = []
        for k in range(int(rng.integers(1, 5))):
            bow = ((0, top * 0.8), (0.3, top * around(rng, 1, 0.06)), (1, top * fall))
            one = whistle(0.07, bow, rng, harmonics=(1, 0.25, 0.1), beat=0.3)
            parts.append((k * 0.24 * around(rng, 1, 0.1), one * between(rng, 0.7, 1)))
        return lay(parts)

    return sing


def _trill(size: float, own: np.random.Generator) -> Sing:
    """Repeat one syllable ten to thirty times a second, as wrens and canaries do, with an opening note."""
    centre = 4600 * size * around(own, 1, 0.15)
    rate, sweep = between(own, 11, 26), between(own, 0.6, 1.5)

    def sing(rng: np.random.Generator) -> Wave:
        parts = [(0.0, 0.7 * whistle(0.12, ((0, centre * 1.2), (1, centre * 0.9)), rng))]
        count = int(rng.integers(10, 26))
        for k in range(count):
            syllable = ((0, centre * sweep**0.5), (1, centre / sweep**0.5))
            level = 0.5 + 0.5 * np.sin(np.pi * (k + 1) / (count + 1))
            parts.append((0.2 + k / rate, level * whistle(0.7 / rate, syllable, rng)))
        return lay(parts)

    return sing


def _flute(size: float, own: np.random.Generator) -> Sing:
    """Sing a blackbird's phrase: slow, nearly pure low notes that glide, and a thin twitter at the end."""
    scale = [2100 * size * 2 ** (k / 12) for k in sorted(own.choice(13, 5, replace=False))]

    def sing(rng: np.random.Generator) -> Wave:
        parts, at = [], 0.0
        for _ in range(int(rng.integers(3, 7))):
            note = scale[int(rng.integers(5))] * around(rng, 1, 0.01)
            length = between(rng, 0.1, 0.34)
            glide = ((0, note * between(rng, 0.85, 1.1)), (0.4, note), (1, note * between(rng, 0.8, 1.15)))
            parts.append((at, between(rng, 0.7, 1) * whistle(length, glide, rng, harmonics=(1, 0.05))))
            at += length + between(rng, 0.02, 0.12)
        for _ in range(int(rng.integers(0, 5))):
            top = between(rng, 4500, 7500) * size
            parts.append((at, 0.25 * whistle(0.05, ((0, top), (1, top * between(rng, 0.6, 1.3))), rng, beat=0.5)))
            at += 0.07
        return lay(parts)

    return sing


def _nightingale(size: float, own: np.random.Generator) -> Sing:
    """Alternate slow whistles that swell, jugging trills, and warbled phrases."""
    warble, trill = songbird(own, 1900 * size, 5600 * size), _trill(0.72 * size, own)

    def sing(rng: np.random.Generator) -> Wave:
        what = int(rng.integers(3))
        if what == 0:
            note = between(rng, 2000, 3600) * size
            count = int(rng.integers(4, 8))
            return lay(
                [
                    (k * 0.36, (0.25 + 0.75 * k / count) * whistle(0.25, ((0, note * 1.02), (1, note * 0.98)), rng))
                    for k in range(count)
                ]
            )
        return trill(rng) if what == 1 else warble(rng)

    return sing


def _cuckoo(size: float, own: np.random.Generator) -> Sing:
    """Call two hollow notes, a third apart."""
    base = 690 * (1 + 0.25 * (size - 0.62)) * around(own, 1, 0.02)

    def sing(rng: np.random.Generator) -> Wave:
        high, low = base * around(rng, 1, 0.006), 0.815 * base * around(rng, 1, 0.006)
        first = whistle(0.14, ((0, high * 1.02), (1, high * 0.97)), rng, harmonics=(1, 0.06))
        return lay(
            [(0.0, 0.85 * first), (0.3, whistle(0.2, ((0, low * 1.01), (1, low * 0.98)), rng, harmonics=(1, 0.06)))]
        )

    return sing


_MAKERS: dict[str, tuple[Callable[[float, np.random.Generator], Sing], float]] = {
    "warble": (lambda size, own: songbird(own, 2300 * size, 6200 * size), 2.6),
    "chirp": (_chirp, 1.4),
    "trill": (_trill, 3.4),
    "flute": (_flute, 3.6),
    "cuckoo": (_cuckoo, 1.5),
    "nightingale": (_nightingale, 3.2),
}


def build(params: Songbird, studio: Studio) -> Instrument:
    """Build one bird or several, each with its own repertoire."""
    maker, rest = _MAKERS[params.song]
    sizes = [(around(studio.rng("mass", k), params.mass, 0.12) / 20) ** -0.28 for k in range(params.number)]
    singers = [maker(size, studio.rng("singer", k)) for k, size in enumerate(sizes)]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        far = params.distance * (1.0 if params.number == 1 else between(rng, 0.5, 2.0))
        return through_air(unit(singers[int(rng.integers(params.number))](rng)), far, rng)

    return Instrument(strike=strike, rhythm=turns(rest, params.number))


SONGBIRD = Family(
    "songbird",
    "Small birds: warbling, chirping, trilling, fluting, cuckoos.",
    Songbird,
    build,
    model=(
        "A syrinx whistles: a nearly pure tone whose pitch the muscles sweep along arches and glides, with a weak"
        " second and third partial and, in some syllables, a beat of its two halves. Each singer invents a"
        " repertoire of syllables (sweeps, arches, trills, buzzes), repeats them in motifs and joins these to"
        " phrases that are never the same twice. Heavier birds sing lower; several take turns from different"
        " distances, and air and leaves take the treble of the far ones and add echoes."
    ),
    source=(
        "Fletcher, Bird song: a quantitative acoustic model (1988); Suthers, Contributions to birdsong from the"
        " left and right sides of the intact syrinx (1990); Wallschläger, Correlation of song frequency and body"
        " weight in passerine birds (1980); Wiley & Richards, Physical constraints on acoustic communication in the"
        " atmosphere (1978)."
    ),
)

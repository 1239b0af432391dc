"""Bowed strings: violin, viola, cello, double bass. Plucked strings have their own file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.music import Melody, melody
from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import highpass, lowpass, once, peak
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import clock, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import cycle, read


@dataclass(frozen=True)
class Bowed:
    """A bowed string: which instrument, how high, with how much force, where and with how much vibrato, how many."""

    kind: str = choice("violin", "viola", "cello", "double_bass")
    pitch: float = span(0.5)
    force: float = span(0.5)
    place: float = span(0.12, 0.03, 0.25, unit="of the length")
    vibrato: float = span(0.5)
    players: int = span(1, 1, 16, unit="players")


_MAKES: dict[str, tuple[float, tuple[tuple[float, float, float], ...]]] = {
    "violin": (262, ((280, 7, 7), (460, 7, 7), (560, 7, 6), (1100, 4, 4), (2500, 1.6, 8))),
    "viola": (165, ((220, 7, 7), (350, 7, 6), (600, 5, 4), (1900, 1.6, 7))),
    "cello": (82, ((98, 6, 6), (180, 6, 7), (225, 6, 5), (600, 4, 4), (1700, 1.6, 6))),
    "double_bass": (49, ((65, 5, 6), (110, 5, 6), (210, 4, 4), (900, 1.6, 5))),
}


def _stroke(params: Bowed, hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
    """Helmholtz motion: the string sticks and slips once a turn; the share of the slip is the bow's place."""
    n = seconds(length)
    time = clock(n)
    count = int(min(60, 16_000 / hertz))
    k = np.arange(1, count + 1)
    round_off = np.exp(
        -k * hertz / (1200 + 9000 * params.force * (0.5 + 0.5 * strength) * (0.16 / (params.place + 0.04)))
    )
    saw = np.sin(np.pi * k * params.place) / (np.pi * params.place * k**2)
    levels = (0.35 * saw + 0.65 / k) * round_off
    table = cycle(levels)
    depth = 0.013 * params.vibrato * np.clip(time / 0.35, 0, 1)
    tremor = depth * np.sin(2 * np.pi * around(rng, 5.7, 0.06) * time + rng.random() * 6)
    drift = np.interp(time, np.linspace(0, length, 12), rng.standard_normal(12))
    turns = np.cumsum(hertz * (1 + tremor + 0.0015 * drift)) / RATE + rng.random()
    wave = read(table, turns)
    slip = (turns % 1) < 0.1 + params.place
    scratch = 1 + 4 * np.exp(-time / 0.03)
    wave += (0.03 + 0.14 * params.force) * scratch * rng.standard_normal(n) * slip
    return np.asarray(wave * swell(n, 0.09 - 0.06 * params.force, 0.14) * (1 + 0.06 * drift))


def build(params: Bowed, studio: Studio) -> Instrument:
    """Build an instrument, or a section of them, and what it plays."""
    lowest, body = _MAKES[params.kind]
    own = studio.rng("tuning")
    root = lowest * 2 ** (1.5 * params.pitch) * around(own, 1.0, 0.02)
    modes = [peak(around(own, hertz, 0.03), q, decibels) for hertz, q, decibels in body]
    heard = min(params.players, 5)

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        total = np.zeros(seconds(length))
        for _ in range(heard):
            total += _stroke(params, hertz * (around(rng, 1.0, 0.004) if heard > 1 else 1.0), length, strength, rng)
        return unit(once(total, highpass(hertz * 0.7), lowpass(9000, 1), *modes))

    return melody(Melody(root, 0.6), note, studio)


BOWED = Family(
    "bowed",
    "Bowed strings: a stick-slip wave through a body, playing in one scale.",
    Bowed,
    build,
    model="Under the bow a string moves as Helmholtz found: it sticks and slips once a turn, so the force on "
    "the bridge is a saw-tooth. Bow force sharpens its corner and adds the noise of the slip; a bow "
    "near the bridge makes it brighter. Vibrato sets in late. The body's air and plate resonances and "
    "the bridge hill colour it; several players differ by some cents.",
    source="McIntyre, Schumacher & Woodhouse, On the oscillations of musical instruments, JASA 74 (1983); "
    "Cremer, The Physics of the Violin (1984); Fletcher & Rossing, The Physics of Musical Instruments "
    "(1998), ch. 10.",
)

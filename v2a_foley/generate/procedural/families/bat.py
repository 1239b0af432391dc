"""Bats: sweeps of the hunt as a detector slows them down, and the squabbles of a roost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, seconds
from v2a_foley.generate.procedural.parts.throat import PUFF, Call, Chorus, Throat, arc, individual, utter
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Bat:
    """Bats: hunting or squabbling in the roost, their mass in grams, how far a detector slows them, how many."""

    kind: str = choice("hunt", "roost")
    mass: float = span(8.0, 3.0, 1000.0, unit="g")
    slowed: float = span(10.0, 5.0, 20.0, unit="times")
    number: int = span(1, 1, 20)


_SQUABBLE = Utterance(
    0.06,
    arc(6200, 8200, 5200, 0.3),
    PUFF,
    ((0.0, (6300, 9300)), (1.0, (5900, 8800))),
    breath=0.2,
    jitter=0.03,
    shimmer=0.25,
    double=0.25,
    tilt=3500,
    growl=0.3,
)
_ROOST = Call((_SQUABBLE,), (0.035,), (2, 9), 0.9, 0.14)


def _sweep(top: float, low: float, duration: float, rng: np.random.Generator) -> Wave:
    """Sweep hyperbolically from a frequency down to another, with a weak second harmonic."""
    n = seconds(duration)
    where = np.linspace(0, 1, n)
    hertz = np.minimum(1 / (1 / top + (1 / low - 1 / top) * where**0.8), 0.2 * RATE)
    phase = 2 * np.pi * np.cumsum(hertz * (1 + 0.003 * rng.standard_normal())) / RATE
    return np.asarray((np.sin(phase) + 0.2 * np.sin(2 * phase)) * np.sin(np.pi * where**0.75) ** 1.3)


def _hunt(mass: float, slowed: float, strength: float, rng: np.random.Generator) -> Wave:
    """Search, approach, and buzz: sweeps that come faster and get shorter."""
    end = 45_000 * (mass / 8) ** -0.23 / slowed
    parts, at = [], 0.0
    pause, length = 0.09 * slowed / 10 * 3.0, 0.005 * slowed
    buzz = rng.random() < 0.35 + 0.4 * strength
    for k in range(int(rng.integers(6, 11)) if not buzz else 26):
        closing = max(0.0, (k - 5) / 20) if buzz else 0.0
        parts.append(
            (
                at,
                around(rng, 1.0, 0.15)
                * _sweep(end * (1.9 - 0.5 * closing), end * (1 - 0.3 * closing), length * (1 - 0.75 * closing), rng),
            )
        )
        at += max(around(rng, pause, 0.08) * (1 - 0.93 * closing**0.35), 0.018)
    return lay(parts)


def build(params: Bat, studio: Studio) -> Instrument:
    """Build one bat or a roost."""
    if params.kind == "roost":
        ratio = params.mass / 8
        throat = Throat(ratio**-0.23, ratio**-0.2)
        chorus = Chorus(params.number)
        ones = [individual(throat, studio.rng("individual", k)) for k in range(params.number)]

        def strike(strength: float, rng: np.random.Generator) -> Wave:
            who = ones[int(rng.integers(params.number))]
            return chorus(lambda: utter(_ROOST, who, strength, rng), rng)
    else:
        masses = [around(studio.rng("individual", k), params.mass, 0.15) for k in range(params.number)]

        def strike(strength: float, rng: np.random.Generator) -> Wave:
            return _hunt(masses[int(rng.integers(params.number))], params.slowed, strength, rng)

    rest = (0.9 if params.kind == "roost" else 3.2) / params.number**0.75

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        yield 0.0, 0.9
        while True:
            yield max(rest * float(rng.gamma(2.5) / 2.5), 0.12), between(rng, 0.4, 1.0)

    return Instrument(strike=strike, rhythm=rhythm)


BAT = Family(
    "bat",
    "Bats: echolocation slowed down to hearing, squabbling in the roost.",
    Bat,
    build,
    model=(
        "Hunting bats sweep hyperbolically from about twice to once their lowest frequency (some 45 kHz for 8 g,"
        " lower for heavier ones) in about 5 ms; a time-expansion detector makes that ten times slower and lower,"
        " and so is it heard here. On finding prey the sweeps quicken, shorten and drop: the buzz. Squabbles in the"
        " roost are the folds' own social calls, partly below 20 kHz, rough and in quick series; mass lowers both."
    ),
    source=(
        "Griffin, Listening in the Dark (1958); Jones, Scaling of echolocation call parameters in bats (1999);"
        " Pfalzer & Kusch, Structure and variability of bat social calls: implications for specificity and"
        " individual recognition (2003)."
    ),
)

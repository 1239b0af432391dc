"""Dolphins: whistles, click trains that find, and burst pulses that squawk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, swell, unit
from v2a_foley.generate.procedural.parts.throat import turns


@dataclass(frozen=True)
class Dolphin:
    """Dolphins: what they do, how long they are, how agitated, and how many."""

    kind: str = choice("whistle", "clicks", "squawk")
    length: float = span(2.6, 1.0, 5.0, unit="m")
    agitation: float = span(0.4)
    number: int = span(1, 1, 10)


def _contour(own: np.random.Generator, base: float) -> tuple[tuple[float, float], ...]:
    """Draw one dolphin's signature: loops of rising and falling pitch, the same each time it whistles."""
    loops = int(own.integers(1, 4))
    points = [(0.0, base * between(own, 0.7, 1.0))]
    for k in range(loops):
        points.append(((k + 0.45) / loops, base * between(own, 1.3, 1.9)))
        points.append(((k + 0.9) / loops, base * between(own, 0.65, 1.1)))
    return (*points, (1.0, base * between(own, 0.7, 1.4)))


def _whistle(contour: tuple[tuple[float, float], ...], duration: float, rng: np.random.Generator) -> Wave:
    n = seconds(duration)
    phase = 2 * np.pi * np.cumsum(line(contour, n) * around(rng, 1.0, 0.02)) / RATE
    return np.asarray((np.sin(phase) + 0.08 * np.sin(2 * phase)) * swell(n, 0.06, 0.1))


def _train(rates: tuple[float, float], duration: float, ring: float, rng: np.random.Generator) -> Wave:
    """Click at rates from one to another; each click rings a few times at the melon's frequency."""
    from scipy import signal

    n = seconds(duration)
    phase = (
        np.cumsum(
            np.geomspace(*rates, n)
            * (1 + 0.02 * np.interp(np.arange(n), np.linspace(0, n, 20), rng.standard_normal(20)))
        )
        / RATE
    )
    at = np.flatnonzero(np.diff(np.floor(phase)) > 0)
    out = np.zeros(n)
    out[at] = around(rng, 1.0, 0.05) * (1 + 0.2 * rng.standard_normal(len(at)))
    time = np.arange(seconds(0.0016)) / RATE
    click = np.sin(2 * np.pi * ring * time) * np.exp(-time / 0.0002)
    return np.asarray(signal.oaconvolve(out, click)[:n] * swell(n, 0.05 * duration, 0.2 * duration))


def build(params: Dolphin, studio: Studio) -> Instrument:
    """Build one dolphin or a school."""
    body = (params.length / 2.6) ** -0.6
    fast = 2 ** (0.8 * (params.agitation - 0.4))
    contours = [_contour(studio.rng("signature", k), 7200 * body) for k in range(params.number)]
    lengths = [around(studio.rng("length", k), 0.75, 0.2) for k in range(params.number)]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        who = int(rng.integers(params.number))
        if params.kind == "whistle":
            once = [
                _whistle(contours[who], lengths[who] / fast * around(rng, 1, 0.05), rng)
                for _ in range(int(rng.integers(1, 3)))
            ]
            return lay([(k * (lengths[who] / fast + 0.12), wave) for k, wave in enumerate(once)])
        if params.kind == "clicks":
            return _train(
                (between(rng, 14, 30) * fast, between(rng, 90, 260) * fast), around(rng, 1.5, 0.2), 9500 * body, rng
            )
        barks = [
            (
                k * 0.26 / fast,
                unit(
                    _train(
                        (around(rng, 420, 0.25) * body, around(rng, 330, 0.25) * body), 0.18 / fast, 4500 * body, rng
                    )
                ),
            )
            for k in range(int(rng.integers(1, 5)))
        ]
        return lay(barks)

    return Instrument(strike=strike, rhythm=turns(2.4, params.number, params.agitation))


DOLPHIN = Family(
    "dolphin",
    "Dolphins: signature whistles, sonar clicks, squawks.",
    Dolphin,
    build,
    model=(
        "Each dolphin whistles a contour of its own, loops of a nearly pure tone between 4 and 16 kHz, again and"
        " again. Clicks come from the same lips in the nose: short rings of the melon that follow one another ever"
        " faster as the animal closes in (the part below 20 kHz is made, most of the energy lies above); in burst"
        " pulses they come so fast that they sound as a squawk. Length lowers whistles and rings, agitation"
        " quickens and raises the rate."
    ),
    source=(
        "Caldwell, Caldwell & Tyack, Review of the signature-whistle hypothesis for the Atlantic bottlenose"
        " dolphin (1990); Au, The Sonar of Dolphins (1993); May-Collado, Agnarsson & Wartzok, Reexamining the"
        " relationship between body size and tonal signals frequency in whales (2007)."
    ),
)

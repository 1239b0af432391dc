"""Water: bubbles after Minnaert (1933) and van den Doel (2005) on beds of noise, from a drip to the surf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import (
    Block,
    Family,
    Instrument,
    Play,
    Strike,
    Studio,
    Wave,
    choice,
    span,
    steady,
)
from v2a_foley.generate.procedural.parts.filters import band, coloured, highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, line, seconds, unit


@dataclass(frozen=True)
class Water:
    """Water: what it does, and how much of it there is."""

    kind: str = choice("stream", "surf", "drip", "splash", "waterfall", "bubbles", "pour", "underwater")
    size: float = span(0.5)


@dataclass(frozen=True)
class Flow:
    """A running water: its bubbles and its noise.

    Attributes:
        rate: bubbles a second.
        pitch: of the bubbles, in hertz.
        foam: level of the noise, and its band in hertz.
        tilt: dB an octave of the noise.
        unrest: how much bubbles and noise swell.
        gurgle: how often a second they swell.
        level: of the bubbles.
    """

    rate: float
    pitch: tuple[float, float]
    foam: tuple[float, float, float]
    tilt: float
    unrest: float
    gurgle: float
    level: float = 1.0


def _flow(kind: str, size: float) -> Flow:
    if kind == "stream":
        return Flow(170 + 300 * size, (330 - 130 * size, 4500), (0.3 + 0.25 * size, 350, 5000), -3.5, 0.35, 2.5)
    if kind == "waterfall":
        return Flow(260, (150 - 80 * size, 2200), (1.5, 110 - 60 * size, 7500), -3.0, 0.08, 0.6, 0.6)
    if kind == "bubbles":
        return Flow(16 + 30 * size, (420 - 260 * size, 1700), (0.02, 200, 2000), -6.0, 0.9, 1.6)
    if kind == "pour":
        return Flow(260 + 120 * size, (520 - 200 * size, 5500), (0.35, 900, 8000), -2.5, 0.3, 5.0)
    return Flow(7 + 10 * size, (110, 900), (1.0, 25, 380), -6.0, 0.4, 0.3, 0.8)


def _running(params: Water, studio: Studio) -> Play:
    flow = _flow(params.kind, params.size)
    rng = studio.rng("water")
    bank = bubbles(rng, 220, *flow.pitch)
    amount, low, high = flow.foam
    noise = Noise(studio.rng("foam"), studio.channels)
    colour = coloured(slope(flow.tilt), highpass(low, 1), lowpass(high, 2 if params.kind == "underwater" else 1))
    eddies = [Slow(studio.rng("eddy", k), flow.gurgle * (1 + k)) for k in range(3)]
    moments = [Moments(studio.rng("moments", k), flow.rate / 3) for k in range(3)]
    scatter = Scatter(studio.channels)
    top = len(bank)

    def play(block: Block) -> Wave:
        n = block.samples
        grains: list[tuple[int, Wave, float]] = []
        swirl = np.zeros(n)
        for k, (eddy, moment) in enumerate(zip(eddies, moments, strict=True)):
            curve = np.exp(flow.unrest * eddy(n))
            swirl += curve / 3
            at = moment(n, np.clip(0.6 * curve * block.drive, 0, 1))
            which, level = rng.integers(0, top, len(at)), 0.25 + 0.75 * rng.random(len(at)) ** 2
            place = np.clip(0.7 * (k - 1) + 0.25 * rng.standard_normal(len(at)), -1, 1)
            grains += [(int(t), a * bank[g], float(s)) for t, g, a, s in zip(at, which, level, place, strict=True)]
        return flow.level * 0.45 * scatter(n, grains) + amount * 0.3 * colour(noise(n)) * swirl

    return play


def _surf(params: Water, studio: Studio) -> Play:
    """Waves that rise, break and run out, each with its own length, two of them overlapping."""
    rng = studio.rng("waves")
    noise = Noise(studio.rng("foam"), studio.channels)
    deep = coloured(slope(-4.5), lowpass(450, 1))
    mid, high = coloured(slope(-3.0), band(300, 2600)), coloured(highpass(1800, 1), lowpass(10_000, 1))
    period = 6.5 + 3.5 * params.size
    fizz = Slow(studio.rng("fizz"), 7.0)
    waves: list[tuple[float, float, float]] = []
    state = {"next": -period * 0.6, "at": 0.0}

    def play(block: Block) -> Wave:
        n = block.samples
        time = state["at"] + clock(n)
        while state["next"] < time[-1] + 1:
            waves.append((state["next"], around(rng, period, 0.12), between(rng, 0.55, 1.0)))
            state["next"] += around(rng, period * 0.8, 0.28)
        low, body, hiss = np.full(n, 0.25), np.full(n, 0.10), np.full(n, 0.05)
        for start, length, strong in waves:
            u = (time - start) / length
            low += strong * _hump(u, 0.38, 0.16, 0.24)
            body += strong * _hump(u, 0.42, 0.07, 0.30)
            hiss += strong * 0.8 * _hump(u, 0.55, 0.12, 0.42)
        while waves and waves[0][0] + 3 * waves[0][1] < time[0]:
            waves.pop(0)
        state["at"] += n / 48_000
        white = noise(n)
        return np.asarray(
            0.55 * deep(white) * low + 0.65 * mid(white) * body**1.3 + 0.2 * high(white) * hiss * (1 + 0.12 * fizz(n))
        )

    return play


def _hump(u: Wave, at: float, rise: float, fall: float) -> Wave:
    side = np.where(u < at, (u - at) / rise, (u - at) / fall)
    return np.asarray(np.exp(-0.5 * side**2) * (u > -1))


def _drip(params: Water, studio: Studio) -> Strike:
    """A drop into water: the tick of the impact, then the bubble it traps, sometimes a second one."""

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        hertz = around(rng, 1500 * 0.35**params.size, 0.2) * (1.1 - 0.2 * strength)
        n = seconds(0.16 + 0.12 * params.size)
        time = clock(n)
        sweep = hertz * (time + between(rng, 0.25, 1.2) * time**2)
        plink = np.sin(2 * np.pi * sweep) * np.exp(-time * (26 - 10 * params.size)) * np.minimum(time / 0.0015, 1)
        tick = once(rng.standard_normal(240), band(1500, 9000)) * burst(240, 0.0002, 0.006)
        gap = between(rng, 0.006, 0.03)
        parts = [(0.0, 0.18 * unit(tick)), (gap, plink)]
        if rng.random() < 0.5:
            second = (
                np.sin(2 * np.pi * sweep * between(rng, 1.15, 1.9)) * np.exp(-time * 50) * np.minimum(time / 0.002, 1)
            )
            parts.append((gap + between(rng, 0.02, 0.07), 0.35 * second))
        return lay(parts)

    return strike


def _splash(params: Water, studio: Studio) -> Strike:
    """A body falls in: the slap, the cavity's gulp, the spray falling back as many drops."""
    bank = bubbles(studio.rng("bank"), 160, 260 - 160 * params.size, 4500)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = (0.55 + 0.9 * params.size) * (0.7 + 0.5 * strength)
        n = seconds(length)
        spray = once(rng.standard_normal(n), band(700 - 400 * params.size, 7000), slope(-2.0))
        spray = unit(spray * line(((0, 1), (0.05, 0.7), (0.2, 0.45), (0.5, 0.18), (1, 0)), n))
        slap = once(rng.standard_normal(seconds(0.12)), band(90, 1400)) * burst(seconds(0.12), 0.001, 0.1)
        m = seconds(0.25 + 0.15 * params.size)
        time = clock(m)
        gulp = (
            np.sin(2 * np.pi * (210 - 130 * params.size) * (time + 0.9 * time**2))
            * np.sin(np.pi * time / time[-1]) ** 2
        )
        parts = [(0.0, spray), (0.0, 0.8 * strength * unit(slap)), (0.07, 0.5 * strength * gulp)]
        for _ in range(int(70 + 160 * params.size * strength)):
            at = length * (0.04 + 1.1 * rng.random() ** 1.5)
            parts.append(
                (at, 0.55 * (1 - at / (1.3 * length)) * rng.random() ** 2 * bank[int(rng.integers(len(bank)))])
            )
        return lay(parts)

    return strike


_STRIKES: dict[str, Callable[[Water, Studio], Strike]] = {"drip": _drip, "splash": _splash}


def build(params: Water, studio: Studio) -> Instrument:
    """Build a water of some kind."""
    if params.kind in _STRIKES:
        pause, spread = (0.75, 0.5) if params.kind == "drip" else (1.7, 0.5)
        return Instrument(strike=_STRIKES[params.kind](params, studio), rhythm=steady(pause, spread))
    if params.kind == "surf":
        return Instrument(play=_surf(params, studio), burst=4.0)
    return Instrument(play=_running(params, studio), burst=1.4)


WATER = Family("water", "Water: bubbles on noise, from a drip to a stream, a waterfall and the surf.", Water, build)

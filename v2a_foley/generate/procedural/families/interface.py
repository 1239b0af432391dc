"""Sounds of screens: beeps, alerts, clicks, data that chatters, glitches. Telephones and alarms are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, once
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.modal import ring
from v2a_foley.generate.procedural.parts.noise import Moments, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, swell, unit


@dataclass(frozen=True)
class Interface:
    """A sound of a screen: which, how high, how many tones, how long each is, how pure."""

    kind: str = choice("beep", "confirm", "error", "click", "data", "glitch")
    pitch: float = span(1400.0, 200.0, 6000.0, unit="Hz")
    count: int = span(1, 1, 8, unit="tones")
    length: float = span(0.07, 0.01, 0.6, unit="s")
    purity: float = span(0.7)


def _tone(params: Interface, hertz: float, length: float, rng: np.random.Generator) -> Wave:
    n = seconds(length)
    turn = 2 * np.pi * hertz * clock(n)
    rough = 1 - params.purity
    wave = np.sin(turn + 1.8 * rough * np.sin(2 * turn)) + 0.5 * rough * np.sign(np.sin(turn))
    return np.asarray(wave * swell(n, 0.0015, min(0.5 * length, 0.05)))


def _glitch(params: Interface, rng: np.random.Generator) -> Wave:
    """Stuttered shreds: a few milliseconds of tone or noise, repeated, held, dropped."""
    parts, at, end = [], 0.0, 3.5 * params.length + 0.12
    while at < end:
        n = seconds(between(rng, 0.004, 0.03))
        hertz = params.pitch * 2 ** between(rng, -2, 1.6)
        shred = np.sign(np.sin(2 * np.pi * hertz * clock(n))) if rng.random() < 0.5 else rng.standard_normal(n)
        if rng.random() < 0.4:
            shred = np.repeat(shred[:: int(rng.integers(4, 24))], 8)[:n]
        shred = once(shred, band(250, 12_000)) * between(rng, 0.3, 1.0) * swell(len(shred), 0.0005, 0.001)
        times = int(rng.integers(1, 7))
        for _ in range(times):
            parts.append((at, shred))
            at += len(shred) / RATE
        at += between(rng, 0.0, 0.05) if rng.random() < 0.5 else 0.0
    return unit(lay(parts))


def build(params: Interface, studio: Studio) -> Instrument:
    """Build a screen."""
    own = studio.rng("screen")
    pitch = around(own, params.pitch, 0.04)
    near, scatter = studio.rng("near"), Scatter(studio.channels)
    rate = 0.75 / (params.length + 0.03)
    moments = Moments(near, rate)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.kind == "glitch":
            return _glitch(params, rng)
        if params.kind == "click":
            n = seconds(0.008)
            tick = once(rng.standard_normal(n), band(1800, 9000)) * burst(n, 0.0002, 0.004)
            body = ring(pitch * np.array([1.0, 2.3]), np.array([0.03, 0.015]), np.array([1.0, 0.5]))
            return lay([(0.0, 0.7 * unit(tick)), (0.0, unit(body))])
        steps = {"confirm": (0, 4, 7, 12, 16, 19, 24, 28), "error": (0, -1, -2, -3, -4, -5, -6, -7)}.get(
            params.kind, (0,) * 8
        )
        count = max(params.count, 2) if params.kind in ("confirm", "error") else params.count
        base = pitch * (0.3 if params.kind == "error" else 1.0)
        long = params.length * (1.8 if params.kind == "error" else 1.0)
        gap = 0.35 * long + 0.03
        return lay(
            [
                (k * (long + gap), _tone(params, base * 2 ** (steps[k] / 12), long * around(rng, 1.0, 0.02), rng))
                for k in range(count)
            ]
        )

    def play(block: Block) -> Wave:
        n = block.samples
        grains = []
        for at in moments(n, np.maximum(block.drive, 0.1)):
            hertz = pitch * 2 ** (int(near.integers(-7, 8)) / 12)
            many = int(near.integers(1, 4))
            wave = np.concatenate(
                [
                    _tone(params, hertz * (1 if near.random() < 0.7 else 1.5), params.length * 0.7, near)
                    for _ in range(many)
                ]
            )
            grains.append((int(at), between(near, 0.25, 1.0) * wave, between(near, -0.5, 0.5)))
        return scatter(n, grains)

    if params.kind == "data":
        return Instrument(play=play, burst=0.8)
    return Instrument(strike=strike, rhythm=steady(1.1, 0.35, 0.7))


INTERFACE = Family(
    "interface",
    "Screens: beeps, confirmations, errors, clicks, chattering data, glitches.",
    Interface,
    build,
    model="Short tones with soft ends, pure or frequency-modulated; confirmations rise along a chord, errors "
    "are lower, longer and fall; clicks are a tick and a small body. Data are tones scattered by chance "
    "on a scale; glitches are shreds of square waves and noise of a few milliseconds that stutter, hold "
    "and drop.",
    source="Blattner, Sumikawa & Greenberg, Earcons and icons, Human-Computer Interaction 4 (1989); Farnell, "
    "Designing Sound (2010), DTMF and alarms; Roads, Microsound (2001).",
)

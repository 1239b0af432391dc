"""Electric signals: sirens, telephones, alarms, horns, beeps, buzzers and sparks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import (
    RATE,
    Block,
    Family,
    Instrument,
    Play,
    Studio,
    Wave,
    choice,
    span,
    steady,
)
from v2a_foley.generate.procedural.parts.filters import Filter, band, highpass, lowpass, once, peak
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.modal import ring
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, seconds, swell, unit


@dataclass(frozen=True)
class Electric:
    """An electric signal: which, and how high it lies."""

    kind: str = choice(
        "siren",
        "telephone",
        "alarm",
        "beep",
        "buzz",
        "spark",
        "horn",
        "ship_horn",
        "train_horn",
        "static",
        "camera_flash",
    )
    pitch: float = span(0.5)


def _reed(hertz: Wave, hard: float) -> Wave:
    """A rich steady tone of a moving pitch, ``(n,)``: a driven membrane that hits its stop."""
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    return np.tanh(hard * (np.sin(phase) + 0.3 * np.sin(2 * phase + 0.6))) - 0.12 * np.sin(3 * phase)


def _siren(params: Electric, studio: Studio) -> Play:
    """Wail, now and then yelp: the pitch sweeps between two notes."""
    own = studio.rng("siren")
    low, high = (
        around(own, 560, 0.06) * (0.75 + 0.5 * params.pitch),
        around(own, 1450, 0.06) * (0.75 + 0.5 * params.pitch),
    )
    horn = Filter(band(450, 3800), peak(around(own, 1100, 0.1), 1.6, 5))
    drift, level = Slow(studio.rng("drift"), 0.2), Slow(studio.rng("level"), 0.5)
    state = {"phase": float(own.random()), "turn": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        turn = state["turn"] + np.cumsum(0.23 * (1 + 0.12 * drift(n))) / RATE
        state["turn"] = float(turn[-1] % 24)
        yelp = (turn % 6) > 4.6
        sweep = np.where(yelp, (turn * 14) % 1, turn % 1)
        shape = 0.5 - 0.5 * np.cos(2 * np.pi * sweep)
        phase = state["phase"] + np.cumsum(low * (high / low) ** shape) / RATE
        state["phase"] = float(phase[-1] % 1)
        wave = np.tanh(1.8 * (np.sin(2 * np.pi * phase) + 0.3 * np.sin(4 * np.pi * phase + 0.6)))
        return horn(wave) * np.exp(0.12 * level(n))

    return play


def _crackling(params: Electric, studio: Studio) -> Play:
    """Sparks and static: a buzz at twice the mains, and discharges in bursts."""
    own, near = studio.rng("arc"), studio.rng("near")
    bank = ticks(own, 80, 1500, 12_000, (0.0003, 0.003))
    bursts, moments, scatter = Slow(studio.rng("bursts"), 3.0), Moments(near, 700), Scatter(studio.channels)
    noise, high = Noise(studio.rng("noise"), studio.channels), Filter(highpass(1200, 1))
    static = params.kind == "static"
    mains = 100 * (1 + 0.01 * own.uniform(-1, 1))
    state = {"phase": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        heat = np.clip(bursts(n) - (0.0 if static else 0.5), 0, 3)
        phase = state["phase"] + mains * np.arange(1, n + 1) / RATE
        state["phase"] = float(phase[-1] % 1)
        grains = [
            (int(t), near.random() ** 3 * bank[int(near.integers(80))], between(near, -0.4, 0.4))
            for t in moments(n, np.clip(0.35 * heat * block.drive, 0.0015, 1))
        ]
        arc = high(noise(n)) * np.exp(-6 * (phase % 1)) * np.clip(heat, 0, 1.5)
        return 0.7 * scatter(n, grains) + 0.12 * arc + (0.08 if static else 0.0) * high(noise(n))

    return play


def _buzz(params: Electric, studio: Studio) -> Play:
    own = studio.rng("buzz")
    rate = (100 if params.pitch < 0.75 else 240) * (1 + 0.012 * own.uniform(-1, 1))
    case = Filter(highpass(90), peak(around(own, 900, 0.2), 3, 8), peak(around(own, 2300, 0.2), 3, 6), lowpass(7000))
    wobble, noise = Slow(studio.rng("wobble"), 5), Noise(studio.rng("noise"), 1)
    state = {"phase": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        phase = state["phase"] + np.cumsum(rate * (1 + 0.002 * wobble(n))) / RATE
        state["phase"] = float(phase[-1] % 1)
        part = phase % 1
        rattle = np.exp(-part * 8) - 0.12
        return case(rattle * (1 + 0.15 * wobble(n)) + 0.25 * noise(n)[0] * np.exp(-part * 12))

    return play


def _horn(params: Electric, strength: float, own: np.random.Generator, rng: np.random.Generator) -> Wave:
    notes, length = {
        "horn": ((400.0, 503.0), 0.55),
        "ship_horn": ((92.0, 139.0), 2.6),
        "train_horn": ((311.0, 370.0, 494.0), 1.6),
    }[params.kind]
    n = seconds(around(rng, length, 0.3) * (0.6 + 0.5 * strength))
    scale = (0.8 + 0.4 * params.pitch) * around(own, 1, 0.05)
    start = 1 - 0.06 * np.exp(-clock(n) / 0.03)
    tone = sum(_reed(np.full(n, f * scale * around(rng, 1, 0.002)) * start, 1.6 + strength) for f in notes)
    dull = 2600 if params.kind == "ship_horn" else 6500
    return once(
        (tone + 0.05 * rng.standard_normal(n)) * swell(n, 0.012, 0.08),
        highpass(60),
        peak(notes[0] * 4, 1.2, 5),
        lowpass(dull),
    )


def _telephone(params: Electric, own: np.random.Generator, rng: np.random.Generator) -> Wave:
    """One ring of a bell telephone: two gongs struck twenty times a second."""
    hertz = 1050 * (0.75 + 0.5 * params.pitch) * around(own, 1, 0.05)
    gongs = [
        unit(
            ring(
                f * np.array([1, 1.004, 2.6, 4.7, 6.9]),
                np.array([1.1, 1.0, 0.6, 0.35, 0.2]),
                np.array([1, 0.7, 0.6, 0.3, 0.15]),
                floor=2e-3,
            )
        )
        for f in (hertz, hertz * 1.24)
    ]
    tap = unit(once(rng.standard_normal(seconds(0.006)), band(2000, 9000)) * np.linspace(1, 0, seconds(0.006)))
    parts = []
    for k in range(round(1.9 * 20)):
        at = k / 20 * (1 + 0.004 * rng.standard_normal())
        parts += [(max(at, 0.0), between(rng, 0.7, 1) * gongs[k % 2]), (max(at, 0.0), 0.3 * tap)]
    return lay(parts)


def _beeps(params: Electric, own: np.random.Generator, rng: np.random.Generator) -> Wave:
    hertz = around(own, 900 * (2800 / 900) ** params.pitch, 0.04)
    many, length, gap = (4, 0.07, 0.06) if params.kind == "alarm" else (1, 0.14, 0.1)
    parts = []
    for k in range(many):
        n = seconds(length)
        time = clock(n)
        tone = (
            np.sin(2 * np.pi * hertz * time)
            + 0.25 * np.sin(6 * np.pi * hertz * time)
            + 0.1 * np.sin(10 * np.pi * hertz * time)
        )
        parts.append((k * (length + gap), tone * swell(n, 0.001, 0.006) * around(rng, 1, 0.02)))
    return lay(parts)


def _spark(strength: float, rng: np.random.Generator) -> Wave:
    """One discharge: a first snap, and a rattle of weaker ones that die away."""
    bank = ticks(rng, 12, 1500, 12_000, (0.0003, 0.003))
    parts = [(0.0, bank[0])]
    for _ in range(int(8 + 30 * strength)):
        at = float(rng.exponential(0.05))
        parts.append((at, float(np.exp(-at / 0.06)) * 0.7 * rng.random() ** 2 * bank[int(rng.integers(12))]))
    return lay(parts)


def build(params: Electric, studio: Studio) -> Instrument:
    """Build a signal."""
    own = studio.rng("maker")
    hertz = around(own, 1.0, 0.04)
    if params.kind == "siren":
        return Instrument(play=_siren(params, studio), burst=4.3)
    if params.kind in ("spark", "static"):
        return Instrument(play=_crackling(params, studio), strike=_spark, rhythm=steady(0.8, 0.6))
    if params.kind == "buzz":
        return Instrument(play=_buzz(params, studio), burst=0.7)
    if params.kind == "camera_flash":
        return Instrument(strike=lambda s, rng: _flash(hertz, rng), rhythm=steady(2.5))
    if params.kind == "telephone":
        return Instrument(
            strike=lambda s, rng: _telephone(params, studio.rng("gongs"), rng), rhythm=steady(4.2, 0.01, 0.9)
        )
    if params.kind in ("beep", "alarm"):
        return Instrument(
            strike=lambda s, rng: _beeps(params, studio.rng("crystal"), rng), rhythm=steady(1.0, 0.01, 0.9)
        )
    return Instrument(strike=lambda s, rng: _horn(params, s, studio.rng("horn"), rng), rhythm=steady(2.4, 0.5))


def _flash(scale: float, rng: np.random.Generator) -> Wave:
    """A flash: the pop, and the whistle of the capacitor that charges again."""
    n = seconds(1.6)
    time = clock(n)
    pitch = scale * (3000 + 6500 * (1 - np.exp(-time / 0.6)))
    charge = 0.07 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * swell(n, 0.1, 0.4)
    pop = unit(once(rng.standard_normal(seconds(0.02)), band(600, 9000)) * np.exp(-clock(seconds(0.02)) / 0.004))
    return lay([(0.0, pop), (0.02, charge)])


ELECTRIC = Family("electric", "Electric signals: sirens, bells, alarms, horns, buzzers, sparks.", Electric, build)

"""Sounds of the human body that are no voice: heartbeats, breath and snores, coughs and sneezes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, highpass, lowpass, once, resonance, slope
from v2a_foley.generate.procedural.parts.modal import ring
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, line, seconds, swell, unit


@dataclass(frozen=True)
class Heart:
    """A heart: beats a minute, how strongly it beats, and how near the ear is (1: inside the body)."""

    rate: float = span(70.0, 40.0, 190.0, unit="beats/min")
    effort: float = span(0.4)
    inside: float = span(0.5)


def build_heart(params: Heart, studio: Studio) -> Instrument:
    """Build a heart."""
    own = studio.rng("heart")
    size = around(own, 1.0, 0.1)
    systole = float(np.clip(0.489 - 0.0021 * params.rate, 0.13, 0.42))

    def tone(low: float, long: float, rng: np.random.Generator) -> Wave:
        hertz = low * size * np.array([1.0, 1.55, 2.2, 3.1, 4.4]) * (1 + 0.04 * rng.standard_normal(5))
        gains = np.array([1.0, 0.9, 0.6, 0.35, 0.2]) * (1 - 0.75 * params.inside) ** np.array([0, 0.3, 0.7, 1.2, 1.8])
        wave = ring(hertz, long * np.array([1.0, 0.8, 0.65, 0.5, 0.4]), gains * rng.choice([-1.0, 1.0], 5))
        return wave * np.clip(clock(len(wave)) / 0.012, 0, 1)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        first = unit(tone(48, 0.15 + 0.05 * params.inside, rng))
        second = unit(tone(62, 0.1 + 0.03 * params.inside, rng))
        n = seconds(systole + 0.12)
        blood = once(rng.standard_normal(n), band(70, 350)) * swell(n, 0.05, 0.15)
        parts = [(0.0, first), (systole, (0.45 + 0.25 * (1 - params.effort)) * second)]
        parts.append((0.0, 0.03 * (1 + 2 * params.effort) * unit(blood)))
        return once(lay(parts), lowpass(700 - 560 * params.inside, 2))

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        yield 0.0, 0.6 + 0.35 * params.effort
        turn = rng.random()
        while True:
            turn += 0.25 * 60 / params.rate
            sway = 0.03 * np.sin(2 * np.pi * turn) * (1 - params.effort)
            yield (
                60 / params.rate * (1 + sway + 0.012 * rng.standard_normal()),
                0.6 + 0.35 * params.effort + 0.05 * rng.random(),
            )

    return Instrument(strike=strike, rhythm=rhythm)


HEART = Family(
    "heart",
    "A heart beats: the dull first sound and the shorter second one.",
    Heart,
    build_heart,
    model="The first sound (valves between the chambers close) is longer and lower than the second (the "
    "valves of the great vessels): damped modes between some 40 and 250 Hz. The time between them "
    "shortens with the rate along Weissler's line for systole. Inside the body only the lows are left; "
    "breathing lets the rate sway when the heart is calm.",
    source="Weissler, Harris & Schoenfeld, Systolic time intervals in heart failure in man, Circulation 37 "
    "(1968); Rangayyan & Lehner, Phonocardiogram signal analysis: a review, CRC Critical Reviews in "
    "Biomedical Engineering 15 (1988).",
)


@dataclass(frozen=True)
class Breath:
    """Someone breathes: how, breaths a minute, how hard, how large the person."""

    kind: str = choice("mouth", "nose", "pant", "snore")
    rate: float = span(15.0, 6.0, 60.0, unit="breaths/min")
    effort: float = span(0.4)
    size: float = span(0.5)


def _air(duration: float, formants: tuple[float, ...], peak_at: float, rng: np.random.Generator) -> Wave:
    """Turbulence through a tract, swelling and fading with the flow."""
    n = seconds(duration)
    white = rng.standard_normal(n)
    white = once(white, slope(-6.0), highpass(150))
    out = 0.4 * once(white, band(350, 6500))
    for k, hertz in enumerate(formants):
        out += 0.8**k * once(white, resonance(hertz, 4))
    knots = np.interp(np.arange(n), np.linspace(0, n, 24), rng.standard_normal(24))
    return np.asarray(
        out * line(((0, 0), (peak_at, 1.0), (0.5 + 0.5 * peak_at, 0.5), (1, 0)), n) ** 1.2 * np.exp(0.12 * knots)
    )


def _snore(duration: float, hertz: float, effort: float, tract: float, rng: np.random.Generator) -> Wave:
    """The soft palate flutters: bursts of a closing flap ring in the throat."""
    n = seconds(duration)
    wander = np.interp(np.arange(n), np.linspace(0, n, 30), rng.standard_normal(30))
    turns = np.cumsum(hertz * (1 + 0.08 * wander)) / RATE
    flap = np.exp(-((turns % 1.0) / 0.13)) - 0.13
    source = flap * (1 + 0.2 * wander) + 0.25 * rng.standard_normal(n) * np.exp(-(turns % 1.0) / 0.3)
    out = np.zeros(n)
    for f, q, level in (
        (230, 3.0, 1.0),
        (520, 3.5, 0.7),
        (1150, 4.0, 0.35 * (0.5 + effort)),
        (2400, 4.0, 0.15 * (0.5 + effort)),
    ):
        out += level * once(source, resonance(f * tract, q))
    return np.asarray(out * line(((0, 0), (0.2, 0.7), (0.7, 1.0), (1, 0)), n))


def build_breath(params: Breath, studio: Studio) -> Instrument:
    """Build someone who breathes."""
    own = studio.rng("lungs")
    tract = around(own, 1.22 - 0.4 * params.size, 0.04)
    cycle = 60 / (params.rate * (3.0 if params.kind == "pant" else 1.0))
    flap = around(own, 62 - 36 * params.size, 0.08)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        inward, outward = cycle * 0.38 * around(rng, 1, 0.06), cycle * 0.46 * around(rng, 1, 0.06)
        rise = 1 + 0.35 * params.effort
        if params.kind == "nose":
            shapes = ((900.0, 2100.0, 4300.0), (620.0, 1500.0, 3200.0))
        else:
            shapes = ((1250.0, 2700.0, 4600.0), (720.0, 1500.0, 3000.0))
        breath_in, breath_out = (
            _air(d, tuple(f * tract * rise for f in shape), at, rng)
            for d, shape, at in zip((inward, outward), shapes, (0.45, 0.2), strict=True)
        )
        first = 0.75 * unit(breath_in)
        if params.kind == "snore":
            first = 1.4 * unit(_snore(inward, flap * around(rng, 1, 0.08), params.effort, tract, rng)) + 0.12 * unit(
                breath_in
            )
            first = first / np.max(np.abs(first))
            breath_out = 0.3 * unit(breath_out)
        return once(
            lay(
                [
                    (0.0, first),
                    (inward + 0.06 * cycle, 0.9 * unit(breath_out) if params.kind != "snore" else breath_out),
                ]
            ),
            highpass(35),
        )

    return Instrument(strike=strike, rhythm=steady(cycle, 0.05, 0.8))


BREATH = Family(
    "breath",
    "Someone breathes, pants or snores.",
    Breath,
    build_breath,
    model="Breath is turbulence at the glottis, lips or nose, coloured by the tract: breathing in is brighter "
    "than breathing out. Flow sets level and colour together. When someone snores, the soft palate "
    "flaps some 25 to 60 times a second as they breathe in, and each flap rings in the throat. Large "
    "bodies are lower.",
    source="Fant, Acoustic Theory of Speech Production (1960); Pevernagie, Aarts & De Meyer, The acoustics of "
    "snoring, Sleep Medicine Reviews 14 (2010).",
)


@dataclass(frozen=True)
class Cough:
    """Someone coughs, sneezes or clears the throat: how hard, how wet, how large the person."""

    kind: str = choice("cough", "sneeze", "throat")
    force: float = span(0.6)
    wetness: float = span(0.3)
    size: float = span(0.5)


def _blast(duration: float, formants: tuple[float, ...], bright: float, rng: np.random.Generator) -> Wave:
    n = seconds(duration)
    white = rng.standard_normal(n)
    out = (0.3 + 0.5 * bright) * once(white, band(0.8 * formants[0], min(2.8 * formants[2], 9000)))
    for hertz in formants:
        out += once(white, resonance(hertz, 3))
    return unit(out * np.minimum(clock(n) / 0.004, 1) * np.exp(-3.2 * clock(n) / duration))


def _croak(duration: float, hertz: float, formants: tuple[float, ...], rng: np.random.Generator) -> Wave:
    n = seconds(duration)
    wander = np.interp(np.arange(n), np.linspace(0, n, 16), rng.standard_normal(16))
    turns = np.cumsum(hertz * np.linspace(1.15, 0.8, n) * (1 + 0.05 * wander)) / RATE
    source = (np.exp(-(turns % 1.0) / 0.12) - 0.12) * (1 + 0.3 * wander)
    out = sum((once(source, resonance(f, 6)) * 0.7**k for k, f in enumerate(formants)), np.zeros(n))
    return unit(np.asarray(out) * swell(n, 0.02, 0.5 * duration))


def build_cough(params: Cough, studio: Studio) -> Instrument:
    """Build someone with a cold."""
    own = studio.rng("person")
    tract = around(own, 1.4 - 0.65 * params.size, 0.04)
    pitch = around(own, 230 - 140 * params.size, 0.08)
    throat = tuple(f * tract for f in (620.0, 1350.0, 2500.0, 3600.0))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        force = params.force * (0.5 + 0.5 * strength)
        rattle = pitch * 0.35
        if params.kind == "sneeze":
            gasp = 0.25 * _air(between(rng, 0.25, 0.4), tuple(1.3 * f for f in throat[:3]), 0.8, rng)
            teeth = once(rng.standard_normal(seconds(0.28)), band(2200, 7500)) * swell(seconds(0.28), 0.004, 0.25)
            start = len(gasp) / RATE + 0.08
            return lay(
                [
                    (0.0, unit(gasp) * 0.12),
                    (start, (0.5 + 0.5 * force) * unit(teeth)),
                    (start, 0.9 * _blast(0.22, throat, 0.8, rng)),
                    (start + 0.02, 0.5 * force * _croak(0.25, pitch * 1.7, throat, rng)),
                ]
            )
        if params.kind == "throat":
            parts = [
                (0.0, _croak(between(rng, 0.25, 0.45), pitch * 0.8, throat, rng)),
                (0.0, 0.35 * _blast(0.3, throat, 0.1, rng)),
            ]
            return lay([*parts, (0.42, 0.7 * _croak(0.2, pitch * 0.75, throat, rng))])
        parts, at = [], 0.0
        for k in range(int(rng.integers(1, 4))):
            level = 0.85**k
            parts.append((at, level * _blast(around(rng, 0.16, 0.15), throat, force, rng)))
            parts.append((at + 0.05, 0.45 * level * _croak(around(rng, 0.22, 0.15), pitch * 1.3, throat, rng)))
            if params.wetness > 0.05:
                parts.append((at + 0.03, params.wetness * level * _croak(0.2, rattle, throat[:2], rng)))
            at += around(rng, 0.36, 0.12)
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(2.8, 0.4))


COUGH = Family(
    "cough",
    "Someone coughs, sneezes or clears the throat: a blast of air, then voice.",
    Cough,
    build_cough,
    model="A cough has a burst as the glottis opens, turbulence through the tract, and often a voiced end; "
    "wetness adds a slow rattle of mucus. A sneeze draws breath first, then blows through mouth and "
    "teeth. Clearing the throat is a low creaky voice.",
    source="Korpáš, Sadloňová & Vrabec, Analysis of the cough sound: an overview, Pulmonary Pharmacology 9 "
    "(1996); Fant (1960).",
)

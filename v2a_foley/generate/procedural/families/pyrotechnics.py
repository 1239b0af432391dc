"""Fireworks, and small things that burst: balloons, corks, whips. Large explosions have their own module."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.blast import echoes, friedlander, n_wave
from v2a_foley.generate.procedural.parts.contact import puff, shower
from v2a_foley.generate.procedural.parts.filters import band, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import ticks
from v2a_foley.generate.procedural.parts.modal import ring
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, line, seconds, unit


@dataclass(frozen=True)
class Firework:
    """A firework: which effect, how large its shell, from how far it is heard."""

    effect: str = choice("shell", "crackle", "whistle", "crackers")
    size: float = span(0.4)
    distance: float = span(120.0, 3.0, 1500.0, unit="m")


def build_firework(params: Firework, studio: Studio) -> Instrument:
    """Build a firework; every one anew."""
    own = studio.rng("stars")
    stars = ticks(own, 40, 1800, 8000, (0.002, 0.01))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.effect == "whistle":
            wave = _ascent(params.size, rng)
        elif params.effect == "crackers":
            wave = _crackers(params.size, strength, rng)
        else:
            n = seconds(0.9)
            cloud = once(rng.standard_normal(n), slope(-4.0), lowpass(1100 - 500 * params.size, 1)) * burst(
                n, 0.001, 0.6
            )
            bang = lay([(0.0, unit(friedlander(3 + 7 * params.size, rng))), (0.0, 0.7 * unit(cloud))])
            wave = echoes(bang, 6, 0.9, 0.25, rng, 900)
            if params.effect == "crackle" or rng.random() < 0.4:
                many = int((500 if params.effect == "crackle" else 130) * (0.6 + 0.6 * strength))
                at = 0.35 + 1.9 * rng.beta(1.6, 1.8, many)
                snaps = shower(at, rng.random(many) ** 2, stars, rng)
                wave = lay([(0.0, wave), (0.0, (0.55 if params.effect == "crackle" else 0.2) * unit(snaps))])
        return once(wave, air(params.distance))

    pause = {"whistle": 2.0, "crackers": 3.5}.get(params.effect, 1.7)
    return Instrument(strike=strike, rhythm=steady(pause, 0.5))


def _ascent(size: float, rng: np.random.Generator) -> Wave:
    """A whistling tube: the charge burns in pulses that the tube tunes; its pitch falls as the tube empties."""
    n = seconds(around(rng, 1.5, 0.15))
    top = around(rng, 4200 - 2400 * size, 0.08)
    pitch = line(((0, 0.95), (0.12, 1.05), (0.6, 0.85), (1, 0.62)), n) * top
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.006 * np.repeat(rng.standard_normal(n // 240 + 1), 240)[:n])) / RATE
    tone = np.sin(phase) + 0.4 * np.sin(2 * phase) + 0.2 * np.sin(3 * phase)
    jet = once(rng.standard_normal(n), band(900, 9000))
    return unit((tone + 0.35 * unit(jet)) * line(((0, 0.5), (0.1, 1), (0.7, 0.6), (1, 0)), n))


def _crackers(size: float, strength: float, rng: np.random.Generator) -> Wave:
    """A string of crackers: one sets off the next."""
    parts, at = [], 0.0
    for _ in range(int(rng.integers(9, 26))):
        bang = lay([(0.0, unit(friedlander(0.35 + 1.2 * size, rng))), (0.0, 0.7 * puff(rng, 500, 8500, 0.09, 0.0002))])
        parts.append((at, between(rng, 0.35, 1.0) * strength * bang))
        at += float(rng.exponential(0.075)) + 0.012
    return echoes(lay(parts), 8, 0.3, 0.18, rng, 3000)


FIREWORK = Family(
    "firework",
    "Fireworks: shells, crackling stars, whistling rockets, strings of crackers.",
    Firework,
    build_firework,
    model=(
        "A shell bursts with a Friedlander wave as long as its charge is large, and its echoes come from houses and "
        "hills. Crackling stars are hundreds of small bursts about a second later. A whistle is a charge that burns in "
        "pulses which its tube tunes, falling in pitch as it empties. Crackers on a string go off at random intervals. "
        "The air dulls what is far."
    ),
    source=(
        "Friedlander (1946); Kinney & Graham, Explosive Shocks in Air (1985); Conkling & Mocella, Chemistry of "
        "Pyrotechnics (2010), on whistles and crackling stars; ISO 9613-1 (1993)."
    ),
)


@dataclass(frozen=True)
class Pop:
    """Something small gives way at once: what, how large its cavity, at what pressure."""

    kind: str = choice("balloon", "cork", "bubble_wrap", "whip", "can")
    size: float = span(0.4)
    pressure: float = span(0.6)


def build_pop(params: Pop, studio: Studio) -> Instrument:
    """Build a thing that pops."""
    own = studio.rng("cavity")
    lowest = around(own, {"cork": 900.0, "bubble_wrap": 2600.0}.get(params.kind, 500.0) * 0.28**params.size, 0.06)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        hard = params.pressure * (0.5 + 0.5 * strength)
        if params.kind == "whip":
            crack = lay([(0.0, n_wave(0.35 - 0.15 * hard)), (0.0, 0.7 * puff(rng, 1200, 15_000, 0.03, 0.0001))])
            return echoes(unit(crack), 8, 0.25, 0.12, rng, 4000)
        if params.kind == "balloon":
            bang = unit(friedlander(0.35 + 1.6 * params.size, rng))
            snap = puff(rng, 600 - 300 * params.size, 4000 + 8000 * hard, 0.05, 0.0002)
            return echoes(lay([(0.0, bang), (0.0, 0.7 * snap)]), 6, 0.12, 0.25, rng, 5000)
        if params.kind == "can":
            hiss = puff(rng, 3200, 14_000, 0.35, 0.004)
            tab = puff(rng, 1500, 8000, 0.012, 0.0001)
            return lay([(0.0, tab), (0.06, 0.8 * tab), (0.062, (0.3 + 0.6 * hard) * hiss)])
        ratios = np.array([1.0, 2.9, 5.1])
        tone = ring(lowest * ratios, np.array([0.07, 0.03, 0.02]), np.array([1.0, 0.4, 0.2]))
        snap = puff(rng, 900, 3500 + 9000 * hard, 0.006 + 0.006 * hard, 0.0001)
        parts = [(0.0, unit(tone)), (0.0, (0.4 + 0.6 * hard) * snap)]
        if params.kind == "cork":
            n = seconds(0.5)
            fizz = once(rng.standard_normal(n), band(2500, 13_000)) * burst(n, 0.02, 0.5)
            parts.append((0.02, 0.12 * hard * unit(fizz)))
        return lay(parts)

    pause = {"bubble_wrap": 0.5, "whip": 1.8}.get(params.kind, 2.4)
    return Instrument(strike=strike, rhythm=steady(pause, 0.5))


POP = Family(
    "pop",
    "Something small gives way at once: balloons, corks, bubble wrap, cans, the tip of a whip.",
    Pop,
    build_pop,
    model=(
        "A skin that bursts lets a small shock out, shorter the smaller it is. A cork that leaves its bottle excites "
        "the air in the neck as a Helmholtz resonance, lower the larger the cavity, and some fizz; a can lets its gas "
        "hiss. The tip of a whip is faster than sound: an N-shaped wave of a few tenths of a millisecond. More "
        "pressure is a faster, brighter release."
    ),
    source=(
        "Fletcher & Rossing, The Physics of Musical Instruments (1998), on Helmholtz "
        "resonance; Goriely & McMillen, Shape of a cracking whip, Phys. Rev. Lett. 88 (2002)."
    ),
)

"""Birds' wings: flapping, a flock that takes off, and the hum of hummingbirds. Insects' wings are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, highpass, once
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, swell, unit
from v2a_foley.generate.procedural.parts.throat import Chorus, turns


@dataclass(frozen=True)
class Wings:
    """Wings: flapping, clapping together at take-off, or hovering; the bird's mass, how many, how hard they work."""

    kind: str = choice("flap", "take_off", "hover")
    mass: float = span(0.4, 0.003, 12.0, unit="kg")
    number: int = span(1, 1, 40)
    effort: float = span(0.5)


_HOVERS = 0.01
"""Mass in kilograms up to which birds hover for long; heavier ones are heard as this."""


def beats(mass: float, effort: float) -> float:
    """Return the wing beats a second of a bird after Pennycuick (1996), with span and area that fit its mass."""
    breadth, area = 1.17 * mass**0.39, 0.16 * mass**0.72
    cruising = mass**0.375 * 9.81**0.5 * breadth ** (-23 / 24) * area ** (-1 / 3) * 1.2**-0.375
    return float(cruising * (0.8 + 0.5 * effort))


def _bird(params: Wings, own: float, strength: float, rng: np.random.Generator) -> Wave:
    """Beat for a second or two: each stroke down is a whoosh of air, each up a lighter one; feathers rustle."""
    rate = beats(own, params.effort) * around(rng, 1, 0.04)
    size = (own / 0.4) ** (-1 / 3)
    parts, at = [], 0.0
    count = int(np.clip(between(rng, 0.9, 1.8) * rate, 3, 40))
    clap = params.kind == "take_off"
    for k in range(count):
        for down in (True, False):
            n = seconds((0.62 if down else 0.45) / rate)
            air = rng.standard_normal(n)
            low = 190 * size**0.8 * (1 + 0.5 * params.effort) * (1 if down else 1.5)
            whoosh = once(air, band(low, 4.5 * low)) + 0.07 * once(air, band(6 * low, 26 * low))
            shape = np.sin(np.pi * np.linspace(0, 1, n) ** 0.7) ** 2
            parts.append(
                (at + (0 if down else 0.5 / rate), (1.0 if down else 0.4) * around(rng, 1, 0.12) * unit(whoosh * shape))
            )
        if clap:
            n = seconds(0.02)
            snap = once(rng.standard_normal(n) * burst(n, 0.0005, 0.012), highpass(700 * size))
            parts.append((at, (1.1 - 0.9 * k / count) * around(rng, 1, 0.2) * unit(snap)))
        at += around(rng, 1 / rate, 0.03) * (1 + (0.3 * k / count if clap else 0))
    wave = lay(parts)
    fade = np.linspace(1, 0.35 if clap else 0.8, len(wave))
    return wave * fade * (0.5 + 0.5 * strength)


def _hover(params: Wings, own: float, rng: np.random.Generator) -> Wave:
    """Hum: harmonics of the beat by lift and drag, with air noise that both strokes gate."""
    n = seconds(between(rng, 0.7, 1.5))
    rate = 52 * (min(own, _HOVERS) / 0.004) ** -0.45 * (0.9 + 0.2 * params.effort)
    phase = np.cumsum(rate * (1 + 0.03 * np.sin(clock(n) * 7 + rng.random() * 6))) / RATE
    hum = sum(
        a * np.sin(2 * np.pi * k * phase + rng.random() * 6.28)
        for k, a in enumerate((0.8, 1.0, 0.45, 0.35, 0.15, 0.1), 1)
    )
    air = unit(once(rng.standard_normal(n), band(6 * rate, 40 * rate))) * (0.5 + 0.5 * np.cos(4 * np.pi * phase))
    return once((hum + 0.25 * air) * swell(n, 0.2, 0.35), highpass(0.7 * rate))


def build(params: Wings, studio: Studio) -> Instrument:
    """Build one bird or a flock."""
    masses = [around(studio.rng("mass", k), params.mass, 0.1) for k in range(params.number)]

    chorus = Chorus(params.number)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.kind == "hover":
            return _hover(params, masses[int(rng.integers(params.number))], rng)
        if params.number == 1 or params.kind == "flap":
            return _bird(params, masses[int(rng.integers(params.number))], strength, rng)
        parts = []
        for k in range(min(params.number, 12)):
            wave = chorus(partial(_bird, params, masses[k], strength, rng), rng)
            parts.append((0.9 * rng.random() ** 1.5 * (k > 0), between(rng, 0.4, 1.0) * wave))
        return lay(parts)

    return Instrument(strike=strike, rhythm=turns(1.7 if params.kind != "take_off" else 3.5, params.number, least=0.25))


WINGS = Family(
    "wings",
    "Birds' wings: flapping, taking off, hovering.",
    Wings,
    build,
    model=(
        "Each stroke moves air: turbulence in a band that goes with the wing's size and speed, strong on the way"
        " down, lighter on the way up, with the rustle of feathers above. The beats a second follow from mass, span"
        " and wing area. At take-off, as pigeons do, wings clap together above the back, less and less as the bird"
        " gains speed; flocks rise one after another. Hummingbirds hum: harmonics of the beat from lift and drag,"
        " and gated air noise."
    ),
    source=(
        "Pennycuick, Wingbeat frequency of birds in steady cruising flight: new data and improved predictions"
        " (1996); Hightower, Wijnings, Scholte, Ingersoll, Chin, Nguyen, Shorr & Lentink, How oscillating"
        " aerodynamic forces explain the timbre of the hummingbird's hum and other animals in flapping flight"
        " (2021); Hingee & Magrath, Flights of fear: a mechanical wing whistle sounds the alarm in a flocking bird"
        " (2009)."
    ),
)

"""Harbours: boats that lie afloat, halyards, ropes and fenders, gulls' cries left to the birds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.surf import Surf, build_surf
from v2a_foley.generate.procedural.families.wind import Wind, build_wind
from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Play, Studio, Wave, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import band, highpass, lowpass, once, peak
from v2a_foley.generate.procedural.parts.layers import Sparse, layer, layered
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, seconds, swell, unit


@dataclass(frozen=True)
class Harbour:
    """A harbour: how many boats, how high its waves, how much wind."""

    boats: float = span(0.5)
    waves: float = span(0.15, 0.05, 1.0, unit="m")
    wind: float = span(6.0, 1.0, 20.0, unit="m/s")


def _halyard(rng: np.random.Generator) -> Wave:
    """A rope beats against a mast of aluminium."""
    mast, gap = body_of("metal", between(rng, 0.25, 0.6), rng), between(rng, 0.25, 0.9)
    strokes = [
        (k * around(rng, gap, 0.2), between(rng, 0.3, 1.0) * unit(blow(mast, 0.6, 0.4, rng, longest=1.2)))
        for k in range(int(rng.integers(2, 8)))
    ]
    return once(lay(strokes), lowpass(6000, 1))


def _fender(rng: np.random.Generator) -> Wave:
    """A fender or a rope creaks as the boat moves."""
    n = seconds(between(rng, 0.5, 1.4))
    pace = around(rng, 48, 0.3) * (1 + 0.6 * np.sin(np.pi * clock(n) * RATE / n))
    slips = np.diff(np.floor(np.cumsum(pace) / RATE), prepend=0.0) * (1 + 0.3 * rng.standard_normal(n))
    low = between(rng, 250, 600)
    return once(slips, band(low, 4 * low), peak(1.6 * low, 5, 8)) * np.hanning(n)


def _hull(rng: np.random.Generator) -> Wave:
    """A wave slaps under a hull."""
    n = seconds(between(rng, 0.25, 0.5))
    hertz = between(rng, 120, 260)
    gulp = np.sin(2 * np.pi * hertz * (clock(n) + 0.6 * clock(n) ** 2)) * swell(n, 0.012, 0.2)
    return gulp + 0.6 * unit(once(rng.standard_normal(n), band(250, 2200))) * swell(n, 0.01, 0.3)


def _horn(rng: np.random.Generator) -> Wave:
    """A ship's horn, far away."""
    n = seconds(between(rng, 1.5, 3.5))
    base = between(rng, 90, 180)
    tone = sum(np.sin(2 * np.pi * base * k * clock(n) + k) / k for k in range(1, 9))
    return once(np.asarray(tone), lowpass(700, 1)) * swell(n, 0.2, 0.5)


def build(params: Harbour, studio: Studio) -> Instrument:
    """Build a harbour."""
    busy = 0.25 + 0.75 * params.boats
    layers: list[Play] = [
        layer(build_surf(Surf(params.waves, 2.2, "rock", 0.4, 6.0), studio), studio, 0.75),
        layer(
            build_wind(Wind(params.wind, 0.4, "wires" if params.wind > 9 else "open"), studio),
            studio,
            0.03 * params.wind,
            highpass(60, 1),
        ),
        Sparse(studio, "hull", 1.3 / busy, _hull, 0.7 + params.waves, early=True),
        Sparse(studio, "halyard", 22.0 / params.wind / busy, _halyard, 2.2 * busy, early=True),
        Sparse(studio, "fender", 4.0 / busy, _fender, 0.5),
        Sparse(studio, "horn", 50.0 / busy, _horn, 0.5),
    ]
    return Instrument(play=layered(layers), burst=2.5)


HARBOUR = Family(
    "harbour",
    "A harbour: lapping water, hulls, halyards that beat on masts, creaking fenders, a far horn.",
    Harbour,
    build,
    model="`surf` of small waves on a quay and `wind`, in the rigging when it is strong, are the bed. Waves slap and "
    "gulp under hulls; halyards beat on masts, bodies of metal, the more often the stronger the wind; ropes and "
    "fenders creak by stick and slip; once a minute a ship sounds its horn far away. More boats have more of all of "
    "it.",
    source="Schafer, The Soundscape (1977); Farnell, Designing Sound (2010); the sources of `surf` and `wind`.",
)

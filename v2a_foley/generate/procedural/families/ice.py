"""Ice that cracks: the whistling cracks of a frozen lake, floes that break and grind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import band, coloured, highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.layers import nearness
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit


@dataclass(frozen=True)
class Ice:
    """Ice: how thick, from how far it is heard, whether it sings with cracks or breaks to pieces."""

    thickness: float = span(0.3, 0.02, 4.0, unit="m")
    distance: float = span(120.0, 1.0, 3000.0, unit="m")
    state: str = choice("sheet", "breaking", "floes")


_STIFF = float(np.sqrt(9e9 / (12 * 917 * (1 - 0.33**2))))
"""Bending stiffness of ice over its mass and thickness, root of m^2/s^2, of a sheet of one metre."""


def chirp(thickness: float, metres: float, rng: np.random.Generator) -> Wave:
    """The bending wave of a crack as it arrives through a sheet of ice: high frequencies first.

    Bending waves travel as fast as the root of their frequency; those that run slower than sound in air hardly radiate.
    """
    n = seconds(3.0)
    hertz = np.fft.rfftfreq(n, 1 / RATE)
    stiff = _STIFF * thickness
    late = metres / (2 * np.sqrt(2 * np.pi * np.maximum(hertz, 20.0) * stiff))
    phase = 2 * np.pi * np.cumsum(late) * (hertz[1] - hertz[0])
    coincidence = 340.0**2 / (2 * np.pi * stiff)
    level = 1 / (1 + (coincidence / np.maximum(hertz, 1.0)) ** 4) * (np.maximum(hertz, 60.0) / 200.0) ** -0.55
    level = level * np.exp(-hertz * metres / 6.0e5) * (hertz > 40)
    ripple = 1 + 0.5 * np.interp(hertz, np.linspace(0, 12_000, 60), rng.standard_normal(60))
    wave = np.fft.irfft(level * ripple * np.exp(-1j * phase), n)
    first = int(np.argmax(np.abs(wave) > 0.02 * np.abs(wave).max()))
    return unit(wave[first:] * np.linspace(1, 0, n - first) ** 0.3)


def _crack(params: Ice, strength: float, rng: np.random.Generator) -> Wave:
    """A crack runs: some bursts along it, each with its chirp and a later one off the shore."""
    parts: list[tuple[float, Wave]] = []
    at = 0.0
    for _ in range(1 + int(3 * strength * rng.random())):
        metres = params.distance * between(rng, 0.8, 1.6)
        loud = between(rng, 0.4, 1.0)
        parts.append((at, loud * chirp(params.thickness, metres, rng)))
        parts.append((at + between(rng, 0.1, 0.4), 0.3 * loud * chirp(params.thickness, 2.2 * metres + 60, rng)))
        at += rng.exponential(0.18)
    n = seconds(0.06)
    snap = once(rng.standard_normal(n), band(900, 9000)) * burst(n, 0.0004, 0.03)
    parts.append((0.0, 0.9 * nearness(params.distance, 25.0) * unit(snap)))
    m = seconds(0.5)
    thud = once(rng.standard_normal(m), slope(-4.0), highpass(35), lowpass(260 / params.thickness**0.3, 1)) * burst(
        m, 0.004, 0.4
    )
    parts.append((0.0, 0.25 * unit(thud)))
    return lay(parts)


def _break(params: Ice, strength: float, rng: np.random.Generator) -> Wave:
    """A piece breaks off: the tear, blocks that fall on one another, splinters."""
    size = float(np.clip(np.log(params.thickness / 0.02) / np.log(200), 0, 1))
    length = (0.35 + 1.6 * size) * (0.6 + 0.5 * strength)
    parts: list[tuple[float, Wave]] = []
    n = seconds(0.12 + 0.3 * size)
    tear = once(rng.standard_normal(n), band(500 - 380 * size, 7500 - 4000 * size)) * burst(
        n, 0.0006, 0.06 + 0.3 * size
    )
    parts.append((0.0, unit(tear)))
    m = seconds(0.3 + 1.2 * size)
    boom = once(rng.standard_normal(m), slope(-4.0), highpass(28), lowpass(700 * 0.25**size, 1))
    parts.append((0.01, 1.5 * size**2 * unit(boom * burst(m, 0.006, 0.3 + 1.0 * size))))
    for k in range(int(6 + 16 * strength)):
        block = body_of("ice", float(np.clip(size * between(rng, 0.4, 1.3), 0, 1)), rng)
        at = 0.0 if k == 0 else length * rng.random() ** 1.4
        parts.append((at, between(rng, 0.15, 0.8) * (1 - 0.6 * at / length) * unit(blow(block, 0.7, strength, rng))))
    splinters = ticks(rng, int(60 + 120 * strength), 2200, 10_000, (0.001, 0.006))
    parts += [
        (0.02 + 1.2 * length * rng.random() ** 1.5, 0.16 * (1 - 0.7 * size) * rng.random() ** 2 * one)
        for one in splinters
    ]
    return once(lay(parts), air(params.distance))


def build_ice(params: Ice, studio: Studio) -> Instrument:
    """Build a sheet of ice that cracks, or ice that breaks; floes also grind against each other without end."""

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return _crack(params, strength, rng) if params.state == "sheet" else _break(params, strength, rng)

    if params.state != "floes":
        return Instrument(strike=strike, rhythm=steady(3.5, 0.6))
    rng = studio.rng("floes")
    size = float(np.clip(np.log(params.thickness / 0.02) / np.log(200), 0, 1))
    noise, scatter = Noise(studio.rng("grind"), studio.channels), Scatter(studio.channels)
    grind, push = coloured(slope(-2.5), band(260 - 180 * size, 4800 - 2500 * size)), Slow(studio.rng("push"), 0.35)
    chatter = Slow(studio.rng("chatter"), 16)
    knocks = [
        unit(blow(body_of("ice", float(np.clip(size * around(rng, 0.9, 0.3), 0, 1)), rng), 0.5, 0.6, rng))
        for _ in range(40)
    ]
    moments, dull = Moments(rng, 9.0), coloured(air(params.distance))

    def play(block: Block) -> Wave:
        n = block.samples
        force = np.clip(np.exp(0.8 * push(n)) - 0.5, 0.05, 3)
        hits = [
            (int(at), rng.random() ** 2 * knocks[int(rng.integers(40))], float(rng.uniform(-0.9, 0.9)))
            for at in moments(n, np.clip(0.4 * force * block.drive, 0, 1))
        ]
        rubbing = grind(noise(n)) * force * np.clip(chatter(n), 0, 2) * 0.2
        return dull(np.asarray(rubbing + 0.5 * scatter(n, hits)))

    return Instrument(play=play, strike=strike, burst=2.0)


ICE = Family(
    "ice",
    "Ice: whistling cracks of a frozen lake, breaking blocks, grinding floes.",
    Ice,
    build_ice,
    model="A crack in a sheet of ice sends bending waves, whose speed grows with the root of frequency and thickness: "
    "far away the high frequencies arrive first and the crack is heard as a falling whistle, the longer the farther; "
    "frequencies under the coincidence with the speed of sound in air are hardly radiated, so that thin ice whistles "
    "higher. Breaking ice tears, its blocks fall on one another as bodies of ice, and splinters tinkle. Floes grind "
    "in slow pushes.",
    source="Press & Ewing, Propagation of elastic waves in a floating ice sheet, Trans. AGU 32 (1951); Cremer, Heckl "
    "& Petersson, Structure-Borne Sound (2005), for bending waves and coincidence.",
    shown=({"thickness": 0.05}, {"thickness": 1.0}, {"distance": 1500.0}, {"state": "breaking"}, {"state": "floes"}),
)

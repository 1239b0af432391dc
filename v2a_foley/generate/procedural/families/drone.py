"""Designed textures that last: drones, eerie air, sub rumble, shimmer, and the inside of spaceships."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, pan
from v2a_foley.generate.procedural.parts.modal import ring
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import clock, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import cycle, harmonic_levels, read


@dataclass(frozen=True)
class Drone:
    """A drone: of which character, how low, how dissonant, how much air is in it, how restless."""

    kind: str = choice("dark", "eerie", "rumble", "ethereal", "alien")
    pitch: float = span(55.0, 25.0, 440.0, unit="Hz")
    tension: float = span(0.4)
    air: float = span(0.3)
    motion: float = span(0.4)


_CHORDS = {
    "dark": (1.0, 1.5, 2.0, 3.0),
    "eerie": (1.0, 2.12, 2.83, 4.24, 6.1),
    "rumble": (1.0, 1.42),
    "ethereal": (1.0, 1.5, 2.25, 3.0, 4.5, 6.0),
    "alien": (1.0, 1.27, 2.41, 3.7, 5.9),
}


def build_drone(params: Drone, studio: Studio) -> Instrument:
    """Build a drone: oscillators that come and go, each at its own slow pace."""
    own = studio.rng("drone")
    fall = {"dark": 1.3, "eerie": 2.2, "rumble": 1.6, "ethereal": 2.6, "alien": 1.8}[params.kind]
    table = cycle(
        harmonic_levels(params.pitch, fall, 7000), own.uniform(0, 6.28, len(harmonic_levels(params.pitch, fall, 7000)))
    )
    ratios = [around(own, r, 0.002 + 0.03 * params.tension) for r in (*_CHORDS[params.kind], *_CHORDS[params.kind][:3])]
    pace = 0.05 + 0.45 * params.motion
    levels = [Slow(studio.rng("level", k), pace * between(own, 0.6, 1.5)) for k in range(4)]
    bends = [Slow(studio.rng("bend", k), pace) for k in range(3)]
    sides = [pan(between(own, -0.8, 0.8)) for _ in ratios]
    state = [float(own.random()) for _ in ratios]
    noise = Noise(studio.rng("air"), studio.channels)
    low, high = {
        "dark": (60, 500),
        "eerie": (700, 3500),
        "rumble": (25, 110),
        "ethereal": (1500, 7000),
        "alien": (300, 2600),
    }[params.kind]
    wind = coloured(slope(-4.0), band(low, high))
    breath, whirl = Slow(studio.rng("breath"), pace), Slow(studio.rng("whirl"), 0.3)
    top = Filter(lowpass({"dark": 1400, "rumble": 160, "eerie": 6000}.get(params.kind, 9000), 1), highpass(22))
    wobble = {"alien": 0.045, "eerie": 0.02}.get(params.kind, 0.003)

    def play(block: Block) -> Wave:
        n = block.samples
        out = np.zeros((studio.channels, n))
        bent = [bend(n) for bend in bends]
        swells = [np.maximum(1 + 0.6 * level(n), 0.05) for level in levels]
        for k, ratio in enumerate(ratios):
            bend = 1 + wobble * params.motion * bent[k % 3]
            turns = state[k] + np.cumsum(params.pitch * ratio * bend) / RATE
            state[k] = float(turns[-1] % 1)
            tone = read(table, turns) * swells[k % len(swells)] / ratio**0.5
            if studio.channels == 2:
                out += np.stack([side * tone for side in sides[k]])
            else:
                out[0] += tone
        out *= (1 - 0.75 * params.air) / len(ratios) ** 0.5
        if params.kind == "alien":
            out *= 1 + 0.5 * np.sin(2 * np.pi * np.cumsum(6 + 4 * whirl(n)) / RATE + 0.2)
        amount = (2.2 if params.kind == "rumble" else 0.7) * params.air
        return top(out + amount * wind(noise(n)) * np.exp((0.2 + 0.5 * params.motion) * breath(n)))

    return Instrument(play=play, burst=4.0)


DRONE = Family(
    "drone",
    "Drones: dark, eerie, ethereal, alien, or a rumble below.",
    Drone,
    build_drone,
    model="Pairs of oscillators on the notes of a chord, a little apart, swell and sink each at its own slow pace, so "
    "that the drone never repeats; tension pulls them out of tune, motion hurries and bends them. Air is filtered "
    "noise that breathes with them. Rumble stays under 160 Hz; eerie and alien ones stand on inharmonic notes.",
    source="Roads, Microsound (2001), on clouds and sieves of tones; Farnell, Designing Sound (2010); Risset, "
    "Computer study of trumpet and bell-like tones and his beats of close partials (1969).",
)


@dataclass(frozen=True)
class Shimmer:
    """Something magical: sparks a second, how high, over how wide a range, how long each rings, how it moves."""

    density: float = span(18.0, 2.0, 80.0, unit="1/s")
    pitch: float = span(2200.0, 600.0, 6000.0, unit="Hz")
    width: float = span(1.6, 0.3, 4.0, unit="octaves")
    ring: float = span(0.7, 0.05, 3.0, unit="s")
    direction: str = choice("still", "up", "down")


_NOTES = (0, 2, 4, 7, 9)


def build_shimmer(params: Shimmer, studio: Studio) -> Instrument:
    """Build a cloud of small bells."""
    own, near = studio.rng("shimmer"), studio.rng("near")
    scatter, moments = Scatter(studio.channels), Moments(near, params.density)
    noise, glow = Noise(studio.rng("glow"), studio.channels), Slow(studio.rng("level"), 0.5)
    halo = coloured(band(params.pitch, min(3.5 * params.pitch, 15_000)))
    root = params.pitch * 2 ** (-params.width / 2) * around(own, 1.0, 0.03)
    steps = [12 * octave + note for octave in range(5) for note in _NOTES if 12 * octave + note <= 12 * params.width]

    def bell(rng: np.random.Generator, height: float, strength: float) -> Wave:
        step = steps[int(np.clip(round(height * (len(steps) - 1)), 0, len(steps) - 1))]
        hertz = root * 2 ** (step / 12) * around(rng, 1.0, 0.002)
        modes = hertz * np.array([1.0, 1.003, 2.756, 5.4])
        wave = ring(
            modes,
            params.ring * np.array([1.0, 0.9, 0.4, 0.2]),
            np.array([0.6, 0.5, 0.3 * strength, 0.15 * strength]),
            floor=3e-3,
        )
        return wave * np.minimum(1, clock(len(wave)) / 0.002)

    def play(block: Block) -> Wave:
        n = block.samples
        grains = [
            (int(at), near.random() ** 1.5 * bell(near, near.random(), near.random()), between(near, -0.9, 0.9))
            for at in moments(n, np.maximum(block.drive, 0.1))
        ]
        return scatter(n, grains) + 0.02 * halo(noise(n)) * np.exp(0.5 * glow(n))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = 1.3
        total = np.zeros(seconds(length + 1.2 * params.ring))
        count = int(params.density * length * 1.3) + 3
        for k in range(count):
            share = (k + 0.6 * rng.random()) / count
            height = {"up": share, "down": 1 - share}.get(params.direction, float(rng.random()))
            wave = bell(rng, height, strength) * (0.4 + 0.6 * rng.random())
            at = int(share * length * RATE) if k else 0
            wave = wave[: len(total) - at]
            total[at : at + len(wave)] += wave
        return unit(total * swell(len(total), 0.001, 0.4 * params.ring))

    if params.direction == "still":
        return Instrument(play=play, burst=1.5)
    return Instrument(play=play, strike=strike)


SHIMMER = Family(
    "shimmer",
    "Magic: a cloud of small bells that stands, rises or falls.",
    Shimmer,
    build_shimmer,
    model="Small bars (modes 1 : 2.756 : 5.4, in beating pairs) in a pentatonic scale, scattered by chance in a "
    "standing cloud, or in a run upwards or downwards, with a halo of high noise. Density, range, ring and height are "
    "those of the cloud.",
    source="Roads, Microsound (2001): granular clouds; Fletcher & Rossing, The Physics of Musical Instruments (1998), "
    "ch. 2: modes of bars.",
)


@dataclass(frozen=True)
class Spaceship:
    """Inside a spaceship: how large its engines are, how hard they work, how its air hisses, how often it chirps."""

    size: float = span(0.6)
    power: float = span(0.5)
    air: float = span(0.5)
    systems: float = span(0.4)


def build_spaceship(params: Spaceship, studio: Studio) -> Instrument:
    """Build a spaceship as it is heard from inside."""
    own, near = studio.rng("ship"), studio.rng("near")
    hertz = around(own, 85 - 50 * params.size, 0.06)
    core = cycle(harmonic_levels(hertz, 1.5, 1500), own.uniform(0, 6.28, len(harmonic_levels(hertz, 1.5, 1500))))
    noise, scatter = Noise(studio.rng("noise"), studio.channels), Scatter(studio.channels)
    rumble = coloured(slope(-6.0), band(46 - 24 * params.size, 300 - 180 * params.size + 90 * params.power))
    vents = coloured(slope(-4.0), band(250, 2600), peak(around(own, 640, 0.1), 2, 5))
    throb, waft = Slow(studio.rng("throb"), 0.25), Slow(studio.rng("waft"), 0.15)
    moments = Moments(near, 0.05 + 1.1 * params.systems)
    whine = around(own, 1450, 0.12)
    state = {"a": 0.0, "b": 0.0, "w": 0.0, "pulse": 0.0}

    def chirp(rng: np.random.Generator) -> Wave:
        tone, count = 900 * 2 ** (rng.integers(0, 18) / 12), int(rng.integers(1, 5))
        n = seconds(0.05)
        one = np.sin(2 * np.pi * tone * clock(n) * (1 + 0.2 * rng.standard_normal() * clock(n))) * swell(n, 0.003, 0.02)
        gap = seconds(0.035)
        return np.concatenate([np.concatenate([one, np.zeros(gap)]) for _ in range(count)])

    def play(block: Block) -> Wave:
        n = block.samples
        power = params.power * (0.4 + 0.6 * block.drive)
        first = state["a"] + np.cumsum(hertz * (1 + 0.004 * throb(n))) / RATE
        second = state["b"] + hertz * 1.011 * np.arange(1, n + 1) / RATE
        third = state["w"] + np.cumsum(whine * (0.9 + 0.2 * power + 0.002 * throb(n))) / RATE
        pulse = state["pulse"] + np.cumsum(0.35 + 0.9 * power) / RATE
        state.update(
            a=float(first[-1] % 1), b=float(second[-1] % 1), w=float(third[-1] % 1), pulse=float(pulse[-1] % 1)
        )
        engine = (read(core, first) + read(core, second)) * (0.8 + 0.2 * np.sin(2 * np.pi * pulse))
        white = noise(n)
        grains = [(int(at), 0.12 * near.random() * chirp(near), between(near, -0.9, 0.9)) for at in moments(n)]
        out = 0.3 * engine * (0.4 + power) + 0.012 * power * np.sin(2 * np.pi * third)
        out = out + 0.5 * rumble(white) * (0.4 + power) + 0.28 * params.air * vents(white) * np.exp(0.2 * waft(n))
        return np.asarray(out + scatter(n, grains))

    return Instrument(play=play, burst=3.0)


SPACESHIP = Family(
    "spaceship",
    "Inside a spaceship: engines below, air from the vents, systems that chirp.",
    Spaceship,
    build_spaceship,
    model="Two detuned low tones with partials beat and pulse over a rumble that the hull lets through; large ships "
    "are lower. Vents hiss with the colour of a duct, a faint whine follows the power, and now and then a system "
    "chirps one to four short tones.",
    source="Farnell, Designing Sound (2010), science fiction and machines; Bies & Hansen, Engineering Noise Control "
    "(2009), on ducts that pass the lows.",
)

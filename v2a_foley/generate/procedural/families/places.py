"""Places: the tone of a room, a city, a forest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.song import songbird
from v2a_foley.generate.procedural.families.weather import Wind, build_wind
from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, span
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, once, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import clock, seconds, swell


@dataclass(frozen=True)
class Roomtone:
    """The tone of a room: how large, how much mains hum."""

    size: float = span(0.4)
    hum: float = span(0.15)


def build_roomtone(params: Roomtone, studio: Studio) -> Instrument:
    """Build a room: dull noise with the room's low modes, ventilation, and mains hum that drifts."""
    own = studio.rng("room")
    noise, vent = Noise(studio.rng("air"), studio.channels), Noise(studio.rng("vent"), studio.channels)
    lowest = around(own, 62 - 40 * params.size, 0.08)
    modes = [peak(lowest * r * around(own, 1, 0.03), 3.0, between(own, 3, 7)) for r in (1.0, 1.42, 1.9, 2.6)]
    air = coloured(slope(-4.5), *modes, lowpass(5000, 1))
    duct = coloured(slope(-3.0), band(140, 900), peak(around(own, 310, 0.2), 2.0, 5.0))
    breath, drift = Slow(studio.rng("breath"), 0.07), Slow(studio.rng("drift"), 0.09)
    mains = 50.0 * (1 + 0.012 * own.uniform(-1, 1))
    levels = [(1, 0.5), (2, 1.0), (3, 0.2), (4, 0.45), (6, 0.2), (8, 0.08)]
    offsets = own.random(len(levels)) * 6.28
    sways = [Slow(studio.rng("sway", k), 0.15) for k in range(len(levels))]
    state = {"phase": 0.0}

    def play(block: Block) -> Wave:
        n = block.samples
        out = 0.3 * air(noise(n)) * (1 + 0.06 * breath(n)) + 0.07 * duct(vent(n))
        if params.hum > 0:
            phase = state["phase"] + np.cumsum(mains * (1 + 0.002 * drift(n))) / RATE
            state["phase"] = float(phase[-1] % 1)
            tone = np.zeros(n)
            for (k, level), start, sway in zip(levels, offsets, sways, strict=True):
                tone += level * np.sin(2 * np.pi * k * phase + start) * (1 + 0.15 * sway(n))
            out = out + 0.5 * params.hum * tone
        return out

    return Instrument(play=play)


ROOMTONE = Family(
    "roomtone",
    "The tone of an empty room: dull air in its low modes, ventilation, a little hum.",
    Roomtone,
    build_roomtone,
)


@dataclass(frozen=True)
class City:
    """A city from some way off: how much traffic, how many horns."""

    density: float = span(0.5)
    horns: float = span(0.2)


def build_city(params: City, studio: Studio) -> Instrument:
    """Build a city: a far rumble, cars that pass, horns now and then."""
    noise, far = Noise(studio.rng("air"), studio.channels), studio.rng("passing")
    rumble = coloured(slope(-4.5), peak(80, 0.8, 4.0), lowpass(900, 1))
    hush = coloured(slope(-3.5), band(350, 2600))
    breath, surge = Slow(studio.rng("breath"), 0.08), Slow(studio.rng("surge"), 0.22)
    cars, horns = Scatter(studio.channels), Scatter(studio.channels)
    state = {"car": 1.0, "horn": 4.0}
    every = 5.5 - 4 * params.density

    def play(block: Block) -> Wave:
        n = block.samples
        passing, honks = [], []
        while state["car"] < n / RATE:
            passing.append((int(state["car"] * RATE), _passing(far) * between(far, 0.25, 1.0), between(far, -0.8, 0.8)))
            state["car"] += far.exponential(every) + 0.2
        while params.horns > 0 and state["horn"] < n / RATE:
            honks.append((int(state["horn"] * RATE), _far_horn(far) * between(far, 0.3, 1.0), between(far, -0.8, 0.8)))
            state["horn"] += far.exponential(14 / (0.15 + params.horns)) + 1.0
        state["car"] -= n / RATE
        state["horn"] -= n / RATE
        white = noise(n)
        out = (0.26 * rumble(white) + 0.11 * hush(white) * (1 + 0.12 * surge(n))) * np.exp(0.15 * breath(n))
        return out * (0.5 + 0.5 * params.density) + 0.4 * cars(n, passing) + 0.14 * horns(n, honks)

    return Instrument(play=play)


def _passing(rng: np.random.Generator) -> Wave:
    """One car passes far off: tyre hiss and a low engine, rising and falling."""
    length = between(rng, 3.0, 6.5)
    n = seconds(length)
    u = np.linspace(-1, 1, n)
    near = 1 / (1 + (u / between(rng, 0.2, 0.4)) ** 2) * swell(n, length * 0.3, length * 0.3)
    tyres = coloured(slope(-4.0), band(300, 2200))(rng.standard_normal(n))
    tone = np.sin(2 * np.pi * np.cumsum(between(rng, 55, 105) * (1 - 0.04 * np.tanh(4 * u))) / RATE)
    return np.asarray(near**1.3 * (0.9 * tyres + 0.18 * tone * (1 + 0.3 * tyres)))


def _far_horn(rng: np.random.Generator) -> Wave:
    """A car's two-tone horn, dulled by distance and its echoes between houses."""
    n = seconds(between(rng, 0.15, 0.9))
    time = clock(n)
    base = between(rng, 350, 480)
    tone = sum(np.tanh(2.2 * np.sin(2 * np.pi * base * r * time + rng.random() * 6)) for r in (1.0, 1.26))
    dry = np.concatenate([tone * swell(n, 0.02, 0.05), np.zeros(RATE)])
    wet = dry.copy()
    for _ in range(7):
        late = int(between(rng, 0.04, 0.6) * RATE)
        wet[late:] += 0.45 * np.exp(-3 * late / RATE) * rng.choice([-1.0, 1.0]) * dry[:-late]
    return once(wet, band(320, 1500))


CITY = Family(
    "city", "A city from some way off: rumble of traffic, cars that pass, horns now and then.", City, build_city
)


@dataclass(frozen=True)
class Forest:
    """A forest: how many birds, how much wind in the leaves."""

    birds: float = span(0.5)
    wind: float = span(0.3)


def build_forest(params: Forest, studio: Studio) -> Instrument:
    """Build a forest: leaves in the wind, and birds near and far."""
    wind = build_wind(Wind(gust=0.35, howl=0.0, leaves=0.5 + 0.5 * params.wind), studio).play
    assert wind is not None  # noqa: S101 - build_wind always gives a texture
    many = round(7 * params.birds)
    singers = [songbird(studio.rng("singer", k), 2100, 6600) for k in range(many)]
    places = [(between(studio.rng("place", k), -0.9, 0.9), 0.9 / (1 + 0.6 * k)) for k in range(many)]
    rng, scatter = studio.rng("when"), Scatter(studio.channels)
    due = [rng.exponential(2.5) for _ in range(many)]
    airs = Filter(highpass(300, 1))

    def play(block: Block) -> Wave:
        n = block.samples
        songs = []
        for k in range(many):
            while due[k] < n / RATE:
                distance = places[k][1]
                song = singers[k](rng) * distance
                if k > 1:
                    song = _far(song, rng, k)
                songs.append((int(due[k] * RATE), song, places[k][0]))
                due[k] += 1.2 + rng.gamma(2.0) * 2.2
            due[k] -= n / RATE
        quiet = wind(Block(n, block.drive * (0.25 + 0.5 * params.wind)))
        return airs(quiet) * (0.12 + 0.3 * params.wind) + 0.45 * scatter(n, songs)

    return Instrument(play=play)


def _far(song: Wave, rng: np.random.Generator, rank: int) -> Wave:
    """Take a song some way into the wood: duller, and with the echoes of trunks."""
    wet = np.concatenate([song, np.zeros(RATE // 3)])
    dry = wet.copy()
    for _ in range(6):
        late = int(between(rng, 0.015, 0.3) * RATE)
        wet[late:] += 0.3 * rng.choice([-1.0, 1.0]) * np.exp(-5 * late / RATE) * dry[:-late]
    return once(wet, lowpass(9000 - 700 * rank, 1))


FOREST = Family("forest", "A forest: leaves in the wind, birds near and far.", Forest, build_forest)

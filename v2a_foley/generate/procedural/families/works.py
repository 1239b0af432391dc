"""Places where machines work: factories, server rooms, power stations, laboratories, building sites, workshops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.rooms import Roomtone, build_roomtone
from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Play, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import band, coloured, decaying_noise, lowpass, once, peak, slope
from v2a_foley.generate.procedural.parts.layers import Make, Sparse, in_room, layer, layered
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import stretch


@dataclass(frozen=True)
class Works:
    """A place where machines work: which, how many of them, how large the hall."""

    place: str = choice("factory", "servers", "power", "laboratory", "building_site", "workshop", "garage")
    machines: float = span(0.5)
    volume: float = span(8000.0, 50.0, 200_000.0, unit="m^3")


_COARSE = 256
"""Samples from one value of a machine's drifting speed to the next."""


def rotating(
    studio: Studio, name: str, turns: float, blades: float, count: int, air: tuple[float, float], share: float
) -> Play:
    """Return several like machines that turn, none at quite the same speed: blade tones that beat, over their air.

    Args:
        studio: what it is built with.
        name: of its chance.
        turns: turns a second of one of them.
        blades: blades, poles or teeth a turn.
        count: how many.
        air: lowest and highest frequency of their air, in hertz.
        share: level of the tones against the air.
    """
    own = studio.rng(name)
    speeds, phases = [around(own, turns, 0.03) for _ in range(count)], own.random(count)
    noise, colour = Noise(studio.rng(name, 1), studio.channels), coloured(slope(-3.0), band(*air))
    drifts = [Slow(studio.rng(name, 2 + k), 0.2 * _COARSE) for k in range(count)]
    breath, levels = Slow(studio.rng(name, 40), 0.1), own.uniform(0.4, 1.0, count)
    turn = 2 * np.pi * np.arange(4096) / 4096
    table = (0.3 * np.sin(turn) + np.sin(blades * turn) + 0.4 * np.sin(2 * blades * turn + 1)).astype(np.float32)

    def play(block: Block) -> Wave:
        n = block.samples
        tone, steps = np.zeros(n), -(-n // _COARSE)
        for k in range(count):
            pace = speeds[k] / RATE * (1 + 0.004 * drifts[k](steps))
            phase = stretch(phases[k] + np.cumsum(np.concatenate([[0.0], _COARSE * pace])), _COARSE)[:n]
            phases[k] = float((phase[-1] + pace[-1]) % 1)
            tone += np.float32(levels[k]) * table[(4096 * phase).astype(np.int32) & 4095]
        return np.asarray(colour(noise(n)) * np.exp(0.05 * breath(n)) + share / np.sqrt(count) * tone)

    return play


def _press(rng: np.random.Generator) -> Wave:
    """A press comes down, and its valve lets the air out."""
    frame = body_of("metal", between(rng, 0.85, 1.0), rng)
    n, m = seconds(0.35), seconds(between(rng, 0.15, 0.5))
    thud = once(rng.standard_normal(n), slope(-4.0), lowpass(220, 1)) * burst(n, 0.003, 0.3)
    hiss = once(rng.standard_normal(m), band(2500, 11_000)) * burst(m, 0.01, 0.9 * m / RATE)
    clang = unit(blow(frame, 0.5, 0.9, rng, longest=1.2))
    return lay([(0.0, 0.7 * clang), (0.0, unit(thud)), (between(rng, 0.2, 0.5), 0.25 * unit(hiss))])


def _line(rng: np.random.Generator) -> Wave:
    """A line of machines runs through some of its strokes."""
    tools = [body_of("metal", between(rng, 0.3, 0.8), rng) for _ in range(3)]
    parts, beat = [], between(rng, 0.22, 0.5)
    for k in range(int(rng.integers(8, 18))):
        level = (1.0, 0.5, 0.7)[k % 3]
        parts.append((k * beat * around(rng, 1, 0.006), level * unit(blow(tools[k % 3], 0.5, 0.6, rng, longest=0.5))))
    whole = lay(parts)
    return whole * swell(len(whole), 0.8, 0.8)


def _hammer(rng: np.random.Generator) -> Wave:
    """Some blows of a hammer on wood, steel or stone."""
    what = body_of(str(rng.choice(["wood", "metal", "stone"])), between(rng, 0.2, 0.7), rng)
    gap = between(rng, 0.3, 0.6)
    return lay(
        [
            (k * around(rng, gap, 0.08), unit(blow(what, 0.8, 0.8, rng, longest=0.8)))
            for k in range(int(rng.integers(3, 8)))
        ]
    )


def _whine(low: float, high: float, load: float) -> Make:
    """A hand tool starts, works and stops: a saw, a drill, a grinder."""

    def make(rng: np.random.Generator) -> Wave:
        n = seconds(between(rng, 1.2, 3.2))
        u = np.linspace(0, 1, n)
        spin = np.minimum(u * 9, 1) * np.minimum((1 - u) * 6, 1) * (1 - load * ((u > 0.25) & (u < 0.8)))
        phase = 2 * np.pi * np.cumsum(between(rng, low, high) * spin * (1 + 0.01 * np.sin(40 * u))) / RATE
        tone = sum(np.sin(k * phase + k) / k**0.7 for k in (1, 2, 3, 5, 8))
        bite = once(rng.standard_normal(n), band(1800, 9000)) * (0.3 + 1.2 * ((u > 0.25) & (u < 0.8)))
        return np.asarray((0.5 * tone + bite) * spin)

    return make


def _reversing(rng: np.random.Generator) -> Wave:
    """A lorry or an excavator backs up: its alarm and its engine."""
    n = seconds(0.45)
    beep = np.sin(2 * np.pi * between(rng, 1050, 1350) * clock(n)) * swell(n, 0.005, 0.01)
    count = int(rng.integers(3, 8))
    m = seconds(0.9 * count)
    firing = np.cumsum(np.full(m, between(rng, 26, 40))) / RATE
    engine = once(np.exp(-6 * (firing % 1)) + 0.2 * rng.standard_normal(m), band(50, 900)) * swell(m, 0.6, 0.6)
    return lay([(0.0, 0.9 * unit(engine)), *((0.9 * k, 0.25 * beep) for k in range(count))])


def _dump(rng: np.random.Generator) -> Wave:
    """Planks, tubes or rubble are thrown down."""
    parts, what = [], str(rng.choice(["wood", "metal", "stone"]))
    for _ in range(int(rng.integers(5, 14))):
        piece = body_of(what, between(rng, 0.3, 0.9), rng)
        parts.append(
            (1.2 * rng.random() ** 1.5, between(rng, 0.2, 1.0) * unit(blow(piece, 0.5, 0.7, rng, longest=0.8)))
        )
    return lay(parts)


def _pump(rng: np.random.Generator) -> Wave:
    """A vacuum pump, a centrifuge or a freezer runs for a while."""
    n = seconds(between(rng, 4, 8))
    phase = 2 * np.pi * np.cumsum(np.full(n, between(rng, 24, 60))) / RATE
    tone = sum(np.sin(k * phase + 2 * k) / k for k in (1, 2, 4, 6, 12))
    return np.asarray((tone + 0.3 * once(rng.standard_normal(n), band(300, 2000))) * swell(n, 1.2, 1.5))


def _chirp(rng: np.random.Generator) -> Wave:
    """An instrument reports: one or two short beeps."""
    parts, hertz = [], float(rng.choice([1000.0, 1500.0, 2000.0, 2400.0]))
    for k in range(int(rng.integers(1, 3))):
        n = seconds(0.09)
        parts.append((0.16 * k, np.sin(2 * np.pi * hertz * clock(n)) * swell(n, 0.004, 0.01)))
    return lay(parts)


def _tools(rng: np.random.Generator) -> Wave:
    """A spanner falls, a ratchet turns."""
    if rng.random() < 0.5:
        tool = body_of("metal", between(rng, 0.1, 0.4), rng)
        return lay(
            [(0.0, unit(blow(tool, 0.9, 0.8, rng))), (between(rng, 0.1, 0.2), 0.4 * unit(blow(tool, 0.9, 0.5, rng)))]
        )
    pawl, step = body_of("metal", 0.05, rng), between(rng, 0.035, 0.07)
    return lay(
        [(k * step, 0.5 * unit(blow(pawl, 0.9, 0.4, rng, longest=0.1))) for k in range(int(rng.integers(5, 16)))]
    )


@dataclass(frozen=True)
class Plant:
    """What stands there: (turns a second, blades, how many, air, tones) of what turns, its level, and what is done."""

    turning: tuple[tuple[float, float, int, tuple[float, float], float], ...]
    bed: float
    done: tuple[tuple[Make, float, float], ...]


_PLANTS = {
    "factory": Plant(
        ((24.6, 4, 5, (60, 1500), 0.9), (49, 7, 3, (200, 2500), 0.4)), 0.7, ((_press, 1.6, 0.8), (_line, 3.5, 0.7))
    ),
    "servers": Plant(((95, 7, 5, (200, 6500), 0.5), (160, 5, 4, (600, 9000), 0.35)), 1.0, ()),
    "power": Plant(((50, 2, 4, (40, 900), 2.2), (25, 12, 2, (150, 3000), 0.5)), 1.0, ((_pump, 9.0, 0.4),)),
    "laboratory": Plant(
        ((29, 9, 3, (120, 2500), 0.35),), 0.8, ((_pump, 7.0, 0.35), (_chirp, 5.0, 0.3), (_tools, 12.0, 0.15))
    ),
    "building_site": Plant(
        ((28, 3, 2, (40, 1200), 1.2),),
        0.35,
        ((_hammer, 2.2, 0.8), (_whine(130, 220, 0.25), 6.0, 0.5), (_reversing, 10.0, 0.5), (_dump, 6.0, 0.8)),
    ),
    "workshop": Plant(
        ((24, 5, 2, (80, 1500), 0.5),),
        0.35,
        ((_hammer, 3.0, 0.7), (_whine(90, 160, 0.3), 5.0, 0.6), (_tools, 3.5, 0.5)),
    ),
    "garage": Plant(
        ((24, 5, 2, (80, 1500), 0.5),),
        0.35,
        ((_tools, 1.8, 0.6), (_whine(60, 110, 0.5), 7.0, 0.4), (_hammer, 8.0, 0.5)),
    ),
}


def build_works(params: Works, studio: Studio) -> Instrument:
    """Build a place where machines work."""
    plant, busy = _PLANTS[params.place], 0.3 + 0.7 * params.machines
    outside = params.place == "building_site"
    reverberation = 0.25 if outside else float(np.clip(0.32 * (params.volume / 60.0) ** 0.36, 0.3, 7.0))
    response = once(decaying_noise(studio.rng("hall"), reverberation, start=0.008), lowpass(5000, 1))
    share = 0.2 if outside else 0.4

    layers: list[Play] = []
    if not outside:
        layers.append(layer(build_roomtone(Roomtone(params.volume, 50.0, 0.2), studio), studio, 0.3))
    for k, (turns, blades, count, air, tones) in enumerate(plant.turning):
        play = rotating(studio, f"turning{k}", turns, blades, max(1, round(count * 2 * busy / 1.3)), air, tones)
        gain = plant.bed * busy / (1 + 0.6 * k)
        layers.append(layer(Instrument(play=play), studio, gain, peak(around(studio.rng("hall", k), 160, 0.2), 1.5, 3)))
    for k, (make, pause, gain) in enumerate(plant.done):
        layers.append(Sparse(studio, f"done{k}", pause / busy, in_room(make, response, share), gain, early=k == 0))
    return Instrument(play=layered(layers), burst=2.5)


WORKS = Family(
    "works",
    "Where machines work: factories, server rooms, power stations, laboratories, building sites.",
    Works,
    build_works,
    model="Machines of one kind never turn at quite the same speed: their blade and pole tones beat over the noise of "
    "their air. Presses, lines of strokes, hammers, hand tools under load, dumped rubble, reversing alarms, pumps and "
    "instruments are made anew at moments without memory, in the reverberation of a hall of that volume. More "
    "machines are louder and busier.",
    source="Beranek & Vér, Noise and Vibration Control Engineering (1992); Schafer, The Soundscape (1977); ISO 6395 "
    "and ISO 9533 on earth-moving machines; Farnell, Designing Sound (2010).",
)

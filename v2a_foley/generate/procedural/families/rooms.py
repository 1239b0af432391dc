"""Rooms: the tone of an empty one, and interiors with what is done in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.crowd import Throng, throng
from v2a_foley.generate.procedural.families.drops import into_water
from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Play, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import (
    band,
    coloured,
    decaying_noise,
    highpass,
    lowpass,
    once,
    peak,
    slope,
)
from v2a_foley.generate.procedural.parts.layers import Make, Sparse, in_room, layer, layered
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.people import adult, child, phrase, squeal
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, swell, unit


@dataclass(frozen=True)
class Roomtone:
    """The tone of a room: how large, how loud its ventilation, how much mains hum."""

    volume: float = span(60.0, 4.0, 200_000.0, unit="m^3")
    ventilation: float = span(30.0, 10.0, 65.0, unit="NC")
    hum: float = span(0.15)


def build_roomtone(params: Roomtone, studio: Studio) -> Instrument:
    """Build a room: dull noise with the room's low modes, ventilation, and mains hum that drifts."""
    own = studio.rng("room")
    noise, vent = Noise(studio.rng("air"), studio.channels), Noise(studio.rng("vent"), studio.channels)
    lowest = around(own, max(172.0 / (1.3 * params.volume ** (1 / 3)), 14.0), 0.08)
    modes = [peak(max(lowest * r * around(own, 1, 0.03), 20), 3.0, between(own, 3, 7)) for r in (1.0, 1.42, 1.9, 2.6)]
    loud = (params.ventilation - 10) / 55
    air = coloured(slope(-5.5 + 1.5 * loud), *modes, highpass(20, 1), lowpass(5000, 1))
    duct = coloured(slope(-3.5 + loud), band(110, 900 + 1600 * loud), peak(around(own, 310, 0.2), 2.0, 5.0))
    breath, drift = Slow(studio.rng("breath"), 0.07), Slow(studio.rng("drift"), 0.09)
    mains = 50.0 * (1 + 0.012 * own.uniform(-1, 1))
    levels = [(1, 0.5), (2, 1.0), (3, 0.2), (4, 0.45), (6, 0.2), (8, 0.08)]
    offsets = own.random(len(levels)) * 6.28
    sways = [Slow(studio.rng("sway", k), 0.15) for k in range(len(levels))]
    state = {"phase": 0.0}

    def play(block: Block) -> Wave:
        n = block.samples
        out = 0.3 * air(noise(n)) * (1 + 0.06 * breath(n)) + (0.02 + 0.22 * loud**1.5) * duct(vent(n))
        if params.hum > 0:
            phase = state["phase"] + np.cumsum(mains * (1 + 0.002 * drift(n))) / RATE
            state["phase"] = float(phase[-1] % 1)
            tone = np.zeros(n)
            for (k, level), start, sway in zip(levels, offsets, sways, strict=True):
                tone += level * np.sin(2 * np.pi * k * phase + start) * (1 + 0.15 * sway(n))
            out = out + 0.5 * params.hum * tone
        return np.asarray(out)

    return Instrument(play=play)


ROOMTONE = Family(
    "roomtone",
    "The tone of an empty room: dull air in its low modes, ventilation, a little hum.",
    Roomtone,
    build_roomtone,
    model="Dull noise is coloured by the room's lowest modes, which fall with the root of the third degree of its "
    "volume. The ventilation is noise of a duct: the higher its noise criterion, the louder and the less steep. Mains "
    "hum at 50 Hz and its multiples drifts in level and a little in pitch.",
    source="Beranek, Revised criteria for noise in buildings, Noise Control 3 (1957); Kuttruff, Room Acoustics "
    "(2009); ISO 1996.",
)


@dataclass(frozen=True)
class Interior:
    """A room in use: how large, how many people, what is done there."""

    volume: float = span(300.0, 20.0, 200_000.0, unit="m^3")
    people: float = span(0.4)
    doing: str = choice(
        "dishes",
        "typing",
        "pages",
        "steps",
        "trolleys",
        "care",
        "balls",
        "weights",
        "water",
        "drips",
        "doors",
        "children",
        "stage",
        "arcade",
    )
    ventilation: float = span(35.0, 10.0, 65.0, unit="NC")


def _struck(*materials: str, low: float, high: float, hard: float = 0.7) -> Make:
    """Blows on small bodies, one to three at a time."""

    def make(rng: np.random.Generator) -> Wave:
        parts, at = [], 0.0
        for _ in range(int(rng.integers(1, 4))):
            body = body_of(str(rng.choice(materials)), between(rng, low, high), rng)
            parts.append(
                (at, between(rng, 0.3, 1.0) * unit(blow(body, hard, between(rng, 0.3, 0.8), rng))[: seconds(1.2)])
            )
            at += between(rng, 0.04, 0.25)
        return lay(parts)

    return make


def _typing(rng: np.random.Generator) -> Wave:
    """Some keys in a row."""
    parts, at = [], 0.0
    for _ in range(int(rng.integers(4, 16))):
        key = body_of("plastic", between(rng, 0.0, 0.25), rng)
        parts.append((at, between(rng, 0.4, 1.0) * unit(blow(key, 0.8, 0.5, rng))))
        at += around(rng, 0.15, 0.4)
    return lay(parts)


def _page(rng: np.random.Generator) -> Wave:
    """A page is turned."""
    n = seconds(between(rng, 0.35, 0.8))
    curve = np.interp(np.arange(n), np.linspace(0, n, 12), rng.random(12) ** 2) * swell(n, 0.08, 0.2)
    return once(rng.standard_normal(n), band(900, 8000)) * curve


def _walk(rng: np.random.Generator) -> Wave:
    """Somebody walks past on a hard floor."""
    count, pace, parts = int(rng.integers(4, 10)), around(rng, 0.55, 0.1), []
    shoe = body_of("stone", between(rng, 0.2, 0.7), rng)
    for k in range(count):
        near = 1 / (1 + ((k - count / 2) / 3) ** 2)
        heel = once(unit(blow(shoe, 0.5, 0.5, rng)), lowpass(2600, 1))
        parts.append((k * pace * around(rng, 1, 0.03), near * heel))
    return lay(parts)


def _trolley(rng: np.random.Generator) -> Wave:
    """A trolley or a suitcase rolls by."""
    n = seconds(between(rng, 2.0, 4.5))
    rattle = 1 + 0.5 * np.interp(
        np.arange(n), np.arange(0, n + 1200, 1200), rng.standard_normal(len(range(0, n + 1200, 1200)))
    )
    roll = once(rng.standard_normal(n), band(180, 2400), slope(-2.0))
    return roll * rattle * swell(n, 0.45 * n / RATE, 0.45 * n / RATE)


def _monitor(rng: np.random.Generator) -> Wave:
    """The beep of a patient monitor, some in a row, or a door far off."""
    hertz, parts, gap = float(rng.choice([440.0, 660.0, 880.0, 960.0])), [], between(rng, 0.75, 1.0)
    for k in range(int(rng.integers(2, 7))):
        n = seconds(0.11)
        tone = np.sin(2 * np.pi * hertz * clock(n)) + 0.2 * np.sin(6 * np.pi * hertz * clock(n))
        parts.append((k * gap, 0.3 * tone * swell(n, 0.005, 0.02)))
    return lay(parts)


def _ball(rng: np.random.Generator) -> Wave:
    """A ball bounces on a floor, shoes squeak."""
    floor, parts, at, gap = body_of("wood", between(rng, 0.5, 0.9), rng), [], 0.0, between(rng, 0.4, 0.75)
    for _ in range(int(rng.integers(2, 7))):
        n = seconds(0.09)
        air = np.sin(2 * np.pi * between(rng, 75, 110) * clock(n)) * burst(n, 0.002, 0.09)
        parts.append((at, lay([(0.0, 0.8 * unit(blow(floor, 0.3, 0.6, rng))), (0.0, air)])))
        at += gap
        gap *= between(rng, 0.85, 1.05)
    if rng.random() < 0.4:
        m = seconds(between(rng, 0.08, 0.2))
        sweep = between(rng, 1500, 2600) * (clock(m) + 0.8 * clock(m) ** 2)
        parts.append((at, 0.25 * np.sign(np.sin(2 * np.pi * sweep)) * swell(m, 0.02, 0.04)))
    return lay(parts)


def _slosh(rng: np.random.Generator) -> Wave:
    """Somebody swims a few strokes."""
    parts, at = [], 0.0
    for _ in range(int(rng.integers(2, 5))):
        n = seconds(between(rng, 0.4, 0.8))
        parts.append((at, once(rng.standard_normal(n), band(350, 3800), slope(-3.0)) * swell(n, 0.06, 0.3)))
        at += between(rng, 0.5, 0.9)
    return lay(parts)


def _gate(rng: np.random.Generator) -> Wave:
    """A barred door rolls and slams, keys follow."""
    door, parts = body_of("metal", between(rng, 0.6, 0.95), rng), [(0.0, 0.15 * _trolley(rng)[: seconds(1.2)])]
    parts.append((1.1, unit(blow(door, 0.6, 0.9, rng))[: seconds(2.0)]))
    for _ in range(int(rng.integers(2, 6))):
        key = body_of("metal", between(rng, 0.0, 0.15), rng)
        parts.append((1.5 + rng.random(), 0.12 * unit(blow(key, 0.9, 0.5, rng))[: seconds(0.4)]))
    return lay(parts)


def _game(rng: np.random.Generator) -> Wave:
    """A gaming machine plays a few notes."""
    parts, at, scale = [], 0.0, 2 ** (np.array([0, 2, 4, 7, 9, 12]) / 12)
    base, step = between(rng, 500, 1100), between(rng, 0.07, 0.16)
    for _ in range(int(rng.integers(4, 14))):
        n = seconds(step)
        parts.append(
            (at, np.sign(np.sin(2 * np.pi * base * float(rng.choice(scale)) * clock(n))) * swell(n, 0.003, 0.02))
        )
        at += step
    return once(lay(parts), lowpass(5000, 1))


def _drop(rng: np.random.Generator) -> Wave:
    return into_water(between(rng, 3.0, 6.0), 0.6, 0.8, rng)


@dataclass(frozen=True)
class Doing:
    """What is done: who makes the sound, its mean pause in a full room in seconds, its level; who speaks, how often."""

    makes: tuple[tuple[Make, float, float], ...]
    voice: str = "adults"
    talk: float = 1.0


_DOING = {
    "dishes": Doing(((_struck("ceramic", "glass", "metal", low=0.05, high=0.4), 0.8, 2.2), (_walk, 12.0, 0.4))),
    "typing": Doing(((_typing, 1.6, 0.4), (_page, 7.0, 0.4), (_walk, 15.0, 0.4)), talk=0.5),
    "pages": Doing(((_page, 2.5, 0.28), (_walk, 8.0, 0.5), (_struck("wood", low=0.3, high=0.8), 9.0, 0.5)), talk=0.15),
    "steps": Doing(((_walk, 1.6, 0.8), (_struck("wood", low=0.4, high=0.9), 14.0, 0.5))),
    "trolleys": Doing(((_trolley, 3.0, 0.7), (_walk, 2.5, 0.6), (_struck("metal", low=0.2, high=0.6), 9.0, 0.4))),
    "care": Doing(((_monitor, 5.0, 0.5), (_walk, 6.0, 0.5), (_trolley, 14.0, 0.4)), talk=0.35),
    "balls": Doing(((_ball, 1.8, 1.2), (_struck("wood", low=0.5, high=1.0), 8.0, 0.6)), talk=0.7),
    "weights": Doing(((_struck("metal", low=0.35, high=0.8, hard=0.6), 1.8, 1.7), (_trolley, 7.0, 0.3)), talk=0.4),
    "water": Doing(((_slosh, 0.9, 0.9),), "children", 0.7),
    "drips": Doing(((_drop, 0.9, 0.9),), talk=0.0),
    "doors": Doing(((_gate, 6.0, 1.3), (_walk, 7.0, 0.5)), talk=0.8),
    "children": Doing(((_struck("wood", "plastic", low=0.2, high=0.8), 1.6, 2.2), (_walk, 6.0, 0.4)), "children", 1.2),
    "stage": Doing(((_struck("wood", low=0.5, high=1.0, hard=0.3), 5.0, 0.5), (_page, 5.0, 0.3)), talk=0.8),
    "arcade": Doing(((_game, 0.9, 1.4), (_struck("metal", low=0.0, high=0.2), 2.0, 0.5))),
}


def build_interior(params: Interior, studio: Studio) -> Instrument:
    """Build a room in use: its tone, the murmur of its people, and what they do, all of it in its reverberation."""
    doing = _DOING[params.doing]
    reverberation = float(np.clip(0.25 * (params.volume / 60.0) ** 0.36, 0.2, 6.0))
    response = decaying_noise(studio.rng("hall"), reverberation, start=0.006)
    response = once(response, lowpass(6500 - 600 * min(reverberation, 5.0), 1))
    share = 0.35 + 0.25 * min(reverberation / 2, 1.5)

    busy = 0.25 + 0.75 * params.people
    layers: list[Play] = [
        layer(
            build_roomtone(Roomtone(params.volume, params.ventilation, 0.12), studio),
            studio,
            0.2 * 10 ** ((params.ventilation - 35) / 35),
        )
    ]
    for k, (make, pause, gain) in enumerate(doing.makes):
        layers.append(
            Sparse(studio, f"doing{k}", pause / busy, in_room(make, response, share), 0.75 * gain, early=k == 0)
        )
    if params.people and doing.talk:
        many = 2.0 + min(120.0, params.volume / 12) * params.people**1.5
        young = doing.voice == "children"

        def voice(rng: np.random.Generator) -> Wave:
            if young and rng.random() < 0.3:
                return squeal(child(rng), rng)
            return phrase(child(rng) if young else adult(rng), int(rng.integers(3, 9)), rng, effort=0.35)

        bed = (520.0, 2400.0) if young else (320.0, 1500.0)
        talk = throng(
            Throng(
                voice, many, 0.16 * doing.talk, bed, 4.2, 4 + 0.2 * params.volume ** (1 / 3), min(reverberation, 2.5)
            ),
            studio,
        )
        layers.append(layer(Instrument(play=talk), studio, 0.25 + 0.75 * params.people * min(doing.talk, 1.0) ** 0.5))
    return Instrument(play=layered(layers), burst=2.5)


INTERIOR = Family(
    "interior",
    "A room in use: its tone, the murmur of its people, what they do, in its reverberation.",
    Interior,
    build_interior,
    model="The bed is `roomtone`. Upon it people talk (`crowd`'s voices, the more the larger and fuller the room) and "
    "do what is done there: dishes, keys, pages, steps, trolleys, monitors, balls, weights, water, gates, each made "
    "anew of struck bodies, rubs and voices at moments without memory. All of it is heard in the room's "
    "reverberation, whose time grows with the volume as it does in rooms that people use.",
    source="Kuttruff, Room Acoustics (2009); Schafer, The Soundscape (1977); Rindel, Verbal communication and noise "
    "in eating establishments, Applied Acoustics 71 (2010).",
)

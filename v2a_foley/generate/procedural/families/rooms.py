"""Rooms: the tone of an empty one, and interiors with what is done in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.crowd import Throng, throng
from v2a_foley.generate.procedural.families.drops import into_water
from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Play, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.doings import (
    ball,
    game,
    gate,
    monitor,
    page,
    slosh,
    struck,
    trolley,
    typing,
    walk,
)
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
from v2a_foley.generate.procedural.parts.tables import cycle, read


@dataclass(frozen=True)
class Roomtone:
    """The tone of a room: how large, how loud its ventilation, how much mains hum."""

    volume: float = span(60.0, 4.0, 200_000.0, unit="m^3")
    ventilation: float = span(30.0, 10.0, 65.0, unit="NC")
    hum: float = span(0.15)


_MAINS = ((0.5, 0.0, 0.2), (0.0, 1.0, 0.0, 0.45, 0.0, 0.2, 0.0, 0.08))
"""Levels of the mains' odd multiples, from stray fields, and of the even ones, from iron cores."""


def build_roomtone(params: Roomtone, studio: Studio) -> Instrument:
    """Build a room: dull noise with the room's low modes, ventilation, and mains hum that drifts."""
    own = studio.rng("room")
    noise = Noise(studio.rng("air"), studio.channels)
    lowest = around(own, max(172.0 / (1.3 * params.volume ** (1 / 3)), 14.0), 0.08)
    modes = [peak(max(lowest * r * around(own, 1, 0.03), 20), 3.0, between(own, 3, 7)) for r in (1.0, 1.42, 1.9, 2.6)]
    loud = (params.ventilation - 10) / 55
    air = coloured(slope(-5.5 + 1.5 * loud), *modes, highpass(20, 1), lowpass(5000, 1))
    duct = coloured(slope(-3.5 + loud), band(110, 900 + 1600 * loud), peak(around(own, 310, 0.2), 2.0, 5.0))
    breath, drift = Slow(studio.rng("breath"), 0.07), Slow(studio.rng("drift"), 0.09)
    mains = 50.0 * (1 + 0.012 * own.uniform(-1, 1))
    stray, cores = (
        (cycle(levels, own.random(len(levels)) * 6.28), Slow(studio.rng("sway", k), 0.15))
        for k, levels in enumerate(_MAINS)
    )
    state = {"phase": 0.0}

    def play(block: Block) -> Wave:
        n = block.samples
        white = noise(n)
        out = air(white) * (0.3 + 0.018 * breath(n)) + (0.02 + 0.22 * loud**1.5) * duct(white)
        if params.hum > 0:
            phase = state["phase"] + np.cumsum(mains * (1 + 0.002 * drift(n))) / RATE
            state["phase"] = float(phase[-1] % 1)
            for level, (table, sway) in ((0.3, stray), (0.65, cores)):
                out += read(table, phase) * (params.hum * level * (1 + 0.15 * sway(n)))
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


def _drop(rng: np.random.Generator) -> Wave:
    return into_water(between(rng, 3.0, 6.0), 0.6, 0.8, rng)


@dataclass(frozen=True)
class Doing:
    """What is done: who makes the sound, its mean pause in a full room in seconds, its level; who speaks, how often."""

    makes: tuple[tuple[Make, float, float], ...]
    voice: str = "adults"
    talk: float = 1.0


_DOING = {
    "dishes": Doing(((struck("ceramic", "glass", "metal", low=0.05, high=0.4), 0.8, 2.2), (walk, 12.0, 0.4))),
    "typing": Doing(((typing, 1.6, 0.4), (page, 7.0, 0.4), (walk, 15.0, 0.4)), talk=0.5),
    "pages": Doing(((page, 2.5, 0.28), (walk, 8.0, 0.5), (struck("wood", low=0.3, high=0.8), 9.0, 0.5)), talk=0.15),
    "steps": Doing(((walk, 1.6, 0.8), (struck("wood", low=0.4, high=0.9), 14.0, 0.5))),
    "trolleys": Doing(((trolley, 3.0, 0.7), (walk, 2.5, 0.6), (struck("metal", low=0.2, high=0.6), 9.0, 0.4))),
    "care": Doing(((monitor, 5.0, 0.5), (walk, 6.0, 0.5), (trolley, 14.0, 0.4)), talk=0.35),
    "balls": Doing(((ball, 1.8, 1.2), (struck("wood", low=0.5, high=1.0), 8.0, 0.6)), talk=0.7),
    "weights": Doing(((struck("metal", low=0.35, high=0.8, hard=0.6), 1.8, 1.7), (trolley, 7.0, 0.3)), talk=0.4),
    "water": Doing(((slosh, 0.9, 0.9),), "children", 0.7),
    "drips": Doing(((_drop, 0.9, 0.9),), talk=0.0),
    "doors": Doing(((gate, 6.0, 1.3), (walk, 7.0, 0.5)), talk=0.8),
    "children": Doing(((struck("wood", "plastic", low=0.2, high=0.8), 1.6, 2.2), (walk, 6.0, 0.4)), "children", 1.2),
    "stage": Doing(((struck("wood", low=0.5, high=1.0, hard=0.3), 5.0, 0.5), (page, 5.0, 0.3)), talk=0.8),
    "arcade": Doing(((game, 0.9, 1.4), (struck("metal", low=0.0, high=0.2), 2.0, 0.5))),
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

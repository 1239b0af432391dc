"""Things that rub: creaks and squeals of stick and slip, abrasion in strokes, runners that slide. No blows here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import rub, slips, through
from v2a_foley.generate.procedural.parts.filters import Reverb, band, coloured, highpass, lowpass, once, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import line, seconds, unit


@dataclass(frozen=True)
class Friction:
    """Two bodies stick and slip: which, how hard they are pressed, how fast they move, how large what sounds is."""

    what: str = choice(
        "hinge", "floorboard", "leather", "rope", "furniture", "metal", "stone", "glass", "rubber", "blackboard"
    )
    pressure: float = span(0.5)
    speed: float = span(0.4)
    size: float = span(0.5)


@dataclass(frozen=True)
class _Pair:
    """Two bodies that rub.

    Attributes:
        bodies: what rings: (material, its size for a small and a large thing, level).
        rate: slips a second, slow and fast.
        jitter: how uneven they are.
        rough: level of the noise of roughness, and its band in hertz.
        length: seconds of one movement.
        grip: how firmly the bodies are held.
        top: hertz above which the wide contact does not drive them.
    """

    bodies: tuple[tuple[str, float, float, float], ...]
    rate: tuple[float, float]
    jitter: float
    rough: tuple[float, float, float]
    length: float
    grip: float
    top: float = 16_000.0


_PAIRS = {
    "hinge": _Pair((("wood", 0.5, 0.95, 1.0), ("metal", 0.1, 0.5, 0.35)), (22, 330), 0.06, (0.02, 400, 4000), 1.1, 0.5),
    "floorboard": _Pair((("wood", 0.4, 0.9, 1.0),), (14, 120), 0.22, (0.02, 150, 1500), 0.45, 0.5),
    "leather": _Pair((("cardboard", 0.0, 0.5, 1.0),), (35, 260), 0.3, (0.12, 250, 2600), 0.5, 0.6),
    "rope": _Pair((("cardboard", 0.2, 0.7, 1.0), ("wood", 0.3, 0.8, 0.4)), (14, 110), 0.3, (0.08, 200, 2200), 0.9, 0.6),
    "furniture": _Pair((("wood", 0.5, 1.0, 1.0),), (70, 340), 0.05, (0.2, 200, 2500), 0.7, 0.6),
    "metal": _Pair((("metal", 0.1, 0.7, 1.0),), (140, 1100), 0.5, (0.5, 900, 9000), 0.8, 0.35),
    "stone": _Pair((("stone", 0.3, 0.9, 1.0),), (120, 600), 0.8, (0.9, 250, 4500), 0.8, 0.5),
    "glass": _Pair((("glass", 0.4, 0.9, 1.0),), (420, 1500), 0.02, (0.06, 900, 6000), 0.5, 0.9, 2600.0),
    "rubber": _Pair((("wood", 0.2, 0.5, 1.0),), (650, 1900), 0.02, (0.1, 500, 5000), 0.22, 0.8, 3500.0),
    "blackboard": _Pair((("wood", 0.3, 0.6, 1.0),), (1600, 3400), 0.03, (0.25, 1500, 8000), 0.4, 0.8, 6000.0),
}


def build_friction(params: Friction, studio: Studio) -> Instrument:
    """Build two bodies that rub; the drive is how fast they move."""
    pair, own = _PAIRS[params.what], studio.rng("bodies")
    slow, fast = pair.rate
    load = 1.5 - params.pressure
    response = _response(pair, params.size, own)
    echo, rough = Reverb(response), coloured(slope(-2.0), band(*pair.rough[1:]))
    wander, unrest = Slow(studio.rng("wander"), 0.8), Slow(studio.rng("unrest"), 5.0)
    chance, noise = studio.rng("slips"), Noise(studio.rng("rough"))
    loud = 0.35 + 0.65 * params.pressure

    def rate_at(speed: Wave) -> Wave:
        return np.asarray(slow * (fast / slow) ** np.clip(speed, 0, 1) * load)

    def play(block: Block) -> Wave:
        n = block.samples
        speed = np.clip(params.speed * (0.3 + 0.7 * block.drive) + 0.13 * wander(n) + 0.03 * unrest(n), 0.01, 1)
        train = slips(rate_at(speed), chance, pair.jitter) / np.sqrt(rate_at(speed))
        moving = block.drive * np.clip(1 + 0.5 * unrest(n), 0.05, 2)
        out = moving * (echo(train) + 0.04 * pair.rough[0] * rough(noise(n)[0]))
        return np.asarray(np.stack([out] * studio.channels))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = pair.length * around(rng, 1, 0.2) * (1.6 - 1.1 * params.speed) * (1.15 - 0.3 * strength)
        n = seconds(length)
        top = params.speed * (0.7 + 0.5 * strength)
        bend = rng.uniform(-0.12, 0.12, 5)
        course = (
            (0, 0.35 * top),
            (0.2, top + bend[0]),
            (0.5, 0.8 * top + bend[1]),
            (0.8, top + bend[2]),
            (1, 0.3 * top),
        )
        rate = rate_at(line(course, n))
        shape = line(((0, 0.7), (0.15, 1), (0.5, between(rng, 0.4, 0.9)), (0.85, between(rng, 0.5, 1)), (1, 0)), n)
        creak = unit(through(slips(rate, rng, pair.jitter) * shape / np.sqrt(rate), response))
        out = loud * creak
        out[:n] += loud * pair.rough[0] * (0.4 + 0.8 * params.speed) * rub(rng, *pair.rough[1:], shape)
        return out

    return Instrument(play=play, strike=strike, rhythm=steady(1.8, 0.4), follows=True, rest=0.8, burst=pair.length)


def _response(pair: _Pair, size: float, rng: np.random.Generator) -> Wave:
    """Make what one slip sounds like: all bodies of the pair, gripped."""
    total = np.zeros(1)
    for material, small, large, level in pair.bodies:
        body = held(body_of(material, small + (large - small) * size, rng), pair.grip)
        one = level * unit(blow(body, 0.8, 0.7, rng))[: RATE // 3]
        total = np.pad(total, (0, max(0, len(one) - len(total))))
        total[: len(one)] += one
    return unit(once(total, highpass(60), lowpass(pair.top)))


FRICTION = Family(
    "friction",
    "Two bodies stick and slip: creaking hinges, floors, ropes, leather; squeals and scrapes.",
    Friction,
    build_friction,
    model=(
        "Two bodies that are pressed together stick until the pull is greater than their grip, then slip a little and "
        "stick again. Each slip is a small blow on the bodies, whose modes give the creak its vowel; the rate of slips "
        "rises with the speed and falls with the pressure, and wanders with both: under some 30 a second it is heard "
        "as single cracks, above as a pitch that glides. Even slips squeal (glass, rubber), uneven ones groan (rope, "
        "leather) or scrape (stone), under a noise of roughness."
    ),
    source=(
        "Avanzini, Serafin & Rocchesso, Interactive simulation of rigid body interaction with friction-induced sound "
        "generation, IEEE Trans. Speech Audio Process. 13 (2005); Akay, Acoustics of friction, JASA 111 (2002); "
        "Farnell, Designing Sound (2010), on creaking doors."
    ),
    shown=tuple({"what": what} for what in _PAIRS),
)


@dataclass(frozen=True)
class Abrasion:
    """A rough thing is drawn to and fro: how coarse, on what, how hard, how many strokes a second, how long each."""

    surface: str = choice("wood", "stone", "metal", "carpet", "skin", "earth")
    coarseness: float = span(0.4)
    pressure: float = span(0.5)
    rate: float = span(1.6, 0.3, 6.0, unit="strokes/s")


_SURFACES = {
    "wood": (550.0, 0.6, 900.0),
    "stone": (900.0, 0.25, 2400.0),
    "metal": (1900.0, 0.5, 4200.0),
    "carpet": (350.0, 0.0, 800.0),
    "skin": (900.0, 0.0, 1800.0),
    "earth": (450.0, 0.1, 700.0),
}
"""Lowest pitch of the rubbing in hertz, how much the body rings, and where."""


def build_abrasion(params: Abrasion, studio: Studio) -> Instrument:
    """Build a tool and what it rubs; the drive is how briskly."""
    low, body, where = _SURFACES[params.surface]
    own = studio.rng("tool")
    top = 11_000 * 0.35**params.coarseness
    designs = (slope(-1.5 - 2 * params.coarseness), band(low, top), peak(around(own, where, 0.1), 2.5, 14 * body))
    colour, noise = coloured(*designs), Noise(studio.rng("noise"), studio.channels)
    bank = ticks(own, 60, low * 1.6, min(top, 7500), (0.0007, 0.001 + 0.007 * params.coarseness))
    grains, grain = Moments(studio.rng("grit"), 90 + 600 * params.coarseness), Slow(studio.rng("grain"), 40)
    near, scatter, unsteady = studio.rng("near"), Scatter(studio.channels), Slow(studio.rng("unsteady"), 0.9)
    state = {"turn": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        speed = params.rate * (0.6 + 0.4 * block.drive) * np.clip(1 + 0.12 * unsteady(n), 0.5, 1.6)
        turn = state["turn"] + np.cumsum(speed) / RATE
        state["turn"] = float(turn[-1] % 1)
        push = np.sin(np.pi * turn)
        stroke = np.abs(push) ** 0.7 * (1 + 0.35 * np.sign(np.sin(np.pi * turn)) * 0.7)
        move = stroke * (0.3 + 0.7 * block.drive)
        at = grains(n, np.clip(move, 0, 1))
        bits = [(int(t), near.random() ** 2.5 * bank[int(near.integers(60))], between(near, -0.2, 0.2)) for t in at]
        rubbing = colour(noise(n)) * move * np.clip(1 + (0.1 + 0.5 * params.coarseness) * grain(n), 0, 3)
        return (0.4 + 0.6 * params.pressure) * 0.3 * rubbing + params.coarseness * 0.5 * scatter(n, bits)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(0.55 / params.rate * around(rng, 1, 0.12))
        shape = line(((0, 0.4), (0.3, 1), (0.75, 0.8), (1, 0)), n)
        out = once(rng.standard_normal(n), *designs, lowpass(top * (0.5 + 0.5 * strength), 1))
        knots = np.clip(1 + 0.6 * params.coarseness * rng.standard_normal(n // 300 + 4), 0, 3)
        return np.asarray(out * shape * np.interp(np.linspace(0, len(knots) - 1, n), np.arange(len(knots)), knots))

    return Instrument(play=play, strike=strike, rhythm=steady(1 / params.rate, 0.1, 0.7), follows=True)


ABRASION = Family(
    "abrasion",
    "A rough thing is drawn to and fro: sanding, sweeping, scrubbing, filing, brushing.",
    Abrasion,
    build_abrasion,
    model=(
        "The teeth of two rough surfaces catch by the thousand: noise whose brightness falls with the coarseness, as a "
        "coarser grit meets fewer and larger bumps a second, with single larger catches heard one by one. Strokes go "
        "to and fro; noise follows the speed of the hand, which is greatest in the middle of each, and is a little "
        "weaker on the way back. What is rubbed adds a resonance of its own."
    ),
    source=(
        "Akay, Acoustics of friction, JASA 111 (2002); van den Doel, Kry & Pai, FoleyAutomatic: physically-based sound "
        "effects for interactive simulation and animation, SIGGRAPH (2001)."
    ),
)


@dataclass(frozen=True)
class Sliding:
    """A runner slides over snow, ice or sand: what kind, how fast, how wet or hard the ground."""

    runner: str = choice("ski", "skate", "sled", "board")
    speed: float = span(0.5)
    hardness: float = span(0.4)


_RUNNERS = {
    "ski": (250.0, 4500.0, 0.35, 0.0, 0.55),
    "skate": (700.0, 8500.0, 0.75, 0.5, 0.95),
    "sled": (110.0, 2600.0, 0.15, 0.15, 0.3),
    "board": (180.0, 5500.0, 0.25, 0.0, 0.45),
}
"""Band of the hiss in hertz, depth of its strokes, ringing of the blade, strokes a second."""


def build_sliding(params: Sliding, studio: Studio) -> Instrument:
    """Build a runner; the drive is its speed."""
    low, high, depth, ringing, rate = _RUNNERS[params.runner]
    own = studio.rng("runner")
    top = high * (0.55 + 0.9 * params.hardness)
    hiss = coloured(slope(-3.0), band(low, top, 1), peak(around(own, 2600, 0.1), 4.0, 16 * ringing))
    rumble = coloured(slope(-4.0), band(45, 280))
    noise, grain, sway = Noise(studio.rng("noise"), studio.channels), Slow(studio.rng("grain"), 30), Slow(own, 0.5)
    crust = ticks(own, 60, 700 + 1200 * params.hardness, 3500 + 4000 * params.hardness, (0.001, 0.006))
    crumbs, near, scatter = (
        Moments(studio.rng("crumbs"), 40 + 160 * params.hardness),
        studio.rng("near"),
        Scatter(studio.channels),
    )
    state = {"turn": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        speed = (0.3 + 0.7 * block.drive) * (0.35 + 0.9 * params.speed)
        turn = state["turn"] + np.cumsum(np.full(n, rate) * np.clip(1 + 0.2 * sway(n), 0.4, 2)) / RATE
        state["turn"] = float(turn[-1] % 1)
        edge = 1 - depth * (0.5 + 0.5 * np.cos(2 * np.pi * turn)) ** 0.8
        white = noise(n)
        body = hiss(white) * edge * speed**1.5 * np.clip(1 + 0.3 * grain(n), 0.1, 2.5)
        at = crumbs(n, np.clip(speed * edge, 0, 1))
        bits = [(int(t), near.random() ** 2 * crust[int(near.integers(60))], between(near, -0.4, 0.4)) for t in at]
        return 0.3 * body + 0.12 * rumble(white) * speed + (0.15 + 0.3 * params.hardness) * scatter(n, bits)

    return Instrument(play=play, follows=True, rest=0.8, burst=0.9)


SLIDING = Family(
    "sliding",
    "A runner slides over snow, ice or sand: hiss of the ground that is cut, strokes of the edge.",
    Sliding,
    build_sliding,
    model=(
        "The runner shears small grains of snow or ice: noise, louder with the speed and brighter the harder the "
        "ground, over the rumble of its unevenness. Edges are set in strokes that gate it; the blade of a skate rings. "
        "Crumbs of the crust break away one by one."
    ),
    source="Akay, Acoustics of friction, JASA 111 (2002); derived besides: bands by the size of grains and blades.",
)

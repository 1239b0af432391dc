"""Ground that moves: slides of rock, earth and snow, earthquakes, eruptions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from v2a_foley.generate.procedural.families.liquid import Bubbles, build_bubbles
from v2a_foley.generate.procedural.families.steam import Steam, build_steam
from v2a_foley.generate.procedural.family import Block, Family, Instrument, Play, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.layers import Sparse, layer, layered, nearness
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, swell, unit


@dataclass(frozen=True)
class Slide:
    """A slide: of what, how large its blocks, how much of it moves, from how far it is heard."""

    matter: str = choice("rock", "earth", "snow", "sand")
    block: float = span(0.3, 0.01, 4.0, unit="m")
    amount: float = span(0.6)
    distance: float = span(80.0, 2.0, 4000.0, unit="m")


def _rush(params: Slide, studio: Studio) -> Play:
    """The mass in motion: rumble, rush, and blocks that strike each other."""
    rng = studio.rng("blocks")
    size = float(np.log(params.block / 0.01) / np.log(400))
    hard = {"rock": 1.0, "earth": 0.35, "snow": 0.0, "sand": 0.0}[params.matter]
    noise, scatter = Noise(studio.rng("mass"), studio.channels), Scatter(studio.channels)
    rumble = coloured(slope(-5.0), highpass(22, 1), lowpass(180 - 90 * size, 1))
    rush = {
        "rock": coloured(slope(-3.0), band(250 - 150 * size, 2800)),
        "earth": coloured(slope(-4.0), band(120, 1500)),
        "snow": coloured(slope(-3.5), band(90, 3200)),
        "sand": coloured(highpass(1200, 1), lowpass(9000, 1)),
    }[params.matter]
    deep = {"rock": 0.3, "earth": 0.4, "snow": 0.55, "sand": 0.04}[params.matter] * (0.35 + 0.65 * params.amount)
    bank = []
    if hard:
        for _ in range(16):
            stone = body_of("stone", float(np.clip(size * around(rng, 1, 0.3), 0, 1)), rng)
            knock = unit(blow(stone, 0.5, between(rng, 0.4, 1.0), rng))
            n = seconds(0.25 + 0.4 * size)
            thud = once(rng.standard_normal(n), slope(-4.0), lowpass(420 - 300 * size, 1)) * burst(
                n, 0.002, 0.2 + 0.3 * size
            )
            bank.append(unit(lay([(0.0, hard * knock), (0.0, (0.3 + 0.9 * size) * unit(thud))])))
    else:
        bank = ticks(rng, 50, 900, 6000, (0.001, 0.006))
    moments = Moments(rng, (4 + 40 * params.amount) * (1.6 - size) * (1.0 if hard else 3.0))
    single = nearness(params.distance, 120.0)
    surge, tumble, way = Slow(studio.rng("surge"), 0.35), Slow(studio.rng("tumble"), 5.0), Filter(air(params.distance))

    def play(block: Block) -> Wave:
        n = block.samples
        force = np.exp(0.35 * surge(n))
        white = noise(n)
        hits = [
            (
                int(t),
                min(0.1 + 0.15 * rng.pareto(1.8), 1.0) * bank[int(rng.integers(len(bank)))],
                float(rng.uniform(-0.9, 0.9)),
            )
            for t in moments(n, np.clip(0.6 * force * block.drive, 0, 1))
        ]
        out = deep * rumble(white) * force * (1 + 0.3 * tumble(n)) + 0.16 * rush(white) * force
        return way(np.asarray(out + 0.6 * (0.25 + 0.75 * single) * scatter(n, hits)))

    return play


def build_slide(params: Slide, studio: Studio) -> Instrument:
    """Build a slide; a single stroke of it starts, rushes and comes to rest."""

    @cache
    def moving(channels: int) -> Play:
        return _rush(params, studio if channels == studio.channels else Studio(channels, (*studio.entropy, 7)))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds((1.5 + 4.5 * params.amount) * between(rng, 0.8, 1.3))
        force = np.interp(np.arange(n), [0, 0.2 * n, 0.5 * n, n], [0.5, 1.0, 0.8, 0.1])
        return np.asarray(moving(1)(Block(n, force))[0] * force**1.5 * swell(n, 0.05, 0.6 * n / 48_000))

    def play(block: Block) -> Wave:
        return moving(studio.channels)(block)

    return Instrument(play=play, strike=strike, rhythm=steady(9.0, 0.4))


SLIDE = Family(
    "slide",
    "Slides of rock, earth, snow and sand: rumble, rush and blocks that strike each other.",
    Slide,
    build_slide,
    model="The moving mass shakes the ground (low noise that surges) and rubs (noise in a band that falls with the "
    "size of its blocks). Blocks of rock strike each other as bodies of stone at random moments whose sizes follow a "
    "power law, with a thud each; snow has none and is a rumbling rush of powder, sand hisses. Far away the rumble is "
    "left.",
    source="Suriñach et al., Seismic detection and characterization of landslides and other mass movements, NHESS 5 "
    "(2005); van den Doel, Kry & Pai, FoleyAutomatic, SIGGRAPH (2001).",
)


@dataclass(frozen=True)
class Earthquake:
    """An earthquake: how strong, how far its source, how much around us rattles."""

    magnitude: float = span(6.0, 3.0, 9.0)
    distance: float = span(20.0, 3.0, 300.0, unit="km")
    rattle: float = span(0.5)


def build_earthquake(params: Earthquake, studio: Studio) -> Instrument:
    """Build an earthquake: the rumble of the ground, and things that it shakes a few times a second."""
    rng = studio.rng("quake")
    strong = (params.magnitude - 3) / 6
    corner = 95 * 10 ** (-0.09 * (params.magnitude - 3)) * (20 / params.distance) ** 0.12
    noise, scatter = Noise(studio.rng("ground"), studio.channels), Scatter(studio.channels)
    ground = coloured(slope(-5.0), highpass(20, 1), lowpass(corner, 1), lowpass(2.2 * corner, 1))
    structure = coloured(slope(-4.0), band(90, 900))
    shake = [Slow(studio.rng("shake", k), f) for k, f in enumerate((0.5, 2.4, 6.0))]
    things = [
        unit(blow(body_of(str(m), between(rng, 0.1, 0.8), rng), 0.7, 0.6, rng, longest=0.4))
        for m in rng.choice(["glass", "wood", "ceramic", "metal"], 40)
    ]
    moments = Moments(rng, 60 * params.rattle)

    def play(block: Block) -> Wave:
        n = block.samples
        slow, sway, jolt = (one(n) for one in shake)
        force = np.exp((0.3 + 0.4 * strong) * slow) * np.clip(0.4 + 0.5 * np.abs(sway) + 0.25 * np.abs(jolt), 0, 3)
        white = noise(n)
        out = 0.5 * ground(white) * force + params.rattle * 0.07 * structure(white) * np.clip(sway * jolt, 0, 3)
        if params.rattle:
            hits = [
                (int(t), 0.5 * rng.random() ** 2 * things[int(rng.integers(40))], float(rng.uniform(-1, 1)))
                for t in moments(n, np.clip(0.3 * np.abs(sway) * force * block.drive, 0, 1))
            ]
            out = out + (0.15 + 0.5 * params.rattle) * scatter(n, hits)
        return np.asarray(out)

    return Instrument(play=play, burst=3.0)


EARTHQUAKE = Family(
    "earthquake",
    "An earthquake: the ground's rumble, and what it rattles.",
    Earthquake,
    build_earthquake,
    model="The ground radiates its fastest shaking as a rumble below a hundred hertz, whose upper corner falls with "
    "the magnitude and the distance. It comes in jolts. Walls creak in a band above, and glasses, plates and beams "
    "are thrown against each other when the sway is large.",
    source="Brune, Tectonic stress and the spectra of seismic shear waves, JGR 75 (1970); Hill, Fischer, Lahr & "
    "Coakley, Earthquake sounds generated by body-wave ground motion, BSSA 66 (1976).",
    shown=({"magnitude": 4.0}, {"magnitude": 8.5}, {"distance": 200.0}, {"rattle": 0.0}, {"rattle": 1.0}),
)


@dataclass(frozen=True)
class Eruption:
    """A volcano erupts: how violently, with how much lava, how far from us."""

    violence: float = span(0.6)
    lava: float = span(0.5)
    distance: float = span(1500.0, 50.0, 20_000.0, unit="m")


def _blast(rng: np.random.Generator) -> Wave:
    """One burst in the crater and its echo."""
    n = seconds(between(rng, 1.5, 3.0))
    return once(Noise(rng)(n)[0], slope(-5.0), highpass(24), lowpass(240, 1)) * burst(n, 0.02, 0.7 * n / 48_000)


def build_eruption(params: Eruption, studio: Studio) -> Instrument:
    """Build an eruption: the jet of gas, bursts in the crater, bubbles of lava, rocks that fall."""
    way = (air(params.distance),)
    gas = build_steam(Steam(4.0, 700 + 2000 * params.violence, 0.0), studio)
    rocks = build_slide(Slide("rock", 0.8, 0.3 + 0.5 * params.violence, params.distance), studio)
    layers: list[Play] = [
        layer(gas, studio, 0.3 + 1.7 * params.violence, *way, highpass(24, 1)),
        layer(rocks, studio, 0.25 + 0.3 * params.violence, highpass(24, 1)),
        Sparse(studio, "blasts", 4.5 - 3.2 * params.violence, _blast, 1.1 + 0.7 * params.violence, early=True),
    ]
    if params.lava:
        lava = build_bubbles(Bubbles(220.0, 1.5 + 4 * params.lava, "lava"), studio)
        layers.append(layer(lava, studio, 0.9 * params.lava, *way))
    return Instrument(play=layered(layers), burst=4.0)


ERUPTION = Family(
    "eruption",
    "A volcano erupts: a jet of gas, bursts in the crater, lava, falling rocks.",
    Eruption,
    build_eruption,
    model="The jet of gas is `steam` from an opening of metres, whose peak lies at the bottom of hearing; bursts in "
    "the crater are low noise that dies away within seconds, the more often the more violent, until they drown in the "
    "jet's steady roar; lava is `bubbles` of "
    "that liquid, and rocks are `slide`. Kilometres of air leave little above some hundred hertz.",
    source="Matoza et al., Infrasonic jet noise from volcanic eruptions, GRL 36 (2009); Vergniolle & Brandeis, JGR "
    "101 (1996).",
)

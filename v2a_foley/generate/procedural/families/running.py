"""Water that runs by itself: streams and waterfalls (fountains and weirs among them)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Play, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import Filter, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles, ticks
from v2a_foley.generate.procedural.parts.layers import nearness
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow


@dataclass(frozen=True)
class Flow:
    """A running water: its bubbles and its noise.

    Attributes:
        rate: bubbles a second.
        pitch: of the bubbles, lowest and highest, in hertz.
        bubbles: their level.
        noise: its level.
        designs: its colour.
        unrest: how much bubbles and noise swell.
        gurgle: how often a second they swell.
        spray: drops a second that are heard singly.
        way: filters between the water and the ear.
    """

    rate: float
    pitch: tuple[float, float]
    bubbles: float
    noise: float
    designs: tuple[Wave, ...]
    unrest: float
    gurgle: float
    spray: float = 0.0
    way: tuple[Wave, ...] = ()


def running(flow: Flow, studio: Studio) -> Play:
    """Return the texture of a running water: three eddies that swell by themselves, each with bubbles and noise."""
    rng = studio.rng("water")
    bank = bubbles(rng, 220, *flow.pitch)
    drops = ticks(rng, 80, 1800, 9000, (0.001, 0.005)) if flow.spray else []
    noise, colour = Noise(studio.rng("foam"), studio.channels), coloured(*flow.designs)
    eddies = [Slow(studio.rng("eddy", k), flow.gurgle * (1 + k)) for k in range(3)]
    moments = [Moments(studio.rng("moments", k), flow.rate / 3) for k in range(3)]
    sprays, scatter = Moments(studio.rng("spray"), flow.spray), Scatter(studio.channels)
    way = Filter(*flow.way) if flow.way else None
    top = len(bank)

    def play(block: Block) -> Wave:
        n = block.samples
        grains: list[tuple[int, Wave, float]] = []
        swirl = np.zeros(n)
        for k, (eddy, moment) in enumerate(zip(eddies, moments, strict=True)):
            curve = np.exp(flow.unrest * eddy(n))
            swirl += curve / 3
            at = moment(n, np.clip(0.6 * curve * block.drive, 0, 1))
            which, level = rng.integers(0, top, len(at)), 0.25 + 0.75 * rng.random(len(at)) ** 2
            place = np.clip(0.7 * (k - 1) + 0.25 * rng.standard_normal(len(at)), -1, 1)
            grains += [(int(t), a * bank[g], float(s)) for t, g, a, s in zip(at, which, level, place, strict=True)]
        if drops:
            at = sprays(n, block.drive)
            grains += [
                (int(t), 0.5 * rng.random() ** 2 * drops[int(rng.integers(80))], float(rng.uniform(-1, 1))) for t in at
            ]
        out = flow.bubbles * 0.45 * scatter(n, grains) + flow.noise * 0.3 * colour(noise(n)) * swirl
        return out if way is None else way(out)

    return play


@dataclass(frozen=True)
class Stream:
    """A stream: how much water, how rough its bed, from how far it is heard."""

    flow: float = span(60.0, 0.2, 5000.0, unit="l/s")
    roughness: float = span(0.5)
    distance: float = span(3.0, 0.5, 200.0, unit="m")


def build_stream(params: Stream, studio: Studio) -> Instrument:
    """Build a stream."""
    much = float(np.log(params.flow / 0.2) / np.log(25_000))
    single = nearness(params.distance, 25.0)
    low = 900 * 0.4**much * 0.55**params.roughness
    flow = Flow(
        rate=90 + 320 * much + 160 * params.roughness,
        pitch=(low, 5000 - 1500 * much),
        bubbles=(0.4 + 0.6 * params.roughness) * single,
        noise=0.06 + 0.55 * much**1.5 * (0.6 + 0.6 * params.roughness),
        designs=(slope(-3.5), highpass(500 - 320 * much, 1), lowpass(6000 - 1500 * much, 1)),
        unrest=0.6 - 0.35 * much,
        gurgle=3.0 - 1.5 * much,
        way=(air(params.distance),),
    )
    return Instrument(play=running(flow, studio), burst=1.4)


STREAM = Family(
    "stream",
    "A stream, from a trickle to a river: bubbles of many sizes over the noise of foam.",
    Stream,
    build_stream,
    model="Bubbles are damped sines at Minnaert's frequency whose pitch rises as they near the surface; they are born "
    "at random moments in three eddies that swell and ebb by themselves. Foam is noise that follows the eddies. More "
    "water brings larger bubbles and more foam, a rougher bed more bubbles; with distance the single bubbles drown in "
    "the foam.",
    source="Minnaert, On musical air-bubbles and the sounds of running water, Phil. Mag. 16 (1933); van den Doel, "
    "Physically based models for liquid sounds, ACM TAP 2 (2005); Leighton, The Acoustic Bubble (1994).",
)


@dataclass(frozen=True)
class Waterfall:
    """Falling water: how high and wide, onto what, from how far it is heard."""

    height: float = span(8.0, 0.2, 100.0, unit="m")
    width: float = span(4.0, 0.1, 200.0, unit="m")
    onto: str = choice("pool", "rock", "basin")
    distance: float = span(15.0, 1.0, 1000.0, unit="m")


def build_waterfall(params: Waterfall, studio: Studio) -> Instrument:
    """Build a waterfall."""
    high = float(np.log(params.height / 0.2) / np.log(500))
    wide = float(np.log(params.width / 0.1) / np.log(2000))
    single = nearness(params.distance, 20.0)
    splatter = {"pool": 0.0, "rock": 6.0, "basin": 3.0}[params.onto]
    deep = {"pool": 1.0, "rock": 0.45, "basin": 0.35}[params.onto]
    low = 260 * 0.2**high * (1.0 if params.onto == "pool" else 2.0)
    flow = Flow(
        rate=180 + 160 * deep,
        pitch=(max(low, 60), 3600 - 1400 * high),
        bubbles=(0.9 - 0.5 * high) * (0.3 + 0.7 * deep) * single,
        noise=0.4 + 1.2 * high,
        designs=(
            slope(-2.6 - 1.2 * high * deep),
            highpass(max(20.0, low), 1),
            lowpass(8500, 1),
            peak(3500, 0.7, splatter),
        ),
        unrest=0.3 - 0.26 * wide,
        gurgle=2.4 - 1.8 * high,
        spray=(20 + 260 * single * (1 - wide)) * (0.3 if params.onto == "pool" else 1.0),
        way=(air(params.distance),),
    )
    return Instrument(play=running(flow, studio), burst=1.4)


WATERFALL = Family(
    "waterfall",
    "Falling water: a steady roar, lower the higher it falls; fountains and weirs too.",
    Waterfall,
    build_waterfall,
    model="Plunging water drags air down: bubble clouds that ring together give the roar its low body, the lower the "
    "higher the fall. Where it hits rock or a basin there is spatter of single drops and a brighter noise instead. A "
    "wide fall is an average of many jets and steadier than a narrow one. Distance takes the spray and the high "
    "frequencies.",
    source="Leighton, The Acoustic Bubble (1994); Watts, Pheasant, Horoshenkov & Ragonesi, Measurement and subjective "
    "assessment of water generated sounds, Acta Acustica 95 (2009); Galbrun & Ali, Acoustical and perceptual "
    "assessment of water sounds and their use over road traffic noise, JASA 133 (2013).",
)

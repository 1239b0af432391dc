"""Traffic and towns: cars that pass, horns, the far rumble of a city, what is done in its streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.crowd import Throng, throng
from v2a_foley.generate.procedural.families.song import songbird
from v2a_foley.generate.procedural.families.wind import Wind, build_wind
from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Play, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import (
    band,
    coloured,
    highpass,
    lowpass,
    once,
    peak,
    rounded,
    slope,
)
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.layers import Sparse, layer, layered
from v2a_foley.generate.procedural.parts.modal import harmonics, ring
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.people import adult, child, phrase, squeal
from v2a_foley.generate.procedural.parts.shapes import clock, lay, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import stretch


@dataclass(frozen=True)
class City:
    """Traffic: how dense and fast, how far away, how wet the road, how many horns."""

    density: float = span(20.0, 0.5, 120.0, unit="vehicles/min")
    speed: float = span(50.0, 15.0, 130.0, unit="km/h")
    distance: float = span(30.0, 4.0, 800.0, unit="m")
    wet: float = span(0.0)
    horns: float = span(0.2)


def build_city(params: City, studio: Studio) -> Instrument:
    """Build traffic: a far rumble, cars that pass, horns now and then."""
    noise, far, way = Noise(studio.rng("air"), studio.channels), studio.rng("passing"), air(params.distance)
    rumble = coloured(slope(-4.5), highpass(28, 1), peak(80, 0.8, 4.0), lowpass(900, 1), then=way)
    hush = coloured(slope(-3.5), band(350, 2600), then=way)
    breath, surge = Slow(studio.rng("breath"), 0.08), Slow(studio.rng("surge"), 0.22)
    cars, horns = Scatter(studio.channels), Scatter(studio.channels)
    every = 60.0 / params.density
    state = {"car": far.random() * every * 0.7, "horn": 4.0 * far.random() + 1}
    busy = params.density / (params.density + 15)
    clear = 30.0 / (30.0 + params.distance)

    def play(block: Block) -> Wave:
        n = block.samples
        passing, honks = [], []
        while state["car"] < n / RATE:
            at = int(state["car"] * RATE)
            if far.random() < block.drive[min(at, n - 1)]:
                side = between(far, 0.35, 0.9) * far.choice([-1.0, 1.0])
                passing.append((at, passing_car(params, far) * between(far, 0.3, 1.0), side))
            state["car"] += far.exponential(every) + 0.1 * every
        while params.horns > 0 and state["horn"] < n / RATE:
            honks.append((int(state["horn"] * RATE), _far_horn(far) * between(far, 0.3, 1.0), between(far, -0.8, 0.8)))
            state["horn"] += far.exponential(14 / (0.15 + params.horns)) + 1.0
        state["car"] -= n / RATE
        state["horn"] -= n / RATE
        white = noise(n)
        out = (0.26 * rumble(white) + 0.11 * (0.5 + params.wet) * hush(white) * (1 + 0.12 * surge(n))) * np.exp(
            0.15 * breath(n)
        )
        out = out * (0.3 + 0.7 * busy) * (1.3 - 0.8 * clear) + (0.25 + 0.45 * clear) * cars(n, passing)
        return out + 0.14 * horns(n, honks)

    return Instrument(play=play)


_SLOW = 8
"""Samples from one value of an engine's tone to the next: its highest partial lies at some 300 Hz."""


def passing_car(params: City, rng: np.random.Generator) -> Wave:
    """One car passes: the tyres' noise and a low engine, rising and falling as its distance says."""
    speed = params.speed / 3.6 * between(rng, 0.8, 1.2)
    nearest = max(params.distance * between(rng, 0.8, 1.3), 3.0)
    length = float(np.clip(6 * nearest / speed, 1.2, 6.0))
    n = seconds(length)
    coarse = np.arange(0, n + 1024, 512)
    along = speed * (coarse / RATE - length / 2)
    away = np.sqrt(nearest**2 + along**2)
    ends = np.sin(np.pi * np.clip(coarse / (0.6 * n), 0, 0.5)) * np.sin(
        np.pi * np.clip((n - coarse) / (0.6 * n), 0, 0.5)
    )
    near = stretch((nearest / away * ends**2) ** 1.5, 512)[:n]
    heavy = rng.random() < 0.12
    centre = (650 if heavy else 900) * (params.speed / 50) ** 0.25
    colour = coloured(
        slope(-2.5),
        band(rounded(0.35 * centre), rounded(2.2 * centre)),
        peak(centre, 1.0, 4.0),
        then=air(params.distance),
    )
    tyres = colour(Noise(rng)(n)[0]) * (params.speed / 50) ** 0.8
    if params.wet:
        tyres = tyres + 1.3 * params.wet * once(Noise(rng)(n)[0], band(2200, 9000), air(params.distance))
    bend = stretch(1 - speed / 340 * along / away, 512 // _SLOW)[: n // _SLOW + 2]
    firing = between(rng, 32, 50) if heavy else between(rng, 55, 105)
    phase = 2 * np.pi * np.cumsum(firing * bend) * _SLOW / RATE
    tone = stretch(harmonics(phase, (1.0, 0.5, 0.25)), _SLOW)[:n]
    engine = (0.9 if heavy else 0.22) * (50 / max(params.speed, 30)) ** 0.7
    return np.asarray(near * (0.9 * tyres + engine * tone * (1 + 0.3 * tyres)))


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
    "city",
    "Traffic from near or far: rumble, cars that pass, horns now and then.",
    City,
    build_city,
    model="Cars pass at random moments. Each rises and falls as one over its distance, faster the closer and quicker "
    "it is: tyre noise with its hump near a kilohertz, which grows with the speed, and the engine's firing with its "
    "Doppler bend; one in eight is a heavy vehicle with a lower engine. A wet road adds spray. What lies farther off "
    "is a rumble that breathes, and horns have echoes between houses.",
    source="Sandberg & Ejsmont, Tyre/Road Noise Reference Book (2002); Sandberg, The multi-coincidence peak around "
    "1000 Hz in tyre/road noise spectra, Euronoise (2003).",
    shown=({"density": 2.0}, {"density": 100.0}, {"speed": 120.0}, {"distance": 500.0}, {"wet": 1.0}),
)


@dataclass(frozen=True)
class Street:
    """A lively place in the open: how many people, how much traffic behind, what is done there."""

    people: float = span(0.4)
    traffic: float = span(0.3)
    doing: str = choice("walking", "market", "playground", "suburb", "village", "fair", "horses")


def _steps(rng: np.random.Generator) -> Wave:
    shoe, parts = body_of("stone", between(rng, 0.3, 0.7), rng), []
    for k in range(int(rng.integers(5, 12))):
        near = 1 / (1 + ((k - 4) / 3) ** 2)
        parts.append((k * around(rng, 0.53, 0.03), near * unit(once(blow(shoe, 0.4, 0.5, rng), lowpass(3200, 1)))))
    return lay(parts)


def _crate(rng: np.random.Generator) -> Wave:
    """Crates and pans are set down."""
    parts, at = [], 0.0
    for _ in range(int(rng.integers(1, 4))):
        thing = body_of(str(rng.choice(["wood", "metal", "cardboard", "plastic"])), between(rng, 0.2, 0.7), rng)
        parts.append((at, unit(blow(thing, 0.5, 0.6, rng, longest=0.8))))
        at += between(rng, 0.1, 0.5)
    return lay(parts)


def _swing(rng: np.random.Generator) -> Wave:
    """The chains of a swing squeak to and fro."""
    parts = []
    for k in range(int(rng.integers(2, 5))):
        n = seconds(0.3)
        pitch = between(rng, 1150, 1350) * (1 + (0.1 if k % 2 else -0.06) * clock(n) / 0.3)
        parts.append((1.15 * k, np.tanh(3 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)) * swell(n, 0.08, 0.12)))
    return once(lay(parts), band(900, 5000))


def _mower(rng: np.random.Generator) -> Wave:
    """A mower two gardens away."""
    n = seconds(between(rng, 5, 9))
    firing = np.cumsum(around(rng, 46, 0.06) * (1 + 0.02 * np.sin(2 * np.pi * 0.4 * clock(n)))) / RATE
    return once(np.exp(-7 * (firing % 1)) + 0.1 * rng.standard_normal(n), band(90, 1500)) * swell(n, 1.5, 2.0)


def _bell(rng: np.random.Generator) -> Wave:
    """The church's bell, far away."""
    hertz = around(rng, 420, 0.02) * np.array([0.5, 1.0, 1.2, 1.5, 2.0, 2.6, 3.0])
    stroke = ring(hertz, np.array([6.0, 3.5, 3.0, 2.2, 2.5, 1.4, 1.2]), np.array([0.5, 0.8, 0.7, 0.4, 1.0, 0.4, 0.3]))
    return once(lay([(2.1 * k, stroke) for k in range(int(rng.integers(1, 5)))]), lowpass(1400, 1))


def _ride(rng: np.random.Generator) -> Wave:
    """A ride rushes by, and those who sit in it scream."""
    n = seconds(between(rng, 2.5, 4.0))
    rush = once(rng.standard_normal(n), band(120, 1800), slope(-2.0)) * swell(n, 1.2, 1.0)
    screams = [
        (between(rng, 0.6, 1.8), 0.4 * unit(squeal(child(rng) if rng.random() < 0.5 else adult(rng), rng)))
        for _ in range(5)
    ]
    return lay([(0.0, 0.5 * unit(rush)), *screams])


def _organ(rng: np.random.Generator) -> Wave:
    """Some bars of a fairground organ, far away: pipes that play in three-four time."""
    scale, beat, parts = 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12), 0.27, []
    base, step = 523.0, int(rng.integers(8))
    for k in range(24):
        step = int(np.clip(step + rng.integers(-2, 3), 0, 7))
        for ratio, gain in ((scale[step], 0.7), (0.25 * scale[0 if k % 3 == 0 else 4], 0.7 if k % 3 == 0 else 0.35)):
            n = seconds(beat * 0.9)
            phase = 2 * np.pi * base * ratio * clock(n)
            parts.append(
                (
                    k * beat,
                    gain * (np.sin(phase) + 0.3 * np.sin(2 * phase) + 0.2 * np.sin(3 * phase)) * swell(n, 0.02, 0.05),
                )
            )
    return once(lay(parts), band(180, 3000))


def _hoofs(rng: np.random.Generator) -> Wave:
    """A cart and its horse walk by on stones."""
    hoof, count = body_of("stone", 0.75, rng), int(rng.integers(10, 20))
    blows = [unit(once(blow(hoof, 0.5, 0.7, rng), lowpass(2400, 1))) for _ in range(count)]
    parts = [(k * around(rng, 0.29, 0.05), wave) for k, wave in enumerate(blows)]
    whole = lay(parts)
    rumble = once(rng.standard_normal(len(whole)), band(90, 900), slope(-2.0))
    return (whole + 0.25 * unit(rumble)) * swell(len(whole), 0.3 * len(whole) / RATE, 0.3 * len(whole) / RATE)


_STREETS = {
    "walking": ((_steps, 2.0, 0.6),),
    "market": ((_crate, 1.6, 1.2), (_steps, 4.0, 0.4)),
    "playground": ((_swing, 5.0, 0.25), (_steps, 5.0, 0.3)),
    "suburb": ((_mower, 12.0, 0.5), (_steps, 12.0, 0.3)),
    "village": ((_bell, 16.0, 0.4), (_steps, 10.0, 0.3)),
    "fair": ((_ride, 5.0, 0.8), (_organ, 9.0, 0.35)),
    "horses": ((_hoofs, 4.0, 1.9), (_crate, 4.0, 0.4), (_bell, 25.0, 0.3)),
}


def build_street(params: Street, studio: Studio) -> Instrument:
    """Build a lively place in the open."""
    quiet = params.doing in ("suburb", "village", "playground")
    layers: list[Play] = []
    behind = Studio(1, studio.entropy)
    if quiet or not params.traffic:
        layers.append(layer(build_wind(Wind(5.0, 0.3, "leaves" if quiet else "open"), behind), studio, 0.22))
    if params.traffic:
        cars = City(3 + 32 * params.traffic, 45.0, 160.0 - 110 * params.traffic, 0.0, 0.1 if quiet else 0.3)
        layers.append(layer(build_city(cars, studio), studio, 0.15 + 0.85 * params.traffic))
    for k, (make, pause, gain) in enumerate(_STREETS[params.doing]):
        layers.append(Sparse(studio, f"doing{k}", pause / (0.4 + 0.6 * params.people), make, gain, early=k == 0))
    if quiet:
        for k in range(3):
            singer = songbird(studio.rng("singer", k), 2300, 6200)
            layers.append(Sparse(studio, f"bird{k}", 3.5 + 1.5 * k, singer, 0.5 / (1 + 0.7 * k)))
    if params.people:
        young = params.doing == "playground"

        def voice(rng: np.random.Generator) -> Wave:
            if young and rng.random() < 0.45:
                return squeal(child(rng), rng)
            who = child(rng) if young or rng.random() < 0.1 else adult(rng)
            return phrase(who, int(rng.integers(3, 9)), rng, effort=0.6 if params.doing in ("market", "fair") else 0.35)

        many = 2 + 90 * params.people**1.6
        bed = (600.0, 2600.0) if young else (350.0, 1700.0)
        talk = throng(Throng(voice, many, 0.16, bed, 4.2, 8.0 if young else 9.0, 0.25), studio)
        layers.append(layer(Instrument(play=talk), studio, 0.2 + 0.8 * params.people))
    return Instrument(play=layered(layers), burst=2.5)


STREET = Family(
    "street",
    "A lively place in the open: people, what they do, traffic behind, birds where it is quiet.",
    Street,
    build_street,
    model="Layers at set levels: `wind`, `city` at a distance that shrinks as its share grows, the voices of `crowd`, "
    "and what is done there (steps, crates, a swing's chains, a mower, a bell, rides with screams and a fairground "
    "organ, hoofs and a cart), each made anew at moments without memory. Suburbs, villages and playgrounds have birds.",
    source="Schafer, The Soundscape (1977); Brown, Kang & Gjestland, Towards standardization in soundscape preference "
    "assessment, Applied Acoustics 72 (2011); and the sources of its layers.",
)

"""Combustion engines: firing pulses of uneven cylinders through exhaust and body (Farnell 2010, Baldan 2015)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import (
    Filter,
    Pole,
    Reverb,
    band,
    coloured,
    highpass,
    leak,
    lowpass,
    slope,
)
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around
from v2a_foley.generate.procedural.parts.turning import passes, train


@dataclass(frozen=True)
class Engine:
    """A combustion engine: cylinders, speeds at rest and driven, what it drives, how hard it works, how far off."""

    cylinders: int = span(4, 1, 12)
    idle_rpm: float = span(800.0, 300.0, 4000.0, unit="rpm")
    rev_rpm: float = span(3600.0, 600.0, 14_000.0, unit="rpm")
    kind: str = choice("car", "motorcycle", "truck", "lawnmower", "boat", "chainsaw")
    load: float = span(0.5)
    distance: float = span(5.0, 1.0, 1000.0, unit="m")


@dataclass(frozen=True)
class Make:
    """What distinguishes the kinds.

    Attributes:
        pipe: length of the exhaust in metres.
        echo: reflection in it, 0 to 1.
        muffle: corner of the muffler at rest and fully driven, in hertz.
        body: resonances, (hertz, Q, level) each.
        clatter: level of valve gear and injection, and its band.
        intake: level of intake and cooling noise, and its band.
        uneven: spread between cylinders.
        two_stroke: whether every turn fires.
        beat: firing moments in a cycle where they are not even, as shares.
        restless: wander of the speed.
    """

    pipe: float
    echo: float
    muffle: tuple[float, float]
    body: tuple[tuple[float, float, float], ...]
    clatter: tuple[float, float, float]
    intake: tuple[float, float, float]
    uneven: float
    two_stroke: bool = False
    beat: tuple[float, ...] = ()
    restless: float = 0.012


_MAKES: dict[str, Make] = {
    "car": Make(
        2.6,
        0.45,
        (340, 5000),
        ((85, 3, 1.0), (190, 4, 0.6), (420, 4, 0.35)),
        (0.05, 1500, 6000),
        (0.12, 250, 2800),
        0.09,
    ),
    "motorcycle": Make(
        1.1,
        0.55,
        (900, 8000),
        ((120, 3, 0.9), (330, 4, 0.6), (900, 4, 0.45)),
        (0.08, 2000, 8000),
        (0.1, 400, 4000),
        0.16,
        beat=(0.0, 0.4375),
    ),
    "truck": Make(
        3.4,
        0.5,
        (300, 3000),
        ((48, 3, 1.2), (105, 4, 0.7), (260, 4, 0.4)),
        (0.3, 900, 4800),
        (0.18, 150, 1800),
        0.13,
        restless=0.008,
    ),
    "lawnmower": Make(
        0.35,
        0.35,
        (1200, 5500),
        ((140, 3, 0.8), (410, 4, 0.6), (1150, 4, 0.4)),
        (0.14, 1500, 7000),
        (0.35, 300, 3500),
        0.05,
    ),
    "boat": Make(
        1.8, 0.4, (330, 3200), ((62, 3, 1.2), (150, 4, 0.7), (330, 4, 0.3)), (0.05, 1200, 5000), (0.5, 180, 3500), 0.15
    ),
    "chainsaw": Make(
        0.22,
        0.5,
        (3000, 14_000),
        ((210, 3, 0.5), (880, 4, 0.8), (2300, 4, 0.8)),
        (0.25, 2500, 11_000),
        (0.2, 800, 7000),
        0.05,
        two_stroke=True,
        restless=0.03,
    ),
}


def _exhaust(make: Make, rng: np.random.Generator, corner: float) -> Wave:
    """Impulse response of pipe, muffler and body, ``(m,)``."""
    n = 4096
    response = np.zeros(n)
    back, gain, at = 2 * make.pipe / 400 * RATE, 1.0, 0.0
    while at < n - 2 and abs(gain) > 1e-3:
        response[int(at)] += gain * (1 - at % 1)
        response[int(at) + 1] += gain * (at % 1)
        at += back
        gain *= -make.echo * 0.92
    chambers = np.zeros(n)
    for _ in range(14):
        chambers[int(rng.integers(1, 700))] += 0.16 * rng.standard_normal()
    chambers[0] = 1.0
    response = np.convolve(response, chambers)[:n]
    shaped = Filter(lowpass(corner, 1), lowpass(corner * 3, 1))(response)
    for hertz, q, level in make.body:
        ringing = Filter(band(hertz * (1 - 0.5 / q), hertz * (1 + 0.5 / q)))(response)
        shaped = shaped + 0.8 * level * ringing
    shaped *= np.exp(-np.arange(n) / n * 5)
    return np.asarray(shaped / np.sqrt(np.sum(shaped**2)))


def build(params: Engine, studio: Studio) -> Instrument:
    """Build an engine."""
    make, own = _MAKES[params.kind], studio.rng("engine")
    shots = params.cylinders * (2 if make.two_stroke else 1)
    moments = (
        np.sort(np.concatenate([np.array(make.beat), []])) if make.beat and params.cylinders == len(make.beat) else None
    )
    if moments is None:
        moments = np.arange(shots) / shots
    moments = moments + 0.012 / shots * own.standard_normal(shots)
    strength = np.exp(make.uneven * own.standard_normal(shots))
    dark, bright = (Reverb(_exhaust(make, own, corner)) for corner in make.muffle)
    pace, stumble = Slow(studio.rng("pace"), 0.35), Slow(studio.rng("stumble"), 2.5)
    chance, noise = studio.rng("chance"), Noise(studio.rng("noise"), 1)
    inertia, load = Pole(0.22), Pole(0.1)
    blast, rattle = coloured(lowpass(3200, 1)), coloured(band(*make.clatter[1:]))
    intake = coloured(slope(-3.0), band(*make.intake[1:]))
    fire, knock, slow_rise, fast_rise = (Filter(leak(t)) for t in (0.004, 0.0016, 0.00045, 0.00015))
    smooth = Filter(highpass(32, 1), air(params.distance))
    blades, pull = 2, 0.3 + 1.4 * params.load
    detune = around(own, 1.0, 0.025)
    state = {"phase": float(own.random()), "blade": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        throttle = load(block.drive)
        rpm = params.idle_rpm + (params.rev_rpm - params.idle_rpm) * inertia(block.drive)
        rpm = rpm * detune * (1 + make.restless * pace(n) + 0.5 * make.restless * stumble(n))
        cycle = state["phase"] + np.cumsum(rpm / 60 / 2) / RATE
        at, which = passes(state["phase"], cycle, moments)
        at = np.minimum(at + 0.25 * chance.random(len(at)), n - 2)
        shots_now = train(n, at, strength[which] * np.exp(0.07 * chance.standard_normal(len(at))))
        state["phase"] = float(cycle[-1] % 5040)
        white = noise(n)[0]
        source = 55 * slow_rise(shots_now) - 18 * fast_rise(shots_now)
        source += 4.5 * pull * blast(white) * fire(shots_now)
        share = np.clip((0.12 + 0.88 * throttle) * pull, 0, 1)
        out = (1 - share) * dark(source) + share * bright(source)
        out += make.clatter[0] * rattle(white) * knock(shots_now) * 12 * (0.6 + 0.4 * throttle)
        speed = rpm / params.rev_rpm
        out += make.intake[0] * 0.1 * intake(white) * speed**1.5 * (0.55 + 12 * fire(shots_now))
        if params.kind == "lawnmower":
            blade = state["blade"] + np.cumsum(rpm / 60 * blades) / RATE
            state["blade"] = float(blade[-1] % 1)
            chop = np.exp(3.0 * (np.cos(2 * np.pi * blade) - 1))
            out += 0.2 * chop * speed**2 * (1 + 0.8 * white)
        return smooth(out * (0.3 + 0.7 * throttle) * (0.55 + 0.45 * speed))

    return Instrument(play=play, inertia=0.2, follows=True, rest=0.3, burst=2.0)


ENGINE = Family(
    "engine",
    "Combustion engines: uneven firing pulses through exhaust, muffler and body.",
    Engine,
    build,
    model="Each cylinder fires once in two turns (two-strokes: every turn), with a strength and a moment of its own "
    "and a little chance in each shot. The pulses drive a pipe with reflections, a muffler that opens with "
    "throttle and load, and the resonances of the body; combustion, intake and valve noise are gated by the "
    "same pulses. The intensity is the throttle, the speed follows with inertia; load is how hard the engine "
    "pulls at that speed; distance takes the heights away as air does.",
    source="Farnell, Designing Sound (2010); Baldan, Lachambre, Delle Monache & Boussard, Physically informed car "
    "engine sound synthesis (2015); Heywood, Internal Combustion Engine Fundamentals (1988); ISO 9613-1 "
    "(1993) on air.",
)

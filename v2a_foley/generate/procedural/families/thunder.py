"""Thunder: the shock waves of a tortuous channel of lightning, near and far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, span, steady
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import highpass, leak, lowpass, once, slope
from v2a_foley.generate.procedural.parts.noise import between
from v2a_foley.generate.procedural.parts.shapes import unit

_SOUND = 340.0
_CLOUD = 6000.0
_PIECE = 12.0


@dataclass(frozen=True)
class Thunder:
    """Thunder: how far the lightning struck, how crooked and branched it was, how much the land echoes."""

    distance: float = span(1.5, 0.1, 20.0, unit="km")
    crooked: float = span(0.5)
    echo: float = span(0.4)


def _channel(metres: float, crooked: float, rng: np.random.Generator) -> tuple[Wave, Wave]:
    """Draw the lightning's channel in pieces; returns how far each is (m) and how strongly it points away from us.

    A piece of a line of sparks is loudest at right angles to itself (Few's string of pearls).
    """
    count = int(_CLOUD / _PIECE)
    turns = rng.standard_normal((count, 3)) * (0.4 + 1.3 * crooked)
    bends = np.repeat(rng.standard_normal((count // 40 + 1, 3)), 40, axis=0)[:count] * (0.3 + 1.2 * crooked)
    steps = np.array([0.0, 0.0, 1.0]) + 0.6 * turns + bends
    steps[:, 2] = np.abs(steps[:, 2])
    steps *= _PIECE / np.linalg.norm(steps, axis=1, keepdims=True)
    at = np.cumsum(steps, axis=0) + np.array([metres, 0.0, 0.0])
    away = np.linalg.norm(at, axis=1)
    along = np.abs(np.sum(at * steps, axis=1)) / (away * _PIECE)
    return away, 1 - 0.85 * along


def clap(params: Thunder, strength: float, rng: np.random.Generator) -> Wave:
    """Make one clap and its rumble, ``(n,)``, from the moment its first shock arrives."""
    metres = 1000 * params.distance * (1.25 - 0.25 * strength)
    away, facing = _channel(metres, params.crooked, rng)
    for _ in range(int(rng.integers(0, 2 + int(3 * params.crooked)))):
        branch, side = _channel(metres * between(rng, 0.95, 1.2), params.crooked, rng)
        cut = int(rng.integers(40, 200))
        away, facing = np.r_[away, branch[:cut]], np.r_[facing, 0.6 * side[:cut]]
    late = (away - away.min()) / _SOUND
    n = int(min(late.max() + 2.5, 14.0) * RATE)
    train = np.zeros(n)
    where = (late * RATE).astype(int)
    inside = where < n - 1
    loud = facing * away.min() / away * (0.5 + rng.random(len(away)))
    np.add.at(train, where[inside], loud[inside])
    train[0] += 0.7 * float(np.abs(train).max())
    long = 0.004 + 0.0035 * np.log1p(metres / 300)
    m = int(long * RATE)
    shock = np.linspace(1, -1, m) * np.hanning(2 * m)[:m] ** 0.06
    from scipy import signal

    sound = signal.oaconvolve(train, shock)[:n]
    loss = 0.004 * away.mean() / 1000
    ground = once(sound, lowpass(60 + 900 * np.exp(-3 * loss * 100) + 300 / params.distance, 1))
    sharp = once(np.diff(sound, prepend=0.0), air(0.35 * metres + 40), highpass(150, 1))
    near = float(np.exp(-params.distance / 1.6))
    out = unit(ground) + (0.9 * near) * unit(sharp)
    rumble = once(rng.standard_normal(n), slope(-4.0), highpass(25, 1), lowpass(110, 1))
    hump = once(np.abs(out), leak(0.06))
    out = out + 0.35 * unit(rumble * hump)
    if params.echo:
        tail = rng.standard_normal(3 * RATE) * np.exp(-2.2 * np.arange(3 * RATE) / RATE)
        tail[: RATE // 9] *= np.linspace(0, 1, RATE // 9)
        wet = once(signal.oaconvolve(out, tail), lowpass(420, 1))[: n + RATE]
        out = np.concatenate([out, np.zeros(RATE)])
        out = unit(out) + 0.5 * params.echo * unit(wet)
    end = len(out)
    return np.asarray(out * np.interp(np.arange(end), [0, 0.72 * end, end], [1, 0.7, 0]))


def build(params: Thunder, studio: Studio) -> Instrument:
    """Build a thunderstorm; every stroke is another channel."""

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return clap(params, strength, rng)

    return Instrument(strike=strike, rhythm=steady(11.0, 0.5))


THUNDER = Family(
    "thunder",
    "Thunder: near strokes crack and then roll, far ones only rumble.",
    Thunder,
    build,
    model="A channel of lightning is drawn at random from the ground to the cloud, more or less crooked, with "
    "branches. Every piece of it sends a shock that arrives when its distance says, as strong as it lies across the "
    "line of sight: pieces that lie at one distance arrive together and clap, the others rumble. The shocks lengthen "
    "and dull on their way; hills and clouds echo.",
    source="Few, Power spectrum of thunder, JGR 74 (1969); Ribner & Roy, Acoustics of thunder: a quasilinear model "
    "for tortuous lightning, JASA 72 (1982); Holmes et al., On the power spectrum and mechanism of thunder, JGR 76 "
    "(1971).",
    shown=({"distance": 0.2}, {"distance": 1.5}, {"distance": 12.0}, {"crooked": 0.0}, {"crooked": 1.0}),
)

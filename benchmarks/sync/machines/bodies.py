"""Bodies that fly between walls, with and without weight, and bodies that slide to a stop."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import Stage, rhythm, smooth, strokes
from benchmarks.sync.machines.part import Part, between, shape
from benchmarks.sync.scene import TrueHit

_SHORTEST = 0.11
"""Seconds between two contacts of one body, at least."""
_MOST = 60
"""Ways between two walls that a body goes, at most."""


@dataclass(frozen=True)
class _Leg:
    """A body's way between two contacts."""

    start: float
    at: np.ndarray
    speed: np.ndarray
    pull: np.ndarray

    def place(self, time: float) -> np.ndarray:
        since = time - self.start
        return self.at + self.speed * since + self.pull / 2 * since**2


def _next(at: float, speed: float, pull: float, low: float, high: float) -> float:
    """Return when a body on one axis next meets a bound."""
    roots = []
    for bound, outwards in ((low, -1), (high, 1)):
        a, b, c = pull / 2, speed, at - bound
        if abs(a) < 1e-9:
            found = [-c / b] if abs(b) > 1e-9 else []
        else:
            inside = b * b - 4 * a * c
            found = [(-b + sign * inside**0.5) / (2 * a) for sign in (-1, 1)] if inside >= 0 else []
        roots += [root for root in found if root > 1e-4 and (speed + pull * root) * outwards > 0]
    return min(roots, default=np.inf)


def flying_bodies(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    """Bodies from tiny to large fly in a box and come back from its walls, or from blocks that go to meet them."""
    size = np.array([on.width, on.height], float)
    low, high = size * rng.uniform(0.03, 0.3, 2), size * rng.uniform(0.7, 0.97, 2)
    heavy = rng.uniform() < 0.4
    meet = rng.uniform() < 0.35
    wall = on.colour()
    thick = on.unit * float(rng.uniform(0.01, 0.05))
    drawn = rng.uniform() < 0.85
    pace = float(np.exp(rng.uniform(np.log(0.25), np.log(1.8))))
    parts, hits = [], []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        reach = on.unit * float(np.exp(rng.uniform(np.log(0.008), np.log(0.12))))
        pull = np.zeros(2)
        pull[1] = heavy * on.height * rng.uniform(0.8, 3.0)
        legs, meets = _way(rng, on, (low + reach, high - reach), pull, pace, seconds)
        hits += [on.hit(time, struck, x, y) for time, struck, _, x, y in meets]
        parts.append((reach, shape(rng, on, reach), legs, [leg.start for leg in legs], meets, rng.uniform(-4, 4)))
    blocks = []
    for side in range(4):
        met = sorted(
            (time, (y if side < 2 else x)) for *_, meets, _ in parts for time, _, at, x, y in meets if at == side
        )
        blocks.append((np.array([time for time, _ in met]), np.array([along for _, along in met])))

    def paint(picture: np.ndarray, time: float) -> None:
        if drawn:
            for side, (times, alongs) in enumerate(blocks):
                axis, far = divmod(side, 2)
                edge = (high if far else low)[axis] + (thick / 2 if far else -thick / 2)
                other = 1 - axis
                middle, long = (low[other] + high[other]) / 2, high[other] - low[other] + 2 * thick
                if meet and axis == 0 and len(times):
                    middle, long = between(times, alongs, time), 0.2 * on.unit
                place, extent = [0.0, 0.0], [thick, thick]
                place[axis], place[other], extent[other] = edge, middle, long
                drawing.box(picture, *place, *extent, wall)
        for _, draw, legs, starts, _, spin in parts:
            at = legs[bisect_right(starts, time) - 1].place(max(0.0, time))
            draw(picture, float(at[0]), float(at[1]), spin * time)

    return Part(paint, tuple(hits))


def _way(
    rng: np.random.Generator, on: Stage, bounds: tuple[np.ndarray, np.ndarray], pull: np.ndarray, pace: float,
    seconds: float,
) -> tuple[list[_Leg], list[tuple[float, float, int, float, float]]]:  # fmt: skip
    """Return a body's way between walls, and when, how hard, at which of four walls and where it met them."""
    low, high = bounds
    legs = [_Leg(0.0, rng.uniform(low, high), _kick(rng, np.array([on.width, on.height], float), pace), pull)]
    meets: list[tuple[float, float, int, float, float]] = []
    while legs[-1].start < seconds and len(legs) < _MOST:
        leg = legs[-1]
        waits = [_next(leg.at[k], leg.speed[k], pull[k], low[k], high[k]) for k in (0, 1)]
        axis = int(np.argmin(waits))
        if not np.isfinite(waits[axis]):
            break
        time = leg.start + waits[axis]
        at, speed = leg.place(time), leg.speed + pull * waits[axis]
        meets.append((time, abs(speed[axis]) / (1.6 * on.unit), 2 * axis + int(speed[axis] > 0), at[0], at[1]))
        keeps = rng.uniform(0.55, 1.0) if rng.uniform() < 0.7 else rng.uniform(0.9, 1.6)
        speed[axis] *= -keeps
        if rng.uniform() < 0.3:
            speed[1 - axis] += rng.uniform(-0.4, 0.4) * on.unit * pace
        if waits[axis] < _SHORTEST and len(legs) > 1:  # it comes to rest where it is, and slides on
            speed[axis] = 0.0
            legs.append(_Leg(time, at, np.array([speed[0] * (axis == 1), 0.0]), np.zeros(2)))
            break
        legs.append(_Leg(time, at, speed, pull))
    return legs, meets


def _kick(rng: np.random.Generator, size: np.ndarray, pace: float) -> np.ndarray:
    angle = (
        rng.uniform(0, 2 * np.pi) if rng.uniform() < 0.5 else rng.choice([0, np.pi / 2, np.pi]) + rng.normal() * 0.15
    )
    return np.array([np.cos(angle), np.sin(angle)]) * float(size.min()) * pace


def sliders(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    """A thing slides to and fro between two ends: here it strikes the end, there it stops softly before it."""
    times = rhythm(rng, seconds, (0.4, 1.6), start=0.5)
    reach = on.unit * float(np.exp(rng.uniform(np.log(0.03), np.log(0.3))))
    angle = rng.choice([0, np.pi / 2]) if rng.uniform() < 0.6 else rng.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([on.width, on.height]) * rng.uniform(0.35, 0.65, 2)
    long = on.unit * rng.uniform(0.12, 0.35)
    draw, wall = shape(rng, on, reach), on.colour()
    lasts = np.minimum(rng.uniform(0.12, 0.6, len(times)), 0.8 * np.diff(times, prepend=times[:1] - 1.0))
    strikes = rng.uniform(size=len(times)) < rng.uniform(0.4, 1.0)
    ends = np.where(np.arange(len(times)) % 2, -1.0, 1.0)
    back = rng.uniform(0, 0.12)
    power = rng.uniform(1.0, 2.2)

    def place(time: float) -> float:
        after = int(np.searchsorted(times, time, side="right"))
        now = ends[after - 1] if after else (-ends[0] if len(ends) else 0.0)
        if after:
            if strikes[after - 1]:
                since = (time - times[after - 1]) / 0.15
                now -= ends[after - 1] * back * (np.exp(-since) - np.exp(-2 * since)) * 4
            else:
                now -= 0.15 * ends[after - 1]
        if after < len(times):
            part = (time - times[after] + lasts[after]) / lasts[after]
            if part > 0:
                goal = ends[after] * (1.0 if strikes[after] else 0.85)
                now += (goal - now) * (part**power if strikes[after] else smooth(part))
        return float(now)

    def paint(picture: np.ndarray, time: float) -> None:
        for end in (-1, 1):
            x, y = middle + along * end * (long + reach * 1.1)
            drawing.box(picture, x, y, on.unit * 0.02, reach * 1.6, wall, angle)
        x, y = middle + along * long * place(time)
        draw(picture, float(x), float(y), angle)

    hits = [
        on.hit(time, 0.5 / lasts[n] * 0.4, *(middle + along * ends[n] * (long + reach)))
        for n, time in enumerate(times)
        if strikes[n]
    ]
    return Part(paint, tuple(hits))


def jaws(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    """Two blocks close on each other on a line, both or one of them moving, and part again."""
    times = rhythm(rng, seconds, (0.35, 1.2))
    moves = strokes(rng, times, falls=(0.07, 0.3))
    angle = rng.uniform(0, 2 * np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([on.width, on.height]) * rng.uniform(0.3, 0.7, 2)
    reach, travel = on.unit * rng.uniform(0.03, 0.15), on.unit * rng.uniform(0.08, 0.35)
    share = float(rng.choice([0.0, 0.5, 0.3]))
    fills = (on.colour(), on.colour())
    wide = rng.uniform(0.8, 2.5)

    def paint(picture: np.ndarray, time: float) -> None:
        lift = travel * moves.lift(time)
        for way, part, fill in ((1, share, fills[0]), (-1, 1 - share, fills[1])):
            x, y = middle + along * way * (reach + part * lift)
            drawing.box(picture, x, y, 2 * reach, 2 * reach * wide, fill, angle)

    hits: list[TrueHit] = [on.hit(t, s, *middle) for t, s in zip(times, moves.strengths, strict=True)]
    return Part(paint, tuple(hits))

"""Balls that bounce on a floor, under a hand, against each other and a wall. The ball over a table is in ``table``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage
from benchmarks.sync.scene import Scene, TrueHit


@dataclass(frozen=True)
class _Flight:
    start: float
    speed: float
    end: float


def _flights(seconds: float, start: float, height: float, gravity: float, keeps: float) -> list[_Flight]:
    """Return the flights after the first fall: (start, speed upwards, end)."""
    time = start + (2 * height / gravity) ** 0.5
    speed = (2 * gravity * height) ** 0.5
    found = []
    while time < seconds and 2 * speed * keeps / gravity > 0.11:
        speed *= keeps
        found.append(_Flight(time, speed, time + 2 * speed / gravity))
        time = found[-1].end
    return found


def bouncing_ball(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """One or two balls fall, bounce in parabolas that shrink, and drift sideways."""
    set_ = stage(rng, canvas)
    hits: list[TrueHit] = []
    balls = []
    for number in range(int(rng.integers(1, 3))):
        radius = set_.unit * rng.uniform(0.03, 0.1)
        rest = set_.floor - radius
        height = rng.uniform(0.55, 0.95) * (rest - radius)
        gravity = 2 * height / rng.uniform(0.32, 0.75) ** 2
        start = 0.2 + rng.uniform(0, 0.6) + number * rng.uniform(0, 0.5) * seconds
        flights = _flights(seconds, start, height, gravity, float(rng.uniform(0.6, 0.9)))
        x, end = rng.uniform(0.15, 0.85, 2) * set_.width
        fastest = (2 * gravity * height) ** 0.5
        slope = (end - x) / seconds
        first = start + (2 * height / gravity) ** 0.5
        touches = [(first, 1.0)] + [(f.end, f.speed / fastest) for f in flights]
        hits += [set_.hit(t, s, x + slope * t, set_.floor) for t, s in touches]
        balls.append((radius, rest, height, gravity, start, first, flights, x, slope, set_.colour()))

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for radius, rest, height, gravity, start, first, flights, x, slope, fill in balls:
            up = 0.0
            if time < first:
                up = height - gravity / 2 * max(0.0, time - start) ** 2
            else:
                for flight in flights:
                    if flight.start <= time < flight.end:
                        since = time - flight.start
                        up = flight.speed * since - gravity / 2 * since**2
            place = x + slope * time
            drawing.shadow(picture, place, rest + radius, radius * (1 + up / height), radius * 0.35, 0.4)
            drawing.ball(picture, place, rest - up, radius, fill, slope * time / radius)
        return picture

    return set_.scene("bouncing_ball", "a basketball bounces", seconds, draw, hits)


def basketball_dribble(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A hand pushes a ball down; it bounces on the floor and comes back into the hand."""
    set_ = stage(rng, canvas)
    radius = set_.unit * rng.uniform(0.05, 0.1)
    times = rhythm(rng, seconds, (0.4, 0.9))
    middle, sway, rate = rng.uniform(0.3, 0.7), rng.uniform(0, 0.12), rng.uniform(0.3, 1.5)
    high = rng.uniform(0.35, 0.7) * (set_.floor - 2 * radius)
    fill, skin, shirt = set_.colour(), set_.colour(), set_.colour()
    gaps = np.diff(times)
    held = float(gaps.min(initial=0.5)) * rng.uniform(0.1, 0.35)

    def place(time: float) -> float:
        return float(set_.width * (middle + sway * np.sin(rate * time)))

    def up(time: float) -> float:
        after = int(np.searchsorted(times, time, side="right"))
        before, coming = (times[after - 1] if after else -9.0), (times[after] if after < len(times) else 99.0)
        gap = min(coming - before, 0.9)
        flight = (gap - min(held, 0.3 * gap)) / 2
        near = min(time - before, coming - time)
        if near >= flight:
            return high
        part = near / flight
        return high * (1.6 * part - 0.6 * part**2)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        x, height = place(time), up(time)
        hand = set_.floor - 2 * radius - max(height, 0.72 * high) - radius * 0.25
        shoulder = (x - 2.2 * radius, set_.floor - high - 5.5 * radius)
        elbow = drawing.knee(shoulder, (x, hand), 2.2 * radius, 2.2 * radius, -1)
        drawing.shadow(picture, x, set_.floor, radius * 1.2, radius * 0.3, 0.4)
        drawing.ball(picture, x, set_.floor - radius - height, radius, fill, 0.3 * time)
        drawing.limb(picture, [shoulder, elbow, (x, hand)], radius * 0.5, skin)
        drawing.capsule(picture, (x - radius * 0.5, hand), (x + radius * 0.6, hand), radius * 0.4, skin)
        drawing.disc(picture, *shoulder, radius * 0.6, shirt)
        return picture

    power = np.clip(0.45 / np.append(gaps[:1], gaps), 0.4, 1.0) if len(gaps) else np.full(len(times), 0.8)
    hits = [set_.hit(t, s, place(t), set_.floor) for t, s in zip(times, power, strict=True)]
    return set_.scene("basketball_dribble", "a basketball bounces", seconds, draw, hits)


def rolling_ball(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Balls roll in one after another and stop: the first at a wall, each further one at the one before it."""
    set_ = stage(rng, canvas)
    times = rhythm(rng, seconds, (0.8, 1.7), start=0.6)[:4]
    radii = set_.unit * rng.uniform(0.05, 0.11, len(times))
    wall = set_.width * rng.uniform(0.78, 0.88)
    wide, tall = set_.unit * rng.uniform(0.05, 0.12), set_.unit * rng.uniform(0.25, 0.5)
    fills, block = [set_.colour() for _ in times], set_.colour()
    drawing.box(set_.ground, wall + wide / 2, set_.floor - tall / 2, wide, tall, block)
    ends, touches, edge = [], [], wall
    for number, radius in enumerate(radii):
        apart = radius if not number else 2 * float(np.sqrt(radius * radii[number - 1]))
        ends.append(edge - apart)
        high = radius if not number else (radius * radii[number - 1]) * 2 / (radius + radii[number - 1])
        share = radius / (radius + radii[number - 1]) if number else 1.0
        touches.append((edge - apart + share * apart, set_.floor - high))
        edge = ends[-1]
    speeds, slowing = set_.width * rng.uniform(0.35, 0.9, len(times)), set_.width * rng.uniform(0.0, 0.12)
    backs = rng.uniform(0.0, 0.25, len(times)) * (np.arange(1, len(times) + 1) == len(times))

    def place(time: float, one: int) -> float:
        since = time - times[one]
        if since < 0:
            return float(ends[one] + speeds[one] * since - slowing / 2 * since**2)
        return float(ends[one] - backs[one] * speeds[one] * 0.3 * (1 - np.exp(-since / 0.3)))

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for one, (radius, fill) in enumerate(zip(radii, fills, strict=True)):
            x = place(time, one)
            if x > -2 * radius:
                drawing.shadow(picture, x, set_.floor, 1.1 * radius, 0.3 * radius, 0.4)
                drawing.ball(picture, x, set_.floor - radius, radius, fill, (x - ends[one]) / radius)
        return picture

    hits = [set_.hit(t, s / (0.9 * set_.width), *at) for t, s, at in zip(times, speeds, touches, strict=True)]
    return set_.scene("rolling_ball", "wood knocks on wood", seconds, draw, hits)


def billiard(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Balls of one size roll on a table seen from above, knock together and into the cushions, and slow down."""
    set_ = stage(rng, canvas, None)
    left, right = set_.width * rng.uniform(0.1, 0.2), set_.width * rng.uniform(0.8, 0.9)
    top, bottom = set_.height * rng.uniform(0.1, 0.25), set_.height * rng.uniform(0.75, 0.9)
    radius = set_.unit * rng.uniform(0.03, 0.055)
    table = set_.ground
    rail = set_.unit * 0.05
    drawing.box(table, (left + right) / 2, (top + bottom) / 2, right - left + 2 * rail, bottom - top + 2 * rail,
                drawing.colour(rng, dark=0.1, light=0.35, vivid=0.6))  # fmt: skip
    cloth = drawing.colour(rng, dark=0.2, light=0.5, vivid=0.8)
    drawing.box(table, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top, cloth)
    count = int(rng.integers(2, 5))
    low, high = np.array([left, top]) + radius, np.array([right, bottom]) - radius
    places = [rng.uniform(low, high)]
    while len(places) < count:
        tried = rng.uniform(low, high)
        if all(np.hypot(*(tried - p)) > 2.6 * radius for p in places):
            places.append(tried)
    where = np.array(places)
    aim = where[1] - where[0]
    speeds = np.zeros((count, 2))
    speeds[0] = aim / np.hypot(*aim) * set_.width * rng.uniform(0.5, 1.0)
    speeds[0] += rng.normal(0, 0.08, 2) * np.hypot(*speeds[0])
    slowing = rng.uniform(0.1, 0.4)
    start = rng.uniform(0.3, 0.9)
    reach = (1 - np.exp(-slowing * (seconds - start))) / slowing
    pieces, knocks = _rolled(where, speeds, radius, low, high, float(reach))
    fastest = float(np.hypot(*speeds[0]))
    fills = [drawing.contrasting(rng, table[int(top) : int(bottom), int(left) : int(right)]) for _ in range(count)]
    seen = np.array([piece[0] for piece in pieces])

    def way(time: float) -> float:
        return float((1 - np.exp(-slowing * max(0.0, time - start))) / slowing)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        gone = way(time)
        at, begin, moving = pieces[int(np.searchsorted(seen, gone, side="right")) - 1]
        for (x, y), fill in zip(begin + moving * (gone - at), fills, strict=True):
            drawing.disc(picture, x + radius * 0.2, y + radius * 0.25, radius, drawing.shade(cloth, 0.6))
            drawing.disc(picture, x, y, radius, fill)
            drawing.disc(picture, x - radius * 0.3, y - radius * 0.35, radius * 0.28, drawing.shade(fill, 1.7))
        return picture

    hits = []
    for gone, speed, x, y in knocks:
        time = start - np.log(1 - slowing * gone) / slowing
        strength = speed * np.exp(-slowing * (time - start)) / fastest
        if strength > 0.04:
            hits.append(set_.hit(time, strength, x, y))
    return set_.scene("billiard", "billiard balls click", seconds, draw, hits)


def _rolled(
    where: np.ndarray, speeds: np.ndarray, radius: float, low: np.ndarray, high: np.ndarray, reach: float
) -> tuple[list[tuple[float, np.ndarray, np.ndarray]], list[tuple[float, float, float, float]]]:
    """Follow balls without friction from contact to contact, each solved exactly.

    Returns the straight pieces (start, places, speeds) and the contacts (moment, closing speed, x, y).
    """
    now = 0.0
    pieces = [(0.0, where.copy(), speeds.copy())]
    knocks: list[tuple[float, float, float, float]] = []
    while len(knocks) < 60:
        wait, one, other = _next(where, speeds, radius, low, high)
        if now + wait > reach:
            break
        now += wait
        where = where + speeds * wait
        speeds = speeds.copy()
        if other < 0:
            axis = -1 - other
            knocks.append((now, abs(speeds[one, axis]), *_edge(where[one], axis, speeds[one, axis], radius)))
            speeds[one, axis] *= -0.85
        else:
            line = (where[other] - where[one]) / (2 * radius)
            closing = float((speeds[one] - speeds[other]) @ line)
            knocks.append((now, closing, *((where[one] + where[other]) / 2)))
            speeds[one] -= 0.96 * closing * line
            speeds[other] += 0.96 * closing * line
        pieces.append((now, where.copy(), speeds.copy()))
    return pieces, knocks


def _edge(place: np.ndarray, axis: int, speed: float, radius: float) -> tuple[float, float]:
    at = place.copy()
    at[axis] += radius * np.sign(speed)
    return float(at[0]), float(at[1])


def _next(
    where: np.ndarray, speeds: np.ndarray, radius: float, low: np.ndarray, high: np.ndarray
) -> tuple[float, int, int]:
    """Return (wait, ball, partner) of the next contact; partner −1 and −2 are a cushion across x and across y."""
    best = (np.inf, 0, 0)
    for one in range(len(where)):
        for axis in range(2):
            speed = speeds[one, axis]
            if abs(speed) > 1e-9:
                wait = ((high if speed > 0 else low)[axis] - where[one, axis]) / speed
                best = min(best, (max(0.0, float(wait)), one, -1 - axis))
        for other in range(one + 1, len(where)):
            gap, rate = where[other] - where[one], speeds[other] - speeds[one]
            closing, square = float(gap @ rate), float(rate @ rate)
            inner = closing**2 - square * (float(gap @ gap) - 4 * radius**2)
            if closing < 0 < inner:
                best = min(best, (max(0.0, (-closing - inner**0.5) / square), one, other))
    return best

"""Jointed arms that strike what is before them, and things with one, three or more legs. Nothing here has two legs."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import Stage, rhythm, smooth, strokes
from benchmarks.sync.machines.part import Part, between, shape
from benchmarks.sync.scene import TrueHit


def arms(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    """One to three tips on arms, on straight rods or on nothing come down on a thing, which may give way."""
    made = [_arm(rng, on, seconds) for _ in range(int(rng.choice([1, 1, 2, 3])))]

    def paint(picture: np.ndarray, time: float) -> None:
        for one in made:
            one.paint(picture, time)

    return Part(paint, tuple(hit for one in made for hit in one.hits))


def _arm(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    times = rhythm(rng, seconds, (0.2, 0.5) if rng.uniform() < 0.4 else (0.4, 1.4))
    moves = strokes(rng, times, falls=(0.06, 0.25), hold=float(rng.uniform(0.0, 0.25)))
    angle = -np.pi / 2 + (rng.normal() * 0.3 if rng.uniform() < 0.6 else rng.uniform(-np.pi, np.pi))
    up, side = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    target = np.array([on.width, on.height]) * rng.uniform(0.25, 0.75, 2)
    travel = on.unit * float(np.exp(rng.uniform(np.log(0.05), np.log(0.4))))
    reach = on.unit * float(np.exp(rng.uniform(np.log(0.012), np.log(0.09))))
    slides = side * on.unit * rng.uniform(0, 0.2)
    places = rng.uniform(-1, 1, len(times))
    swing = rng.uniform(-1.0, 1.0)
    tip, thing, skin = shape(rng, on, reach), shape(rng, on, on.unit * rng.uniform(0.03, 0.12)), on.colour()
    shows = rng.uniform() < 0.8
    pivot = target + up * on.unit * rng.uniform(0.4, 0.9) + side * on.unit * rng.uniform(-0.5, 0.5)
    sort = rng.choice(["jointed", "rod", "none"], p=[0.45, 0.35, 0.2])
    thick = reach * rng.uniform(0.3, 0.9)
    gives = on.unit * rng.choice([0.0, 1.0]) * rng.uniform(0.005, 0.03)
    bend = float(rng.choice([-1, 1]))
    long = float(np.hypot(*(target - pivot))) + travel

    def paint(picture: np.ndarray, time: float) -> None:
        lift = moves.lift(time)
        at = (
            target
            + up * (reach + travel * lift)
            + side * travel * swing * lift * lift
            + slides * between(times, places, time)
        )
        since = time - times[times <= time]
        pressed = gives * float(np.exp(-since[-1] / 0.08)) if len(since) else 0.0
        if shows:
            x, y = target - up * pressed + slides * (places.mean() if len(places) else 0.0)
            thing(picture, float(x), float(y), angle)
        x, y = float(at[0]), float(at[1])
        if sort == "jointed":
            elbow = drawing.knee((pivot[0], pivot[1]), (x, y), 0.55 * long, 0.55 * long, bend)
            drawing.limb(picture, [(pivot[0], pivot[1]), elbow, (x, y)], thick, skin)
        elif sort == "rod":
            drawing.capsule(picture, (pivot[0], pivot[1]), (x, y), thick, skin)
        tip(picture, x, y, angle + 0.5 * lift)

    hits = [on.hit(t, s, *(target + slides * p)) for t, s, p in zip(times, moves.strengths, places, strict=True)]
    return Part(paint, tuple(hits))


def legs(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    """A thing goes on one, three, four or six legs, in two or three groups that step in turn."""
    count = int(rng.choice([1, 3, 4, 6]))
    groups = 1 if count == 1 else int(rng.choice([2, 3]))
    pace = rng.uniform(0.16, 0.5) * groups
    swings = pace * rng.uniform(0.3, 0.7)
    tall = on.unit * rng.uniform(0.1, 0.4)
    step = tall * rng.uniform(0.2, 1.1)
    ground = on.floor if on.floor < 0.98 * on.height else on.height * rng.uniform(0.6, 0.95)
    wide = tall * rng.uniform(0.3, 1.4)
    speed = step / pace
    goes = 1.0 if rng.uniform() < 0.7 else 0.0
    start = on.width * rng.uniform(0.1, 0.9) - goes * speed * seconds / 2
    offset = rng.uniform(0, pace)
    lift = tall * rng.uniform(0.05, 0.35)
    thick = tall * rng.uniform(0.04, 0.16)
    body, skin, foot = shape(rng, on, tall * rng.uniform(0.2, 0.5)), on.colour(), on.colour()
    hips = np.linspace(-wide / 2, wide / 2, count) if count > 1 else np.zeros(1)
    bend = float(rng.choice([-1, 1]))
    bob = tall * rng.uniform(0, 0.06)

    def phase(one: int, time: float) -> float:
        return (time - offset) / pace - (one % groups) / groups

    def foot_at(one: int, time: float) -> tuple[float, float]:
        turns, part = divmod(phase(one, time), 1.0)
        on_ground = 1 - swings / pace
        landed = start + goes * speed * (offset + ((one % groups) / groups + turns) * pace) + hips[one] + 0.25 * step
        if part < on_ground:
            drift = 0.0 if goes else -step * (part / on_ground - 0.5)
            return landed + drift, ground
        swung = (part - on_ground) / (1 - on_ground)
        way = swung**1.2 if swung > 0.5 else smooth(swung) * (0.5**1.2 / 0.5)
        x = landed + goes * way * step + (0.0 if goes else step * (way - 0.5))
        return x, ground - 4 * lift * swung * (1 - swung)

    def paint(picture: np.ndarray, time: float) -> None:
        x = start + goes * speed * time
        y = ground - tall + bob * np.sin(2 * np.pi * time / pace * groups)
        for one in range(count):
            hip = (x + hips[one], y)
            end = foot_at(one, time)
            drawing.limb(picture, [hip, drawing.knee(hip, end, 0.6 * tall, 0.6 * tall, bend), end], thick, skin)
            drawing.ellipse(picture, end[0] + thick * 0.4, end[1] - thick * 0.2, thick, thick * 0.6, foot)
        body(picture, x, y - tall * 0.1, 0.0)

    hits: list[TrueHit] = []
    for group in range(groups):
        for turns in range(-2, int(seconds / pace) + 2):
            time = offset + (turns + group / groups) * pace
            x, _ = foot_at(group, time + 1e-6)
            if 0 <= time < seconds and 0 < x < on.width:
                hits.append(on.hit(time, 0.3 + 0.5 * lift / max(tall, 1e-6), x, ground))
    return Part(paint, tuple(hits))

"""What tips over: a row of dominoes that knock each other down, and things that fall flat on the floor."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage
from benchmarks.sync.scene import Scene


def dominoes(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A row of dominoes falls: each strikes the next, leans on it as it falls on, and the last one lands flat."""
    set_ = stage(rng, canvas, (0.7, 0.88))
    tall = set_.unit * rng.uniform(0.16, 0.3)
    thick = tall * rng.uniform(0.14, 0.24)
    gap = tall * rng.uniform(0.3, 0.6)
    most = int((0.76 * set_.width - tall) / (gap + thick))
    count = int(np.clip(most, 2, rng.integers(6, 15)))
    pace, even = rng.uniform(0.09, 0.3), rng.uniform(0.0, 0.25)
    times = rng.uniform(0.8, 1.4) + np.cumsum(pace * rng.uniform(1 - even, 1 + even, count - 1))
    last = float(times[-1] + rng.uniform(0.22, 0.4))
    marks = np.concatenate([[times[0] - rng.uniform(0.4, 0.7)], times, [last]])
    left = rng.uniform(0.12 * set_.width, 0.88 * set_.width - tall - (count - 1) * (gap + thick))
    pivots = left + thick + (gap + thick) * np.arange(count)
    meet, quick = float(np.arcsin(gap / tall)), rng.uniform(0.3, 0.6)
    fills = [set_.colour()] * count if rng.uniform() < 0.6 else [set_.colour() for _ in range(count)]

    def angles(time: float) -> np.ndarray:
        found = np.zeros(count)
        front = min(count - 1, int(np.searchsorted(marks, time, side="right")) - 1)
        if front < 0:
            return found
        part = min(1.0, (time - marks[front]) / (marks[front + 1] - marks[front]))
        push = quick if front else 0.0
        found[front] = (np.pi / 2 if front == count - 1 else meet) * (push * part + (1 - push) * part**2)
        for one in range(front - 1, -1, -1):
            on = found[one + 1]
            found[one] = on + np.arcsin(((gap + thick) * np.cos(on) - thick) / tall)
        return found

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for x, angle, fill in zip(pivots, angles(time), fills, strict=True):
            along, up = np.array([np.cos(angle), np.sin(angle)]), np.array([np.sin(angle), -np.cos(angle)])
            foot = np.array([x, set_.floor])
            corners = [foot, foot + tall * up, foot + tall * up - thick * along, foot - thick * along]
            drawing.polygon(picture, np.array(corners), fill)
            face = [c + thick * 0.3 * (up - along) for c in corners[:1]] + [corners[1] - thick * 0.3 * (up + along)]
            drawing.capsule(picture, tuple(face[0]), tuple(face[1]), thick * 0.2, drawing.shade(fill, 0.6))
        return picture

    high = set_.floor - tall * np.cos(meet)
    hits = [set_.hit(t, 0.5, x - thick, high) for t, x in zip(times, pivots[1:], strict=True)]
    hits.append(set_.hit(last, 0.8, pivots[-1] + tall / 2, set_.floor))
    return set_.scene("dominoes", "a piece is set on a board", seconds, draw, hits)


def toppling(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Books, boxes and bottles stand, tip about their edge, land flat, and may spring up a little once more."""
    set_ = stage(rng, canvas)
    landings = rhythm(rng, seconds, (0.7, 1.6), start=0.8)[:4]
    count = len(landings)
    slot = 0.78 * set_.width / max(1, count)
    talls = np.minimum(set_.unit * rng.uniform(0.22, 0.5, count), 0.8 * slot)
    thicks = talls * rng.uniform(0.16, 0.4, count)
    feet = 0.12 * set_.width + slot * rng.permutation(count) + thicks
    falls, steep = rng.uniform(0.5, 1.0, count), rng.uniform(3.0, 5.0, count)
    springs = np.where(rng.uniform(size=count) < 0.5, rng.uniform(0.05, 0.15, count), 0.0)
    rests = rng.uniform(0.12, 0.18, count)
    fills, bottles = [set_.colour() for _ in range(count)], rng.uniform(size=count) < 0.4

    def angle(time: float, one: int) -> float:
        since = time - landings[one]
        if since < 0:
            part = max(0.0, 1 + since / falls[one])
            return float(np.pi / 2 * (np.cosh(steep[one] * part) - 1) / (np.cosh(steep[one]) - 1))
        part = min(1.0, since / rests[one])
        return float(np.pi / 2 - 4 * springs[one] * part * (1 - part))

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for one in range(count):
            turn, tall, thick = angle(time, one), talls[one], thicks[one]
            foot = np.array([feet[one], set_.floor])
            along = np.array([np.cos(turn), np.sin(turn)])
            up = np.array([np.sin(turn), -np.cos(turn)])
            high = 0.62 * tall if bottles[one] else tall
            drawing.polygon(picture, np.array([foot, foot + high * up, foot + high * up - thick * along,
                                               foot - thick * along]), fills[one])  # fmt: skip
            if bottles[one]:
                neck = foot + high * up - 0.5 * thick * along
                drawing.capsule(picture, tuple(neck), tuple(neck + 0.32 * tall * up), thick * 0.35,
                                drawing.shade(fills[one], 0.8))  # fmt: skip
            band = foot + 0.4 * tall * up
            drawing.capsule(picture, tuple(band - 0.12 * thick * along), tuple(band - 0.88 * thick * along),
                            thick * 0.24, drawing.shade(fills[one], 0.55))  # fmt: skip
        return picture

    hits = [set_.hit(t, 0.5 + 0.5 * h / talls.max(), x + h / 2, set_.floor)
            for t, x, h in zip(landings, feet, talls, strict=True)]  # fmt: skip
    hits += [set_.hit(t + r, 0.25, x + h / 2, set_.floor)
             for t, r, s, x, h in zip(landings, rests, springs, feet, talls, strict=True) if s]  # fmt: skip
    return set_.scene("toppling", "a heavy book is put down", seconds, draw, hits)

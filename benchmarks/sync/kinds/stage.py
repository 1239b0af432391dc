"""What every kind of scene stands on: a ground with things that move behind, rhythms, strokes, and the finished scene.

No thing that makes a sound is drawn here; what moves behind touches nothing and never stops at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.sync import backgrounds, drawing
from benchmarks.sync.scene import Scene, TrueHit

Painter = Callable[[np.ndarray, float], None]
"""Draws on a picture what is there at a moment."""


@dataclass(frozen=True)
class Stage:
    """A canvas with its ground.

    Attributes:
        rng: the scene's random numbers.
        width: pixels.
        height: pixels.
        ground: what nothing moves on, ``uint8 (height, width, 3)``.
        floor: where things stand, pixels from the top.
        behind: what moves behind and is not heard.
    """

    rng: np.random.Generator
    width: int
    height: int
    ground: np.ndarray
    floor: float
    behind: tuple[Painter, ...]

    @property
    def unit(self) -> float:
        """The shorter side in pixels: what sizes are given in."""
        return float(min(self.width, self.height))

    def picture(self, time: float, ground: np.ndarray | None = None) -> np.ndarray:
        """Return a new picture of the ground (this or another) with what moves behind."""
        picture = (self.ground if ground is None else ground).copy()
        for paint in self.behind:
            paint(picture, time)
        return picture

    def colour(self) -> drawing.Colour:
        """Return a colour that stands out from the ground."""
        return drawing.contrasting(self.rng, self.ground, least=90)

    def hit(self, time: float, strength: float, x: float, y: float) -> TrueHit:
        """Return a hit whose place is given in pixels."""
        return TrueHit(float(time), float(min(1.0, max(0.05, strength))), x / self.width, y / self.height)

    def scene(
        self, kind: str, prompt: str, seconds: float, draw: Callable[[float], np.ndarray], hits: Sequence[TrueHit],
        speed: Callable[[float], float] | None = None, *, turns: bool = True,
    ) -> Scene:  # fmt: skip
        """Return the scene, its hits sorted, and every second one turned left to right."""
        kept = tuple(sorted((h for h in hits if 0 <= h.time < seconds), key=lambda h: h.time))
        if not (turns and self.rng.uniform() < 0.5):
            return Scene(kind, prompt, seconds, draw, kept, speed)
        turned = tuple(replace(h, x=1 - h.x) for h in kept)
        return Scene(kind, prompt, seconds, lambda t: np.ascontiguousarray(draw(t)[:, ::-1]), turned, speed)


def stage(
    rng: np.random.Generator, canvas: tuple[int, int], floor: tuple[float, float] | None = (0.62, 0.86),
    sort: str | None = None,
) -> Stage:  # fmt: skip
    """Return a stage with a floor somewhere between two heights (parts of the canvas), or without one."""
    width, height = canvas
    ground = backgrounds.background(rng, canvas, sort)
    line = float(height)
    if floor:
        line = float(round(height * rng.uniform(*floor)))
        if rng.uniform() < 0.85:
            fill = drawing.contrasting(rng, ground, least=40)
            ground[int(line) :] = backgrounds.texture(rng, canvas, fill, float(rng.uniform(0.03, 0.3)))[int(line) :]
        else:
            ground[int(line) :] = (ground[int(line) :] * 0.6).astype(np.uint8)
    return Stage(rng, width, height, ground, line, tuple(_behind(rng, canvas, line)))


def rhythm(
    rng: np.random.Generator, seconds: float, gaps: tuple[float, float], *, start: float = 0.35, end: float = 0.2
) -> np.ndarray:
    """Return the times of strokes: even, swung, uneven, or in groups, their gaps within bounds in seconds."""
    low, high = gaps
    sort = rng.choice(["even", "swung", "uneven", "groups"])
    base = rng.uniform(low, high)
    times: list[float] = []
    time = start + rng.uniform(0, max(0.05, min(1.0, seconds / 5)))
    while time < seconds - end:
        times.append(time)
        gap = {
            "even": base,
            "swung": base * (1.25 if len(times) % 2 else 0.75),
            "uneven": rng.uniform(low, high),
            "groups": base if rng.uniform() < 0.75 else base + rng.uniform(0.6, 1.4),
        }[str(sort)]
        time += max(low, gap) + rng.uniform(-0.01, 0.01)
    return np.array(times)


@dataclass(frozen=True)
class Strokes:
    """A tool that comes down at given times: 0 where it touches, positive above.

    Attributes:
        times: seconds of the contacts.
        tops: how high it is lifted before each (any unit).
        falls: seconds that each way down takes; it gathers speed until it touches.
        holds: seconds that it stays down after each.
    """

    times: np.ndarray
    tops: np.ndarray
    falls: np.ndarray
    holds: np.ndarray

    def lift(self, time: float) -> float:
        """Return the height at a moment."""
        after = int(np.searchsorted(self.times, time, side="right"))
        if after == len(self.times):
            if not after:
                return 0.0
            since = time - self.times[-1] - self.holds[-1]
            return float(0.6 * self.tops[-1] * smooth(since / 0.6))
        top, down = self.tops[after], self.times[after] - self.falls[after]
        if time >= down:
            return float(top * (1 - ((time - down) / self.falls[after]) ** 2))
        if after == 0:
            return float(top)
        up = self.times[after - 1] + self.holds[after - 1]
        return float(top * smooth((time - up) / max(1e-6, down - up)))

    @property
    def strengths(self) -> np.ndarray:
        """How hard each is, 0.1..1: its speed at the contact against the fastest that these tools come down."""
        speeds = 2 * self.tops / self.falls
        return np.clip(speeds / 20, 0.1, 1.0)


def strokes(
    rng: np.random.Generator, times: np.ndarray, *, falls: tuple[float, float] = (0.09, 0.22), hold: float = 0.12
) -> Strokes:
    """Return strokes of varied height (0.4..1) and quickness at some times."""
    gaps = np.diff(times, prepend=times[:1] - 1.0)
    after = np.append(gaps[1:], 1.0)
    tops = rng.uniform(0.45, 1.0, len(times))
    quick = np.minimum(rng.uniform(*falls, len(times)), 0.42 * gaps)
    holds = np.minimum(rng.uniform(0, hold), 0.25 * after)
    return Strokes(times, tops, quick, holds)


def smooth(part: float) -> float:
    """Return 0..1 with soft ends for a part of the way, 0..1."""
    part = min(1.0, max(0.0, part))
    return 0.5 - 0.5 * float(np.cos(np.pi * part))


def turned(pivot: drawing.Point, point: drawing.Point, angle: float) -> drawing.Point:
    """Return a point turned about a pivot by radians (clockwise on the screen)."""
    x, y = point[0] - pivot[0], point[1] - pivot[1]
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return pivot[0] + x * cos - y * sin, pivot[1] + x * sin + y * cos


def _behind(rng: np.random.Generator, canvas: tuple[int, int], floor: float) -> list[Painter]:
    count = int(rng.choice([0, 1, 2], p=[0.4, 0.4, 0.2]))
    return [MOVERS[str(rng.choice(list(MOVERS)))](rng, canvas, floor) for _ in range(count)]


def _pendulum(rng: np.random.Generator, canvas: tuple[int, int], floor: float) -> Painter:
    x, long = rng.uniform(0.05, 0.95) * canvas[0], rng.uniform(0.15, 0.45) * floor
    wide, rate, phase = rng.uniform(0.15, 0.6), rng.uniform(1.5, 4.5), rng.uniform(0, 6)
    fill, radius = drawing.colour(rng, vivid=0.6), rng.uniform(0.015, 0.04) * canvas[1]

    def paint(picture: np.ndarray, time: float) -> None:
        angle = wide * np.sin(rate * time + phase)
        end = (x + long * np.sin(angle), long * np.cos(angle))
        drawing.capsule(picture, (x, 0), end, 1.5, drawing.shade(fill, 0.6))
        drawing.disc(picture, *end, radius, fill)

    return paint


def _bystander(rng: np.random.Generator, canvas: tuple[int, int], floor: float) -> Painter:
    tall = rng.uniform(0.15, 0.4) * canvas[1]
    foot = floor - rng.uniform(-0.02, 0.08) * canvas[1]
    x, speed = rng.uniform(0, 1) * canvas[0], rng.choice([0.0, 1.0]) * rng.uniform(-0.1, 0.1) * canvas[0]
    sway, rate = rng.uniform(0.02, 0.1), rng.uniform(1, 3)
    coat, skin = drawing.colour(rng, light=0.7, vivid=0.6), drawing.colour(rng, dark=0.3, light=0.8, vivid=0.4)

    def paint(picture: np.ndarray, time: float) -> None:
        low = (x + speed * time, foot)
        lean = sway * np.sin(rate * time)
        neck = (low[0] + tall * lean, foot - 0.72 * tall)
        drawing.capsule(picture, low, neck, 0.24 * tall, coat)
        drawing.disc(picture, neck[0] + 0.2 * tall * lean, foot - 0.9 * tall, 0.1 * tall, skin)

    return paint


def _clouds(rng: np.random.Generator, canvas: tuple[int, int], _floor: float) -> Painter:
    puffs = [
        (rng.uniform(0, 1.2), rng.uniform(0, 0.35), rng.uniform(0.05, 0.12), rng.uniform(0.03, 0.06)) for _ in range(3)
    ]
    speed, light = rng.uniform(-0.06, 0.06), rng.uniform(0.2, 0.6)
    fill = drawing.colour(rng, dark=0.6, vivid=0.3)

    def paint(picture: np.ndarray, time: float) -> None:
        for x, y, across, down in puffs:
            place = ((x + speed * time) % 1.2 - 0.1) * canvas[0]
            drawing.blend_soft(picture, place, y * canvas[1], across * canvas[0], down * canvas[1], fill, light)

    return paint


def _drifter(rng: np.random.Generator, canvas: tuple[int, int], floor: float) -> Painter:
    middle, reach = rng.uniform(0.2, 0.8, 2), rng.uniform(0.05, 0.3, 2)
    rates, phases = rng.uniform(0.4, 2.2, 2), rng.uniform(0, 6, 2)
    size, fill, round_ = rng.uniform(0.02, 0.06) * canvas[1], drawing.colour(rng), rng.uniform() < 0.5

    def paint(picture: np.ndarray, time: float) -> None:
        part = middle + reach * np.sin(rates * time + phases)
        x, y = part[0] * canvas[0], part[1] * floor
        if round_:
            drawing.disc(picture, x, y, size, fill)
        else:
            drawing.box(picture, x, y, 2 * size, 1.4 * size, fill, 0.8 * time)

    return paint


def _moving_shadow(rng: np.random.Generator, canvas: tuple[int, int], _floor: float) -> Painter:
    start, speed, dark = rng.uniform(-0.2, 1.0), rng.uniform(-0.25, 0.25), rng.uniform(0.15, 0.5)
    y, across, down = rng.uniform(0.2, 0.9), rng.uniform(0.05, 0.14), rng.uniform(0.05, 0.2)

    def paint(picture: np.ndarray, time: float) -> None:
        x = (start + speed * time) * canvas[0]
        drawing.shadow(picture, x, y * canvas[1], across * canvas[0], down * canvas[1], dark)

    return paint


MOVERS: dict[str, Callable[[np.random.Generator, tuple[int, int], float], Painter]] = {
    "pendulum": _pendulum, "bystander": _bystander, "clouds": _clouds, "drifter": _drifter, "shadow": _moving_shadow,
}  # fmt: skip
"""What may move behind a scene, smoothly and without touching."""

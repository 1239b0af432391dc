"""Drawers that slide to their stops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, smooth, stage
from benchmarks.sync.scene import Scene


@dataclass(frozen=True)
class _Slide:
    """How far a drawer is out, and how its chest shudders.

    Attributes:
        shoves: seconds at which it is shut.
        quick: seconds that each shove takes.
        pulls: seconds at which it is out, each before its shove.
        lasts: seconds that each pull takes.
        stopped: whether it hits a stop when it is out.
        spring: how far it springs back, part of the way.
        rate: of the shudder, radians a second.
    """

    shoves: np.ndarray
    quick: np.ndarray
    pulls: np.ndarray
    lasts: np.ndarray
    stopped: bool
    spring: float
    rate: float

    def _ring(self, since: float) -> float:
        return float(np.exp(-since / 0.05) * np.sin(self.rate * since)) if since > 0 else 0.0

    def out(self, time: float) -> float:
        """Return how far it is out, 0..1."""
        shove = int(np.searchsorted(self.shoves, time, side="right"))
        since = (time - self.shoves[shove - 1]) / 0.11 if shove else 1.0
        place = self.spring * 4 * since * (1 - since) if since < 1 else 0.0
        if shove == len(self.shoves):
            return place
        since = time - self.pulls[shove]
        if since < 0:
            part = max(0.0, 1 + since / self.lasts[shove])
            return place + (part**2 if self.stopped else smooth(part))
        back = self.spring * abs(self._ring(since)) if self.stopped else 0.0
        part = max(0.0, 1 - (self.shoves[shove] - time) / self.quick[shove])
        return (1 - back) * (1 - part**2)

    def shudder(self, time: float) -> float:
        """Return how far the chest is aside, -1..1."""
        shove = int(np.searchsorted(self.shoves, time, side="right"))
        moved = -self._ring(time - self.shoves[shove - 1]) if shove else 0.0
        if self.stopped and shove < len(self.shoves):
            moved += 0.6 * self._ring(time - self.pulls[shove])
        return moved


def drawer(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A drawer is shoved into its chest, seen from the side; it springs back a little and the chest shudders.

    It is pulled out without a sound, or up to a stop that it hits as well.
    """
    set_ = stage(rng, canvas, (0.72, 0.88))
    shoves = rhythm(rng, seconds, (1.1, 1.9), start=0.6)
    count, stopped = len(shoves), rng.uniform() < 0.5
    tall, wide = set_.unit * rng.uniform(0.45, 0.6), set_.unit * rng.uniform(0.3, 0.45)
    rows = int(rng.integers(2, 5))
    row = int(rng.integers(rows))
    x = set_.width * rng.uniform(0.3, 0.5)
    reach = wide * rng.uniform(0.5, 0.85)
    quick = rng.uniform(0.15, 0.35, count)
    pulls = shoves - quick - rng.uniform(0.1, 0.25, count)
    lasts = rng.uniform(0.3, 0.45, count)
    slide = _Slide(shoves, quick, pulls, lasts, stopped, rng.uniform(0.03, 0.1), rng.uniform(60, 110))
    jolt = set_.unit * rng.uniform(0.008, 0.02)
    chest, front = set_.colour(), set_.colour()
    high = tall / rows
    y = set_.floor - tall + (row + 0.5) * high

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        aside = jolt * slide.shudder(time)
        left, edge = x - wide / 2 + aside, x + wide / 2 + aside
        drawing.box(picture, x + aside, set_.floor - tall / 2, wide, tall, chest)
        for number in range(rows):
            line = set_.floor - tall + number * high
            drawing.capsule(picture, (left, line), (edge, line), 1.5, drawing.shade(chest, 0.6))
        place = edge + reach * slide.out(time)
        drawing.box(picture, (edge + place) / 2, y + 0.08 * high, place - edge, 0.55 * high, drawing.shade(front, 0.6))
        for number in range(rows):
            at = place if number == row else edge
            middle = set_.floor - tall + (number + 0.5) * high
            drawing.box(picture, at + 0.05 * wide, middle, 0.1 * wide, 0.86 * high, front)
            drawing.disc(picture, at + 0.13 * wide, middle, 0.05 * wide, drawing.shade(front, 0.4))
        return picture

    hits = [set_.hit(t, 0.15 / q + 0.2, x + wide / 2, y) for t, q in zip(shoves, quick, strict=True)]
    if stopped:
        hits += [set_.hit(t, 0.14 / q, x + wide / 2, y) for t, q in zip(pulls, lasts, strict=True)]
    return set_.scene("drawer", "a cupboard is shut", seconds, draw, hits)

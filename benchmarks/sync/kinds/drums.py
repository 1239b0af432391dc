"""Sticks on drums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage, turned
from benchmarks.sync.scene import Scene


@dataclass(frozen=True)
class _Stick:
    """A stick that a wrist keeps moving: it springs off the skin on a quarter of a sine and comes down on another.

    Attributes:
        times: seconds of its beats.
        heights: how high it springs between each and the next, and before the first and after the last.
        ups: seconds that it takes to spring up.
        downs: seconds that it takes to come down.
        sway: how far it dips where it has long to wait, part of its height.
    """

    times: np.ndarray
    heights: np.ndarray
    ups: np.ndarray
    downs: np.ndarray
    sway: float

    def lift(self, time: float) -> float:
        """Return how high it is at a moment: 0 at a beat alone."""
        coming = int(np.searchsorted(self.times, time, side="right"))
        since = time - self.times[coming - 1] if coming else 99.0
        until = self.times[coming] - time if coming < len(self.times) else 99.0
        high, up, down = (float(each[coming]) for each in (self.heights, self.ups, self.downs))
        if since < up:
            return high * float(np.sin(np.pi / 2 * since / up))
        if until < down:
            return high * float(np.sin(np.pi / 2 * until / down))
        wait = min(since - up, until - down)
        return high * (1 - self.sway * float(np.sin(4 * wait) ** 2))

    @property
    def speeds(self) -> np.ndarray:
        """How fast it comes down at each beat."""
        return np.pi / 2 * self.heights[:-1] / self.downs[:-1]


def _stick(rng: np.random.Generator, times: np.ndarray) -> _Stick:
    gaps = np.concatenate([[2.0], np.diff(times), [2.0]])[: len(times) + 1]
    heights = np.clip(rng.uniform(0.7, 1.3, len(gaps)) * gaps**0.5, 0.2, 1.0)
    turn = rng.uniform(0.45, 0.6, len(gaps)) * gaps
    ups, downs = np.minimum(turn, rng.uniform(0.16, 0.3)), np.minimum(gaps - turn, rng.uniform(0.1, 0.18))
    return _Stick(times, heights, ups, downs, float(rng.uniform(0.05, 0.25)))


def drum_hits(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Two sticks beat one or two drums and spring back; wrists lead them, and the skins tremble."""
    set_ = stage(rng, canvas, (0.75, 0.9))
    times = rhythm(rng, seconds, (0.18, 0.7))
    count, across = int(rng.integers(1, 3)), set_.unit * rng.uniform(0.14, 0.22)
    middle, tall = set_.width * rng.uniform(0.4, 0.6), set_.unit * rng.uniform(0.15, 0.3)
    centres = [middle] if count == 1 else [middle - 1.15 * across, middle + 1.15 * across]
    skin = set_.floor - tall
    hands = rng.integers(2, size=len(times)) if rng.uniform() < 0.5 else np.arange(len(times)) % 2
    sticks = [_stick(rng, times[hands == side]) for side in (0, 1)]
    aside = 0.3 * across if count == 1 else 0.0
    tips = [(centres[0] - aside, skin), (centres[-1] + aside, skin)]
    reach, rise, open_ = 2.2 * across, rng.uniform(0.1, 0.5) * across, rng.uniform(0.5, 0.9)
    shell, head, wood = set_.colour(), drawing.colour(rng, dark=0.7, vivid=0.3), set_.colour()
    sleeve, thick = set_.colour(), set_.unit * 0.018

    def skins(picture: np.ndarray, time: float) -> None:
        for number, x in enumerate(centres):
            drawing.box(picture, x, skin + tall / 2, 2 * across, tall, shell)
            drawing.ellipse(picture, x, skin + tall, across, across * 0.22, drawing.shade(shell, 0.8))
            beaten = times if count == 1 else times[hands == number]
            last = int(np.searchsorted(beaten, time, side="right")) - 1
            shake = 0.0 if last < 0 else np.exp(-(time - beaten[last]) / 0.05) * np.sin(200 * (time - beaten[last]))
            drawing.ellipse(picture, x, skin + 1.5 * shake, across, across * 0.22, head)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        skins(picture, time)
        for side, (stick, tip) in enumerate(zip(sticks, tips, strict=True)):
            out, up = 2 * side - 1, stick.lift(time)
            wrist = (tip[0] + out * reach, skin - 0.8 * across - rise * up)
            end = turned(wrist, (tip[0], tip[1] - thick * 0.8 - rise * up), out * open_ * up)
            elbow = (wrist[0] + out * 0.9 * across, skin + 0.5 * across)
            drawing.capsule(picture, wrist, elbow, 0.3 * across, sleeve)
            drawing.capsule(picture, wrist, end, thick, wood)
            drawing.disc(picture, *end, thick * 0.8, wood)
            drawing.disc(picture, *wrist, 0.2 * across, drawing.shade(wood, 0.6))
        return picture

    hits = [set_.hit(t, s / 12, *tip) for stick, tip in zip(sticks, tips, strict=True)
            for t, s in zip(stick.times, stick.speeds, strict=True)]  # fmt: skip
    return set_.scene("drum_hits", str(rng.choice(["drums are beaten", "a hand drum is played"])), seconds, draw, hits)

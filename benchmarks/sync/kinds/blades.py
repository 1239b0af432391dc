"""Two blades that meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, smooth, stage, turned
from benchmarks.sync.scene import Scene


@dataclass(frozen=True)
class _Bouts:
    """How far apart two blades are: 0 where they touch; thrown back by each blow, then raised, then brought down.

    Attributes:
        times: seconds of the blows.
        raised: how far they are raised before each.
        swings: seconds that each takes to come down, on a quarter of a sine.
        recoil: how far a blow throws them back, part of how far they were raised.
        quick: seconds in which they are thrown back.
    """

    times: np.ndarray
    raised: np.ndarray
    swings: np.ndarray
    recoil: float
    quick: float

    def apart(self, time: float) -> float:
        """Return how far apart they are at a moment, 0..1."""
        coming = int(np.searchsorted(self.times, time, side="right"))
        if coming < len(self.times):
            part = 1 - (self.times[coming] - time) / self.swings[coming]
            if part >= 0:
                return float(self.raised[coming] * np.cos(np.pi / 2 * part))
        aim = float(self.raised[coming]) if coming < len(self.times) else 0.6
        if not coming:
            return aim
        since = time - self.times[coming - 1]
        back = self.recoil * float(self.raised[coming - 1])
        until = self.times[coming] - self.swings[coming] - self.times[coming - 1] if coming < len(self.times) else 0.8
        return back * (1 - float(np.exp(-since / self.quick))) + (aim - back) * smooth((since - 0.04) / (until - 0.04))


def sword_clash(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Two blades swing towards each other, meet, and are thrown back; whoever holds them lunges and gives way."""
    set_ = stage(rng, canvas)
    times = rhythm(rng, seconds, (0.4, 1.1))
    swings = np.minimum(rng.uniform(0.1, 0.2, len(times)), 0.45 * np.diff(times, prepend=-1.0))
    bouts = _Bouts(times, rng.uniform(0.5, 1.0, len(times)), swings, rng.uniform(0.25, 0.45), rng.uniform(0.02, 0.045))
    x, y = set_.width * rng.uniform(0.4, 0.6), set_.height * rng.uniform(0.3, 0.45)
    long, thick = set_.unit * rng.uniform(0.35, 0.55), set_.unit * rng.uniform(0.014, 0.025)
    reach, share, lunge = rng.uniform(0.7, 1.2), rng.uniform(0.35, 1.0), set_.unit * rng.uniform(0.0, 0.12)
    steep, beyond = rng.uniform(0.65, 0.95, 2), rng.uniform(1.05, 1.3)
    flank = np.array([np.sin(steep[1]), -np.cos(steep[1])])
    steel, grip, cloth = set_.colour(), set_.colour(), [set_.colour() for _ in range(2)]

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        apart = bouts.apart(time)
        for side, part, slope in zip((-1, 1), (1.0, share), steep, strict=True):
            way = np.array([-side * np.cos(slope), -np.sin(slope)])
            hilt = (x, y) + side * thick / 2 * flank - long * way + [side * part * lunge * apart, 0.0]
            tip = hilt + (long if side < 0 else beyond * long) * way
            held, end = (float(hilt[0]), float(hilt[1])), (float(tip[0]), float(tip[1]))
            end = turned(held, end, side * part * reach * apart)
            low = turned(held, (held[0] - 0.16 * long * way[0], held[1] - 0.16 * long * way[1]),
                         side * part * reach * apart)  # fmt: skip
            chest = (held[0] + side * 0.45 * long, held[1] + 0.05 * long)
            drawing.capsule(picture, chest, (chest[0] + side * 0.05 * long, set_.height), 0.3 * long, cloth[side > 0])
            drawing.capsule(picture, chest, held, 0.12 * long, drawing.shade(cloth[side > 0], 1.2))
            drawing.capsule(picture, held, end, thick, drawing.shade(steel, 1 + 0.2 * side))
            drawing.capsule(picture, held, low, thick * 1.8, grip)
            drawing.disc(picture, *held, thick * 1.8, drawing.shade(grip, 0.6))
        return picture

    force = np.clip(bouts.raised * reach / swings / 8, 0.15, 1.0)
    hits = [set_.hit(t, s, x, y) for t, s in zip(times, force, strict=True)]
    return set_.scene("sword_clash", "swords clash", seconds, draw, hits)

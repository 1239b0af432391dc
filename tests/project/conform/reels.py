"""Films as tiny grey pictures, and new cuts of them with known truth, for the tests of conforming."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HEIGHT, WIDTH = 9, 16


def shot(seed: int, frames: int, *, speed: float = 0.05) -> np.ndarray:
    """Return a shot, ``float (frames, 9, 16)`` grey levels: shapes of its own that drift and change."""
    rng = np.random.default_rng([7, seed])
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] / WIDTH
    t = np.arange(frames)[:, None, None] * speed
    picture = np.full((frames, HEIGHT, WIDTH), rng.uniform(80, 150))
    for _ in range(6):
        fx, fy = rng.uniform(-9, 9, 2)
        picture += rng.uniform(8, 22) * np.sin(fx * x + fy * y + rng.uniform(0, 7) + t * rng.uniform(-2, 2))
    return np.clip(picture, 4, 250)


def seen(picture: np.ndarray, rng: np.random.Generator, *, noise: float = 1.0) -> np.ndarray:
    """Return pictures as a film holds them: noise, rounding, ``uint8``."""
    return np.clip(np.rint(picture + rng.normal(0, noise, picture.shape)), 0, 255).astype(np.uint8)


def graded(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return pictures slightly regraded, with a timecode burnt into a corner."""
    changed = (picture / 255) ** rng.uniform(0.9, 1.1) * 255 * rng.uniform(0.95, 1.0) + rng.uniform(0, 6)
    changed[:, -1:, :4] = rng.uniform(0, 255, (len(changed), 1, 4))
    return changed


@dataclass(frozen=True)
class Cut:
    """A new cut, and the truth about it.

    Attributes:
        film: the old film, ``uint8 (n, 9, 16)``.
        cut: the new one.
        origin: ``int (m,)``: the old frame that each new frame is, -1 for none.
        shots: the old film's shots, (first, end).
    """

    film: np.ndarray
    cut: np.ndarray
    origin: np.ndarray
    shots: tuple[tuple[int, int], ...]


def recut(
    seed: int, *, shots: int = 12, edits: int = 6, shortest: int = 24, longest: int = 140, grade: bool = True
) -> Cut:
    """Return a film and a new cut of it made by random edits: shots taken out, moved, trimmed, used twice, put in."""
    rng = np.random.default_rng([11, seed])
    lengths = rng.integers(shortest, longest, shots)
    pictures = [shot(seed * 1000 + i, int(n), speed=float(rng.uniform(0.02, 0.15))) for i, n in enumerate(lengths)]
    ends = np.cumsum(lengths)
    origins = [np.arange(end - n, end) for end, n in zip(ends, lengths, strict=True)]
    strips = list(zip(pictures, origins, strict=True))
    for number in range(edits):
        place = int(rng.integers(len(strips)))
        what = rng.choice(["out", "move", "head", "tail", "middle", "twice", "in"])
        picture, origin = strips[place]
        if what == "out" and len(strips) > 2:
            del strips[place]
        elif what == "move":
            strips.insert(int(rng.integers(len(strips))), strips.pop(place))
        elif what in ("head", "tail", "middle") and len(origin) > 40:
            gone = int(rng.integers(5, 13))
            if what == "middle":
                at = int(rng.integers(12, len(origin) - 12 - gone))
                keep = np.r_[0:at, at + gone : len(origin)]
            else:
                keep = np.arange(gone, len(origin)) if what == "head" else np.arange(len(origin) - gone)
            strips[place] = picture[keep], origin[keep]
        elif what == "twice":
            strips.insert(int(rng.integers(len(strips) + 1)), (picture, origin))
        elif what == "in":
            new = shot(seed * 1000 + 500 + number, int(rng.integers(10, longest)))
            strips.insert(int(rng.integers(len(strips) + 1)), (new, np.full(len(new), -1)))
    whole = np.concatenate([picture for picture, _ in strips])
    origin = np.concatenate([origin for _, origin in strips])
    changed = graded(whole, rng) if grade else whole
    spans = tuple((int(end - n), int(end)) for end, n in zip(ends, lengths, strict=True))
    return Cut(seen(np.concatenate(pictures), rng), seen(changed, rng, noise=1.5), origin, spans)


def found_origin(runs, frames: int) -> np.ndarray:
    """Return what a match says of each new frame, in the form of ``Cut.origin``."""
    told = np.full(frames, -1)
    for run in runs:
        assert (told[run.new : run.new_end] == -1).all(), "a new frame belongs to two runs"
        told[run.new : run.new_end] = np.arange(run.old, run.old_end)
    return told

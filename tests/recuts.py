"""Real footage as frames, and films cut from it, for the tests of conforming."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from tests.footage import make_film, real_clip
from v2a_foley.video.probe import probe
from v2a_foley.video.read import read_blocks

SIZE = (320, 180)
SHOTS = (("bikes", 0, 60), ("bunny", 0, 70), ("bikes", 120, 190), ("carphone", 0, 60), ("bunny", 90, 130))
"""The old film's shots: clip, first frame, frame after the last."""
STARTS = (0, 60, 130, 200, 260)
LENGTH = 300
FOREIGN = ("bikes", 200, 245)
"""A shot that the old film does not have."""
_FILES = {"bikes": "bikes.mp4", "bunny": "bigbuckbunny.mp4", "carphone": "carphone_pristine.mp4"}


@cache
def clip(name: str) -> np.ndarray:
    """Return the frames of a real clip, ``uint8 (n, 180, 320, 3)``."""
    facts = probe(real_clip(_FILES[name]))
    return np.concatenate([
        np.stack([cv2.resize(frame, SIZE, interpolation=cv2.INTER_AREA) for frame in block.frames])
        for block in read_blocks(facts)
    ])  # fmt: skip


def shot(number: int) -> np.ndarray:
    """Return the frames of a shot of the old film, by its number from 1."""
    name, first, last = SHOTS[number - 1]
    return clip(name)[first:last]


def foreign() -> np.ndarray:
    """Return the frames of a shot that the old film does not have."""
    name, first, last = FOREIGN
    return clip(name)[first:last]


def old_film(path: Path, rate: str = "24") -> Path:
    """Write the old film."""
    return make_film(path, rate=rate, size=SIZE, frames=np.concatenate([shot(n) for n in range(1, 6)]))


def new_film(path: Path, parts: list[np.ndarray], rate: str = "24", *, worse: bool = False) -> Path:
    """Write a new cut.

    Args:
        path: where.
        parts: its frames.
        rate: frames a second.
        worse: smaller, harder compressed, slightly regraded, with a timecode burnt in.
    """
    frames = np.concatenate(parts)
    if not worse:
        return make_film(path, rate=rate, size=SIZE, frames=frames)
    small = (224, 126)
    changed = [_worse(frame, number, small) for number, frame in enumerate(frames)]
    return make_film(path, rate=rate, size=small, frames=changed, extra=("-crf", "30"))


def _worse(frame: np.ndarray, number: int, size: tuple[int, int]) -> np.ndarray:
    graded = np.clip((frame / 255.0) ** 0.92 * np.array([250, 245, 235]) + 4, 0, 255).astype(np.uint8)
    small = cv2.resize(graded, size, interpolation=cv2.INTER_AREA)
    cv2.rectangle(small, (4, 110), (72, 124), (0, 0, 0), -1)
    text = f"01:00:{number // 24:02d}:{number % 24:02d}"
    cv2.putText(small, text, (6, 121), cv2.FONT_HERSHEY_PLAIN, 0.7, (255, 255, 255), 1)
    return small

"""What a rendered scene is: pictures of continuous time, and the truth about them. No drawing, no camera, no film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TrueHit:
    """One contact that is heard.

    Attributes:
        time: seconds from the scene's start; it falls anywhere between frames.
        strength: 0..1.
        x: place of contact on the canvas from the left, 0..1.
        y: place of contact on the canvas from the top, 0..1.
    """

    time: float
    strength: float
    x: float
    y: float


@dataclass(frozen=True)
class Scene:
    """A world on a canvas, to be looked at at any moment.

    Attributes:
        kind: the kind's name.
        prompt: words for what sounds ("a ball bounces on wood").
        seconds: how long it lasts.
        draw: the canvas at a moment: ``uint8 (height, width, 3)`` RGB, a picture of its own at each call. Moments may
            come in any order, and the same moment gives the same picture.
        hits: the contacts, in time's order; none for a scene that is silent.
        speed: for continuous sounds, how fast the source moves at a moment (any unit, 0 is still); None without one.
    """

    kind: str
    prompt: str
    seconds: float
    draw: Callable[[float], np.ndarray]
    hits: tuple[TrueHit, ...]
    speed: Callable[[float], float] | None = None


Kind = Callable[[np.random.Generator, tuple[int, int], float], Scene]
"""Makes a scene: (random numbers, canvas (width, height) in pixels, seconds)."""

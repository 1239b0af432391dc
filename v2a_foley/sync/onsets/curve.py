"""What the onset net says of every frame, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class OnsetCurve:
    """How likely each frame is the first to show a contact, and what that contact would be.

    Attributes:
        times: when each frame is shown, on the film's clock, rising.
        likelihood: ``float32 (n,)``, 0 to 1.
        early: ``float32 (n,)``, 0 to 1: by what part of the interval since the frame before the contact came before
            the frame's own start.
        strength: ``float32 (n,)``, 0 to 1.
        place: ``float32 (n, 2)``: where on the screen, from the left and from the top, 0 to 1.
    """

    times: tuple[Fraction, ...]
    likelihood: NDArray[np.float32]
    early: NDArray[np.float32]
    strength: NDArray[np.float32]
    place: NDArray[np.float32]

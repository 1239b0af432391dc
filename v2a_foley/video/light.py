"""Frames on which the light changes and the picture stays: lamps that are switched, lightning, flashes.

To a shot detector that compares colours they look like cuts.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from v2a_foley.video.flow import Camera, Grey
from v2a_foley.video.steady import kept

_REACH = 0.2
"""Seconds before and after a frame that are compared: on either side of a dissolve's middle the pictures differ."""
_LEAST = 2.0
"""Grey levels by which the whole picture is lighter or darker than the frame before."""
_KEPT = 0.7
"""Part of the structure that stays, at least."""


@dataclass(frozen=True, eq=False)
class _Seen:
    number: int
    grey: Grey
    pose: Camera
    light: float
    lit: bool


class LightWatch:
    """Finds the frames on which only the light changes.

    Args:
        rate: frames a second.

    Attributes:
        found: their numbers.
    """

    def __init__(self, rate: float) -> None:
        """Begin before the first frame."""
        self.found: set[int] = set()
        self._reach = max(2, round(_REACH * rate))
        self._seen: deque[_Seen] = deque(maxlen=2 * self._reach + 1)

    def feed(self, number: int, grey: Grey, pose: Camera) -> None:
        """Look at the next frame.

        Args:
            number: of the frame; numbers rise.
            grey: ``uint8 (height, width)``.
            pose: where the camera looks.
        """
        light = float(grey.mean())
        lit = bool(self._seen) and abs(light - self._seen[-1].light) >= _LEAST
        self._seen.append(_Seen(number, grey, pose, light, lit))
        if len(self._seen) > self._reach:
            self._judge(len(self._seen) - 1 - self._reach)

    def finish(self) -> None:
        """Judge the last frames too."""
        for index in range(max(0, len(self._seen) - self._reach), len(self._seen)):
            self._judge(index)

    def _judge(self, index: int) -> None:
        here = self._seen[index]
        if here.lit:
            before = self._seen[max(0, index - 1 - self._reach)]
            after = self._seen[min(len(self._seen) - 1, index + self._reach)]
            if kept(after.pose.since(before.pose).applied(before.grey), after.grey) >= _KEPT:
                self.found.add(here.number)

"""Sharp moments: things that move are followed from frame to frame, and what loses its speed at once has struck.

What swings, falls or drives changes its speed a little on every frame; what strikes stops, or turns round, between two.
So the speed that a thing loses in its own direction is compared with what it loses on the frames around.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import hypot

import numpy as np
from numpy.typing import NDArray

from v2a_foley.video.moving import WIDTH, Change, Thing, ThingFinder

_LEAST = 0.35
"""Widths of the picture a second that must be lost."""
_OUTSTANDING = 3.0
"""How many times more must be lost on one frame than on the frames around."""
_AROUND = 0.3
"""Seconds before and after that count as around."""
_APART = 0.09
"""Seconds between two sharp moments, at least."""
_HALF_STRENGTH = 0.6
"""Widths of the picture a second whose loss counts as half of full strength."""
_STEADY = 1.5
"""How many times its smallest a thing's area may be around a blow; more, and it met another thing, or where it was."""
_STEADY_STOP = 1.8
"""The same for a thing that stops: where it rests belongs to the background already if it often rests there."""
_SEEN = 4
"""Frames for which a thing is followed before it can strike."""


@dataclass
class _Track:
    """One thing on its way.

    Attributes:
        first: the frame on which it was first seen.
        places: where it was, frame by frame.
        stopped: whether it came to rest in sight; else it was lost.
    """

    first: int
    places: list[Thing] = field(default_factory=list)
    stopped: bool = False

    def miss(self, thing: Thing) -> float:
        """Return how far a thing lies from where this one should be, in units of how far it may; 1 is too far."""
        last = self.places[-1]
        before = self.places[-2] if len(self.places) > 1 else last
        dx, dy = last.x - before.x, last.y - before.y
        return hypot(thing.x - last.x - dx, thing.y - last.y - dy) / (8.0 + 2.5 * hypot(dx, dy))


@dataclass(frozen=True)
class _Blow:
    frame: int
    lost: float


class ImpactFinder:
    """Collects, frame by frame, how much moves and what moves where.

    Args:
        rate: frames a second.
    """

    def __init__(self, rate: float) -> None:
        """Begin before the first frame."""
        self._rate = rate
        self._finder = ThingFinder(rate)
        self._moved: list[float] = []
        self._tracks: list[_Track] = []
        self._blows: list[_Blow] = []

    def feed(self, frame: NDArray[np.uint8]) -> None:
        """Look at the next frame, ``uint8 (height, width, 3)``, RGB."""
        self._take(self._finder.feed(frame))

    def finish(self, cuts: frozenset[int]) -> tuple[NDArray[np.float32], list[tuple[int, float]]]:
        """Return how much moved on each frame (levels) and the sharp moments (frame, strength 0 to 1).

        Args:
            cuts: numbers of frames that begin a shot.
        """
        self._take(self._finder.finish())
        for track in self._tracks:
            self._blows += _blows(track, self._rate)
        self._tracks = []
        moved = np.array(self._moved, np.float32)
        for cut in cuts:
            moved[cut] = moved[cut + 1] if cut + 1 < len(moved) else 0.0
        beside = {cut + by for cut in cuts for by in (-2, -1, 0, 1)}
        apart = max(2, round(_APART * self._rate))
        kept: list[_Blow] = []
        for blow in sorted(self._blows, key=lambda blow: -blow.lost):
            if blow.frame not in beside and all(abs(blow.frame - other.frame) >= apart for other in kept):
                kept.append(blow)
        kept.sort(key=lambda blow: blow.frame)
        return moved, [(blow.frame, blow.lost / (blow.lost + _HALF_STRENGTH)) for blow in kept]

    def _take(self, changes: list[Change]) -> None:
        for change in changes:
            self._follow(change, len(self._moved))
            self._moved.append(change.amount)

    def _follow(self, change: Change, number: int) -> None:
        """Lengthen the tracks by what moves now, nearest first; end the others, and begin new ones."""
        pairs = sorted((t.miss(s), i, j) for i, t in enumerate(self._tracks) for j, s in enumerate(change.things))
        taken: dict[int, int] = {}
        for miss, i, j in pairs:
            if miss < 1 and i not in taken and j not in taken.values():
                taken[i] = j
        going = []
        for i, track in enumerate(self._tracks):
            if i in taken:
                track.places.append(change.things[taken[i]])
                going.append(track)
            else:
                near = any(track.miss(thing) < 1 for thing in change.things)
                track.stopped = change.clear and not near and not track.places[-1].at_edge
                self._blows += _blows(track, self._rate)
        fresh = [thing for j, thing in enumerate(change.things) if j not in taken.values()]
        self._tracks = going + [_Track(number, [thing]) for thing in fresh]


def _blows(track: _Track, rate: float) -> list[_Blow]:
    """Return the blows on one thing's way."""
    if len(track.places) < _SEEN:
        return []
    steps = np.diff(np.array([(place.x, place.y) for place in track.places]), axis=0)
    if track.stopped:
        steps = np.vstack([steps, np.zeros((2, 2))])
    # turns[k] is the change of speed at the frame track.first + 1 + k; a blow between two frames shows in both.
    turns = np.linalg.norm(np.diff(steps, axis=0), axis=1)
    areas = np.array([place.area for place in track.places], float)
    steady = _growth(areas, len(turns)) < _STEADY
    reach, blows = max(4, round(_AROUND * rate)), []
    for k in range(1, len(turns)):
        if turns[k] < turns[max(0, k - 2) : k + 3].max():
            continue
        other = k - 1 if k + 1 >= len(turns) or turns[k - 1] > turns[k + 1] else k + 1
        low, high = min(k, other), max(k, other)
        before, after = steps[low], steps[min(high + 1, len(steps) - 1)]
        speed = float(np.linalg.norm(before))
        lost = (speed - float(before @ after) / speed) * rate / WIDTH if speed > 0 else 0.0
        near = areas[max(0, low - 1) : high + 3]
        most = _STEADY_STOP if track.stopped and high + 4 > len(areas) else _STEADY
        edge = any(place.at_edge for place in track.places[max(0, low - 1) : high + 3])
        if lost < _LEAST or edge or near.max() > most * near.min():
            continue
        sides = [*range(max(0, low - reach), low), *range(high + 1, min(high + 1 + reach, len(turns)))]
        around = [turns[i] for i in sides if steady[i]]
        if turns[k] >= _OUTSTANDING * (float(np.median(around)) if around else speed):
            blows.append(_Blow(track.first + 1 + k, lost))
    return blows


def _growth(areas: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return, for each of ``count`` changes of speed, by how many times the area differs over its three frames."""
    padded = np.pad(areas, (0, 4), mode="edge")
    three = np.stack([padded[:count], padded[1 : count + 1], padded[2 : count + 2]])
    growth: NDArray[np.float64] = three.max(axis=0) / three.min(axis=0)
    return growth

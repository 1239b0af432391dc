"""Sharp moments: things that move are followed from frame to frame, and what loses its speed at once has struck.

What swings, falls or drives changes its speed a little on every frame; what strikes stops, or turns round, between two.
So the speed that a thing loses in its own direction is compared with what it loses on the frames around.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import hypot

import numpy as np
from numpy.typing import NDArray

from v2a_foley.video.moving import Change, Thing
from v2a_foley.video.traits import SIDE

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
class Blow:
    """A sharp moment.

    Attributes:
        frame: number of the frame that shows it first.
        lost: the speed that was lost, in sides of the picture a second.
        thing: what struck.
    """

    frame: int
    lost: float
    thing: Thing

    @property
    def strength(self) -> float:
        """How sharp it was, 0 to 1."""
        return self.lost / (self.lost + _HALF_STRENGTH)


@dataclass(frozen=True)
class Sighting:
    """A thing on the frame at hand.

    Attributes:
        thing: where it is.
        u: its speed to the right, in sides of the picture a second.
        v: its speed down.
        turn: the speed that it lost, or turned, on the frame before.
        gone: whether it was here on the frame before, and is not any more.
        born: whether it was not here on the frame before.
    """

    thing: Thing
    u: float = 0.0
    v: float = 0.0
    turn: float = 0.0
    gone: bool = False
    born: bool = False


class ImpactFinder:
    """Follows, frame by frame, what moves where.

    Args:
        rate: frames a second.
    """

    def __init__(self, rate: float) -> None:
        """Begin before the first frame."""
        self._rate = rate
        self._count = 0
        self._tracks: list[_Track] = []
        self._blows: list[Blow] = []

    def feed(self, change: Change) -> list[Sighting]:
        """Take in what changed with the next frame; return the things on it, and those that left with it."""
        number, self._count = self._count, self._count + 1
        return self._follow(change, number)

    def finish(self, cuts: frozenset[int]) -> list[Blow]:
        """Return the sharp moments, in order.

        Args:
            cuts: numbers of frames that begin a shot.
        """
        for track in self._tracks:
            self._blows += _blows(track, self._rate)
        self._tracks = []
        beside = {cut + by for cut in cuts for by in (-2, -1, 0, 1)}
        apart = max(2, round(_APART * self._rate))
        kept: list[Blow] = []
        for blow in sorted(self._blows, key=lambda blow: -blow.lost):
            if blow.frame not in beside and all(abs(blow.frame - other.frame) >= apart for other in kept):
                kept.append(blow)
        return sorted(kept, key=lambda blow: blow.frame)

    def _follow(self, change: Change, number: int) -> list[Sighting]:
        """Lengthen the tracks by what moves now, nearest first; end the others, and begin new ones."""
        pairs = sorted((t.miss(s), i, j) for i, t in enumerate(self._tracks) for j, s in enumerate(change.things))
        taken: dict[int, int] = {}
        for miss, i, j in pairs:
            if miss < 1 and i not in taken and j not in taken.values():
                taken[i] = j
        going, seen = [], []
        for i, track in enumerate(self._tracks):
            if i in taken:
                track.places.append(change.things[taken[i]])
                going.append(track)
                seen.append(_sighted(track, self._rate))
            else:
                near = any(track.miss(thing) < 1 for thing in change.things)
                track.stopped = change.clear and not near and not track.places[-1].at_edge
                self._blows += _blows(track, self._rate)
                seen.append(replace(_sighted(track, self._rate), gone=len(track.places) >= _SEEN))
        fresh = [thing for j, thing in enumerate(change.things) if j not in taken.values()]
        self._tracks = going + [_Track(number, [thing]) for thing in fresh]
        return seen + [Sighting(thing, born=change.clear) for thing in fresh]


def _sighted(track: _Track, rate: float) -> Sighting:
    """Return where a thing is now, how fast, and how much of its speed it lost a frame ago."""
    last = track.places[-1]
    if len(track.places) < 2:
        return Sighting(last)
    scale = rate / SIDE
    before = track.places[-2]
    u, v = (last.x - before.x) * scale, (last.y - before.y) * scale
    if len(track.places) < 3:
        return Sighting(last, u, v)
    earlier = track.places[-3]
    u0, v0 = (before.x - earlier.x) * scale, (before.y - earlier.y) * scale
    speed = hypot(u0, v0)
    lost = speed - (u * u0 + v * v0) / speed if speed > 1e-6 else 0.0
    return Sighting(last, u, v, lost)


def _blows(track: _Track, rate: float) -> list[Blow]:
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
        lost = (speed - float(before @ after) / speed) * rate / SIDE if speed > 0 else 0.0
        near = areas[max(0, low - 1) : high + 3]
        most = _STEADY_STOP if track.stopped and high + 4 > len(areas) else _STEADY
        edge = any(place.at_edge for place in track.places[max(0, low - 1) : high + 3])
        if lost < _LEAST or edge or near.max() > most * near.min():
            continue
        sides = [*range(max(0, low - reach), low), *range(high + 1, min(high + 1 + reach, len(turns)))]
        around = [turns[i] for i in sides if steady[i]]
        if turns[k] >= _OUTSTANDING * (float(np.median(around)) if around else speed):
            blows.append(Blow(track.first + 1 + k, lost, track.places[min(k + 1, len(track.places) - 1)]))
    return blows


def _growth(areas: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return, for each of ``count`` changes of speed, by how many times the area differs over its three frames."""
    padded = np.pad(areas, (0, 4), mode="edge")
    three = np.stack([padded[:count], padded[1 : count + 1], padded[2 : count + 2]])
    growth: NDArray[np.float64] = three.max(axis=0) / three.min(axis=0)
    return growth

"""Which frames of an old film are which of a new cut: stretches that run beside each other, found by their pictures.

First candidates: frames of the new film, near and far apart, are searched in the whole old film, and where one is
found the stretch is followed both ways (``_Candidates``). Then the cheapest way through all candidates is chosen, frame
by frame (Viterbi 1967): leaving a stretch costs, going back in the old film costs more, and showing nothing known costs
most. So a black or a still picture, which is alike anywhere, follows its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray

from v2a_foley.project.conform.likeness import Costs, Reel, Tiny, costs, one_by_one, sliding

UNKNOWN = 0.3
"""What a frame costs that no frame of the old film is found for; what is less alike than this is another picture."""
_LEAVE = 1.2
"""What it costs to go over to another stretch: some frames' worth of being less alike."""
_BACK = 0.3
"""What it costs on top to go back in the old film."""
_JUMP = 0.02
"""What each doubling of a jump's length costs: of two like pictures the nearer one is meant."""
_SHELF = 0.5
"""What it costs on top to take pictures that were not in the old film any more."""
_STRIDES = (96, 24, 6)
"""Frames between those that are searched, round by round; each round searches what the rounds before left unfound."""
_SPARSE = 3
"""Only one in so many old frames is looked at in the search; what is near it is compared afterwards."""
_ALIKE = 0.85
"""Cosine of two frames' outlines from which their stretches are compared."""
_PLACES = 8
"""Places of the old film that are tried for one frame."""
_REACH = 12
"""Frames around a place that are compared to find the stretch to the frame."""
_NEAR = 24
"""Frames by which a shot may have been trimmed without looking unlike at once."""
_CLOSER = 2
"""Stretches, the likest at a frame, around which others are searched."""
_PATIENCE = 12
"""Unlike frames in a row at which a stretch ends."""
_SURE = (1.3, 0.02)
"""A frame whose cost is at most so many times its stretch's lower quartile, and this much more, is found."""
_BLOCK = 256
_TOGETHER = 64


@dataclass(frozen=True)
class Run:
    """Frames of the old film that are in the new cut, one after the other.

    Attributes:
        old: number of the first one in the old film, from 0.
        new: number of the first one in the new film.
        length: how many.
    """

    old: int
    new: int
    length: int

    @property
    def old_end(self) -> int:
        """The old frame after the last one."""
        return self.old + self.length

    @property
    def new_end(self) -> int:
        """The new frame after the last one."""
        return self.new + self.length


def match(old: Tiny, new: Tiny, *, shelf: Sequence[Tiny] = ()) -> tuple[Run, ...]:
    """Find the frames of a film in a new cut of it.

    Speed counts: a stretch whose speed was changed is not found. A frame of the old film may be found many times, one
    of the new film belongs to one stretch at most.

    Args:
        old: the old film's frames, ``uint8 (n, height, width)``.
        new: the new cut's.
        shelf: pictures that left the film before, one after the other; a run's ``old`` goes on counting through them.

    Returns:
        The stretches, in the order of the new film.
    """
    parts = [part for part in (old, *shelf) if len(part)]
    if not parts or not len(new):
        return ()
    bounds = [0, *np.cumsum([len(part) for part in (old, *shelf)]).tolist()]
    found = _Candidates(Reel(np.concatenate(parts)), Reel(new), bounds)
    found.search()
    return tuple(_chosen(found.stretches, len(new), len(old)))


@dataclass(frozen=True, eq=False)
class _Stretch:
    """A candidate: new frames from ``first``, each beside the old one that is ``shift`` further on, and their costs."""

    shift: int
    first: int
    costs: list[float]

    @property
    def end(self) -> int:
        return self.first + len(self.costs)


class _Candidates:
    """Collects stretches; ``bounds`` are the frames of the old film at which none goes on."""

    def __init__(self, old: Reel, new: Reel, bounds: list[int]) -> None:
        self.old, self.new, self.bounds = old, new, np.array(bounds)
        self.stretches: list[_Stretch] = []
        self._found = np.zeros(len(new), bool)
        self._by_shift: dict[int, list[_Stretch]] = {}

    def search(self) -> None:
        """Find candidates for all new frames."""
        outlines, wanted = self.old.outlines(), self.new.outlines()
        outlines[self.old.flat()] = 0.0
        outlines = np.ascontiguousarray(outlines[::_SPARSE])
        telling = ~self.new.flat()
        for stride in _STRIDES:
            for together in self._unfound(stride, telling):
                alike = wanted[together] @ outlines.T
                for probe, row in zip(together.tolist(), alike, strict=True):
                    if not self._found[probe]:
                        for place in self._places(probe, row):
                            self._try(probe, place - probe, _REACH)
        ahead = sorted(self.stretches, key=lambda each: each.first)
        going: list[_Stretch] = []
        waiting = 0
        for probe in range(_NEAR // 2, len(self.new), _NEAR):
            while waiting < len(ahead) and ahead[waiting].first <= probe:
                going.append(ahead[waiting])
                waiting += 1
            going = [each for each in going if probe < each.end]
            if telling[probe]:
                here = list(going)
                for each in sorted(here, key=lambda each: each.costs[probe - each.first])[:_CLOSER]:
                    self._try(probe, each.shift, _NEAR)

    def _unfound(self, stride: int, telling: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
        """Yield frames, some together, that are not found when they are yielded."""
        probes = np.arange(min(stride // 2, len(self.new) - 1), len(self.new), stride)
        for first in range(0, len(probes), _TOGETHER):
            some = probes[first : first + _TOGETHER]
            left = some[~self._found[some] & telling[some]]
            if len(left):
                yield left

    def _places(self, probe: int, row: NDArray[np.float32]) -> list[int]:
        """Return the old frames that are most like a new one, one of each stretch, best first."""
        above = np.flatnonzero(row >= _ALIKE)
        if not len(above):
            return []
        groups = np.split(above, np.flatnonzero(np.diff(above) > _REACH // _SPARSE) + 1)
        tops = np.array([group[np.argmax(row[group])] for group in groups])
        tops = tops[np.argsort(-row[tops], kind="stable")][:_PLACES] * _SPARSE
        like = one_by_one(self.old, self.new, tops, probe) <= UNKNOWN
        found: list[int] = tops[like].tolist()
        return found

    def _try(self, probe: int, shift: int, reach: int) -> None:
        """Follow the stretch through a new frame whose old frames lie about ``shift`` further on."""
        low, high = self._part(probe + shift)
        first, last = max(0, probe - _REACH), min(len(self.new), probe + _REACH + 1)
        start = first + shift - reach
        within = range(max(low, start), min(high, last + shift + reach))
        if not within:
            return
        beside = sliding(self.old, self.new, (within.start, within.stop), start, (first, last), 2 * reach + 1, UNKNOWN)
        shifts = np.arange(shift - reach, shift + reach + 1)
        place = int(np.lexsort((np.abs(shifts - shift), beside))[0])
        if low <= probe + int(shifts[place]) < high:
            self._follow(probe, int(shifts[place]))

    def _part(self, place: int) -> tuple[int, int]:
        """Return the first old frame, and the one after the last, of the part that an old frame belongs to."""
        if not 0 <= place < len(self.old):
            return 0, 0
        part = int(np.searchsorted(self.bounds, place, side="right")) - 1
        return int(self.bounds[part]), int(self.bounds[part + 1])

    def _follow(self, probe: int, shift: int) -> None:
        """Add the stretch through a new frame, unless it is known."""
        known = self._by_shift.setdefault(shift, [])
        if any(each.first <= probe < each.end for each in known):
            return
        low, high = self._part(probe + shift)
        forward = self._way(probe, min(len(self.new), high - shift), shift, 1)
        backward = self._way(probe - 1, max(0, low - shift) - 1, shift, -1)
        both = np.concatenate([backward[::-1], forward])
        if not len(both):
            return
        stretch = _Stretch(shift, probe - len(backward), both.tolist())
        known.append(stretch)
        self.stretches.append(stretch)
        self._found[stretch.first : stretch.end] |= both <= _SURE[0] * float(np.percentile(both, 25)) + _SURE[1]

    def _way(self, start: int, stop: int, shift: int, step: int) -> Costs:
        """Return the costs from a frame on, one way, up to the last like one before too many unlike ones."""
        found: list[Costs] = []
        good = total = 0
        while (stop - start) * step > 0:
            count = min(_BLOCK, abs(stop - start))
            first = start if step > 0 else start - count + 1
            part = costs(self.old, self.new, first + shift, first, count)[::step]
            found.append(part)
            like = np.flatnonzero(part <= UNKNOWN)
            last = good
            for place in (total + like).tolist():
                if place - last > _PATIENCE:
                    return np.concatenate(found)[:last]
                last = place + 1
            good, total, start = last, total + count, start + step * count
            if total - good >= _PATIENCE:
                break
        return np.concatenate(found)[:good] if found else np.zeros(0, np.float32)


@dataclass(frozen=True, eq=False)
class _Way:
    """How the cheapest way to a stretch (None: to nothing known) went: since which frame, and what came before."""

    stretch: _Stretch | None
    since: int
    before: _Way | None
    left: _Stretch | None
    """The last stretch that was known."""


def _chosen(stretches: Sequence[_Stretch], frames: int, live: int) -> Iterator[Run]:
    """Yield the cheapest way through the new film."""
    starting: dict[int, list[_Stretch]] = {}
    for each in stretches:
        starting.setdefault(each.first, []).append(each)
    ways: dict[_Stretch | None, tuple[float, _Way]] = {None: (0.0, _Way(None, 0, None, None))}
    for frame in range(frames):
        going = [each for each in ways if each is None or each.end > frame]
        ways = {each: _cheapest(ways, each, live, frame) for each in (*going, *starting.get(frame, ()))}
    last: _Way | None = min(ways.values(), key=lambda each: each[0])[1]
    back, end = [], frames
    while last is not None:
        if last.stretch is not None and last.since < end:
            back.append(Run(last.since + last.stretch.shift, last.since, end - last.since))
        end, last = last.since, last.before
    yield from _joined(back[::-1])


def _cheapest(
    ways: dict[_Stretch | None, tuple[float, _Way]], target: _Stretch | None, live: int, frame: int
) -> tuple[float, _Way]:
    """Return what it costs at least to show a frame as part of a stretch, and the way there."""
    best: tuple[float, _Way] | None = None
    for source, (cost, way) in ways.items():
        total = cost if target is None or source is target else cost + _price(way.left, target, live, frame)
        if best is None or total < best[0]:
            best = (total, way if source is target else _Way(target, frame, way, target or way.left))
    if best is None:
        raise AssertionError("there is always the way that knows nothing")
    return best[0] + (UNKNOWN if target is None else target.costs[frame - target.first]), best[1]


def _price(source: _Stretch | None, target: _Stretch, live: int, frame: int) -> float:
    """Return what it costs to go over to a stretch from the one that was known last."""
    price = _LEAVE + (_SHELF if frame + target.shift >= live else 0.0)
    if source is None or source is target:
        return price
    jump = target.shift - source.shift
    return price + _JUMP * log2(1 + abs(jump)) + (_BACK if jump < 0 else 0.0)


def _joined(runs: list[Run]) -> Iterator[Run]:
    """Yield the runs, those that go on without a break as one."""
    kept: Run | None = None
    for run in runs:
        if kept is not None and (kept.old_end, kept.new_end) == (run.old, run.new):
            kept = Run(kept.old, kept.new, kept.length + run.length)
            continue
        if kept is not None:
            yield kept
        kept = run
    if kept is not None:
        yield kept

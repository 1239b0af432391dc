"""How much moves in a film, where, and when something sharp happens. What sound that makes is the business of ``sync``.

One door: ``MotionMeter`` is fed blocks of frames and answers a ``Motion``; who wants to know more of every frame reads
its ``Traits``. How the numbers are found (small frames, flow, things that are followed) may change behind it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from v2a_foley.timebase import TimeRange
from v2a_foley.video.flow import Camera, FlowMeter
from v2a_foley.video.impact import Blow, ImpactFinder, Sighting
from v2a_foley.video.light import LightWatch
from v2a_foley.video.moving import NOISE, Change, ThingFinder, reduced
from v2a_foley.video.read import FrameBlock
from v2a_foley.video.steady import Steadier, kept
from v2a_foley.video.traits import (
    FLOW_CELLS,
    SIDE,
    THING_CELLS,
    Cells,
    TraitReader,
    camera_values,
    flow_cells,
    grid,
    light_value,
    pressed,
    stacked,
)

Place = tuple[float, float, float, float]
"""Centre from the left and from the top, width and height, as parts of the picture, 0 to 1."""

_LOUDEST = 95.0
"""Percentile of the moving frames' energy that counts as 1."""
_FAINTEST = 0.3
"""Grey levels, over the whole picture, that the livelier frames of a film must change by to count as 1: the noise of a
film in which nothing moves is not to be blown up."""
_MOST_RATE = 62.0
"""Frames a second that are looked at; of faster films every second or third."""
_SAME = 3
"""Levels by which no pixel differs where a film shows one frame twice."""
_SAME_MEAN = 0.08
"""Levels by which they differ on average, at most: less than grain does."""
_TOGETHER = 64
"""Frames that readers are handed together."""


@dataclass(frozen=True)
class Peak:
    """A moment at which something stops, turns round or strikes.

    Attributes:
        time: when the frame that shows the contact starts, on the film's clock.
        strength: how sharp, 0 to 1.
        region: where on the screen; None where that is not known.
    """

    time: Fraction
    strength: float
    region: Place | None = None


@dataclass(frozen=True, eq=False)
class Motion:
    """What moves, frame by frame.

    Attributes:
        times: when each frame is shown, on the film's clock.
        energy: ``float32 (n,)``, 0 to 1: how much moves on that frame, the camera's own movement taken away.
        peaks: the sharp moments, in order.
        regions: ``float32 (n, 4)``: where it moves (see ``Place``), or ``(0, 4)`` where that was not measured.
    """

    times: tuple[Fraction, ...]
    energy: NDArray[np.float32]
    peaks: tuple[Peak, ...] = ()
    regions: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))

    def within(self, span: TimeRange) -> Motion:
        """Return the part that lies in a range."""
        first, last = bisect_left(self.times, span.start), bisect_left(self.times, span.end)
        peaks = tuple(peak for peak in self.peaks if span.contains(peak.time))
        return Motion(self.times[first:last], self.energy[first:last], peaks, self.regions[first:last])


@dataclass(frozen=True, eq=False)
class _Frame:
    """What is known of a frame until its things are told apart."""

    time: Fraction
    cells: Cells
    values: list[float]


class MotionMeter:
    """Measures motion from blocks of frames in order; a ``Watcher``.

    A frame that the film shows twice is looked at once, as are the frames of films faster than 62 a second.

    Args:
        rate: frames a second.
        readers: who reads the traits of every frame that was looked at.
    """

    def __init__(self, rate: Fraction, readers: Sequence[TraitReader] = ()) -> None:
        """Begin before the first frame."""
        self._thin = max(1, int(np.ceil(float(rate) / _MOST_RATE)))
        self._rate = float(rate) / self._thin
        self._readers = tuple(readers)
        self._flow, self._steady, self._light = FlowMeter(), Steadier(self._rate), LightWatch(self._rate)
        self._things, self._impacts = ThingFinder(self._rate), ImpactFinder(self._rate)
        self._times: list[Fraction] = []
        self._looked: list[int] = []
        """Numbers of the frames that were looked at."""
        self._moved: list[float] = []
        self._where: list[Place] = []
        self._waiting: deque[_Frame] = deque()
        self._ready: tuple[list[Fraction], list[Cells], list[NDArray[np.float32]]] = ([], [], [])
        self._last: tuple[NDArray[np.uint8], NDArray[np.uint8], Camera] | None = None
        self._shape = (90, SIDE)

    def feed(self, block: FrameBlock) -> None:
        """Look at the next frames."""
        for time, frame in zip(block.times, block.frames, strict=True):
            number = len(self._times)
            self._times.append(time)
            if number % self._thin == 0:
                self._look(time, number, reduced(frame))

    def lit(self) -> frozenset[Fraction]:
        """Return, after the last frame, when the light changed and the picture stayed, and the frames beside."""
        self._light.finish()
        near = {each + by * self._thin for each in self._light.found for by in (-1, 0, 1)}
        return frozenset(self._times[each] for each in near if 0 <= each < len(self._times))

    def finish(self, cuts: Sequence[Fraction] = ()) -> Motion:
        """Return what was found.

        Args:
            cuts: starts of shots, which are not motion; without them only what the meter itself takes for a cut.
        """
        self._take(self._things.finish())
        self._hand_over()
        places = {time: number for number, time in enumerate(self._times)} if cuts else {}
        # A cut may lie on a frame that was not looked at; then the next one that was shows it.
        begun = frozenset(bisect_left(self._looked, places[cut]) for cut in cuts if cut in places)
        blows = self._impacts.finish(begun)
        moved = np.array(self._moved, np.float32)
        for cut in sorted(begun, reverse=True):
            if cut < len(moved):
                moved[cut] = moved[cut + 1] if cut + 1 < len(moved) else 0.0
        held = np.searchsorted(self._looked, np.arange(len(self._times)), side="right") - 1
        peaks = tuple(self._peak(blow) for blow in blows)
        if not len(moved):
            return Motion((), np.zeros(0, np.float32))
        regions = np.array(self._where, np.float32)[held]
        return Motion(tuple(self._times), _normalised(moved)[held], peaks, regions)

    def _look(self, time: Fraction, number: int, small: NDArray[np.uint8]) -> None:
        import cv2

        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        repeated = bool(self._looked) and number - self._looked[-1] > self._thin
        step, dt, same = Camera(), 1.0 / self._rate, 0.0
        if self._last is None:
            self._shape = grey.shape
            cells, light = np.zeros((len(FLOW_CELLS), *grid(*grey.shape)), np.float32), 0.0
            pose = self._steady(grey, step)
        else:
            before, last, stood = self._last
            apart = np.asarray(cv2.absdiff(small, last))
            greatest = int(apart.max())
            if greatest <= _SAME and not repeated and float(apart.mean()) <= _SAME_MEAN:
                return
            dt = max(1e-3, float(time - self._times[self._looked[-1]]))
            flow = self._flow(before, grey) if greatest > NOISE else None
            pose = self._steady(grey, flow.camera if flow is not None else step)
            step = pose.since(stood)
            flow = flow.beside(step) if flow is not None else None
            same = kept(step.applied(before), grey)
            cells, _ = flow_cells(flow, before, grey, rate=1 / dt, noise=NOISE)
            light = light_value(before, grey)
        self._light.feed(number, grey, pose)
        self._last = grey, small, pose
        self._looked.append(number)
        values = [*camera_values(step, 1 / dt), light, 0.0, 0.0, float(repeated), 0.0, min(4.0, 30 * dt), same, 0.0]
        self._waiting.append(_Frame(time, cells, values))
        self._take(self._things.feed(small, pose, same))

    def _take(self, changes: Sequence[Change]) -> None:
        for change in changes:
            seen = self._impacts.feed(change)
            frame = self._waiting.popleft()
            self._moved.append(change.amount)
            self._where.append(_where(frame.cells))
            if self._readers:
                self._note(frame, change, seen)

    def _note(self, frame: _Frame, change: Change, seen: Sequence[Sighting]) -> None:
        """Complete the traits of a frame, and hand some over where there are enough."""
        values = np.array(frame.values, np.float32)
        values[4:6] = change.part, float(not change.clear)
        values[7] = float(change.begins)
        values[10] = change.grain
        times, cells, frames = self._ready
        times.append(frame.time)
        cells.append(np.concatenate([frame.cells, change.cells, _thing_cells(seen, self._shape)]))
        frames.append(values)
        if len(times) >= _TOGETHER:
            self._hand_over()

    def _hand_over(self) -> None:
        if not self._ready[0]:
            return
        traits = stacked(*self._ready)
        self._ready = ([], [], [])
        for reader in self._readers:
            reader.feed(traits)

    def _peak(self, blow: Blow) -> Peak:
        height, width = self._shape
        side = max(2.0, float(np.sqrt(blow.thing.area)))
        place = (blow.thing.column / width, blow.thing.row / height, side / width, side / height)
        x, y, wide, high = (float(np.clip(value, 0.0, 1.0)) for value in place)
        return Peak(self._times[self._looked[blow.frame]], blow.strength, (x, y, wide, high))


def _where(cells: Cells) -> Place:
    """Return where a frame moves: the middle of its moving cells and how far they spread, or the picture's middle."""
    weight = cells[2] * (cells[2] > 0.05)
    total = float(weight.sum())
    if total <= 0:
        return 0.5, 0.5, 0.0, 0.0
    rows, columns = weight.shape
    x, y = (np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows
    across, down = weight.sum(axis=0) / total, weight.sum(axis=1) / total
    mx, my = float(across @ x), float(down @ y)
    wide, high = (float(np.sqrt(12 * max(0.0, p @ (at - m) ** 2))) for p, at, m in ((across, x, mx), (down, y, my)))
    return mx, my, min(1.0, wide + 1 / columns), min(1.0, high + 1 / rows)


def _thing_cells(seen: Sequence[Sighting], shape: tuple[int, int]) -> Cells:
    """Return the ``THING_CELLS``."""
    rows, columns = grid(*shape)
    cells = np.zeros((len(THING_CELLS), rows, columns), np.float32)
    for each in seen:
        row = min(rows - 1, int(each.thing.row * rows / shape[0]))
        column = min(columns - 1, int(each.thing.column * columns / shape[1]))
        place = cells[:, row, column]
        if each.gone:
            place[4] = 1.0
            continue
        size = min(1.5, each.thing.area**0.5 / 10)
        if size >= place[0]:
            place[:3] = size, pressed(each.u), pressed(each.v)
        place[3] = max(place[3], float(pressed(max(0.0, each.turn))))
        place[5] = max(place[5], float(each.born))
    return cells


def _normalised(moved: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring grey levels to 0..1: 1 is what the livelier frames of this film do."""
    moving = moved[moved > 0]
    if len(moving) == 0:
        return np.zeros_like(moved)
    loudest = max(float(np.percentile(moving, _LOUDEST)), _FAINTEST)
    scaled: NDArray[np.float32] = np.clip(moved / loudest, 0.0, 1.0).astype(np.float32)
    return scaled

"""The pixels of a film: block by block for those who look at all of it, or single pictures for reports.

Decoding runs ahead in a thread of its own, so that whoever looks and the decoder keep both cores busy.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from v2a_foley.errors import MediaUnreadable
from v2a_foley.media import MediaFacts
from v2a_foley.progress import Progress, Stage
from v2a_foley.video.ahead import run_ahead
from v2a_foley.video.clock import FrameClock
from v2a_foley.video.decord_door import Decoder, Frames, fitting_size
from v2a_foley.video.photograph import photograph
from v2a_foley.video.probe import frame_clock, overstated, unreadable
from v2a_foley.video.rescue import recoded, remuxed
from v2a_foley.video.segments import WORTHWHILE, Segments
from v2a_foley.video.stepwise import Stepwise
from v2a_foley.video.tone import toned

_PICKED = 64
"""Frames that are handed over together where some are picked."""


@dataclass(frozen=True, eq=False)
class FrameBlock:
    """Some frames that follow each other.

    Attributes:
        first: number of the first one, from 0.
        times: when each is shown, on the film's clock.
        frames: ``uint8 (n, height, width, 3)``, RGB, upright, as an ordinary screen displays them.
    """

    first: int
    times: tuple[Fraction, ...]
    frames: Frames


def read_blocks(
    facts: MediaFacts, *, short_side: int = 256, block: int = 32, progress: Stage | None = None
) -> Generator[FrameBlock, None, None]:
    """Read all frames of a film, in order, scaled in the decoder.

    Args:
        facts: the film.
        short_side: what the shorter side should be about, in pixels (see ``fitting_size``).
        block: frames a block.
        progress: told how many frames are done; where the picture is damaged, it gets a warning.

    Yields:
        Blocks of at most ``block`` frames; a photograph is one block of one frame. A frame that is lost is replaced by
        the one before.

    Raises:
        MediaUnreadable: nothing of the picture can be decoded.
        Cancelled: the caller asked to stop.
    """
    if block < 1:
        raise ValueError("a block holds at least one frame")
    size = fitting_size(*facts.picture.display_size, short_side)
    clock = frame_clock(facts)
    if facts.still:
        yield FrameBlock(0, clock.times(), photograph(facts.path, size)[None])
        return
    with closing(_decoded(facts, clock, size, block, progress.progress if progress else None)) as blocks:
        for found in blocks:
            yield found
            if progress is not None:
                progress.tell(found.first + len(found.frames))


def read_frames(facts: MediaFacts, times: Sequence[Fraction], *, short_side: int = 256) -> Frames:
    """Read the pictures on screen at some times, ``uint8 (len(times), height, width, 3)``, RGB, as displayed.

    Raises:
        MediaUnreadable: nothing of the picture can be decoded.
    """
    size = fitting_size(*facts.picture.display_size, short_side)
    if facts.still:
        return np.repeat(photograph(facts.path, size)[None], len(times), axis=0)
    if not times:
        return np.empty((0, size[1], size[0], 3), np.uint8)
    clock = frame_clock(facts)
    numbers = [clock.frame_at(time) for time in times]
    wanted = sorted(set(numbers))
    problem: MediaUnreadable | None = None
    with ExitStack() as stack:
        for way in _all_ways(facts, clock, size, stack, None):
            try:
                pictures = toned(way().picked(wanted), facts.picture.transfer)
            except MediaUnreadable as error:
                problem = problem or error
            else:
                return pictures[[wanted.index(number) for number in numbers]]
    raise problem or unreadable(facts.path, "none of its pictures can be decoded")


def read_picked(
    facts: MediaFacts, numbers: Sequence[int], *, short_side: int = 256, progress: Progress | None = None
) -> Generator[Frames, None, None]:
    """Read some frames of a film, in order, a few at a time; of a long film only the stretches around them are decoded.

    Args:
        facts: the film, or a photograph.
        numbers: the frames' numbers, rising, each once.
        short_side: what the shorter side should be about, in pixels (see ``fitting_size``).
        progress: asked whether to stop; told what is damaged.

    Yields:
        ``uint8 (n, height, width, 3)``, RGB, as displayed; together as many as there are numbers.

    Raises:
        MediaUnreadable: they cannot be decoded, or not all of them.
        Cancelled: the caller asked to stop.
    """
    size = fitting_size(*facts.picture.display_size, short_side)
    if facts.still:
        yield np.repeat(photograph(facts.path, size)[None], len(numbers), axis=0)
        return
    clock, left = frame_clock(facts), list(numbers)
    problem: MediaUnreadable | None = None
    with ExitStack() as stack:
        for way in _all_ways(facts, clock, size, stack, progress):
            try:
                source = way()
                while left:
                    frames = toned(source.picked(left[:_PICKED]), facts.picture.transfer)
                    left = left[_PICKED:]
                    yield frames
            except MediaUnreadable as error:
                problem = problem or error
            else:
                return
    raise problem or unreadable(facts.path, "none of its pictures can be decoded")


class _Source(Protocol):
    def __len__(self) -> int: ...

    def picked(self, numbers: range | list[int]) -> Frames: ...


def _ways(
    facts: MediaFacts, clock: FrameClock, size: tuple[int, int], stack: ExitStack, progress: Progress | None
) -> list[Callable[[], _Source]]:
    """Return the ways to a film's pictures, to be tried one after the other.

    decord rewinds a film once it has opened it. A transport stream has no index: it may land a second later, and take
    what it finds there for the first frame, so that a whole film came early. Such a stream is copied first.
    """

    def straight() -> _Source:
        if overstated(facts):  # decord would make room for frames of all that time, and end the process
            raise unreadable(facts.path, "the length that it states cannot be true")
        return _whole(Decoder(facts.path, size))

    def through_a_remux() -> _Source:
        return _whole(remuxed(facts, size, stack, progress))

    def what_is_left() -> _Source:
        copy = recoded(facts, clock, size, stack, progress)
        if copy.lost and progress is not None:
            seconds = float(copy.lost / facts.picture.rate)
            progress.warn(f"{facts.path.name}: {copy.lost} frames ({seconds:.1f} s) are damaged and were left out.")
        return copy

    def _whole(decoder: Decoder) -> _Source:
        if len(decoder) < len(clock):
            raise unreadable(facts.path, f"only {len(decoder)} of its {len(clock)} frames are found")
        return decoder

    return [*([] if facts.container == "mpegts" else [straight]), through_a_remux, what_is_left]


def _all_ways(
    facts: MediaFacts, clock: FrameClock, size: tuple[int, int], stack: ExitStack, progress: Progress | None
) -> list[Callable[[], _Source]]:
    """Return the ways to frames that are read in order, to be tried one after the other: long films piece by piece.

    Films that cannot be parted are decoded step by step, slower: decord would hold all of their frames at once.
    """
    ways = _ways(facts, clock, size, stack, progress)
    if len(clock) >= WORTHWHILE and not overstated(facts):
        ways[:0] = [
            lambda: Segments(facts, size, len(clock), unreadable),
            lambda: Stepwise(facts, size, len(clock), stack),
        ]
    return ways


def _decoded(
    facts: MediaFacts, clock: FrameClock, size: tuple[int, int], block: int, progress: Progress | None
) -> Generator[FrameBlock, None, None]:
    """Decode ahead; where one way ends early, go on from there by the next one."""
    done, problem = 0, None
    with ExitStack() as stack:
        for way in _all_ways(facts, clock, size, stack, progress):
            try:
                with closing(run_ahead(_blocks(way(), facts, clock, block, done))) as blocks:
                    for found in blocks:
                        done = found.first + len(found.frames)
                        yield found
            except MediaUnreadable as error:
                problem = problem or error
            else:
                return
    if done == 0:
        raise problem or unreadable(facts.path, "none of its pictures can be decoded")
    if progress is not None:
        lost = float(clock.end - clock.time(done))
        progress.warn(f"{facts.path.name}: the last {lost:.1f} s of the picture cannot be decoded.")


def _blocks(
    source: _Source, facts: MediaFacts, clock: FrameClock, block: int, first: int
) -> Generator[FrameBlock, None, None]:
    for start in range(first, len(clock), block):
        frames = toned(source.picked(range(start, min(start + block, len(clock)))), facts.picture.transfer)
        yield FrameBlock(start, clock.times(start, start + len(frames)), frames)

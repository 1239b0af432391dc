"""Looking longer: a number of frames of every shot, spread evenly, embedded while the film is decoded.

The paper's way of seeing (64 frames a shot, averaged). The pocket eyes glance in the first pass instead (``describe``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Embeddings, Frames, ImageEncoder
from v2a_foley.media import MediaFacts
from v2a_foley.progress import Progress
from v2a_foley.timebase import TimeRange
from v2a_foley.video.probe import frame_clock
from v2a_foley.video.read import read_blocks

BATCH = 64
"""Frames that are embedded together."""


@dataclass(frozen=True)
class Gaze:
    """What was seen of one shot.

    Attributes:
        times: when each of the frames is shown.
        embeddings: ``float32 (n, d)``, one row a frame.
    """

    times: tuple[Fraction, ...]
    embeddings: Embeddings


def even_frames(first: int, last: int, count: int) -> list[int]:
    """Return at most ``count`` frame numbers from ``first`` up to before ``last``, spread evenly, each once.

    They are the frames in the middle of ``count`` equal parts; a shot with fewer frames gives all of them.
    """
    length = last - first
    if length <= count:
        return list(range(first, last))
    return [first + (2 * part + 1) * length // (2 * count) for part in range(count)]


def gaze(
    media: MediaFacts, spans: Sequence[TimeRange], eyes: ImageEncoder, count: int, progress: Progress
) -> list[Gaze]:
    """Look at frames of every shot; decoding goes on in a thread of its own while the eyes are at work.

    Args:
        media: the film.
        spans: the shots' ranges, in order, covering the picture.
        eyes: embed the frames.
        count: frames of each shot, at least 1.
        progress: told of the frames looked at, in the stage ``gaze``.

    Raises:
        MediaUnreadable: the picture cannot be decoded.
        Cancelled: the work was asked to stop.
    """
    clock = frame_clock(media)
    bounds = [clock.frame_at(span.start) for span in spans] + [len(clock)]
    chosen = [even_frames(first, max(last, first + 1), count) for first, last in pairwise(bounds)]
    wanted = sorted({number for numbers in chosen for number in numbers})
    rows = {number: row for row, number in enumerate(wanted)}
    found: list[Embeddings] = []
    with progress.stage("gaze", len(wanted)) as stage:
        for frames in _batches(_picked(media, wanted, max(256, eyes.frame_size))):
            found.append(eyes.encode_images(frames))
            stage.advance(len(frames))
    embeddings: NDArray[np.float32] = np.concatenate(found)
    if len(embeddings) < len(wanted):  # the film's end cannot be decoded: what was seen last stands for it
        missing = np.repeat(embeddings[-1:], len(wanted) - len(embeddings), axis=0)
        embeddings = np.concatenate([embeddings, missing])
    return [
        Gaze(tuple(clock.time(number) for number in numbers), embeddings[[rows[number] for number in numbers]])
        for numbers in chosen
    ]


def _picked(media: MediaFacts, wanted: Sequence[int], short_side: int) -> Iterator[Frames]:
    """Yield the wanted frames in order, a few at a time."""
    left = np.array(wanted)
    for block in read_blocks(media, short_side=short_side):
        here = left[(left >= block.first) & (left < block.first + len(block.frames))]
        if len(here):
            yield block.frames[here - block.first]
        if len(left) and block.first + len(block.frames) > left[-1]:
            return


def _batches(pieces: Iterator[Frames]) -> Iterator[Frames]:
    """Yield frames in batches of ``BATCH``, the last one smaller."""
    waiting: list[Frames] = []
    count = 0
    for piece in pieces:
        waiting.append(piece)
        count += len(piece)
        while count >= BATCH:
            everything = np.concatenate(waiting)
            yield everything[:BATCH]
            waiting, count = [everything[BATCH:]], count - BATCH
    if count:
        yield np.concatenate(waiting)

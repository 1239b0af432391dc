"""Reads the sound of some ranges of a file in one go, as those who listen to clips want it: mono, at their rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.read import read_sound
from v2a_foley.media import SoundStream
from v2a_foley.progress import Progress
from v2a_foley.timebase import TimeRange, to_samples


def read_ranges(
    path: Path,
    stream: SoundStream,
    spans: Sequence[TimeRange],
    *,
    origin: Fraction,
    sample_rate: int,
    progress: Progress | None = None,
) -> Iterator[NDArray[np.float32]]:
    """Read ranges of one sound track, all channels mixed to one by their mean.

    The track is decoded once from the first range to the last; what lies far before the first is leapt over.

    Args:
        path: the file.
        stream: which of its sound tracks.
        spans: the ranges on the film's clock, by rising start; they may overlap.
        origin: the container's time of the film's zero, in seconds.
        sample_rate: hertz of the result.
        progress: asked whether to stop; told what is damaged.

    Yields:
        ``float32 (samples,)``, one a range; silence where the track is silent, broken, or over.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: the file cannot be opened or has no decoder for the track.
        Cancelled: the work was asked to stop.
    """
    if not spans:
        return
    first = spans[0].start
    edges = [(to_samples(span.start - first, sample_rate), to_samples(span.end - first, sample_rate)) for span in spans]
    blocks = read_sound(
        path, stream, origin=origin + first, samples=max(end for _, end in edges), sample_rate=sample_rate,
        progress=progress, leap=True,
    )  # fmt: skip
    held: list[tuple[int, NDArray[np.float32]]] = []
    read = 0
    for start, end in edges:
        held = [(at, block) for at, block in held if at + len(block) > start]
        while read < end:
            block = next(blocks).mean(axis=0)
            if read + len(block) > start:
                held.append((read, block))
            read += len(block)
        parts = [block[max(0, start - at) : max(0, end - at)] for at, block in held]
        yield np.concatenate(parts) if parts else np.zeros(0, np.float32)

"""Reads one short sound file whole: what a user starts from, blends or repairs. Films are read block by block."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from v2a_foley.audio.read import decoded_blocks
from v2a_foley.audio.stream import Samples
from v2a_foley.audio.track import first_track
from v2a_foley.errors import MediaUnreadable
from v2a_foley.progress import Progress
from v2a_foley.timebase import SAMPLE_RATE

LONGEST = Fraction(30 * 60)
"""Seconds above which a sound is refused: it would not fit the memory of a small machine."""


def read_whole(path: Path, *, sample_rate: int = SAMPLE_RATE, progress: Progress | None = None) -> Samples:
    """Read the first sound track of a file, ``float32 (channels, samples)`` at ``sample_rate``, at least one sample.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it holds no sound, cannot be decoded, or is longer than half an hour.
        Cancelled: the work was asked to stop.
    """
    stream = first_track(path)
    pieces, held = [], 0
    for block in decoded_blocks(path, stream, sample_rate=sample_rate, progress=progress):
        pieces.append(block)
        held += block.shape[1]
        if held > LONGEST * sample_rate:
            raise MediaUnreadable(f"{path.name!r} is longer than half an hour.", hint="Cut out the part that matters.")
    if held == 0:
        raise MediaUnreadable(f"{path.name!r} holds no sound.", hint="Choose a file with a sound in it.")
    return np.concatenate(pieces, axis=1)

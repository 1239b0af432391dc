"""Reads one short sound file whole: what a user starts from, blends or repairs. Films are read block by block."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from v2a_foley.audio.read import decoded_blocks
from v2a_foley.audio.stream import Samples
from v2a_foley.errors import MediaNotFound, MediaUnreadable
from v2a_foley.ffmpeg import file_url
from v2a_foley.media import SoundStream
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


def stated_length(path: Path) -> Fraction | None:
    """Return how long the first sound track of a file is, in seconds, as the file says; None where it says nothing.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it holds no sound, or cannot be read.
    """
    length = first_track(path).duration
    return length or None


def first_track(path: Path) -> SoundStream:
    """Return the first sound track of a file, as long as the file says (0: it says nothing); it starts at 0.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it holds no sound, or cannot be read.
    """
    import av

    if not path.is_file():
        raise MediaNotFound(f"{str(path)!r} does not exist, or is a folder.", hint="Check the path.")
    try:
        with av.open(file_url(path), options={"protocol_whitelist": "file"}, metadata_errors="replace") as container:
            track = next(iter(container.streams.audio), None)
            if track is None or not track.codec_context.sample_rate or not track.codec_context.channels:
                raise MediaUnreadable(f"{path.name!r} holds no sound.", hint="Choose a file with a sound in it.")
            codec = track.codec_context
            length = (track.duration or 0) * Fraction(track.time_base or 0) or Fraction(
                container.duration or 0, 1_000_000
            )
            return SoundStream(
                index=track.index, codec=codec.name, sample_rate=int(codec.sample_rate), channels=int(codec.channels),
                layout=codec.layout.name, start=Fraction(0), duration=max(Fraction(0), length),
            )  # fmt: skip
    except (av.FFmpegError, OSError) as error:
        raise MediaUnreadable(f"{path.name!r} cannot be read: {error.strerror}.", hint="Is it a sound?") from error

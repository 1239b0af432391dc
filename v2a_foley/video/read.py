"""The pixels of a film: block by block for those who look at all of it, or single pictures for reports.

Decoding runs ahead in a thread of its own, so that whoever looks and the decoder keep both cores busy.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from v2a_foley import ffmpeg
from v2a_foley.errors import MediaUnreadable, RenderError
from v2a_foley.files import scratch_folder
from v2a_foley.media import MediaFacts
from v2a_foley.progress import Stage
from v2a_foley.video.ahead import run_ahead
from v2a_foley.video.clock import FrameClock
from v2a_foley.video.decord_door import Decoder, Frames, fitting_size
from v2a_foley.video.photograph import photograph
from v2a_foley.video.probe import frame_clock


@dataclass(frozen=True, eq=False)
class FrameBlock:
    """Some frames that follow each other.

    Attributes:
        first: number of the first one, from 0.
        times: when each is shown, on the film's clock.
        frames: ``uint8 (n, height, width, 3)``, RGB, upright, as displayed.
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
        Blocks of at most ``block`` frames; a photograph is one block of one frame.

    Raises:
        MediaUnreadable: the picture cannot be decoded, even after a remux.
        Cancelled: the caller asked to stop.
    """
    if block < 1:
        raise ValueError("a block holds at least one frame")
    size = fitting_size(*facts.picture.display_size, short_side)
    clock = frame_clock(facts)
    if facts.still:
        yield FrameBlock(0, clock.times(), photograph(facts.path, size)[None])
        return
    with ExitStack() as stack, closing(_decoded(facts, clock, size, block, stack, progress)) as blocks:
        for found in blocks:
            yield found
            if progress is not None:
                progress.tell(found.first + len(found.frames))


def read_frames(facts: MediaFacts, times: Sequence[Fraction], *, short_side: int = 256) -> Frames:
    """Read the pictures on screen at some times, ``uint8 (len(times), height, width, 3)``, RGB, as displayed.

    Raises:
        MediaUnreadable: the picture cannot be decoded, even after a remux.
    """
    size = fitting_size(*facts.picture.display_size, short_side)
    if facts.still:
        return np.repeat(photograph(facts.path, size)[None], len(times), axis=0)
    if not times:
        return np.empty((0, size[1], size[0], 3), np.uint8)
    clock = frame_clock(facts)
    numbers = [clock.frame_at(time) for time in times]
    wanted = sorted(set(numbers))
    with ExitStack() as stack:
        decoder = _opened(facts, clock, size, stack, None)
        try:
            pictures = decoder.picked([min(n, len(decoder) - 1) for n in wanted])
        except MediaUnreadable as error:
            pictures = _remuxed(facts, size, stack, None, error).picked(wanted)
    return pictures[[wanted.index(number) for number in numbers]]


def _opened(
    facts: MediaFacts, clock: FrameClock, size: tuple[int, int], stack: ExitStack, progress: Stage | None
) -> Decoder:
    """Open a film, through a remux where decord cannot open it as it is or counts fewer frames than it has."""
    try:
        decoder = Decoder(facts.path, size)
    except MediaUnreadable as error:
        return _remuxed(facts, size, stack, progress, error)
    if len(decoder) < len(clock):
        reason = MediaUnreadable(f"decord counts {len(decoder)} of {len(clock)} frames in {str(facts.path)!r}.")
        return _remuxed(facts, size, stack, progress, reason)
    return decoder


def _remuxed(
    facts: MediaFacts, size: tuple[int, int], stack: ExitStack, progress: Stage | None, error: MediaUnreadable
) -> Decoder:
    """Open a copy of the film's picture in a container that decord seeks in reliably.

    A file that is cut off may end within a frame. decord ends all decoding at such a frame, so it is left out where
    the demuxer marks it (mov, mp4); other demuxers mark sound frames so as well.
    """
    folder = stack.enter_context(scratch_folder())
    copy = folder / "picture.mkv"
    flags = "+genpts+discardcorrupt" if "mov" in facts.container else "+genpts"
    source = ["-fflags", flags, "-err_detect", "ignore_err", "-i", ffmpeg.file_url(facts.path)]
    try:
        ffmpeg.run(
            [*source, "-map", f"0:{facts.picture.index}", "-c", "copy", ffmpeg.file_url(copy)],
            what=f"copying the picture of {facts.path.name!r} to a scratch file",
            progress=progress.progress if progress is not None else None,
        )
        return Decoder(copy, size, tolerant=True, film=facts.path)
    except (RenderError, MediaUnreadable) as second:
        raise error from second


def _decoded(
    facts: MediaFacts, clock: FrameClock, size: tuple[int, int], block: int, stack: ExitStack, progress: Stage | None
) -> Generator[FrameBlock, None, None]:
    """Decode ahead; where it fails before the first frame, try again on a remux."""
    decoder = _opened(facts, clock, size, stack, progress)
    done = 0
    try:
        for found in run_ahead(_blocks(decoder, clock, block, 0)):
            yield found
            done = found.first + len(found.frames)
    except MediaUnreadable as error:
        decoder = _remuxed(facts, size, stack, progress, error)
        for found in run_ahead(_blocks(decoder, clock, block, done)):
            yield found
            done = found.first + len(found.frames)
        if progress is not None and done < len(clock):
            lost = clock.end - clock.time(done)
            progress.progress.warn(f"{facts.path.name}: the last {float(lost):.2f} s of the picture cannot be decoded.")


def _blocks(decoder: Decoder, clock: FrameClock, block: int, first: int) -> Generator[FrameBlock, None, None]:
    total = min(len(clock), len(decoder))
    for start in range(first, total, block):
        frames = decoder.frames(start, min(block, total - start))
        yield FrameBlock(start, clock.times(start, start + len(frames)), frames)

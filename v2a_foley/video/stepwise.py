"""Decodes a film frame by frame through PyAV, in constant memory: for long films that cannot be parted for decord."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from v2a_foley.ffmpeg import file_url
from v2a_foley.media import MediaFacts
from v2a_foley.video.decord_door import Frames
from v2a_foley.video.probe import OPTIONS, unreadable

if TYPE_CHECKING:
    from av import VideoFrame


class Stepwise:
    """A film's frames by number, rising; none but the last one is kept.

    Args:
        facts: the film.
        size: width and height of the frames, upright.
        frames: how many it has.
        stack: what closes the film again.

    Raises:
        MediaUnreadable: it cannot be opened; from ``picked``: it cannot be decoded, or has fewer frames.
    """

    def __init__(self, facts: MediaFacts, size: tuple[int, int], frames: int, stack: ExitStack) -> None:
        """Open the film."""
        import av

        self._facts, self._size, self._frames = facts, size, frames
        try:
            film = stack.enter_context(av.open(file_url(facts.path), options=OPTIONS, metadata_errors="replace"))
        except av.FFmpegError as error:
            raise unreadable(facts.path, str(error.strerror or error)) from error
        stream = film.streams[facts.picture.index]
        if not isinstance(stream, av.VideoStream):
            raise unreadable(facts.path, "its picture is no picture")
        stream.thread_type = "AUTO"
        self._shown: Iterator[VideoFrame] = film.decode(stream)
        self._next, self._last = 0, np.empty((size[1], size[0], 3), np.uint8)

    def __len__(self) -> int:
        """How many frames the film has."""
        return self._frames

    def picked(self, numbers: range | list[int]) -> Frames:
        """Return the frames of these numbers, which must not lie before the one that was picked last.

        Raises:
            MediaUnreadable: they cannot be decoded.
        """
        found: list[Frames] = []
        for number in numbers:
            while self._next <= number:
                frame = self._step()
                if self._next > number:
                    self._last = self._upright(frame)
            found.append(self._last)
        return np.stack(found) if found else np.empty((0, self._size[1], self._size[0], 3), np.uint8)

    def _step(self) -> VideoFrame:
        import av

        try:
            frame = next(self._shown)
        except StopIteration:
            raise unreadable(self._facts.path, f"only {self._next} of its {self._frames} frames are found") from None
        except av.FFmpegError as error:
            raise unreadable(self._facts.path, str(error.strerror or error)) from error
        self._next += 1
        return frame

    def _upright(self, frame: VideoFrame) -> Frames:
        width, height = self._size
        turned = self._facts.picture.rotation
        if turned in (90, 270):
            width, height = height, width
        small = frame.to_ndarray(format="rgb24", width=width, height=height)
        upright: Frames = np.ascontiguousarray(np.rot90(small, -turned // 90))
        return upright

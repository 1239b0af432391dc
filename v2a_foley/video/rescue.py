"""Two ways round what decord cannot read: a remux, and, for a damaged picture, a small copy decoded by ffmpeg."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from v2a_foley import ffmpeg
from v2a_foley.errors import RenderError
from v2a_foley.files import scratch_folder
from v2a_foley.media import MediaFacts
from v2a_foley.progress import Progress
from v2a_foley.video.clock import FrameClock
from v2a_foley.video.decord_door import Decoder, Frames
from v2a_foley.video.probe import OPTIONS, unreadable
from v2a_foley.video.scan import scan_tracks


def remuxed(facts: MediaFacts, size: tuple[int, int], stack: ExitStack, progress: Progress | None) -> Decoder:
    """Open a copy of the film's packets in a container in which decord finds every frame.

    Args:
        facts: the film.
        size: width and height of the frames.
        stack: what removes the copy again.
        progress: asked whether to stop.

    Raises:
        MediaUnreadable: the packets cannot be copied, or the copy cannot be decoded.
    """
    copy = stack.enter_context(scratch_folder()) / "picture.mkv"
    source = ["-fflags", "+genpts", "-i", ffmpeg.file_url(facts.path), "-map", f"0:{facts.picture.index}"]
    try:
        ffmpeg.run([*source, "-c", "copy", ffmpeg.file_url(copy)], what="copying the picture", progress=progress)
    except RenderError as error:
        raise unreadable(facts.path, error.message) from error
    return Decoder(copy, size)


@dataclass
class Recoded:
    """A small copy of a damaged film, as far as ffmpeg could decode it.

    Attributes:
        decoder: the copy.
        places: for each frame of the film, which frame of the copy shows it; where it is lost, the one before.
        lost: how many frames are lost.
    """

    decoder: Decoder
    places: list[int]
    lost: int

    def __len__(self) -> int:
        """How many frames the film has."""
        return len(self.places)

    def picked(self, numbers: range | list[int]) -> Frames:
        """Return the frames of these numbers.

        Raises:
            MediaUnreadable: they cannot be decoded.
        """
        return self.decoder.picked([self.places[number] for number in numbers])


def recoded(
    facts: MediaFacts, clock: FrameClock, size: tuple[int, int], stack: ExitStack, progress: Progress | None
) -> Recoded:
    """Decode what can be decoded of a film into a small copy, each frame at its own time.

    Raises:
        MediaUnreadable: nothing can be decoded.
    """
    import av

    copy = stack.enter_context(scratch_folder()) / "picture.mkv"
    # One thread: with more, ffmpeg gives frames after a damaged packet the timestamps of their neighbours.
    source = ["-threads", "1", "-err_detect", "ignore_err", "-copyts", "-i", ffmpeg.file_url(facts.path)]
    # Damaged timestamps may stand still, which the encoder refuses.
    rising = r"select=isnan(prev_selected_t)+gt(t\,prev_selected_t+0.001)"
    picture = ["-map", f"0:{facts.picture.index}", "-vf", f"{rising},scale={size[0]}:{size[1]},setsar=1"]
    timing = ["-fps_mode", "passthrough", "-enc_time_base", "1/90000", "-avoid_negative_ts", "disabled"]
    code = [*timing, "-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"]
    try:
        ffmpeg.run([*source, *picture, *code, ffmpeg.file_url(copy)], what="decoding the picture", progress=progress)
        with av.open(ffmpeg.file_url(copy), options=OPTIONS, metadata_errors="replace") as container:
            stream = container.streams.video[0]
            scan = scan_tracks(container, [stream])[0][stream.index]
    except (RenderError, av.error.FFmpegError, IndexError) as error:
        raise unreadable(facts.path, str(error)) from error
    if len(scan.ticks) == 0:
        raise unreadable(facts.path, "none of its pictures can be decoded")
    shown = [clock.nearest(int(tick) * scan.time_base - facts.origin) for tick in scan.ticks]
    places = [max(0, bisect_right(shown, frame) - 1) for frame in range(len(clock))]
    lost = len(clock) - len(np.unique([frame for frame in shown if frame < len(clock)]))
    return Recoded(Decoder(copy, size, tolerant=True), places, lost)

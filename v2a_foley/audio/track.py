"""What the first sound track of a file is: found cheaply, or with when it begins and ends, as its packets tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley.errors import MediaNotFound, MediaUnreadable
from v2a_foley.ffmpeg import file_url
from v2a_foley.media import SoundStream
from v2a_foley.packets import packets

if TYPE_CHECKING:
    from av import Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer

_PADDING = Fraction(1, 10)
"""Seconds that a codec may add at the end: a track that is told to be shorter by more was not told well."""


def first_track(path: Path) -> SoundStream:
    """Return the first sound track of a file, as long as the file says (0: it says nothing), as if it began at 0.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it holds no sound, or cannot be read.
    """
    with _opened(path) as (container, track):
        return _stated(container, track)


def placed_track(path: Path) -> SoundStream:
    """Return the first sound track of a file with when it begins, on the container's clock, and how long it is.

    What a file states is often rough, or counted from the container's zero; so the packets are read, and the first of
    them is decoded. What the codec adds at the ends is left out where the container tells.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it holds no sound, or cannot be read.
    """
    import av

    with _opened(path) as (container, track):
        stated, tick = _stated(container, track), Fraction(track.time_base or 0)
        start: Fraction | None = None
        end = Fraction(0)
        with suppress(av.FFmpegError):  # a file that breaks off ends there
            for packet in packets(container, track):
                if start is None:
                    start = _first_time(packet)
                if packet.pts is not None:
                    end = max(end, (packet.pts + (packet.duration or 0)) * tick)
        if start is None:
            raise MediaUnreadable(f"{path.name!r} holds no sound.", hint="Choose a file with a sound in it.")
        if track.duration and track.start_time is not None:
            told = (track.start_time + track.duration) * tick
            end = told if told < end < told + _PADDING else end
        return replace(stated, start=start, duration=end - start if end > start else stated.duration)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    import av

    if not path.is_file():
        raise MediaNotFound(f"{str(path)!r} does not exist, or is a folder.", hint="Check the path.")
    try:
        with av.open(file_url(path), options={"protocol_whitelist": "file"}, metadata_errors="replace") as container:
            track = next(iter(container.streams.audio), None)
            codec = track.codec_context if track is not None else None
            if track is None or not codec or not codec.sample_rate or not codec.channels:
                raise MediaUnreadable(f"{path.name!r} holds no sound.", hint="Choose a file with a sound in it.")
            yield container, track
    except (av.FFmpegError, OSError) as error:
        raise MediaUnreadable(f"{path.name!r} cannot be read: {error.strerror}.", hint="Is it a sound?") from error


def _stated(container: InputContainer, track: AudioStream) -> SoundStream:
    codec = track.codec_context
    length = (track.duration or 0) * Fraction(track.time_base or 0) or Fraction(container.duration or 0, 1_000_000)
    return SoundStream(
        index=track.index, codec=codec.name, sample_rate=int(codec.sample_rate), channels=int(codec.channels),
        layout=codec.layout.name, start=Fraction(0), duration=max(Fraction(0), length),
    )  # fmt: skip


def _first_time(packet: Packet[AudioStream]) -> Fraction | None:
    """Return when the first sample of a packet sounds, in seconds; None where it gives none."""
    import av

    try:
        times = [frame.pts * Fraction(frame.time_base or 0) for frame in packet.decode() if frame.pts is not None]
    except av.FFmpegError:
        return None
    return times[0] if times else None

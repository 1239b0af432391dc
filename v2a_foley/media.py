"""What a media file is, as values: its streams, exact rates, start times and timecode. Nothing here reads a file."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from v2a_foley.timebase import Timecode, to_frame, to_samples


@dataclass(frozen=True)
class PictureStream:
    """The film's moving picture.

    Times are seconds on the film's own clock, whose zero is the earliest start of picture and sound.

    Attributes:
        index: the stream's number in the container.
        codec: the codec's name as ffmpeg spells it (``h264``).
        width: coded width in pixels, before rotation.
        height: coded height in pixels, before rotation.
        rotation: clockwise degrees that a player turns the picture by: 0, 90, 180 or 270.
        rate: average frames a second, exact (24000/1001, never 23.976).
        variable_rate: whether frames last unequally.
        frames: how many frames, where the container or a scan tells; else an estimate.
        start: when the first frame is shown.
        duration: from the first frame's start to the last frame's end.
        pixel_aspect: width of a pixel over its height.
        transfer: how light is coded for HDR screens: ``pq``, ``hlg``, or empty for ordinary video.
    """

    index: int
    codec: str
    width: int
    height: int
    rotation: int
    rate: Fraction
    variable_rate: bool
    frames: int
    start: Fraction
    duration: Fraction
    pixel_aspect: Fraction = Fraction(1)
    transfer: str = ""

    @property
    def end(self) -> Fraction:
        """When the last frame ends."""
        return self.start + self.duration

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height as shown, after rotation and pixel aspect."""
        width, height = round(self.width * self.pixel_aspect), self.height
        return (height, width) if self.rotation in (90, 270) else (width, height)


@dataclass(frozen=True)
class SoundStream:
    """One sound track of the film; times as in ``PictureStream``.

    Attributes:
        index: the stream's number in the container.
        codec: the codec's name as ffmpeg spells it.
        sample_rate: hertz.
        channels: how many.
        layout: ffmpeg's name for the channel layout (``stereo``, ``5.1``).
        start: when its first sample sounds.
        duration: its length.
        language: ISO 639-2 code, or empty.
        default: whether the container marks it as the track to play.
    """

    index: int
    codec: str
    sample_rate: int
    channels: int
    layout: str
    start: Fraction
    duration: Fraction
    language: str = ""
    default: bool = False

    @property
    def end(self) -> Fraction:
        """When its last sample ends."""
        return self.start + self.duration


@dataclass(frozen=True)
class Tracks:
    """Which of a film's sound tracks are what, by their numbers from 1; None where nobody said.

    Attributes:
        dialogue: the dialogue.
        music: the music.
    """

    dialogue: int | None = None
    music: int | None = None


@dataclass(frozen=True)
class MediaFacts:
    """What is known of a film (or a photograph) before a pixel is decoded.

    Attributes:
        path: the file.
        container: ffmpeg's name of the format (``mov,mp4,m4a,3gp,3g2,mj2``).
        picture: the moving picture.
        sounds: the sound tracks, in the container's order.
        origin: the container's time of the film's zero, in seconds; what must be added to get its timestamps.
        timecode: the timecode of the first frame where the file has one.
        still: whether this is a photograph, not a film.
        subtitles: how many subtitle streams there are.
        chapters: how many chapters there are.
        warnings: sentences on what is odd about the file.
    """

    path: Path
    container: str
    picture: PictureStream
    sounds: tuple[SoundStream, ...] = ()
    origin: Fraction = Fraction(0)
    timecode: Timecode | None = None
    still: bool = False
    subtitles: int = 0
    chapters: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def sound(self) -> SoundStream | None:
        """The sound track that a player would play: the default one, else the first, else None."""
        return next((s for s in self.sounds if s.default), self.sounds[0] if self.sounds else None)

    @property
    def duration(self) -> Fraction:
        """The length of the film: from its zero to the end of whatever ends last, picture or sound track to play."""
        ends = [self.picture.end, *([self.sound.end] if self.sound else [])]
        return max(ends)

    @property
    def start_timecode(self) -> Timecode:
        """The timecode of the film's first frame, 00:00:00:00 where the file has none."""
        return self.timecode or Timecode(0, self.picture.rate)

    def timecode_at(self, time: Fraction) -> Timecode:
        """Return the timecode nearest to a time on the film's clock; never one before 00:00:00:00."""
        start = self.start_timecode
        frame = start.frame + to_frame(time - self.picture.start, start.rate)
        return Timecode(max(0, frame), start.rate, start.drop_frame)

    @property
    def time_reference(self) -> int:
        """Samples since midnight, at 48 kHz, of the film's zero, for Broadcast WAV files that start there.

        The timecode is that of the first frame, which may come after the film's zero.
        """
        return max(0, to_samples(self.start_timecode.time - self.picture.start)) if self.timecode else 0

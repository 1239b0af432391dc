"""The kinds of files that films are written to, and what each has no place for. What a muxer takes is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from v2a_foley.errors import OutputError

SOUND_ONLY = ".wav"
"""The output that holds no picture."""


@dataclass(frozen=True)
class Container:
    """One kind of output.

    Attributes:
        format: ffmpeg's name of the muxer.
        sound: ffmpeg's encoder of the new sound.
        lossless: whether that encoder keeps every bit.
        subtitles: ffmpeg's encoder for subtitles of another container that are text; empty where there is no place.
        timed: whether frames have times of their own, and tracks their own starts; else everything begins with the
            picture, whose frames last equally long.
        edits: whether frames can be there and stay hidden (an edit list).
        chapters: whether it holds chapters.
        timecode: whether it holds the timecode of the first frame.
        covers: whether it holds attached pictures.
        starts_at_zero: whether its clock may begin where the film's does.
    """

    format: str
    sound: str
    lossless: bool
    subtitles: str = ""
    timed: bool = True
    edits: bool = False
    chapters: bool = False
    timecode: bool = True
    covers: bool = False
    starts_at_zero: bool = True

    @property
    def quicktime(self) -> bool:
        """Whether it is one of QuickTime's family, with a clock of its own for every track."""
        return self.format in ("mp4", "mov")


_MP4 = Container("mp4", "aac", False, "mov_text", edits=True, chapters=True, covers=True)
CONTAINERS = {
    ".mp4": _MP4,
    ".m4v": _MP4,
    ".mov": Container("mov", "pcm_s24le", True, "mov_text", edits=True, chapters=True),
    ".mkv": Container("matroska", "flac", True, "subrip", chapters=True, covers=True),
    ".webm": Container("webm", "libopus", False, "webvtt", chapters=True),
    ".mxf": Container("mxf", "pcm_s24le", True, timed=False),
    ".ts": Container("mpegts", "aac", False, timecode=False, starts_at_zero=False),
    ".avi": Container("avi", "pcm_s24le", True, timed=False, timecode=False),
}
"""By suffix, in lower case."""


_OLDER = {"deu": "ger", "nld": "dut", "ell": "gre", "isl": "ice", "zho": "chi", "sqi": "alb", "mkd": "mac"}
"""Languages that QuickTime knows by the older one of their two ISO 639-2 codes."""


def spoken(language: str, target: Container) -> str:
    """Return a language's code as a container knows it."""
    return _OLDER.get(language, language) if target.format == "mov" else language


def container_of(output: Path) -> Container:
    """Return the kind of container that a name asks for.

    Raises:
        OutputError: none that films are written to here.
    """
    try:
        return CONTAINERS[output.suffix.lower()]
    except KeyError:
        known = ", ".join([*CONTAINERS, SOUND_ONLY])
        raise OutputError(
            f"A film cannot be written as {output.suffix or 'a file without a suffix'!r}.",
            hint=f"Name the output with one of {known}.",
        ) from None

"""What an output container can hold of a film: asked of the muxers themselves, before any work is done."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from math import lcm
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley.errors import MediaUnreadable, OutputError
from v2a_foley.ffmpeg import file_url
from v2a_foley.media import MediaFacts
from v2a_foley.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

SOUND_ONLY = ".wav"
"""The output that holds no picture."""

_CHAPTERS = {"SubtitleHandler", "TextHandler", "ChapterHandler", "Core Media Text", "Apple Text Media Handler"}
_FINEST = 1_000_000
"""The most ticks a second that an edit list counts in: at this rate 32 bits hold an hour."""
_MILLISECONDS = 1000
_TEXT_SUBTITLES = {"mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"}


@dataclass(frozen=True)
class Container:
    """One kind of output.

    Attributes:
        format: ffmpeg's name of the muxer.
        sound: ffmpeg's encoder of the new sound.
        lossless: whether that encoder keeps every bit.
        subtitles: ffmpeg's encoder for subtitles of another container that are text.
    """

    format: str
    sound: str
    lossless: bool
    subtitles: str


CONTAINERS = {
    ".mp4": Container("mp4", "aac", False, "mov_text"),
    ".m4v": Container("mp4", "aac", False, "mov_text"),
    ".mov": Container("mov", "pcm_s24le", True, "mov_text"),
    ".mkv": Container("matroska", "flac", True, "subrip"),
}
"""By suffix, in lower case."""


@dataclass(frozen=True)
class Plan:
    """What becomes of the film's streams, by their numbers in the film.

    Attributes:
        kept: copied, in this order; the picture, its attached pictures and everything else that is not sound.
        sounds: further sound tracks, copied behind the new one.
        reworded: subtitles among ``kept`` that are written anew as text of the other container.
        lost: sentences on what the container cannot hold.
        retag: whether an HEVC picture needs the tag that Apple's players ask for.
        picture_timescale: ticks a second of the picture's clock, to be kept in mp4 and mov; 0 to let ffmpeg choose.
        timescale: ticks a second in which edit lists count.
        steady_rate: frames a second of a constant picture whose container's clock is too coarse for it, so that its
            times are counted anew from the rate in mp4 and mov; None elsewhere.
        maker_tags: whether the metadata has a camera maker's own names, which mp4 and mov keep only if asked.
    """

    kept: tuple[int, ...]
    sounds: tuple[int, ...]
    reworded: frozenset[int]
    lost: tuple[str, ...]
    retag: bool = False
    picture_timescale: int = 0
    timescale: int = SAMPLE_RATE
    steady_rate: Fraction | None = None
    maker_tags: bool = False


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


def check_container(facts: MediaFacts, output: Path) -> None:
    """Refuse an output whose container cannot hold the film's picture, before work begins.

    Raises:
        OutputError: the suffix is unknown, or its container refuses the picture's codec.
        MediaUnreadable: the film cannot be opened.
    """
    if output.suffix.lower() != SOUND_ONLY:
        plan(facts, output)


def plan(facts: MediaFacts, output: Path) -> Plan:
    """Decide what becomes of each of the film's streams in the output's container.

    Raises:
        OutputError: the suffix is unknown, or its container refuses the picture's codec.
        MediaUnreadable: the film cannot be opened.
    """
    import av

    target = container_of(output)
    kept: list[int] = []
    sounds: list[int] = []
    reworded: set[int] = set()
    lost: list[str] = []
    played = facts.sound.index if facts.sound else None
    heard = {sound.index for sound in facts.sounds}
    try:
        film = av.open(file_url(facts.path), options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except (av.FFmpegError, OSError) as error:
        raise MediaUnreadable(f"{facts.path.name!r} cannot be read any more: {error.strerror}.") from error
    with film:
        for stream in film.streams:
            if stream.index == played or _made_anew(stream, facts):
                continue
            if stream.type == "audio" and stream.index not in heard:
                lost.append(f"The sound track {stream.index} cannot be read; it was left out.")
                continue
            if _holds(target.format, stream):
                (sounds if stream.type == "audio" else kept).append(stream.index)
            elif stream.index == facts.picture.index:
                raise OutputError(
                    f"{output.suffix} cannot hold the film's picture as it is ({facts.picture.codec}).",
                    hint=f"Name the output {output.stem}.mkv, which holds any picture.",
                )
            elif stream.type == "subtitle" and stream.codec_context and stream.codec_context.name in _TEXT_SUBTITLES:
                kept.append(stream.index)
                reworded.add(stream.index)
            else:
                lost.append(f"{output.suffix} cannot hold {_named(stream)}; it was left out.")
        picture = film.streams[facts.picture.index]
        if target.format == "matroska" and _starts_hidden(film, picture):
            raise OutputError(
                f"{output.suffix} cannot hide the frames before the film's beginning, as its edit list does.",
                hint=f"Name the output {output.stem}.mp4 or {output.stem}.mov.",
            )
        tagged = picture.codec_context is not None and picture.codec_context.codec_tag in ("hvc1", "hev1")
        ticks = picture.time_base.denominator if picture.time_base and picture.time_base.numerator == 1 else 0
        coarse = ticks == _MILLISECONDS and target.format in ("mp4", "mov")
        maker_tags = any(key.startswith("com.") for key in film.metadata)
    rate = facts.picture.rate
    common = lcm(ticks, SAMPLE_RATE) if ticks else SAMPLE_RATE
    return Plan(
        tuple(kept),
        tuple(sounds),
        frozenset(reworded),
        tuple(lost),
        retag=facts.picture.codec == "hevc" and not tagged,
        picture_timescale=ticks if "mov" in facts.container else 0,
        timescale=common if common <= _FINEST else SAMPLE_RATE,
        steady_rate=rate if coarse and not facts.picture.variable_rate and rate.denominator in (1, 1001) else None,
        maker_tags=maker_tags,
    )


def _starts_hidden(film: InputContainer, picture: Stream) -> bool:
    """Tell whether a picture begins with frames that are decoded and never shown."""
    first = next((packet for packet in film.demux(picture) if packet.size), None)
    return first is not None and first.is_discard


def _made_anew(stream: Stream, facts: MediaFacts) -> bool:
    """Tell whether the muxer writes a track by itself: timecode, and the text behind QuickTime's chapters."""
    if stream.type != "data":
        return False
    chapters = facts.chapters > 0 and "mov" in facts.container and stream.metadata.get("handler_name") in _CHAPTERS
    return "timecode" in stream.metadata or chapters


def _holds(muxer: str, stream: Stream) -> bool:
    """Ask a muxer whether it takes a stream, by having it write a header into memory."""
    import av

    try:
        with av.open(BytesIO(), "w", format=muxer) as file:
            file.add_stream_from_template(stream)
            file.start_encoding()
    except (ValueError, av.FFmpegError):
        return False
    return True


def _named(stream: Stream) -> str:
    """Name a stream for people."""
    codec = stream.codec_context.name if stream.codec_context else "unknown codec"
    kind = {"audio": "sound track", "subtitle": "subtitle track", "video": "picture"}.get(stream.type, "data track")
    return f"the {kind} {stream.index} ({codec})"

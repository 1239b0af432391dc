"""What an output container can hold of a film: asked of the muxers themselves, before any work is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO
from math import lcm
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley.errors import MediaUnreadable, OutputError
from v2a_foley.ffmpeg import file_url
from v2a_foley.media import MediaFacts
from v2a_foley.packets import packets
from v2a_foley.render.kinds import CONTAINERS, SOUND_ONLY, Container, container_of
from v2a_foley.render.trial import keeps, refusal, shift
from v2a_foley.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

_CHAPTERS = {"SubtitleHandler", "TextHandler", "ChapterHandler", "Core Media Text", "Apple Text Media Handler"}
_FINEST = 1_000_000
"""The most ticks a second that an edit list counts in: at this rate 32 bits hold an hour."""
_MILLISECONDS = 1000
_COVERS = {"mjpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "bmp": "image/bmp"}
"""Media types of attached pictures."""
_TICK = Fraction(2, 1000)
"""Seconds that are as good as none."""
_OFFERED = (".mkv", ".mov", ".mp4", ".webm", ".mxf", ".ts", ".avi")
"""In which order other containers are offered."""
_TRANSPORTED = {"dvb_subtitle", "dvb_teletext", "hdmv_pgs_subtitle", "mpeg2video", "h264", "hevc"}
"""What beside sound comes back from a transport stream."""
_TEXT_SUBTITLES = {"mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"}


@dataclass(frozen=True)
class Plan:
    """What becomes of the film's streams, by their numbers in the film.

    Attributes:
        kept: copied, in this order; the picture, its attached pictures and everything else that is not sound.
        sounds: further sound tracks, copied behind the new one.
        reworded: subtitles among ``kept`` that are written anew as text of the other container.
        lost: sentences on what the container cannot hold.
        cut: seconds of the film's beginning, before its picture, that the container leaves out.
        retag: whether an HEVC picture needs the tag that Apple's players ask for.
        picture_timescale: ticks a second of the picture's clock, to be kept in mp4 and mov; 0 to let ffmpeg choose.
        timescale: ticks a second in which edit lists count.
        steady_rate: frames a second of a constant picture whose container's clock is too coarse for it, so that its
            times are counted anew from the rate in mp4 and mov; None elsewhere.
        maker_tags: whether the metadata has a camera maker's own names, which mp4 and mov keep only if asked.
        covers: attached pictures that Matroska takes as files only: name, media type and content of each.
    """

    kept: tuple[int, ...]
    sounds: tuple[int, ...]
    reworded: frozenset[int]
    lost: tuple[str, ...]
    cut: Fraction = Fraction(0)
    retag: bool = False
    picture_timescale: int = 0
    timescale: int = SAMPLE_RATE
    steady_rate: Fraction | None = None
    maker_tags: bool = False
    covers: tuple[tuple[str, str, bytes], ...] = ()


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
    try:
        film = av.open(file_url(facts.path), options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except (av.FFmpegError, OSError) as error:
        raise MediaUnreadable(f"{facts.path.name!r} cannot be read any more: {error.strerror}.") from error
    with film:
        picture = film.streams[facts.picture.index]
        _check_picture(facts, output, target, film)
        cut = shift(facts, target)
        fates = _Fates(facts, output, target, cut, lost=_beginning_and_notes_lost(facts, output, target, cut))
        for stream in film.streams:
            if not _made_anew(stream, facts):
                fates.settle(stream)
        tagged = picture.codec_context is not None and picture.codec_context.codec_tag in ("hvc1", "hev1")
        ticks = picture.time_base.denominator if picture.time_base and picture.time_base.numerator == 1 else 0
        coarse = ticks == _MILLISECONDS and target.quicktime
        maker_tags = any(key.startswith("com.") for key in film.metadata)
    rate = facts.picture.rate
    common = lcm(ticks, SAMPLE_RATE) if ticks else SAMPLE_RATE
    return Plan(
        tuple(fates.kept),
        tuple(fates.sounds),
        frozenset(fates.reworded),
        tuple(fates.lost),
        cut,
        retag=facts.picture.codec == "hevc" and not tagged,
        picture_timescale=ticks if "mov" in facts.container else 0,
        timescale=common if common <= _FINEST else SAMPLE_RATE,
        steady_rate=rate if coarse and not facts.picture.variable_rate and rate.denominator in (1, 1001) else None,
        maker_tags=maker_tags,
        covers=_covers(facts, fates.covers),
    )


@dataclass
class _Fates:
    """Decides stream by stream what becomes of it."""

    facts: MediaFacts
    output: Path
    target: Container
    cut: Fraction
    kept: list[int] = field(default_factory=list)
    sounds: list[int] = field(default_factory=list)
    reworded: set[int] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    covers: list[int] = field(default_factory=list)

    def settle(self, stream: Stream) -> None:
        """Put a stream where it belongs; the sound that plays is replaced."""
        if stream.type == "audio":
            if self.facts.sound is None or stream.index != self.facts.sound.index:
                self._settle_sound(stream)
        elif self.target.format == "matroska" and _cover_type(stream):
            self.covers.append(stream.index)
        elif stream.index == self.facts.picture.index or _holds(self.target, stream):
            self.kept.append(stream.index)
        elif self.target.subtitles and _is_text(stream):
            self.kept.append(stream.index)
            self.reworded.add(stream.index)
        else:
            self.lost.append(f"{self.output.suffix} cannot hold {_named(stream)}; it was left out.")

    def _settle_sound(self, stream: Stream) -> None:
        sound = next((each for each in self.facts.sounds if each.index == stream.index), None)
        if sound is None:
            self.lost.append(f"The sound track {stream.index} cannot be read; it was left out.")
        elif not keeps(self.facts, stream.index, self.target):
            self.lost.append(f"{self.output.suffix} cannot hold {_named(stream)}; it was left out.")
        elif not self.target.timed and abs(sound.start - self.cut) > _TICK:
            self.lost.append(f"{self.output.suffix} cannot start {_named(stream)} when it shall; it was left out.")
        else:
            self.sounds.append(stream.index)


def _check_picture(facts: MediaFacts, output: Path, target: Container, film: InputContainer) -> None:
    """Refuse a container that cannot hold the picture unchanged."""
    if not target.edits and _starts_hidden(film, film.streams[facts.picture.index]):
        raise OutputError(
            f"{output.suffix} cannot hide the frames before the film's beginning, as its edit list does.",
            hint=f"Name the output {output.stem}.mp4 or {output.stem}.mov.",
        )
    why = refusal(facts, target)
    if why:
        raise OutputError(
            f"{output.suffix} cannot hold the film's picture as it is {why}.", hint=_where_instead(facts, output)
        )


def _beginning_and_notes_lost(facts: MediaFacts, output: Path, target: Container, cut: Fraction) -> list[str]:
    """Return what a container has no place for besides streams."""
    lost = []
    if cut > _TICK:
        lost.append(
            f"{output.suffix} begins with its picture; the {float(cut):.2f} s of sound before it were left out."
        )
    if facts.chapters and not target.chapters:
        lost.append(f"{output.suffix} cannot hold the {facts.chapters} chapters; they were left out.")
    if facts.timecode and not target.timecode:
        lost.append(f"{output.suffix} cannot hold the start timecode, {facts.timecode}; it was left out.")
    return lost


def _where_instead(facts: MediaFacts, output: Path) -> str:
    """Return which outputs can hold the picture, having asked them."""
    fitting = [
        suffix for suffix in _OFFERED if suffix != output.suffix.lower() and not refusal(facts, CONTAINERS[suffix])
    ]
    if not fitting:
        return "Convert the film to H.264 in mp4 or mov first, or name the output with .wav for the sound alone."
    also = f" ({', '.join(fitting[1:])} can hold it, too)" if fitting[1:] else ""
    return f"Name the output {output.stem}{fitting[0]}{also}."


def _starts_hidden(film: InputContainer, picture: Stream) -> bool:
    """Tell whether a picture begins with frames that are decoded and never shown."""
    first = next((packet for packet in packets(film, picture) if packet.size), None)
    return first is not None and first.is_discard


def _made_anew(stream: Stream, facts: MediaFacts) -> bool:
    """Tell whether the muxer writes a track by itself: timecode, and the text behind QuickTime's chapters."""
    if stream.type != "data":
        return False
    chapters = facts.chapters > 0 and "mov" in facts.container and stream.metadata.get("handler_name") in _CHAPTERS
    return "timecode" in stream.metadata or chapters


def _holds(target: Container, stream: Stream) -> bool:
    """Ask a muxer whether it takes a stream beside the picture, by having it write a header into memory.

    A transport stream's muxer takes everything, as private data that nobody reads.
    """
    import av
    from av.stream import Disposition

    codec = stream.codec_context.codec.canonical_name if stream.codec_context is not None else ""
    if stream.disposition & Disposition.attached_pic and not target.covers:
        return False
    if target.format == "mpegts" and codec not in _TRANSPORTED:
        return False
    try:
        with av.open(BytesIO(), "w", format=target.format) as file:
            file.add_stream_from_template(stream, opaque=True)
            file.start_encoding()
    except (ValueError, av.FFmpegError):
        return False
    return True


def _cover_type(stream: Stream) -> str:
    """Return the media type of an attached picture, or nothing where it is none."""
    from av.stream import Disposition

    if not stream.disposition & Disposition.attached_pic or stream.codec_context is None:
        return ""
    return _COVERS.get(stream.codec_context.codec.canonical_name, "")


def _covers(facts: MediaFacts, indices: list[int]) -> tuple[tuple[str, str, bytes], ...]:
    """Read attached pictures out of the film."""
    import av

    found = []
    for index in indices:
        with av.open(file_url(facts.path), options={"protocol_whitelist": "file"}, metadata_errors="replace") as film:
            stream = film.streams[index]
            content = next((bytes(packet) for packet in packets(film, stream) if packet.size), b"")
            kind = _cover_type(stream)
            name = stream.metadata.get("filename") or f"cover.{kind.removeprefix('image/')}"
        if content:
            found.append((name, kind, content))
    return tuple(found)


def _is_text(stream: Stream) -> bool:
    """Tell whether a stream is subtitles made of text."""
    return (
        stream.type == "subtitle" and stream.codec_context is not None and stream.codec_context.name in _TEXT_SUBTITLES
    )


def _named(stream: Stream) -> str:
    """Name a stream for people."""
    from av.stream import Disposition

    codec = stream.codec_context.codec.canonical_name if stream.codec_context else "unknown codec"
    kind = {"audio": "sound track", "subtitle": "subtitle track", "video": "picture"}.get(stream.type, "data track")
    if stream.disposition & Disposition.attached_pic:
        kind = "attached picture"
    return f"the {kind} {stream.index} ({codec})"

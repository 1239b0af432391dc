"""Puts the finished mix under the film's own picture: everything but the played sound is copied, nothing re-encoded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from v2a_foley import ffmpeg
from v2a_foley.errors import MediaUnreadable, RenderError
from v2a_foley.files import scratch_folder, translated, writing
from v2a_foley.media import MediaFacts
from v2a_foley.progress import Progress
from v2a_foley.render.containers import Plan, check_container, plan
from v2a_foley.render.flaws import flaw
from v2a_foley.render.kinds import SOUND_ONLY, Container, container_of, spoken
from v2a_foley.render.trial import local_input, micro, picture_options
from v2a_foley.render.verify import unnoted_languages, verify
from v2a_foley.timebase import SAMPLE_RATE

__all__ = ["SOUND_ONLY", "check_container", "mux"]

_NUMBERED_BY_CHANCE = {"matroska", "webm", "mxf"}
"""Formats whose files and tracks get random numbers unless ffmpeg is told that the same shall give the same bits."""
TITLE = "Foley mix"
"""The name of the new sound track."""


def mux(facts: MediaFacts, sound: Path, output: Path, *, progress: Progress | None = None) -> Path:
    """Write the film with a new sound.

    Picture, subtitles, chapters, attached pictures, metadata and further sound tracks are copied as far as the
    output's container can hold them; what it cannot hold is named in a warning. The new sound takes the place of the
    one that plays, and starts at the film's zero (in mxf and avi with the picture).

    Args:
        facts: the film.
        sound: the mix, as long as the film.
        output: where to; one of ``kinds.CONTAINERS``, or ``.wav`` for the sound alone. Is replaced.
        progress: asked whether to stop.

    Returns:
        ``output``, written whole and compared with the film, packet by packet.

    Raises:
        OutputError: the container cannot hold the picture, or the place cannot be written.
        MediaUnreadable: the film could not be copied because it is damaged itself.
        RenderError: ffmpeg failed, or what it wrote is not what it should be.
        DiskFull: the disk is full.
        Cancelled: the work was asked to stop. As with every failure, nothing is left behind.
    """
    progress = progress or Progress()
    if output.suffix.lower() == SOUND_ONLY:
        with writing(output) as part:
            _copy(sound, part)
        return output
    target, streams = container_of(output), plan(facts, output)
    for sentence in streams.lost:
        progress.warn(sentence)
    with writing(output) as part, scratch_folder() as room:
        arguments = _arguments(facts, sound, part, target, streams, _cover_files(streams, room))
        with _blamed(facts):
            ffmpeg.run(arguments, what="writing the film", progress=progress)
            verify(
                facts,
                part,
                sound=facts.duration - max(streams.cut, Fraction(0)),
                cut=streams.cut,
                at_zero=target.starts_at_zero,
                progress=progress,
            )
        for sentence in unnoted_languages(facts, part, target, output.suffix, streams.sounds):
            progress.warn(sentence)
    return output


@contextmanager
def _blamed(facts: MediaFacts) -> Iterator[None]:
    """Tell a film that is damaged itself from a failure of ours, where it could not be copied."""
    try:
        yield
    except RenderError as error:
        why = flaw(facts)
        if not why:
            raise
        raise MediaUnreadable(
            f"{facts.path.name!r} is damaged and cannot be copied: {why}.",
            hint="Bring it into a fresh file first (ffmpeg -i FILM -c copy NEW.mkv), or export it anew.",
        ) from error


def _cover_files(streams: Plan, room: Path) -> list[Path]:
    files = [room / f"cover{number}" for number in range(len(streams.covers))]
    for file, (_, _, content) in zip(files, streams.covers, strict=True):
        file.write_bytes(content)
    return files


def _copy(sound: Path, part: Path) -> None:
    try:
        shutil.copyfile(sound, part)
    except OSError as error:
        raise translated(error, part) from error


def _arguments(
    facts: MediaFacts, sound: Path, part: Path, target: Container, streams: Plan, covers: list[Path]
) -> list[str | Path]:
    """Return ffmpeg's arguments; timestamps are those of the film less its origin, so that the film starts at zero."""
    arguments: list[str | Path] = ["-copyts", "-itsoffset", micro(-facts.origin - streams.cut)]
    arguments += [
        *local_input(facts.path),
        *(["-ss", micro(streams.cut)] if streams.cut > 0 else []),
        *local_input(sound),
    ]
    new = streams.kept.index(facts.picture.index) + 1
    order = [f"0:{index}" for index in streams.kept]
    order[new:new] = ["1:a:0", *(f"0:{index}" for index in streams.sounds)]
    for stream in order:
        arguments += ["-map", stream]
    arguments += ["-map_metadata", "0", "-map_chapters", "0", "-c", "copy", "-copyinkf", "-copy_unknown"]
    for number, (file, (name, kind, _)) in enumerate(zip(covers, streams.covers, strict=True), len(order)):
        arguments += ["-attach", file, f"-metadata:s:{number}", f"mimetype={kind}"]
        arguments += [f"-metadata:s:{number}", f"filename={name}"]
    for index in streams.reworded:
        arguments += [f"-c:{order.index(f'0:{index}')}", target.subtitles]
    arguments += _sound_options(facts, target, new, streams.sounds)
    arguments += _quicktime_options(streams) if target.quicktime else picture_options(facts, target)
    if target.format in _NUMBERED_BY_CHANCE:
        arguments += ["-fflags", "+bitexact"]
    return [*arguments, "-f", target.format, ffmpeg.file_url(part)]


def _sound_options(facts: MediaFacts, target: Container, new: int, others: Sequence[int]) -> list[str]:
    """Return the options of the sound tracks: the new one is encoded and plays, the others are copied."""
    options = [f"-c:{new}", target.sound, "-disposition:a:0", "default"]
    languages = {sound.index: sound.language for sound in facts.sounds}
    for number, index in enumerate(others, 1):
        options += [f"-disposition:a:{number}", "0"]
        if languages.get(index):
            options += [f"-metadata:s:a:{number}", f"language={spoken(languages[index], target)}"]
    if not target.lossless:
        channels = facts.sound.channels if facts.sound else 2
        options += [f"-b:{new}", "256k" if channels <= 2 else "640k"]
    if target.format == "mpegts":  # it has no edit list that hides what an encoder puts before the first sample
        options += [f"-bsf:{new}", r"noise=drop=lt(pts\,0)"]
    language = spoken(facts.sound.language, target) if facts.sound else ""
    return [
        *options,
        f"-metadata:s:{new}",
        f"title={TITLE}",
        f"-metadata:s:{new}",
        f"handler_name={TITLE}",
        f"-metadata:s:{new}",
        f"language={language or 'und'}",
    ]


def _quicktime_options(streams: Plan) -> list[str]:
    """Return what keeps the picture's clock, its tag and its maker's metadata in mp4 and mov."""
    flags = "+faststart+use_metadata_tags" if streams.maker_tags else "+faststart"
    options = ["-movflags", flags, "-movie_timescale", str(streams.timescale)]
    if streams.picture_timescale:
        options += ["-video_track_timescale", str(streams.picture_timescale)]
    if streams.steady_rate:
        options += ["-bsf:v:0", _steady(streams.steady_rate)]
    if streams.retag:
        options += ["-tag:v:0", "hvc1"]
    return options


def _steady(rate: Fraction) -> str:
    """Return the filters that put frames' times, rounded to milliseconds by the container, back on the exact grid."""
    finer = max(1, SAMPLE_RATE // rate.numerator)  # so that a late start is not rounded to a frame
    ticks, frame = rate.numerator * finer, rate.denominator * finer

    def snapped(time: str) -> str:
        return f"STARTPTS+round(({time}-STARTPTS)/{frame})*{frame}"

    return f"setts=time_base=1/{ticks}:pts=PTS:dts=DTS,setts=pts={snapped('PTS')}:dts={snapped('DTS')}:duration={frame}"

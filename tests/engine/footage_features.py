"""What films may have beside pictures and a sound: how such a film is made for a container, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
from av.stream import Disposition

from tests import footage
from tests.engine.footage_films import ALPHA, CODECS, COLOURS, HDR, OPEN, REFRESH, Codec, film, once, remade, room, void
from v2a_foley.ffmpeg import file_url
from v2a_foley.video.probe import probe

CARRIER = {
    "mp4": "H.264", "mov": "H.264", "mkv": "H.264", "ts": "H.264",
    "webm": "VP9", "mxf": "H.264 without B-frames", "avi": "MPEG-4",
}  # fmt: skip
"""A codec that a container takes, so that what is tried is the feature."""


@dataclass(frozen=True)
class Feature:
    """One thing that a film may have.

    Attributes:
        make: makes a film that has it, with a picture that the container takes; None where that cannot be.
        kept: tells whether the second film has what the first one has.
        lands: whether the falling box is in the picture, so that its landing must be heard.
        late: seconds by which the box lands later than usual, where it is not by the picture's own start.
    """

    make: Callable[[str], Path | None]
    kept: Callable[[Path, Path], bool]
    lands: bool = True
    late: float | None = None


def _carrier(container: str) -> Codec:
    return CODECS[CARRIER[container]]


def _base(container: str, suffix: str = "mkv") -> Path:
    return film(_carrier(container), suffix)


def _seen(path: Path) -> av.VideoFrame:
    with av.open(str(path), metadata_errors="replace") as opened:
        return next(opened.decode(opened.streams.video[0]))


def _variable(container: str) -> Path:
    return film(
        _carrier(container), "mkv", "25", "-fps_mode", "passthrough", "-enc_time_base", "1/1000",
        filters="select='not(eq(mod(n\\,5)\\,3))'",
    )  # fmt: skip


def _late(container: str) -> Path:
    base = _base(container)
    again = ["-i", file_url(base), "-map", "1:v", "-map", "0:a", "-c", "copy"]
    return remade(base, "late", "mkv", "-itsoffset", "0.2", *again)


def _turned(container: str) -> Path:
    home = "mkv" if container == "webm" else "mp4"
    copy = ("-map", "0", "-c", "copy")
    return remade(_base(container, home), "turned", home, *copy, before=("-display_rotation", "-90"))


def _interlaced(container: str) -> Path | None:
    if container in ("webm", "avi"):
        return None
    codec = CODECS["MPEG-2, intra" if container == "mxf" else "H.264"]
    return film(codec, "mxf" if container == "mxf" else "mp4", "25", "-flags", "+ilme+ildct", "-field_order", "tt")


def _trimmed(container: str) -> Path:
    codec = CODECS["VP9" if container == "webm" else "MPEG-4" if container == "avi" else "H.264"]
    return remade(film(codec, "mp4"), "trimmed", "mp4", "-map", "0", "-c", "copy", before=("-ss", "0.3"))


def _tracks(container: str) -> Path:
    base = _base(container)
    tones = ["-f", "lavfi", "-i", "sine=300:d=1.2", "-f", "lavfi", "-i", "sine=500:d=1.2"]
    maps = ["-map", "0:v", "-map", "0:a", "-map", "1:a", "-map", "2:a", "-c", "copy", "-c:a:1", "ac3", "-c:a:2"]
    maps += ["libopus" if container == "webm" else "pcm_s16le" if container in ("mxf", "avi") else "mp3"]
    words = [
        option for n, lang in enumerate(("fra", "deu", "eng")) for option in (f"-metadata:s:a:{n}", f"language={lang}")
    ]
    return remade(base, f"tracks-{container}", "mkv", *tones, *maps, *words, "-disposition:a:0", "default")


def _languages(path: Path) -> list[str | None]:
    with av.open(str(path), metadata_errors="replace") as opened:
        named = [track.language for track in opened.streams.audio]
    return ["deu" if name == "ger" else name for name in named]  # two codes of one language


def _subtitled(container: str) -> Path:
    words = once("words.srt", lambda path: void(path.write_text("1\n00:00:00,200 --> 00:00:01,000\nHello.\n")))
    return remade(
        _base(container), "words", "mkv", "-i", str(words), "-map", "0", "-map", "1", "-c", "copy", "-c:s", "srt"
    )


def _words(path: Path) -> str:
    with av.open(str(path), metadata_errors="replace") as opened:
        if not opened.streams.subtitles:
            return ""
    out = room() / "read.srt"
    footage.ffmpeg("-i", path, "-map", "0:s:0", out)
    return out.read_text()


def _parted(container: str) -> Path:
    lines = [";FFMETADATA1"]
    for n, title in enumerate(("One", "Two")):
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={n * 600}", f"END={n * 600 + 600}", f"title={title}"]
    notes = once("parts.txt", lambda path: void(path.write_text("\n".join(lines) + "\n")))
    taken = ["-f", "ffmetadata", "-i", str(notes), "-map", "0", "-map_chapters", "1", "-c", "copy"]
    return remade(_base(container), "parts", "mkv", *taken)


def _chapters(path: Path) -> list[str]:
    with av.open(str(path), metadata_errors="replace") as opened:
        return [chapter["metadata"].get("title", "") for chapter in opened.chapters()]


def _covered(container: str) -> Path:
    cover = once("cover.jpg", lambda path: void(
        footage.ffmpeg("-f", "lavfi", "-i", "color=red:s=32x32:d=1", "-frames:v", "1", path)
    ))  # fmt: skip
    return remade(
        _base(container), "cover", "mkv", "-map", "0", "-c", "copy", "-attach", str(cover),
        "-metadata:s:t", "mimetype=image/jpeg", "-metadata:s:t", "filename=cover.jpg",
    )  # fmt: skip


def _covers(path: Path) -> int:
    with av.open(str(path), metadata_errors="replace") as opened:
        return sum(bool(stream.disposition & Disposition.attached_pic) for stream in opened.streams.video)


def _coded(timecode: str) -> Callable[[str], Path]:
    def make(container: str) -> Path:
        home = "mkv" if container == "webm" else "mov"
        notes = ["-metadata", f"timecode={timecode}"] if home == "mkv" else ["-timecode", timecode]
        return film(_carrier(container), home, "30000/1001", *notes)

    return make


def _bright(light: str) -> Callable[[str], Path]:
    return lambda container: film(HDR[light][container == "webm"], HDR[light][container == "webm"].home)


def _clear(container: str) -> Path:
    codec = ALPHA[container in ("webm", "mp4")]
    return film(codec, codec.home, filters="format=rgba,colorchannelmixer=aa=0.5")


def _depth(path: Path) -> bool:
    with av.open(str(path)) as opened:
        stream = opened.streams.video[0]
        notes = {key.lower(): value for key, value in stream.metadata.items()}
        return notes.get("alpha_mode") == "1" or "a" in (stream.codec_context.pix_fmt or "")[3:5]


def _grouped(codec: Codec) -> Callable[[str], Path | None]:
    return lambda container: None if container == "webm" else film(codec, codec.home)


def _sized(size: str, codec: Codec | None = None, frames: int = 30) -> Callable[[str], Path | None]:
    def make(container: str) -> Path | None:
        if codec is not None and container in ("webm", "avi"):
            return None
        chosen = codec or _carrier(container)
        return film(chosen, "mkv", "25", "-frames:v", str(frames), filters=f"scale={size}:flags=bilinear,setsar=1")

    return make


def _equal(look: Callable[[Path], object]) -> Callable[[Path, Path], bool]:
    return lambda before, after: look(before) == look(after)


def _same_size(before: Path, after: Path) -> bool:
    one, other = probe(before).picture, probe(after).picture
    return (one.width, one.height, one.pixel_aspect) == (other.width, other.height, other.pixel_aspect)


FEATURES = {
    "variable rate": Feature(_variable, _equal(lambda path: probe(path).picture.variable_rate)),
    "turned by 90°": Feature(_turned, _equal(lambda path: probe(path).picture.rotation), lands=False),
    "interlaced": Feature(_interlaced, _equal(lambda path: _seen(path).interlaced_frame)),
    "picture starts 0.2 s late": Feature(
        _late,
        lambda before, after: abs(probe(before).picture.start - probe(after).picture.start) <= 0.002,
    ),
    "edit list that hides frames": Feature(_trimmed, _equal(lambda path: probe(path).picture.frames), late=-0.3),
    "open groups of pictures": Feature(_grouped(OPEN), _same_size),
    "intra refresh": Feature(_grouped(REFRESH), _same_size),
    "three sound tracks, three languages": Feature(_tracks, _equal(_languages)),
    "subtitles": Feature(_subtitled, _equal(_words)),
    "chapters": Feature(_parted, _equal(_chapters)),
    "attached picture": Feature(_covered, _equal(_covers)),
    "timecode 01:00:00:00": Feature(_coded("01:00:00:00"), _equal(lambda path: str(probe(path).timecode))),
    "drop-frame timecode 00:59:59;28": Feature(_coded("00:59:59;28"), _equal(lambda path: str(probe(path).timecode))),
    "HDR, PQ": Feature(_bright("PQ"), _equal(lambda path: probe(path).picture.transfer)),
    "HDR, HLG": Feature(_bright("HLG"), _equal(lambda path: probe(path).picture.transfer)),
    "transparency": Feature(_clear, _equal(_depth)),
    "pixels of 16:15": Feature(lambda container: film(_carrier(container), "mkv", filters="setsar=16/15"), _same_size),
    "2 × 2": Feature(_sized("2:2"), _same_size, lands=False),
    "16 × 16": Feature(_sized("16:16"), _same_size, lands=False),
    "321 × 181": Feature(_sized("321:181", COLOURS), _same_size),
    "7680 × 4320": Feature(_sized("7680:4320", frames=3), _same_size, lands=False),
}

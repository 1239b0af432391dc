"""What a document says of the film: where it lies, what it is known by, and the facts that times stand on."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from v2a_foley.media import MediaFacts, PictureStream, SoundStream
from v2a_foley.project.model import Fingerprint
from v2a_foley.project.records.form import Form, Read, Write
from v2a_foley.project.records.values import (
    Hexadecimal,
    Plain,
    Whole,
    Wrong,
    as_plain,
    many,
    optional,
    read_each,
    shown,
    table,
    text,
    time,
    truth,
)
from v2a_foley.timebase import Timecode, as_text

T = TypeVar("T")
_MOST = 2**31
_count = Whole(0, _MOST)
_BIGGEST = 1 << 17
"""Pixels of a picture's side, at most."""


def _above_zero(most: int) -> Callable[[Plain], Fraction]:
    def read(value: Plain) -> Fraction:
        found = time(value)
        if not Fraction(1, most) <= found <= most:
            raise Wrong(f"is {shown(value)}, which is out of range")
        return found

    return read


def _length(value: Plain) -> Fraction:
    found = time(value)
    if found < 0:
        raise Wrong(f"is {shown(value)}, which is less than nothing")
    return found


def _rotation(value: Plain) -> int:
    if type(value) is not int or value not in (0, 90, 180, 270):
        raise Wrong(f"is {shown(value)}, not 0, 90, 180 or 270")
    return value


def _timecode(value: Plain) -> Timecode:
    record = table(value)
    frame = _inner("frame", lambda: _count(record.get("frame")))
    rate = _inner("rate", lambda: _rate(record.get("rate")))
    drop_frame = _inner("drop_frame", lambda: truth(record.get("drop_frame", False)))
    try:
        return Timecode(frame, rate, drop_frame)
    except ValueError as error:
        raise Wrong("is no timecode: numbers are dropped at 29.97 and 59.94 frames a second alone") from error


_rate = _above_zero(10**6)
_SIDE = Whole(1, _BIGGEST)
_PICTURE = Form(
    PictureStream,
    {
        "index": (_count, None),
        "codec": (text, None),
        "width": (_SIDE, None),
        "height": (_SIDE, None),
        "rotation": (_rotation, None),
        "rate": (_rate, as_text),
        "variable_rate": (truth, None),
        "frames": (_count, None),
        "start": (time, as_text),
        "duration": (_length, as_text),
        "pixel_aspect": (_above_zero(1000), as_text),
        "transfer": (text, None),
    },
)
_SOUND = Form(
    SoundStream,
    {
        "index": (_count, None),
        "codec": (text, None),
        "sample_rate": (Whole(1, _MOST), None),
        "channels": (Whole(0, 1024), None),
        "layout": (text, None),
        "start": (time, as_text),
        "duration": (_length, as_text),
        "language": (text, None),
        "default": (truth, None),
    },
)
_MEMBERS: dict[str, tuple[Read, Write | None]] = {
    "container": (text, None),
    "picture": (lambda value: value, None),
    "sounds": (lambda value: value, None),
    "origin": (time, as_text),
    "timecode": (
        optional(_timecode),
        lambda code: {"frame": code.frame, "rate": as_text(code.rate), "drop_frame": code.drop_frame},
    ),
    "still": (truth, None),
    "subtitles": (_count, None),
    "chapters": (_count, None),
    "warnings": (many(text), list),
}
_FACTS: Form[MediaFacts] = Form(MediaFacts, _MEMBERS)


def write_media(media: MediaFacts, path: str, film: Fingerprint | None, extra: Plain) -> dict[str, Any]:
    """Return what the document says of the film.

    Args:
        media: its facts.
        path: where it lies, from the project's folder.
        film: what its file is known by, where that is known.
        extra: what a newer program said of it: of the film, and under ``picture`` of its picture.
    """
    kept = table(as_plain(extra)) if extra else {}
    known = {} if film is None else {"size": film.size, "sample": film.sample}
    record = {"path": path, **known, **_FACTS.write(media)}
    record["picture"] = {**kept.get("picture", {}), **_PICTURE.write(media.picture)}
    if media.sounds:
        record["sounds"] = [_SOUND.write(each) for each in media.sounds]
        for sound, more in zip(record["sounds"], kept.get("sounds", []), strict=False):
            sound.update({key: value for key, value in more.items() if key not in sound})
    return {**{key: value for key, value in kept.items() if key not in ("picture", "sounds")}, **record}


def read_media(value: Plain, path: Path) -> tuple[MediaFacts, Fingerprint | None, dict[str, Any]]:
    """Return the film's facts, what its file is known by, and what is said that is not known.

    Args:
        value: the document's ``media``.
        path: where the film lies; what the document says of that is not looked at here.

    Raises:
        Wrong: something is not what it should be.
    """
    record = {key: each for key, each in table(value).items() if key not in ("path", "size", "sample")}
    values, extra = _FACTS.values(record)
    picture, more = _inner("picture", lambda: _PICTURE.values(values["picture"]))
    if more:
        extra["picture"] = more
    sounds = _inner("sounds", lambda: read_each(values.get("sounds", []), _SOUND.values))
    if any(more for _, more in sounds):
        extra["sounds"] = [more for _, more in sounds]
    values["picture"] = PictureStream(**picture)
    values["sounds"] = tuple(SoundStream(**sound) for sound, _ in sounds)
    return MediaFacts(path=path, **values), read_fingerprint(value), extra


def read_fingerprint(value: Plain) -> Fingerprint | None:
    """Return what the film's file is known by; None where the document does not say.

    Raises:
        Wrong: it is not what it should be.
    """
    record = table(value)
    if "size" not in record and "sample" not in record:
        return None
    size = _inner("size", lambda: Whole(0, 2**63)(record.get("size")))
    return Fingerprint(size, _inner("sample", lambda: Hexadecimal(64)(record.get("sample"))))


def _inner(key: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except Wrong as error:
        raise error.within(key) from error

r"""REAPER's projects (``.rpp``): a track a lane, an item an item, further takes as takes, the film as video.

REAPER counts in seconds; they are written with 14 places, so that no sample at 48 kHz is lost within days. What it has
no place for is lost: the roles of lanes (their colours stay), notes and lengths of items' marks, control characters in
names, and back quotes where a name also holds both other quotes. Written from what is known of the format, and read
back by another parser of it; not verified in REAPER itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from v2a_foley.errors import OutputError
from v2a_foley.files import readable, write_text
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.interchange.places import pure
from v2a_foley.timebase import SAMPLE_RATE, nearest

_PLACES = 14
_BREAKS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_HOURS_RULER = 5
"""REAPER's number of the ruler that shows hours, minutes, seconds and frames."""
_COLOURS = {
    Role.PICTURE: (90, 90, 110),
    Role.ORIGINAL: (70, 130, 180),
    Role.BACKGROUND: (70, 150, 90),
    Role.EFFECTS: (200, 120, 50),
    Role.FOLEY: (170, 90, 170),
    Role.STEM: (140, 140, 140),
}
_MARK_COLOURS = {
    "red": (220, 50, 50),
    "orange": (240, 140, 40),
    "yellow": (230, 210, 50),
    "green": (60, 180, 80),
    "cyan": (60, 190, 200),
    "blue": (60, 100, 220),
    "purple": (150, 80, 200),
}
_SOURCES = {
    ".wav": "WAVE", ".bwf": "WAVE", ".w64": "WAVE", ".rf64": "WAVE", ".aif": "WAVE", ".aiff": "WAVE",
    ".flac": "FLAC", ".mp3": "MP3", ".ogg": "VORBIS", ".opus": "VORBIS",
}  # fmt: skip


def write_rpp(edit: Edit, path: Path) -> None:
    """Write an edit as a REAPER project, in one step; media are named, not touched.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written, or a medium's path cannot be held by the format.
    """
    write_text(path, rpp_of(edit))


def rpp_of(edit: Edit) -> str:
    """Return an edit as the text of a REAPER project; the same edit gives the same text.

    Raises:
        OutputError: a medium's path holds a line break, or all three kinds of quotes.
    """
    base, dropped = _ruler(edit)
    lines = [
        '<REAPER_PROJECT 0.1 "7.0" 0',
        f"  PROJOFFS {seconds(edit.start.time)} 0 0",
        f"  TIMEMODE {_HOURS_RULER} {_HOURS_RULER} -1 {base} {dropped} 0 -1",
        f"  SMPTESYNC 0 {float(edit.rate):.6f} 100 40 1000 300 0 0 1 0 0",
        f"  SAMPLERATE {SAMPLE_RATE} 1 0",
        "  TEMPO 120 4 4",
        f"  TITLE {quoted(edit.name)}",
    ]
    for number, mark in enumerate(edit.marks, start=1):
        lines += [f"  {line}" for line in _marker(number, mark)]
    heard = {item.medium.path for lane in edit.sounds if lane.enabled for item in lane.items if item.medium}
    for number, lane in enumerate(edit.lanes):
        lines += [f"  {line}" for line in _track(edit, lane, number, heard)]
    return "\n".join([*lines, ">", ""])


def seconds(time: Fraction) -> str:
    """Write seconds with 14 places, correctly rounded."""
    whole, part = divmod(nearest(abs(time) * 10**_PLACES), 10**_PLACES)
    return f"{'-' if time < 0 else ''}{whole}.{part:0{_PLACES}d}"


def quoted(text: str) -> str:
    """Put a text between the quotes that it does not hold; there is no escape, so that back quotes may become ``'``."""
    text = _BREAKS.sub(" ", readable(text))
    for quote in "\"'`":
        if quote not in text:
            return f"{quote}{text}{quote}"
    return "`" + text.replace("`", "'") + "`"


def _ruler(edit: Edit) -> tuple[int, int]:
    """Return the ruler's frames a second, and 1 where numbers are dropped, 2 at NTSC rates without, else 0."""
    if edit.start.drop_frame:
        return edit.start.base, 1
    return edit.start.base, 2 if edit.rate.denominator == 1001 else 0


def _guid(edit: Edit, *parts: object) -> str:
    name = "/".join(["v2a_foley.rpp", readable(edit.name), *map(str, parts)])
    return f"{{{str(uuid5(NAMESPACE_URL, name)).upper()}}}"


def _colour(rgb: tuple[int, int, int] | None) -> int:
    return 0 if rgb is None else 1 << 24 | rgb[2] << 16 | rgb[1] << 8 | rgb[0]


def _marker(number: int, mark: Mark) -> Iterator[str]:
    """Yield a marker's line, or a region's two."""
    text = " ".join(each for each in (mark.name, mark.note) if each)
    region, colour = int(mark.duration > 0), _colour(_MARK_COLOURS.get(mark.colour))
    yield f"MARKER {number} {seconds(mark.time)} {quoted(text)} {region} {colour}"
    if region:
        yield f'MARKER {number} {seconds(mark.time + mark.duration)} "" 1'


def _track(edit: Edit, lane: Lane, number: int, heard: set[str]) -> Iterator[str]:
    guid = _guid(edit, number)
    yield f"<TRACK {guid}"
    yield f"  NAME {quoted(lane.name)}"
    yield f"  PEAKCOL {_colour(_COLOURS.get(Role.PICTURE if lane.kind is LaneKind.PICTURE else lane.role))}"
    yield "  VOLPAN 1 0 -1 -1 1"
    yield f"  MUTESOLO {int(not lane.enabled)} 0 0"
    channels = max((item.medium.channels for item in lane.items if item.medium), default=2)
    yield f"  NCHAN {max(2, channels + channels % 2)}"
    yield f"  TRACKID {guid}"
    for place, item in enumerate(lane.items):
        # REAPER plays a video's sound from every track; the lane of the film's own sound plays it already.
        silent = lane.kind is LaneKind.PICTURE and item.medium is not None and item.medium.path in heard
        for line in _item(edit, item, (number, place), silent=silent):
            yield f"  {line}"
    yield ">"


def _item(edit: Edit, item: Item, where: tuple[int, int], *, silent: bool) -> Iterator[str]:
    yield "<ITEM"
    yield f"  POSITION {seconds(item.start)}"
    yield "  SNAPOFFS 0"
    yield f"  LENGTH {seconds(_length(item))}"
    yield "  LOOP 0"
    yield "  ALLTAKES 0"
    yield f"  FADEIN 0 {seconds(item.fade_in)} 0 0 0 0 0"
    yield f"  FADEOUT 0 {seconds(item.fade_out)} 0 0 0 0 0"
    yield f"  MUTE {int(not item.enabled)} 0"
    yield f"  IGUID {_guid(edit, *where, 'item')}"
    volume = 0.0 if silent else 10 ** (item.gain / 20)
    for number, (name, medium) in enumerate([(item.name, item.medium), *item.others.items()]):
        if number:
            yield "  TAKE"
        yield f"  NAME {quoted(name)}"
        # An item's own volume holds for all of its takes; that of a take stays at 1.
        yield "  TAKEVOLPAN 0 1 -1" if number else f"  VOLPAN {volume:.15g} 0 1 -1"
        at = _offset(item, medium)
        yield f"  SOFFS {seconds(at)}"
        yield "  PLAYRATE 1 1 0 -1 0 0.0025"
        yield "  CHANMODE 0"
        yield f"  GUID {_guid(edit, *where, number)}"
        if not number:
            for mark in item.marks:
                colour = _colour(_MARK_COLOURS.get(mark.colour))
                yield f"  TKM {seconds(at + mark.time)} {quoted(mark.name)} {colour}"
        if medium is not None and medium.path:
            yield f"  <SOURCE {_kind(medium)}"
            yield f"    FILE {_file(medium)}"
            yield "  >"
    yield ">"


def _offset(item: Item, medium: Medium | None) -> Fraction:
    """Return where a take begins in its file, which REAPER counts from 0; further takes are alike in that."""
    return item.source - item.medium.start if item.medium is not None and medium is not None else Fraction(0)


def _length(item: Item) -> Fraction:
    """Return an item's length, cut where its medium ends."""
    medium = item.medium
    if medium is None or not medium.duration:
        return item.duration
    left = medium.start + medium.duration - item.source
    return min(item.duration, left) if left > 0 else item.duration


def _kind(medium: Medium) -> str:
    return "VIDEO" if medium.rate is not None else _SOURCES.get(pure(medium.path).suffix.lower(), "VIDEO")


def _file(medium: Medium) -> str:
    if _BREAKS.search(medium.path) or all(quote in medium.path for quote in "\"'`"):
        raise OutputError(
            f"REAPER's projects cannot hold the name of {readable(medium.path)!r}.",
            hint="Rename the file: no line breaks, and not all of the quotes \" ' `.",
        )
    return quoted(medium.path)

"""Writes a timeline as a CMX 3600 edit decision list (``.edl``): cuts of one picture lane and up to four sounds.

A lane of sound takes one of the channels A, A2, A3 and A4, whatever its own channels, as today's editors read it (the
last two as ``NONE`` with an ``AUD`` line). Record times are counted from the timeline's start, source times in the
source's own timecode. Where a source counts another rate than the timeline, an ``M2`` line says at which speed it
plays, and a comment of ours, ``* SOURCE RATE:``, the exact rate. A gap at the head is an event of black, so that the
list tells where the timeline begins.

Lost are gains, fades, lanes' names, further takes, the length of media, and what is disabled, which is left out: a list
could not keep it from playing. Markers are ``* LOC:`` comments at the timeline's times, an item's among them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from v2a_foley.errors import OutputError
from v2a_foley.files import write_text
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.interchange.frames import Span, marks_on_frames, plain, spans, timebase_of
from v2a_foley.interchange.places import pure
from v2a_foley.timebase import Timecode, nearest, to_frame

CHANNELS = ("A", "A2", "A3", "A4")
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "red": "RED",
        "orange": "ORANGE",
        "yellow": "YELLOW",
        "green": "GREEN",
        "cyan": "CYAN",
        "blue": "BLUE",
        "purple": "MAGENTA",
        "": "WHITE",
    }
)
"""What a locator calls a marker's colour."""
BLACK = frozenset({"BL", "BLK", "BLACK"})
"""Reels that are no source but black, or silence."""
NO_REEL = "AX"
"""The reel of what has none."""
_RESERVED = BLACK | {NO_REEL, "NONE", "BARS"}
_HOURS = 100


def write_edl(edit: Edit, path: Path, *, lanes: Sequence[str] | None = None) -> None:
    """Write a timeline as an edit decision list, in one step.

    Args:
        edit: the timeline.
        path: the file to write.
        lanes: names of the lanes to write, one of pictures and four of sounds at most; a list a lane is common. By
            default the lowest enabled lane of pictures and the first four enabled lanes of sounds, as far as
            there is something on them.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written, a lane is not there, more lanes are asked for than a list holds,
            nothing lies on them, or the timeline's frames have no timecode.
    """
    write_text(path, edl_of(edit, lanes=lanes))


def held_by_edl(edit: Edit, *, lanes: Sequence[str] | None = None) -> Edit:
    """Return what an edit decision list can hold of a timeline's lanes (``write_edl``).

    Media keep their path, and their rate where they are pictures or count another than the timeline's; their sources
    are counted from 00:00:00:00, since a list does not tell where a medium begins.

    Raises:
        OutputError: as ``write_edl``.
    """
    sheet = _Sheet(edit, lanes)
    held = []
    for channel, lane in sheet.lanes.items():
        picture = channel == "V"
        items = []
        for item, span in sheet.laid[channel]:
            count = _count(item.medium, edit.rate)
            reel = sheet.reels.of(item.medium)
            own = count if picture or count != edit.rate else None
            path = plain(item.medium.path) if item.medium else ""
            medium = Medium(path, name="" if path else reel, rate=own) if reel != NO_REEL else None
            name = plain(item.name) or _fallback(path, reel)
            begin, duration = span.start / edit.rate, (span.end - span.start) / edit.rate
            items.append(Item(name, begin, duration, medium, _first(item, span, count).time, facts=item.facts))
        held.append(Lane(channel, lane.kind, tuple(items), Role.PICTURE if picture else Role.OTHER))
    start = Timecode(max(0, edit.start.frame), edit.rate, edit.start.drop_frame)
    return Edit(plain(edit.name), edit.rate, start, tuple(held), None, sheet.marks, edit.facts)


def _fallback(path: str, reel: str) -> str:
    return pure(path).name or reel


class _Reels:
    """Names of eight characters for media, one a path; further ones that would be alike are numbered."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.taken: set[str] = set()

    def of(self, medium: Medium | None) -> str:
        if medium is None or not (plain(medium.path) or plain(medium.name)):
            return NO_REEL
        path = plain(medium.path)
        key = f"path {path}" if path else f"name {plain(medium.name)}"
        if key not in self.names:
            self.names[key] = self._free(pure(path).stem if path else plain(medium.name))
            self.taken.add(self.names[key])
        return self.names[key]

    def _free(self, text: str) -> str:
        letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
        base = re.sub(r"[^A-Z0-9_]+", "_", letters).strip("_")[:8] or "REEL"
        base = f"{base}_" if base in _RESERVED else base
        name, number = base, 1
        while name in self.taken:
            number += 1
            name = f"{base[: 8 - len(str(number))]}{number}"
        return name


class _Sheet:
    """What of a timeline a list holds: lanes by their channel, laid on frames; reels; markers."""

    def __init__(self, edit: Edit, names: Sequence[str] | None) -> None:
        if timebase_of(edit.rate) is None:
            raise OutputError(
                f"An edit decision list counts whole or NTSC frames a second, not {edit.rate}.",
                hint="Bring the film to a constant usual frame rate, or choose FCPXML or OTIO.",
            )
        self.lanes = _channels(edit, names)
        self.laid = {channel: list(_lay(lane, edit.rate)) for channel, lane in self.lanes.items()}
        self.lanes = {channel: lane for channel, lane in self.lanes.items() if self.laid[channel]}
        if not self.lanes:
            raise OutputError("There is nothing that an edit decision list can hold.", hint="Choose lanes with clips.")
        self.reels = _Reels()
        for channel in self.lanes:
            for item, _ in self.laid[channel]:
                self.reels.of(item.medium)
        marks = list(edit.marks)
        for channel in self.lanes:
            for item, span in self.laid[channel]:
                marks += [
                    Mark(span.start / edit.rate + mark.time, mark.name, colour=mark.colour) for mark in item.marks
                ]
        self.marks = tuple(
            Mark(mark.time, mark.name, colour=mark.colour if mark.colour in COLOURS else "")
            for mark in marks_on_frames(marks, edit.rate)
        )
        last = max(span.end for channel in self.lanes for _, span in self.laid[channel])
        last = max(last, *(to_frame(mark.time, edit.rate) for mark in self.marks), 0)
        latest = edit.start + last
        if latest.frame >= _HOURS * 3600 * latest.base:
            raise OutputError("The timeline ends after 99 hours of timecode.", hint="Choose another format.")


def _channels(edit: Edit, names: Sequence[str] | None) -> dict[str, Lane]:
    chosen: list[Lane] = []
    if names is None:
        full = [lane for lane in edit.lanes if lane.enabled and any(item.enabled for item in lane.items)]
        chosen += [lane for lane in full if lane.kind is LaneKind.PICTURE][:1]
        chosen += [lane for lane in full if lane.kind is LaneKind.SOUND][: len(CHANNELS)]
    for name in names or ():
        found = next((lane for lane in edit.lanes if lane.name == name and lane not in chosen), None)
        if found is None:
            raise OutputError(f"There is no lane {name!r} to write.", hint="Name lanes of the timeline, each once.")
        chosen.append(found)
    pictures = [lane for lane in chosen if lane.kind is LaneKind.PICTURE]
    sounds = [lane for lane in chosen if lane.kind is LaneKind.SOUND]
    if len(pictures) > 1 or len(sounds) > len(CHANNELS):
        raise OutputError(
            f"An edit decision list holds one lane of pictures and {len(CHANNELS)} of sounds, not {len(pictures)} and"
            f" {len(sounds)}.",
            hint="Write a list for each lane.",
        )
    return {**dict(zip(("V",), pictures, strict=False)), **dict(zip(CHANNELS, sounds, strict=False))}


def _count(medium: Medium | None, rate: Fraction) -> Fraction:
    """Return the rate that a medium's source times are counted in."""
    medium = _known(medium)
    own = None if medium is None else medium.timecode.rate if medium.timecode is not None else medium.rate
    return own if own is not None and timebase_of(own) is not None else rate


def _known(medium: Medium | None) -> Medium | None:
    """Return a medium that a list can name; one without path and name is none."""
    return medium if medium is not None and (plain(medium.path) or plain(medium.name)) else None


def _lay(lane: Lane, rate: Fraction) -> Iterable[tuple[Item, Span]]:
    def told(item: Item) -> tuple[Item, Fraction, Fraction, Fraction]:
        medium = item.medium or Medium("")
        return item, _count(item.medium, rate), medium.start, medium.duration

    return spans((told(item) for item in lane.items if item.enabled), rate)


def _first(item: Item, span: Span, count: Fraction) -> Timecode:
    """Return the source timecode at which an item begins."""
    medium = _known(item.medium)
    if medium is None:
        return Timecode(span.first, count)
    timecode = medium.timecode
    if timecode is None or timecode.rate != count or timecode.frame < 0:
        timecode = Timecode(max(0, to_frame(medium.start, count)), count)
    return timecode + span.first


@dataclass(frozen=True)
class _Event:
    channel: str
    reel: str
    source: tuple[Timecode, Timecode]
    record: tuple[Timecode, Timecode]
    comments: tuple[str, ...]


def edl_of(edit: Edit, *, lanes: Sequence[str] | None = None) -> str:
    """Return a timeline's edit decision list (``write_edl``).

    Raises:
        OutputError: as ``write_edl``.
    """
    sheet = _Sheet(edit, lanes)
    start = Timecode(max(0, edit.start.frame), edit.rate, edit.start.drop_frame)
    events = []
    for channel in sheet.lanes:
        events += [
            _event(channel, item, span, sheet.reels.of(item.medium), start) for item, span in sheet.laid[channel]
        ]
    events.sort(key=lambda event: event.record[0].frame)
    first = events[0].record[0]
    if first != start:
        zero = Timecode(0, edit.rate)
        gap = (zero, zero + (first.frame - start.frame))
        events.insert(0, _Event(next(iter(sheet.lanes)), "BL", gap, (start, first), ()))
    waiting = list(sheet.marks)
    lines = [f"TITLE: {plain(edit.name)}".strip(), f"FCM: {'DROP FRAME' if start.drop_frame else 'NON-DROP FRAME'}", ""]
    for number, event in enumerate(events, start=1):
        lines += _lines(number, event)
        following = events[number].record[0].frame if number < len(events) else None
        while waiting and (following is None or start.frame + to_frame(waiting[0].time, edit.rate) < following):
            mark = waiting.pop(0)
            time = start + to_frame(mark.time, edit.rate)
            lines.append(f"* LOC: {time} {COLOURS[mark.colour]:<7} {mark.name}".rstrip())
        lines.append("")
    return "\n".join(lines)


def _event(channel: str, item: Item, span: Span, reel: str, start: Timecode) -> _Event:
    count = _count(item.medium, start.rate)
    source, path = _first(item, span, count), plain(item.medium.path) if item.medium else ""
    comments = [f"* FROM CLIP NAME: {plain(item.name) or _fallback(path, reel)}"]
    comments += [f"* SOURCE FILE: {path}"] if path else []
    if count != start.rate:
        speed = f"{nearest(count * 10) / 10:05.1f}"
        comments = [f"M2   {reel:<8}  {speed}                {source}", *comments, f"* SOURCE RATE: {count}"]
    sources = (source, source + (span.last - span.first))
    return _Event(channel, reel, sources, (start + span.start, start + span.end), tuple(comments))


def _lines(number: int, event: _Event) -> list[str]:
    extra = event.channel in CHANNELS[2:]
    times = " ".join(str(time) for time in (*event.source, *event.record))
    line = f"{number:03d}  {event.reel:<8} {'NONE' if extra else event.channel:<5} C        {times}"
    return [line, *([f"AUD  {event.channel[1:]}"] if extra else []), *event.comments]

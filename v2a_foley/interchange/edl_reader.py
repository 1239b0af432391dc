"""Reads CMX 3600 edit decision lists as Resolve, Premiere Pro, Avid and ``edl.py`` write them.

Each channel becomes a lane. Dissolves and wipes become cuts at their middle, black is a gap, a speed (``M2``) is taken
at its length on the timeline. A list does not say its rate: whoever reads it does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from v2a_foley.errors import TimelineError
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.interchange.edl import BLACK, CHANNELS, COLOURS, NO_REEL
from v2a_foley.interchange.frames import apart
from v2a_foley.interchange.places import pure
from v2a_foley.interchange.untrusted import counted, rate_from, text_of
from v2a_foley.timebase import Timecode, drop_frame_possible

_TIME = r"\d{2}:\d{2}:\d{2}[:;.,]\d{2,3}"
_EVENT = re.compile(
    rf"^\s*(\d{{1,6}})\s+(\S(?:.{{0,120}}?\S)?)\s+([A-Z][A-Z0-9/]{{0,7}})\s+(C|D|W\d{{1,4}}|KB?|KO)\s*(\d{{1,5}})?"
    rf"\s+({_TIME})\s+({_TIME})\s+({_TIME})\s+({_TIME})\s*$"
)
_AUDIO = re.compile(r"^AUD\s+([\d\s]+)$")
_LOCATOR = re.compile(rf"^\*\s?LOC:\s+({_TIME})\s+([A-Z]+)\s*(.*)$")
_COMMENT = re.compile(r"^\*\s?(FROM CLIP NAME|TO CLIP NAME|SOURCE FILE|SOURCE RATE):[ \t]?(.*)$")
_NAMES = {name: colour for colour, name in COLOURS.items()}
_DROPPED = Fraction(30_000, 1001)
_LONGEST = 4000
"""Characters of a line that is looked at."""
_HINT = "Export the list again as CMX 3600, or as FCP7 XML."


def read_edl(path: Path, *, rate: Fraction | None = None) -> Edit:
    """Read an edit decision list.

    Args:
        path: the file.
        rate: frames a second of its record times. Without one, only a list of drop-frame times is read (29.97).

    Raises:
        TimelineError: it is no such list, its rate is not known, or a time in it does not exist.
    """
    return _Reading(path, rate).edit()


@dataclass
class _Event:
    """One event, as its lines are read.

    Attributes:
        number: as the list has it; a dissolve's two lines share one.
        channels: that it lies on.
        reel: the source's name.
        middle: frames from its start to the middle of the transition that it begins with.
        times: source in and out, record in and out, as written.
        line: where it stands.
        name: the clip's.
        file: the source's path.
        count: the source's frames a second; None: the timeline's.
    """

    number: str
    channels: tuple[str, ...]
    reel: str
    middle: int
    times: tuple[str, str, str, str]
    line: int
    name: str = ""
    file: str = ""
    count: Fraction | None = None


class _Reading:
    """One list on its way."""

    def __init__(self, path: Path, rate: Fraction | None) -> None:
        self._path = path
        self._title, self._drop = "", False
        self._events: list[_Event] = []
        self._locators: list[tuple[str, str, str, int]] = []
        self._read()
        if rate is None and not self._drop:
            raise TimelineError(
                f"{path.name!r} is a list that does not say its frames a second.", hint="Give them with --rate."
            )
        self._rate = _DROPPED if rate is None else rate_from(rate, path)
        self._drop = self._drop and drop_frame_possible(self._rate)
        if not self._events:
            raise TimelineError(f"{path.name!r} holds no event of a CMX 3600 list.", hint=_HINT)
        # Lists that write ; for drop-frame mean : where they write it; others say it once, for all times.
        self._marked = any(";" in time for event in self._events for time in event.times[2:])

    def edit(self) -> Edit:
        start = min((self._record(event.times[2], event.line) for event in self._events), key=lambda time: time.frame)
        rows: dict[str, list[Item]] = {}
        for event in self._events:
            item = self._item(event, start)
            for channel in event.channels:
                row = rows.setdefault(channel, [])
                if event.middle and row and row[-1].end == item.start - event.middle / self._rate:
                    row[-1] = replace(row[-1], duration=row[-1].duration + event.middle / self._rate)
                if item.duration > 0 and event.reel.upper() not in BLACK:
                    row.append(item if channel == "V" else self._heard(item, event))
        lanes = tuple(
            Lane(
                channel,
                LaneKind.PICTURE if channel == "V" else LaneKind.SOUND,
                apart(rows[channel]),
                Role.PICTURE if channel == "V" else Role.OTHER,
            )
            for channel in sorted(rows, key=_order)
            if rows[channel]
        )
        marks = tuple(
            Mark((self._record(time, line).frame - start.frame) / self._rate, name, colour=_NAMES.get(colour, ""))
            for time, colour, name, line in self._locators
        )
        return Edit(self._title, self._rate, start, lanes, None, tuple(sorted(marks, key=lambda mark: mark.time)))

    def _read(self) -> None:
        for number, raw in enumerate(text_of(self._path).splitlines(), start=1):
            line = raw[:_LONGEST].rstrip()
            if line.startswith("TITLE:"):
                self._title = self._title or line[6:].strip()
            elif line.startswith("FCM:"):
                self._drop = self._drop or "NON" not in line.upper()
            elif found := _EVENT.match(line):
                counted(len(self._events) + 1, self._path)
                kind, length = found[4], int(found[5] or 0)
                self._events.append(
                    _Event(
                        found[1],
                        _channels_of(found[3]),
                        found[2],
                        0 if kind == "C" else length // 2,
                        (found[6], found[7], found[8], found[9]),
                        number,
                    )
                )
            elif found := _AUDIO.match(line):
                if self._events:
                    more = tuple(f"A{each}" for each in found[1].split() if each in {"3", "4"})
                    self._events[-1].channels += more
            elif found := _LOCATOR.match(line):
                counted(len(self._locators) + 1, self._path)
                self._locators.append((found[1], found[2], found[3], number))
            elif self._events and (found := _COMMENT.match(line)):
                self._comment(found[1], found[2])

    def _comment(self, what: str, text: str) -> None:
        last = self._events[-1]
        if what == "FROM CLIP NAME":
            paired = last.middle and len(self._events) > 1 and self._events[-2].number == last.number
            (self._events[-2] if paired else last).name = text
        elif what == "TO CLIP NAME":
            last.name = text
        elif what == "SOURCE FILE":
            last.file = text.strip()
        else:
            last.count = rate_from(text, self._path)

    def _item(self, event: _Event, start: Timecode) -> Item:
        count = event.count or self._rate
        first, last = (self._record(time, event.line).frame - start.frame + event.middle * (number == 0)
                       for number, time in enumerate(event.times[2:]))  # fmt: skip
        source = self._time(event.times[0], count, event.line, drop=self._drop and not self._marked)
        if last < first and event.reel.upper() not in BLACK:
            last = first
        medium = None
        if event.file or event.reel.upper() != NO_REEL:
            medium = Medium(event.file, name="" if event.file else event.reel, rate=count)
        fallback = pure(event.file).name if event.file else event.reel
        return Item(
            event.name or fallback,
            first / self._rate,
            max(0, last - first) / self._rate,
            medium,
            source.time + event.middle / self._rate,
        )

    def _heard(self, item: Item, event: _Event) -> Item:
        """Return an item on a lane of sounds, whose media have a rate only where they said one of their own."""
        if item.medium is None or (event.count is not None and event.count != self._rate):
            return item
        return replace(item, medium=replace(item.medium, rate=None))

    def _record(self, text: str, line: int) -> Timecode:
        return self._time(text, self._rate, line, drop=self._drop)

    def _time(self, text: str, rate: Fraction, line: int, *, drop: bool) -> Timecode:
        try:
            return Timecode.parse(text, rate, drop_frame=True if drop and drop_frame_possible(rate) else None)
        except ValueError as error:
            raise TimelineError(f"{self._path.name!r}, line {line}: {error}.", hint="Is the rate right?") from error


def _channels_of(text: str) -> tuple[str, ...]:
    """Return the channels that a list's word means: ``V``, ``A2``, ``AA`` (the first two), ``B`` (both), ``AA/V``."""
    found: list[str] = []
    for part in text.split("/"):
        found += {"B": ["V", "A"], "AA": ["A", "A2"], "A1": ["A"], "NONE": []}.get(part, [part])
    return tuple(dict.fromkeys(each for each in found if each == "V" or each in CHANNELS))


def _order(channel: str) -> int:
    return 0 if channel == "V" else 1 + CHANNELS.index(channel)

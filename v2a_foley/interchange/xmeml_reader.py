"""Reads Final Cut Pro 7's XML (``xmeml``) as Premiere Pro, Resolve, Final Cut Pro 7 and ``xmeml.py`` write it.

Transitions become cuts at their middle, or fades where one side is black; retimed clips are taken at their length on
the timeline; a nested sequence's clips are laid out in its place, once, not deeper. The channels of a sound that lie on
tracks of their own become one lane. Generators are items without a medium, slugs are gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley.errors import TimelineError
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.interchange.frames import apart, plain
from v2a_foley.interchange.places import path_of, pure
from v2a_foley.interchange.untrusted import counted, xml_of
from v2a_foley.interchange.xmeml_sound import colour_of, fades_of
from v2a_foley.interchange.xmeml_values import Values, clipped, raw_of, text_of, true
from v2a_foley.timebase import Timecode, drop_frame_possible, to_frame

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CLIPS = ("clipitem", "generatoritem")
_MOST_CHANNELS = 64


def read_xmeml(path: Path, *, rate: Fraction | None = None) -> Edit:
    """Read the first sequence of an xmeml file that holds a clip (else the first of all).

    Args:
        path: the file.
        rate: frames a second, where the file names none.

    Raises:
        TimelineError: the file is no xmeml, says what makes no sense, or nests sequences more than once.
    """
    root = xml_of(path)
    if root.tag != "xmeml":
        raise TimelineError(
            f"{path.name!r} is no FCP7 XML: it begins with <{root.tag[:40]}>.", hint="Export it as Final Cut Pro 7 XML."
        )
    return _Reader(path, root, rate).edit()


@dataclass(frozen=True)
class _Track:
    """A lane as it was read, with what tells whether it is a further channel of the one before."""

    lanes: tuple[Lane, ...]
    channel: int
    places: tuple[tuple[str, ...], ...]


class _Reader(Values):
    """What is known of one file while it is read."""

    def __init__(self, path: Path, root: Element, rate: Fraction | None) -> None:
        super().__init__(path)
        self.root, self.asked = root, rate
        self.found: dict[tuple[str, str], Element] = {}
        for tag in ("file", "sequence"):
            for element in root.iter(tag):
                name = element.get("id")
                if name and len(element):
                    self.found.setdefault((tag, name), element)
        self.media: dict[int, Medium | None] = {}
        self.nested: dict[int, Edit] = {}
        self.count = 0

    def edit(self) -> Edit:
        """Return the sequence that is meant."""
        free: list[Element] = []
        inner: set[str] = set()
        waiting = [(self.root, False)]
        while waiting:
            element, in_clip = waiting.pop()
            if element.tag == "sequence" and in_clip:
                inner.add(element.get("id", ""))
            elif element.tag == "sequence" and len(element):
                free.append(element)
                inner |= {each.get("id", "") for clip in element.iter("clipitem") for each in clip.findall("sequence")}
                continue
            waiting += [(each, in_clip or element.tag == "clipitem") for each in reversed(element)]
        if not free:
            raise self.wrong("holds no sequence", "Select the sequence, not clips, and export it again.")
        free = [each for each in free if each.get("id", "-") not in inner] or free
        return self.sequence(next((each for each in free if next(each.iter("clipitem"), None) is not None), free[0]))

    def sequence(self, element: Element, *, nested: bool = False) -> Edit:
        if element.find("rate") is None and element.find("timecode/rate") is None and self.asked is None:
            raise self.wrong("does not say how many frames a second it counts", "Add --rate.")
        rate = self.rate(element, self.rate(element.find("timecode"), self.asked or Fraction(24)))
        lanes: list[Lane] = []
        for tag, kind in (("video", LaneKind.PICTURE), ("audio", LaneKind.SOUND)):
            tracks = self.tracks(element.find(f"media/{tag}"), kind, rate, nested=nested)
            for number, lane in enumerate((lane for track in tracks for lane in track.lanes), start=1):
                lanes.append(replace(lane, name=lane.name or f"{'V' if kind is LaneKind.PICTURE else 'A'}{number}"))
        return Edit(
            text_of(element, "name"),
            rate,
            self.start(element, rate),
            tuple(lanes),
            self.size(element.find("media/video/format/samplecharacteristics")),
            self.marks(element, rate, 0),
        )

    def start(self, element: Element, rate: Fraction) -> Timecode:
        found = self.timecode(element.find("timecode"), rate)
        if found is None or found.rate == rate:
            return found or Timecode(0, rate)
        return Timecode(to_frame(found.time, rate), rate, found.drop_frame and drop_frame_possible(rate))

    def tracks(self, parent: Element | None, kind: LaneKind, rate: Fraction, *, nested: bool) -> list[_Track]:
        tracks: list[_Track] = []
        for element in parent.findall("track") if parent is not None else ():
            if kind is LaneKind.SOUND and element.get("currentExplodedTrackIndex", "0").strip() not in {"0", ""}:
                continue  # a further channel of the track before
            track = self.track(element, kind, rate, nested=nested)
            before = tracks[-1] if tracks else None
            if before and track.places and track.channel == before.channel + 1 and track.places == before.places:
                tracks[-1] = replace(before, channel=track.channel)
                continue
            tracks.append(track)
            counted(self.count + len(tracks), self.path)
        return tracks

    def track(self, element: Element, kind: LaneKind, rate: Fraction, *, nested: bool) -> _Track:
        parts = [each for each in element if each.tag in _CLIPS or each.tag == "transitionitem"]
        rows: list[list[Item]] = [[]]
        places = []
        for number, part in enumerate(parts):
            if part.tag == "transitionitem" or text_of(part, "effect/effectid").lower() == "slug":
                continue
            self.count += 1
            counted(self.count, self.path)
            place = self.place(parts, number, rate)
            if place is None:
                continue
            places.append((*(text_of(part, tag) for tag in ("start", "end", "in")), _file_name(part)))
            inner = self.deref(part.find("sequence"))
            if inner is None:
                rows[0].append(self.item(part, place, rate, kind))
            elif nested:
                raise self.wrong("nests sequences in nested sequences", "Flatten the inner sequences, then export it.")
            else:
                self.unfold(part, inner, place, rate, rows, kind)
        name = clipped(element.get("MZ.TrackName", "")) or text_of(element, "name")
        role = Role.PICTURE if kind is LaneKind.PICTURE else Role.OTHER
        enabled = true(element.find("enabled"))
        lanes = [
            Lane(f"{name} {row}" if name and row > 1 else name, kind, apart(items), role, enabled)
            for row, items in enumerate(rows, start=1)
        ]
        channels = {text_of(part, "sourcetrack/trackindex") for part in parts if part.tag == "clipitem"}
        channel = channels.pop() if kind is LaneKind.SOUND and len(channels) == 1 else ""
        return _Track(tuple(lanes), int(channel) if channel.isdecimal() and len(channel) < 4 else -9, tuple(places))

    def place(self, parts: list[Element], number: int, rate: Fraction) -> _Place | None:
        """Return where a clip lies; cuts stand for transitions. None where it lies nowhere."""
        part = parts[number]
        start, end = (self.frame(part, tag, rate) for tag in ("start", "end"))
        into, out = self.frame(part, "in", rate) or 0, self.frame(part, "out", rate)
        skipped = come = go = 0
        before = parts[number - 1] if number and parts[number - 1].tag == "transitionitem" else None
        after = parts[number + 1] if number + 1 < len(parts) and parts[number + 1].tag == "transitionitem" else None
        if (start is None or start < 0) and before is not None:
            first, last = self.span(before, rate)
            if number > 1 and parts[number - 2].tag in _CLIPS and self.meets(parts[number - 2], first, last, rate):
                start = (first + last) // 2
                skipped = start - first
            else:
                start, come = first, last - first
        if (end is None or end < 0) and after is not None:
            first, last = self.span(after, rate)
            if (
                number + 2 < len(parts)
                and parts[number + 2].tag in _CLIPS
                and self.begins(parts[number + 2], last, rate)
            ):
                end = (first + last) // 2
            else:
                end, go = last, last - first
        length = out - into if out is not None else 0
        if start is None or start < 0:
            start = end - length if end is not None and end >= 0 else None
        if end is None or end < 0:
            end = start + length if start is not None else None
        if start is None or end is None or end <= start or start < 0:
            return None
        return _Place(start, end, into, skipped, come, go)

    def meets(self, part: Element, first: int, last: int, rate: Fraction) -> bool:
        """Tell whether a clip reaches into a transition that follows it."""
        end = self.frame(part, "end", rate)
        return end is None or end < 0 or first <= end <= last

    def begins(self, part: Element, last: int, rate: Fraction) -> bool:
        """Tell whether a clip begins within a transition that precedes it."""
        start = self.frame(part, "start", rate)
        return start is None or start <= last

    def span(self, transition: Element, rate: Fraction) -> tuple[int, int]:
        first, last = self.frame(transition, "start", rate), self.frame(transition, "end", rate)
        if first is None or last is None or not 0 <= first <= last:
            raise self.wrong("holds a transition that lies nowhere")
        return first, last

    def item(self, part: Element, place: _Place, rate: Fraction, kind: LaneKind) -> Item:
        medium = self.medium(part, rate)
        count = self.rate(part, rate)
        duration = (place.end - place.start) / rate
        source = place.into / count + place.skipped / rate
        gain, come, go = fades_of(part, place.into, self.frame(part, "out", count) or 0)
        sound = kind is LaneKind.SOUND
        fade_in = min(place.come / rate or come / count, duration) if sound else Fraction(0)
        fade_out = min(place.go / rate or go / count, duration - fade_in) if sound else Fraction(0)
        return Item(
            text_of(part, "name"),
            place.start / rate,
            duration,
            medium,
            (medium.start if medium else 0) + source,
            true(part.find("enabled")),
            gain if sound else 0.0,
            fade_in,
            fade_out,
            self.marks(part, count, place.into),
        )

    def unfold(
        self, part: Element, inner: Element, place: _Place, rate: Fraction, rows: list[list[Item]], kind: LaneKind
    ) -> None:
        """Lay a nested sequence's clips where it lies, each of its tracks on a lane of its own."""
        if id(inner) not in self.nested:
            self.nested[id(inner)] = self.sequence(inner, nested=True)
        edit = self.nested[id(inner)]
        zero = place.into / self.rate(part, rate) + place.skipped / rate
        start, end = place.start / rate, place.end / rate
        enabled = true(part.find("enabled"))
        for row, lane in enumerate(edit.pictures if kind is LaneKind.PICTURE else edit.sounds):
            if row == len(rows):
                rows.append([])
            for item in lane.items:
                first, last = max(start, start + item.start - zero), min(end, start + item.end - zero)
                self.count += 1
                counted(self.count, self.path)
                if last <= first:
                    continue
                late = first - (start + item.start - zero)
                duration = last - first
                fade_in = min(max(item.fade_in - late, Fraction(0)), duration)
                lost = item.duration - late - duration
                fade_out = min(max(item.fade_out - lost, Fraction(0)), duration - fade_in)
                rows[row].append(
                    replace(
                        item,
                        start=first,
                        duration=duration,
                        source=item.source + late,
                        enabled=item.enabled and lane.enabled and enabled,
                        fade_in=fade_in,
                        fade_out=fade_out,
                        marks=tuple(replace(mark, time=mark.time - late) for mark in item.marks if mark.time >= late),
                    )
                )

    def medium(self, part: Element, rate: Fraction) -> Medium | None:
        element = self.deref(part.find("file"))
        if element is None:
            return None
        if id(element) not in self.media:
            self.media[id(element)] = self.file(element, self.rate(part, rate))
        return self.media[id(element)]

    def file(self, element: Element, rate: Fraction) -> Medium | None:
        try:
            path = path_of(raw_of(element, "pathurl"))
        except ValueError:  # a stream, or nothing that a disk holds
            path = ""
        count = self.rate(element, rate)
        length = self.frame(element, "duration", count) or 0
        name = text_of(element, "name")
        if not path and length <= 0:
            return None
        video, sounds = element.find("media/video"), element.findall("media/audio")
        looks = video.find("samplecharacteristics") if video is not None else None
        timecode = self.timecode(element.find("timecode"), count)
        channels = sum(max(0, self.whole(sound, "channelcount") or 0) for sound in sounds)
        pitch = next((found for sound in sounds if (found := self.whole(sound, "samplecharacteristics/samplerate"))), 0)
        return Medium(
            path,
            timecode.time if timecode else Fraction(0),
            max(0, length) / count,
            "" if path and name == plain(pure(path).name) else name,
            self.rate(looks, count) if video is not None else None,
            timecode,
            self.size(looks),
            min(channels, _MOST_CHANNELS),
            pitch if 1000 <= pitch <= 1_000_000 else 48_000,
        )

    def deref(self, element: Element | None) -> Element | None:
        """Return the element that holds what another with its id only names."""
        if element is None or len(element):
            return element
        return self.found.get((element.tag, element.get("id", "")), element)

    def marks(self, parent: Element, rate: Fraction, zero: int) -> tuple[Mark, ...]:
        found = []
        for element in parent.findall("marker"):
            self.count += 1
            counted(self.count, self.path)
            start, end = self.frame(element, "in", rate), self.frame(element, "out", rate)
            if start is None or start < zero:
                continue  # before the part that is used
            length = max(0, end - start) if end is not None else 0
            note, name = text_of(element, "comment"), text_of(element, "name")
            found.append(Mark((start - zero) / rate, name, length / rate, note, colour_of(element)))
        return tuple(sorted(found, key=lambda mark: mark.time))


@dataclass(frozen=True)
class _Place:
    """Where a clip lies in frames: on the timeline, and in its medium (``into``, then ``skipped`` by a transition)."""

    start: int
    end: int
    into: int
    skipped: int
    come: int
    go: int


def _file_name(part: Element) -> str:
    file = part.find("file")
    return (file.get("id") or "") if file is not None else ""

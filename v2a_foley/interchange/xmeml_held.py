"""What FCP7 XML (``xmeml``) can hold of a timeline: all on whole frames, one medium a path; ``xmeml.py`` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import log10

from v2a_foley.errors import OutputError
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Medium, Role
from v2a_foley.interchange.frames import Span, marks_on_frames, plain, spans, timebase_of
from v2a_foley.interchange.places import path_of, pure, url_of
from v2a_foley.timebase import Timecode, frames_within, to_frame

GAINS = (-96.0, 12.0)
"""Decibels that an audio level can say; below is silence."""
_MOST_CHANNELS = 16


def held_by_xmeml(edit: Edit) -> Edit:
    """Return what xmeml can hold of a timeline: all on whole frames, one medium a path, without roles and takes.

    Raises:
        OutputError: the timeline counts neither whole nor NTSC frames.
    """
    if timebase_of(edit.rate) is None:
        raise OutputError(
            f"FCP7 XML counts whole or NTSC frames a second, not {edit.rate}.",
            hint="Bring the film to a constant usual frame rate, or choose FCPXML or OTIO.",
        )
    files = Files(edit)
    numbers = {LaneKind.PICTURE: 0, LaneKind.SOUND: 0}
    lanes = []
    for lane in (*edit.pictures, *edit.sounds):
        numbers[lane.kind] += 1
        picture = lane.kind is LaneKind.PICTURE
        name = plain(lane.name) or f"{'V' if picture else 'A'}{numbers[lane.kind]}"
        items = tuple(_held_item(item, span, files, edit.rate, sound=not picture) for item, span in files.lay(lane))
        lanes.append(Lane(name, lane.kind, items, Role.PICTURE if picture else Role.OTHER, lane.enabled))
    start = Timecode(max(0, edit.start.frame), edit.rate, edit.start.drop_frame)
    marks = marks_on_frames(edit.marks, edit.rate)
    return Edit(plain(edit.name), edit.rate, start, tuple(lanes), edit.size, marks, edit.facts)


def place_of(path: str) -> str:
    """Return a medium's URL as Final Cut Pro 7 wants it, ``file://localhost/…``; relative ones stay as they are.

    A Windows share becomes ``file://localhost//server/share/…``.
    """
    url = url_of(path)
    if not url.startswith("file:"):
        return url
    return f"file://localhost{url[7:]}" if url.startswith("file:///") else f"file://localhost{url[5:]}"


class Files:
    """The media of a timeline, one a path, as they were and as they are held."""

    def __init__(self, edit: Edit) -> None:
        """Gather the media that items play."""
        self.rate = edit.rate
        self.drop_frame = edit.start.drop_frame
        self.whole: dict[object, Medium] = {}
        self.kinds: dict[object, set[LaneKind]] = {}
        for lane in (*edit.pictures, *edit.sounds):
            for item in lane.items:
                if item.medium is not None and item.end > 0:
                    key = _key(item.medium)
                    self.whole[key] = _both(self.whole.get(key), item.medium)
                    self.kinds.setdefault(key, set()).add(lane.kind)
        self.held = {key: self._held(key) for key in self.whole}

    def of(self, item: Item) -> Medium | None:
        """Return an item's medium as it is held."""
        return self.held.get(_key(item.medium)) if item.medium is not None else None

    def count(self, item: Item) -> Fraction:
        """Return how many frames a second an item's medium is counted in."""
        return _count(self.whole[_key(item.medium)], self.rate) if item.medium is not None else self.rate

    def lay(self, lane: Lane) -> Iterator[tuple[Item, Span]]:
        """Lay a lane's items on whole frames."""
        yield from spans(((item, self.count(item), *self._room(item)) for item in lane.items), self.rate)

    def _room(self, item: Item) -> tuple[Fraction, Fraction]:
        if item.medium is None:
            return Fraction(0), Fraction(0)
        whole = self.whole[_key(item.medium)]
        ends = [one.start + one.duration for one in (whole, item.medium) if one.duration > 0]
        return whole.start, max(min(ends, default=whole.start) - whole.start, Fraction(0))

    def _held(self, key: object) -> Medium | None:
        medium, kinds = self.whole[key], self.kinds[key]
        count = _count(medium, self.rate)
        picture = medium.rate is not None or medium.size is not None or LaneKind.PICTURE in kinds
        timecode, path = medium.timecode, _path(medium.path)
        if timecode is None or timebase_of(timecode.rate) is None or timecode.frame < 0:
            frame = max(0, to_frame(medium.start, count))
            timecode = Timecode(frame, count, self.drop_frame and count == self.rate) if frame else None
        length = max(1, frames_within(medium.duration, count)) if medium.duration > 0 else 0
        name = plain(medium.name)
        if not path and not length:
            return None
        return Medium(
            path,
            timecode.time if timecode else Fraction(0),
            length / count,
            "" if path and name == plain(pure(path).name) else name,
            count if picture else None,
            timecode,
            medium.size,
            min(medium.channels, _MOST_CHANNELS),
            medium.sample_rate if medium.channels > 0 or not picture else 48_000,
        )


def _path(path: str) -> str:
    try:
        return path_of(place_of(path)) if path else ""
    except ValueError:  # a path that no system has
        return ""


def _key(medium: Medium) -> object:
    return _path(medium.path) or medium


def _both(one: Medium | None, other: Medium) -> Medium:
    """Return a file of which one medium tells the picture, another the sound."""
    if one is None:
        return other
    if one.rate is None and other.rate is not None:
        one, other = other, one
    return replace(
        one,
        name=one.name or other.name,
        size=one.size or other.size,
        channels=one.channels or other.channels,
        sample_rate=one.sample_rate if one.channels else other.sample_rate,
    )


def _count(medium: Medium, rate: Fraction) -> Fraction:
    return medium.rate if medium.rate is not None and timebase_of(medium.rate) is not None else rate


def _held_item(item: Item, span: Span, files: Files, rate: Fraction, *, sound: bool) -> Item:
    medium, count = files.of(item), files.count(item)
    duration, length = (span.end - span.start) / rate, span.last - span.first
    come = min(max(0, to_frame(item.fade_in, count)), length) if sound else 0
    go = min(max(0, to_frame(item.fade_out, count)), length - come) if sound else 0
    fade_in = min(come / count, duration)
    return Item(
        plain(item.name),
        span.start / rate,
        duration,
        medium,
        (medium.start if medium else Fraction(0)) + span.first / count,
        item.enabled,
        gain_of(level_of(item.gain)) if sound else 0.0,
        fade_in,
        min(go / count, duration - fade_in),
        marks_on_frames(item.marks, count),
        facts=item.facts,
    )


def level_of(gain: float) -> float:
    """Return the linear level of a gain in decibels, 0 to 3.981."""
    return float(f"{10 ** (min(max(gain, GAINS[0]), GAINS[1]) / 20):.10f}")


def gain_of(level: float) -> float:
    """Return the gain of a linear level, in decibels, to the hundredth."""
    return min(max(round(20 * log10(max(level, 1e-9)), 2), GAINS[0]), GAINS[1]) + 0.0

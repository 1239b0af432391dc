"""Reads ``.otio`` and ``.otioz`` into the neutral timeline: what ``otio.py`` writes, and what editors write.

Transitions lie over cuts and take no time of their own. What is nested in a track stays one item without a medium.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import opentimelineio as otio

from v2a_foley.errors import TimelineError
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.interchange.otio import ACTIVE, KEY
from v2a_foley.interchange.places import path_of
from v2a_foley.interchange.untrusted import MOST_BYTES, counted, rate_from, seconds_from, text_of
from v2a_foley.timebase import Timecode, clean_rate

_DEEPEST = 400
"""Brackets within brackets, at most; OpenTimelineIO's parser would end the process at some ten thousand."""
_HINT = "Export the timeline again as .otio."
_ROLES = {str(role): role for role in Role}


def read_otio(path: Path, *, rate: Fraction | None = None) -> Edit:
    """Read an ``.otio`` file, or the timeline within an ``.otioz``.

    Args:
        path: the file.
        rate: frames a second, for a timeline that does not say.

    Raises:
        TimelineError: it cannot be read, or says what makes no sense.
    """
    text = _zipped(path) if path.suffix.lower() == ".otioz" else text_of(path)
    _refuse_deep(text, path)
    try:
        timeline = otio.adapters.read_from_string(text, "otio_json")
        if isinstance(timeline, otio.schema.SerializableCollection):
            timeline = next(iter(timeline.find_children(otio.schema.Timeline)), None)
        if not isinstance(timeline, otio.schema.Timeline):
            raise TimelineError(f"{path.name!r} holds no timeline.", hint=_HINT)
        return _Reading(path, timeline, rate).edit()
    except (otio.exceptions.OTIOError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise TimelineError(f"{path.name!r} cannot be read as a timeline: {error!s:.200}", hint=_HINT) from error


def _zipped(path: Path) -> str:
    """Return the timeline of a bundle; its media stay where they are."""
    try:
        with ZipFile(path) as bundle:
            name = next((each for each in bundle.namelist() if each.endswith("content.otio")), None)
            if name is None:
                raise TimelineError(f"{path.name!r} holds no timeline.", hint=_HINT)
            with bundle.open(name) as opened:
                content = opened.read(MOST_BYTES + 1)
    except (BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise TimelineError(f"{path.name!r} cannot be read as a bundle: {error!s:.200}", hint=_HINT) from error
    if len(content) > MOST_BYTES:
        raise TimelineError(f"The timeline in {path.name!r} is larger than {MOST_BYTES >> 20} MiB.", hint=_HINT)
    return content.decode("utf-8", "replace")


def _refuse_deep(text: str, path: Path) -> None:
    """Refuse text whose brackets lie too deep in each other. Brackets in names count too, and mostly close again."""
    codes = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    steps = np.isin(codes, (0x5B, 0x7B)).astype(np.int32) - np.isin(codes, (0x5D, 0x7D))
    if len(steps) and int(np.cumsum(steps).max()) > _DEEPEST:
        try:
            json.loads(text)  # its own parser counts rightly, and refuses beyond Python's limit
        except (RecursionError, ValueError) as error:
            raise TimelineError(f"{path.name!r} is nested too deep, or is no JSON.", hint=_HINT) from error


class _Reading:
    """One timeline on its way."""

    def __init__(self, path: Path, timeline: otio.schema.Timeline, rate: Fraction | None) -> None:
        self._path, self._timeline, self._count = path, timeline, 0
        self._facts = _own(timeline.metadata)
        self._rate = self._found_rate(rate)

    def edit(self) -> Edit:
        zero = self._timeline.global_start_time
        frame = round(self._seconds(zero) * self._rate) if zero is not None else 0
        drop = self._facts.get("drop_frame") is True and self._rate.denominator == 1001 and self._rate > 29
        lanes = [self._lane(track) for track in self._timeline.tracks if isinstance(track, otio.schema.Track)]
        lanes.sort(key=lambda lane: lane.kind is LaneKind.SOUND)
        facts = {key: value for key, value in self._facts.items() if key not in ("size", "rate", "drop_frame")}
        marks = tuple(self._mark(each, Fraction(0)) for each in self._timeline.tracks.markers)
        return Edit(
            self._timeline.name,
            self._rate,
            Timecode(max(0, frame), self._rate, drop),
            tuple(lanes),
            _size(self._facts.get("size")),
            marks,
            MappingProxyType(facts),
        )

    def _found_rate(self, given: Fraction | None) -> Fraction:
        told = self._facts.get("rate")
        if isinstance(told, str):
            return rate_from(told, self._path)
        if self._timeline.global_start_time is not None:
            return rate_from(self._timeline.global_start_time.rate, self._path)
        for track in self._timeline.tracks:
            if isinstance(track, otio.schema.Track) and track.kind == otio.schema.TrackKind.Video:
                for child in track:
                    if child.source_range is not None:
                        return rate_from(child.source_range.duration.rate, self._path)
        if given is not None:
            return given
        raise TimelineError(f"{self._path.name!r} does not say its frames a second.", hint="Give them with --rate.")

    def _lane(self, track: otio.schema.Track) -> Lane:
        kind = LaneKind.PICTURE if track.kind == otio.schema.TrackKind.Video else LaneKind.SOUND
        items: list[Item] = []
        at = Fraction(0)
        for child in track:
            counted(self._counting(), self._path)
            if isinstance(child, otio.schema.Transition):
                continue
            span = child.trimmed_range()
            length = self._seconds(span.duration)
            if length < 0:
                raise TimelineError(f"{self._path.name!r} holds an item of {float(length):g} s.", hint=_HINT)
            if length and not isinstance(child, otio.schema.Gap):
                items.append(self._item(child, at, length, self._seconds(span.start_time)))
            at += length
        role = _ROLES.get(str(_own(track.metadata).get("role", "")), Role.OTHER)
        return Lane(track.name, kind, tuple(items), role, bool(track.enabled))

    def _counting(self) -> int:
        self._count += 1
        return self._count

    def _item(self, child: otio.core.Item, start: Fraction, length: Fraction, source: Fraction) -> Item:
        facts = dict(_own(child.metadata))
        media: dict[str, Medium] = {}
        active = ACTIVE
        if isinstance(child, otio.schema.Clip):
            references = child.media_references()
            active = child.active_media_reference_key
            media = {name: found for name, one in references.items() if (found := self._medium(one)) is not None}
        come, go = (facts.pop(name, None) for name in ("fade_in", "fade_out"))
        gain = facts.get("gain_db", 0.0)
        return Item(
            child.name,
            start,
            length,
            media.pop(active, None),
            source,
            bool(child.enabled),
            float(gain) if isinstance(gain, int | float) and isfinite(gain) else 0.0,
            self._fade(come, length),
            self._fade(go, length),
            tuple(self._mark(each, source) for each in child.markers),
            MappingProxyType(media),
            MappingProxyType(facts),
        )

    def _fade(self, told: object, length: Fraction) -> Fraction:
        return min(length, seconds_from(told, self._path, least=Fraction(0))) if isinstance(told, str) else Fraction(0)

    def _mark(self, marker: otio.schema.Marker, zero: Fraction) -> Mark:
        counted(self._counting(), self._path)
        span = marker.marked_range
        return Mark(
            self._seconds(span.start_time) - zero,
            marker.name,
            max(Fraction(0), self._seconds(span.duration)),
            marker.comment or "",
            marker.color.lower() if marker.color else "",
            MappingProxyType(_own(marker.metadata)),
        )

    def _medium(self, reference: otio.schema.MediaReference) -> Medium | None:
        facts = _own(reference.metadata)
        if isinstance(reference, otio.schema.ExternalReference):
            place = path_of(reference.target_url)
        elif isinstance(reference, otio.schema.MissingReference) and (facts or reference.available_range is not None):
            place = ""
        else:
            return None
        span, told, code = reference.available_range, facts.get("rate"), facts.get("timecode")
        rate = rate_from(told, self._path) if isinstance(told, str) else None
        timecode = None
        if isinstance(code, str) and isinstance(facts.get("timecode_rate"), str):
            timecode = Timecode.parse(code, rate_from(facts["timecode_rate"], self._path))
        channels, sampled = facts.get("channels", 0), facts.get("sample_rate", 48_000)
        return Medium(
            place,
            self._seconds(span.start_time) if span is not None else Fraction(0),
            max(Fraction(0), self._seconds(span.duration)) if span is not None else Fraction(0),
            reference.name,
            rate,
            timecode,
            _size(facts.get("size")),
            channels if isinstance(channels, int) and 0 <= channels <= 256 else 0,
            sampled if isinstance(sampled, int) and 0 < sampled <= 1_000_000 else 48_000,
        )

    def _seconds(self, time: otio.opentime.RationalTime) -> Fraction:
        """Return a time as an exact number of seconds; 23.976 a second means 24000/1001."""
        if not (isfinite(time.value) and isfinite(time.rate) and time.rate > 0):
            raise TimelineError(f"{self._path.name!r} holds the time {time.value:g} at {time.rate:g}.", hint=_HINT)
        return seconds_from(Fraction(time.value) / clean_rate(Fraction(time.rate)), self._path)


def _own(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a program of ours said, as plain values."""
    found = _plain(metadata.get(KEY))
    return found if isinstance(found, dict) else {}


def _plain(value: object) -> object:
    if isinstance(value, Mapping) or hasattr(value, "items"):
        return {str(key): _plain(each) for key, each in value.items()}
    if not isinstance(value, str | bytes) and isinstance(value, Iterable):
        return [_plain(each) for each in value]
    return value


def _size(told: object) -> tuple[int, int] | None:
    if isinstance(told, list) and len(told) == 2 and all(isinstance(each, int) and 0 < each < 100_000 for each in told):
        return told[0], told[1]
    return None

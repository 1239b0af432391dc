"""From an item of a source to clips: frames spread evenly over a stretch of a film, and the sound of that stretch.

What cannot be read becomes a failure with its reason, never an error: a data set is never whole. Nothing is embedded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.ranges import read_ranges
from v2a_foley.audio.whole import first_track, stated_length
from v2a_foley.embed import Frames
from v2a_foley.engine.border import border
from v2a_foley.engine.gaze import even_frames
from v2a_foley.errors import Cancelled, FoleyError, MissingError, ResourceError
from v2a_foley.media import MediaFacts
from v2a_foley.pairs import Row
from v2a_foley.progress import Progress
from v2a_foley.timebase import TimeRange
from v2a_foley.train.sources import Item
from v2a_foley.video.probe import frame_clock, probe
from v2a_foley.video.read import read_picked

_LOG = logging.getLogger(__name__)
SILENT = 1e-3
"""A sound whose peak is below this (−60 dB of full scale) is silence."""
_LOUDEST = 100.0
"""A sound whose peak is above this is no sound: damaged floating-point files hold such numbers."""
_SHORT_SIDE = 256
"""Pixels that the shorter side of a frame is decoded to, where the eyes do not want more; as when a film is run."""


@dataclass(frozen=True)
class Cutting:
    """How films become clips.

    Attributes:
        seconds: the length of a clip.
        least: what is shorter is left out.
        frames: how many of each are looked at.
        short_side: what the shorter side of a frame should at least have, in pixels.
        sample_rate: of the sound, in hertz.
    """

    seconds: Fraction
    least: Fraction
    frames: int
    short_side: int
    sample_rate: int


@dataclass(frozen=True, eq=False)
class Clip:
    """A picture and its sound.

    Attributes:
        row: what is known of the pair.
        frames: ``uint8 (n, height, width, 3)``, n ≥ 1.
        sound: mono, ``float32 (samples,)``.
    """

    row: Row
    frames: Frames
    sound: NDArray[np.float32]


@dataclass(frozen=True)
class Failure:
    """What cannot be made into a pair: its key, and why."""

    key: str
    reason: str


class Unheard(Progress):
    """Progress that can stop the work on single films, and does not gather what is odd about hundred thousands."""

    def warn(self, sentence: str) -> None:
        """Let it be."""
        _LOG.info("%s", sentence)


@dataclass(frozen=True)
class _Stretch:
    """A range of a film that shall become a clip: what of it is seen, and what is heard."""

    row: Row
    seen: TimeRange
    heard: TimeRange


def clips_of(
    items: Sequence[Item], cutting: Cutting, known: Callable[[str], bool], progress: Progress
) -> Iterator[Clip | Failure]:
    """Yield the clips of items that share their files, in the order of their starts.

    Args:
        items: at least one; a film that is to be cut into clips stands alone.
        cutting: how.
        known: tells what need not be made, by its key; asked from this thread.
        progress: asked whether to stop; an ``Unheard`` one, or it will be told of every odd film.

    Raises:
        ResourceError: no memory or no room is left.
        MissingError: what reads films is not installed.
        Cancelled: the work was asked to stop.
    """
    waiting = {item.key for item in items}
    try:
        with border():
            for made in _made(items, cutting, known, progress):
                waiting.discard(made.row.key if isinstance(made, Clip) else made.key)
                yield made
    except (ResourceError, MissingError, Cancelled):
        raise
    except FoleyError as error:
        reason = _reason(error.message, items[0])
    except Exception as error:
        _LOG.warning("%s cannot be used, for a reason that was not foreseen.", items[0].key, exc_info=True)
        reason = f"{type(error).__name__}: {error}"
    else:
        return
    for item in items:
        if item.key in waiting:
            yield Failure(item.key, reason)


def _made(
    items: Sequence[Item], cutting: Cutting, known: Callable[[str], bool], progress: Progress
) -> Iterator[Clip | Failure]:
    facts = probe(items[0].picture)
    apart = items[0].sound
    track = first_track(apart) if apart is not None else facts.sound
    if track is None:
        reason = "a photograph has no sound of its own" if facts.still else "the film has no sound"
        yield from (Failure(item.key, reason) for item in items)
        return
    heard_end = None if apart is None else stated_length(apart)
    stretches: list[_Stretch] = []
    for found in _stretches(items, facts, heard_end, cutting):
        if isinstance(found, Failure):
            yield found
        elif not known(found.row.key):
            stretches.append(found)
    stretches.sort(key=lambda each: (each.seen.start, each.seen.end))
    looks = _looks(facts, [each.seen for each in stretches], cutting, progress)
    sounds = read_ranges(
        apart or facts.path, track, [each.heard for each in stretches], sample_rate=cutting.sample_rate,
        origin=facts.origin if apart is None else Fraction(0), progress=progress,
    )  # fmt: skip
    for stretch, frames, sound in zip(stretches, looks, sounds, strict=True):
        fault = _fault(sound)
        if fault:
            yield Failure(stretch.row.key, fault)
        else:
            yield Clip(stretch.row, frames, sound)


def _stretches(
    items: Sequence[Item], facts: MediaFacts, heard_end: Fraction | None, cutting: Cutting
) -> Iterator[_Stretch | Failure]:
    """Yield what is to become clips, each no longer than the files are."""
    seen_end = None if facts.still else facts.picture.end
    ends = [end for end in (seen_end, heard_end) if end is not None]
    for item in items:
        if item.windowed and seen_end is not None:
            yield from _windows(item, seen_end, cutting)
            continue
        wanted = item.start + (item.duration or cutting.seconds)
        end = min([wanted, *ends])
        if end <= item.start:
            yield Failure(item.key, "it lies beyond the end of the file")
        elif end - item.start < cutting.least and end < wanted:
            yield Failure(item.key, "it is too short")
        else:
            span = TimeRange(item.start, end)
            yield _Stretch(Row(item.key, item.group or item.key, item.label, item.split), span, span)


def _windows(item: Item, end: Fraction, cutting: Cutting) -> Iterator[_Stretch | Failure]:
    """Yield a film's clips, one behind the other; the last one is shorter."""
    if end < cutting.least:
        yield Failure(item.key, "it is too short")
    start = Fraction(0)
    while end - start >= cutting.least:
        span = TimeRange(start, min(start + cutting.seconds, end))
        key = f"{item.key}@{float(start):09.3f}"
        yield _Stretch(Row(key, item.key, item.label, item.split), span, span)
        start = span.end


def _looks(facts: MediaFacts, spans: Sequence[TimeRange], cutting: Cutting, progress: Progress) -> Iterator[Frames]:
    """Yield the frames of each range, decoding the film once; a range before the picture sees its first frame."""
    clock = frame_clock(facts)
    chosen = []
    for span in spans:
        first = clock.frame_at(span.start)
        last = max(first + 1, clock.frame_at(span.end) + (clock.time(clock.frame_at(span.end)) < span.end))
        chosen.append(even_frames(first, last, cutting.frames))
    wanted = sorted({number for numbers in chosen for number in numbers})
    pieces = read_picked(facts, wanted, short_side=max(_SHORT_SIDE, cutting.short_side), progress=progress)
    held: dict[int, NDArray[np.uint8]] = {}
    read = 0
    for numbers in chosen:
        held = {number: frame for number, frame in held.items() if number >= numbers[0]}
        while read < len(wanted) and wanted[read] <= numbers[-1]:
            piece = next(pieces)
            held.update(zip(wanted[read : read + len(piece)], piece, strict=True))
            read += len(piece)
        yield np.stack([held[number] for number in numbers])


def _fault(sound: NDArray[np.float32]) -> str:
    """Return why a sound cannot be learned from, or nothing."""
    if not len(sound):
        return "there is no sound in it"
    if not np.all(np.isfinite(sound)):
        return "its sound holds values that are no numbers"
    peak = float(np.max(np.abs(sound)))
    if peak > _LOUDEST:
        return "its sound is louder than any sound can be"
    return "it is silent" if peak < SILENT else ""


def _reason(message: str, item: Item) -> str:
    """Return an error's sentence without the names of the files, so that those that fail alike can be counted."""
    for path in filter(None, item.files):
        for name in (repr(str(path)), str(path), repr(path.name), path.name):
            message = message.replace(name, "the file")
    return message

"""From an item of a source to clips: frames spread evenly over a stretch of a film, and the sound of that stretch.

What cannot be read becomes a failure with its reason, never an error: a data set is never whole. Nothing is embedded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.ranges import read_ranges
from v2a_foley.audio.track import placed_track
from v2a_foley.embed import Frames
from v2a_foley.engine.border import border
from v2a_foley.engine.gaze import even_frames
from v2a_foley.errors import Cancelled, FoleyError, MediaNotFound, MissingError, NoPicture, ResourceError
from v2a_foley.media import MediaFacts, SoundStream
from v2a_foley.pairs import Row
from v2a_foley.progress import Progress
from v2a_foley.timebase import TimeRange
from v2a_foley.train.sources import GONE, Item
from v2a_foley.train.sources.item import PICTURE_SUFFIXES
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
    """What cannot be made into a pair: its key, why, and whether it will be so next time too."""

    key: str
    reason: str
    lasting: bool = True


class Unheard(Progress):
    """Progress that can stop the work on single films, and does not gather what is odd about hundred thousands."""

    def warn(self, sentence: str) -> None:
        """Let it be."""
        _LOG.info("%s", sentence)


@dataclass(frozen=True)
class _Stretch:
    """A range of a film that shall become a clip: it is seen and heard."""

    row: Row
    span: TimeRange


@dataclass(frozen=True)
class _Sound:
    """The track that goes with a picture.

    Attributes:
        path: the file.
        track: which of its tracks.
        origin: the container's time of the film's zero, in seconds.
        end: where the clips must end, on the film's clock; None: where the picture does.
    """

    path: Path
    track: SoundStream
    origin: Fraction
    end: Fraction | None = None


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
    waiting, lasting = {item.key for item in items}, True
    try:
        with border():
            for made in _made(items, cutting, known, progress):
                waiting.discard(made.row.key if isinstance(made, Clip) else made.key)
                yield made
    except (ResourceError, MissingError, Cancelled):
        raise
    except MediaNotFound:
        reason, lasting = GONE, False
    except FoleyError as error:
        reason = _reason(error.message, items[0])
    except Exception as error:
        _LOG.warning("%s cannot be used, for a reason that was not foreseen.", items[0].key, exc_info=True)
        reason = f"{type(error).__name__}: {error}"
    else:
        return
    for item in items:
        if item.key in waiting:
            yield Failure(item.key, reason, lasting)


def _made(
    items: Sequence[Item], cutting: Cutting, known: Callable[[str], bool], progress: Progress
) -> Iterator[Clip | Failure]:
    facts = probe(items[0].picture)
    sound = _sound_of(facts, items[0].sound)
    if sound is None:
        reason = "a photograph has no sound of its own" if facts.still else "the film has no sound"
        yield from (Failure(item.key, reason) for item in items)
        return
    stretches: list[_Stretch] = []
    for found in _stretches(items, facts, sound.end, cutting):
        if isinstance(found, Failure):
            yield found
        elif not known(found.row.key):
            stretches.append(found)
    stretches.sort(key=lambda each: (each.span.start, each.span.end))
    looks = _looks(facts, [each.span for each in stretches], cutting, progress)
    sounds = read_ranges(
        sound.path, sound.track, [each.span for each in stretches], sample_rate=cutting.sample_rate,
        origin=sound.origin, progress=progress,
    )  # fmt: skip
    for stretch, frames, samples in zip(stretches, looks, sounds, strict=True):
        fault = fault_of(samples)
        if fault:
            yield Failure(stretch.row.key, fault)
        else:
            yield Clip(stretch.row, frames, samples)


def _sound_of(facts: MediaFacts, apart: Path | None) -> _Sound | None:
    """Return the sound that goes with a picture: the film's own, or that of a file apart, from its beginning on."""
    if apart is not None and apart.suffix.lower() in PICTURE_SUFFIXES:
        with suppress(NoPicture):  # a file with sound alone may be called a film
            facts, apart = probe(apart), None
            return None if facts.sound is None else _Sound(facts.path, facts.sound, facts.origin, facts.sound.end)
    if apart is not None:
        track = placed_track(apart)
        return _Sound(apart, track, track.start, track.duration)
    return None if facts.sound is None else _Sound(facts.path, facts.sound, facts.origin)


def _stretches(
    items: Sequence[Item], facts: MediaFacts, heard_end: Fraction | None, cutting: Cutting
) -> Iterator[_Stretch | Failure]:
    """Yield what is to become clips, each no longer than the files are."""
    seen_end = None if facts.still else facts.picture.end
    ends = [end for end in (seen_end, heard_end) if end is not None]
    for item in items:
        if item.windowed and seen_end is not None:
            yield from _windows(item, TimeRange(facts.picture.start, seen_end), cutting)
            continue
        wanted = item.start + (item.duration or cutting.seconds)
        end = min([wanted, *ends])
        if end <= item.start:
            yield Failure(item.key, "it lies beyond the end of the file")
        elif not facts.still and end <= facts.picture.start:
            yield Failure(item.key, "it lies before the picture begins")
        elif end - item.start < cutting.least and end < wanted:
            yield Failure(item.key, "it is too short")
        else:
            row = Row(item.key, item.group or item.key, item.label, item.split)
            yield _Stretch(row, TimeRange(item.start, end))


def _windows(item: Item, picture: TimeRange, cutting: Cutting) -> Iterator[_Stretch | Failure]:
    """Yield a film's clips, one behind the other from where its picture begins; the last one is shorter."""
    start = picture.start
    if picture.end - start < cutting.least:
        yield Failure(item.key, "it is too short")
    while picture.end - start >= cutting.least:
        span = TimeRange(start, min(start + cutting.seconds, picture.end))
        key = f"{item.key}@{float(start):09.3f}"
        yield _Stretch(Row(key, item.key, item.label, item.split), span)
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
    # A long range begins with a later frame than a short one that starts after it.
    lowest = list(accumulate((numbers[0] for numbers in reversed(chosen)), min))[::-1]
    for numbers, first in zip(chosen, lowest, strict=True):
        held = {number: frame for number, frame in held.items() if number >= first}
        while read < len(wanted) and wanted[read] <= numbers[-1]:
            piece = next(pieces)
            held.update(zip(wanted[read : read + len(piece)], piece, strict=True))
            read += len(piece)
        yield np.stack([held[number] for number in numbers])


def fault_of(sound: NDArray[np.float32]) -> str:
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

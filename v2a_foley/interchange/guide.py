"""What keeps picture and sound together on their way to another room: the 2-pop, two seconds before the first picture.

A 2-pop is one frame of 1 kHz at -20 dBFS on every track, at the timecode two seconds before the programme's
(00:59:58:00 for 01:00:00:00). The guide movie begins with the programme, at its own timecode, and so lies two seconds
in. Not verified in the hosts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley.errors import UsageError
from v2a_foley.files import translated
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.interchange.mono_wav import write_mono
from v2a_foley.timebase import SAMPLE_RATE, Timecode, from_samples, to_samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

POP_NAME = "2-pop"
"""The name of the pop's items and mark."""
_HERTZ = 1000
_PEAK = 10 ** (-20 / 20)
_SECONDS = 2


def two_pop(edit: Edit, folder: Path) -> Edit:
    """Return an edit that begins two seconds of timecode earlier, with a pop on every lane of sound, and write the pop.

    Two seconds of timecode are whole frames: at 23.976, 48 of them, which last 2.002 s. Everything else keeps its
    timecode. The pop is a mono WAV of one frame, rounded to samples, named after its length; an equal one is replaced.

    Args:
        edit: begins with the programme.
        folder: where the WAV goes; it is made if it is missing.

    Raises:
        UsageError: the programme begins earlier than two seconds after 00:00:00:00.
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    start = _earlier(edit)
    later = (edit.start.frame - start.frame) / edit.rate
    pop = _medium(edit, folder, start)
    lanes = tuple(_lane(lane, later, pop) for lane in edit.lanes)
    marks = tuple(replace(mark, time=mark.time + later) for mark in edit.marks)
    return replace(edit, start=start, lanes=lanes, marks=(Mark(Fraction(0), POP_NAME), *marks))


def guide_lane(edit: Edit, movie: Path) -> Edit:
    """Return the edit with the guide movie as one more lane of picture on top, from the programme's start to its end.

    The programme starts after the 2-pop where the edit has one. The movie need not be there yet.
    """
    popped = bool(edit.marks) and edit.marks[0].name == POP_NAME and edit.marks[0].time == 0
    frames = _SECONDS * edit.start.base if popped else 0
    start, at = edit.start + frames, frames / edit.rate
    length = edit.duration - at
    if length <= 0:
        return edit
    film = Medium(str(movie.absolute()), start.time, length, movie.stem, edit.rate, start, edit.size)
    lane = Lane("Guide", LaneKind.PICTURE, (Item(movie.stem, at, length, film, start.time),), Role.PICTURE)
    return replace(edit, lanes=(*edit.pictures, lane, *edit.sounds))


def _earlier(edit: Edit) -> Timecode:
    """Return the timecode that reads two seconds less, where numbers are dropped between too."""
    frames = _SECONDS * edit.start.base
    if edit.start.frame >= frames:
        # Where numbers are dropped between, the timecode two seconds before is nearer: look for the one that reads so.
        dropped = 2 * edit.start.base // 30 if edit.start.drop_frame else 0
        wanted = _number(edit.start) - frames
        for back in (frames, frames - dropped):
            if _number(edit.start + -back) == wanted:
                return edit.start + -back
        return edit.start + -frames
    raise UsageError(
        f"The timeline starts at {edit.start}: there is no room for a 2-pop two seconds before.",
        hint="Let it start at 01:00:00:00, or leave out the 2-pop.",
    )


def _number(timecode: Timecode) -> int:
    """Return the number that a timecode's digits stand for, dropped numbers counted."""
    hours, minutes, seconds, frames = (int(part) for part in str(timecode).replace(";", ":").split(":"))
    return ((hours * 60 + minutes) * 60 + seconds) * timecode.base + frames


def _lane(lane: Lane, later: Fraction, pop: Medium) -> Lane:
    items = tuple(replace(item, start=item.start + later) for item in lane.items)
    if lane.kind is LaneKind.SOUND:
        items = (Item(POP_NAME, Fraction(0), pop.duration, pop, pop.start), *items)
    return replace(lane, items=items)


def _medium(edit: Edit, folder: Path, start: Timecode) -> Medium:
    # A frame's end is rounded down, so that the pop never asks for more than one frame.
    count = int(SAMPLE_RATE / edit.rate)
    reference = to_samples(start.time)
    path = folder / f"{POP_NAME} {count} at {reference}.wav"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, folder) from error
    write_mono(path, _tone(count), SAMPLE_RATE, reference)
    return Medium(str(path.absolute()), from_samples(reference), from_samples(count), POP_NAME, channels=1)


def _tone(count: int) -> Iterator[NDArray[np.float64]]:
    import numpy as np

    yield _PEAK * np.sin(2 * np.pi * _HERTZ / SAMPLE_RATE * np.arange(count))

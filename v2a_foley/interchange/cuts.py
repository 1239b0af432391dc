"""Where an editor's timeline cuts a film: the picture that is seen, lane over lane, on the film's clock."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from v2a_foley.errors import CutsError
from v2a_foley.interchange.edit import Edit, Item
from v2a_foley.interchange.places import pure
from v2a_foley.media import MediaFacts


def cuts_of(edit: Edit, film: MediaFacts) -> list[Fraction]:
    """Return where the shots of a film begin and end by a timeline, in order, unrounded.

    Where the timeline plays a medium that is called as the film (the suffix aside), the film is one of its sources:
    the parts that it plays are the shots. Else the film is what the timeline was rendered to, its zero at the
    timeline's, or where its own timecode says if that lies on the timeline.

    Args:
        edit: the timeline.
        film: the film that is to be cut.

    Raises:
        CutsError: it has no picture, or none of its cuts lies in the film.
    """
    seen = list(_seen(edit))
    if not seen:
        raise CutsError(f"The timeline {edit.name!r} has no picture.", hint="Export it with its video tracks.")
    own = [each for each in seen if _is(each[0], film)]
    if own:
        times = [time for item, start, end in own for time in _in_source(item, start, end, film)]
    else:
        first = _first(edit, film)
        times = [time - first for _, start, end in seen for time in (start, end)]
    picture = film.picture
    inside = sorted({time for time in times if picture.start < time < picture.end})
    if not inside and not any(picture.start <= time <= picture.end for time in times):
        raise CutsError(
            f"Nothing of the timeline {edit.name!r} lies in {film.path.name!r}.",
            hint="Is this the cut of another film?",
        )
    return inside


def _seen(edit: Edit) -> Iterator[tuple[Item, Fraction, Fraction]]:
    """Yield what is seen from when to when: of lanes above each other the highest that shows something."""
    lanes = [[item for item in lane.items if item.enabled] for lane in edit.pictures if lane.enabled]
    edges = sorted({edge for lane in lanes for item in lane for edge in (item.start, item.end)})
    at = [0] * len(lanes)
    last: tuple[Item, Fraction, Fraction] | None = None
    for start, end in pairwise(edges):
        shown = None
        for number, lane in enumerate(lanes):  # the lowest first, so that the last one found lies on top
            while at[number] < len(lane) and lane[at[number]].end <= start:
                at[number] += 1
            if at[number] < len(lane) and lane[at[number]].start <= start:
                shown = lane[at[number]]
        if last is not None and last[0] is shown:
            last = (last[0], last[1], end)
            continue
        if last is not None:
            yield last
        last = (shown, start, end) if shown is not None else None
    if last is not None:
        yield last


def _is(item: Item, film: MediaFacts) -> bool:
    """Tell whether an item plays the film, wherever it lay and however it was wrapped."""
    medium = item.medium
    return medium is not None and bool(medium.path) and pure(medium.path).stem.casefold() == film.path.stem.casefold()


def _in_source(item: Item, start: Fraction, end: Fraction, film: MediaFacts) -> tuple[Fraction, Fraction]:
    """Return a seen part of an item on the film's clock."""
    zero = item.medium.start if item.medium is not None else Fraction(0)
    if film.timecode is not None and zero == 0 and item.source >= film.timecode.time:
        zero = film.timecode.time  # the timeline counts in the film's timecode, and did not say where it begins
    first = item.source - zero + film.picture.start
    return first + start - item.start, first + end - item.start


def _first(edit: Edit, film: MediaFacts) -> Fraction:
    """Return where on the timeline the film's zero lies."""
    if film.timecode is None:
        return -film.picture.start
    first = film.timecode.time - edit.start.time
    return (first if 0 <= first < edit.duration else Fraction(0)) - film.picture.start

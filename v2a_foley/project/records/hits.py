"""The hits and the curves of cues in a document: points of a time, a strength, and whatever else is known of one.

A point is ``["593/24", 0.8]``; one with a place on the screen, or a muted one, says so in an object behind that:
``["593/24", 0.8, {"region": [0.5, 0.5, 0.1, 0.2], "muted": true}]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import chain, islice, pairwise
from typing import Any

from v2a_foley.project.model import Cue, Hit, Intensity, Region
from v2a_foley.project.records.values import Number, Plain, Wrong, read_each, shown, table, time, times, truth
from v2a_foley.timebase import as_text

_strength = Number(0.0, 1000.0)
_part = Number(0.0, 1.0)


def region(value: Plain) -> Region:
    """Read a place on the screen: its centre and its size, four parts of the picture's width and height.

    Raises:
        Wrong: it is none.
    """
    parts = read_each(value, _part)
    if len(parts) != 4:
        raise Wrong(f"is {shown(value)}, not a centre and a size: four numbers")
    return Region(*parts)


def as_region(value: Region) -> list[float]:
    """Write a place on the screen."""
    return [value.x, value.y, value.width, value.height]


def say_more(cues: Iterable[Cue]) -> bool:
    """Tell whether a hit or a curve of some cues says more than times and strengths, which version 1 cannot."""
    for cue in cues:
        if cue.intensity is not None and cue.intensity.regions:
            return True
        for hit in cue.hits:
            if hit.muted or hit.region is not None:
                return True
    return False


class Hits:
    """Reads hits."""

    def __call__(self, value: Plain) -> tuple[Hit, ...]:
        """Read those of one cue."""
        return tuple(read_each(value, _hit))

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return those of many cues."""
        points = _points(values)
        if points is None:
            return None
        hits = map(Hit, *points)
        return [tuple(islice(hits, len(value))) for value in values]


class Curve:
    """Reads curves of intensity: points whose times never fall; either all have regions or none has."""

    def __call__(self, value: Plain) -> Intensity | None:
        """Read that of one cue."""
        if value is None:
            return None
        points = read_each(value, _point)
        if not points:
            raise Wrong("has no points")
        regions = tuple(point.region for point in points if point.region is not None)
        if regions and len(regions) < len(points):
            raise Wrong("has regions for some of its points only")
        curve = Intensity(tuple(point.time for point in points), tuple(point.strength for point in points), regions)
        if not _rises(curve):
            raise Wrong("runs back in time")
        return curve

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return those of many cues."""
        points = _points(values)
        if points is None or not all(values):
            return None
        when, strengths = iter(points[0]), iter(points[1])
        curves = [Intensity(tuple(islice(when, len(value))), tuple(islice(strengths, len(value)))) for value in values]
        return curves if all(map(_rises, curves)) else None


def as_hits(hits: tuple[Hit, ...]) -> list[list[Any]]:
    """Write hits."""
    return [_as_point(hit.time, hit.strength, hit.region, muted=hit.muted) for hit in hits]


def as_curve(curve: Intensity | None) -> list[list[Any]] | None:
    """Write a curve."""
    if curve is None:
        return None
    regions = curve.regions or (None,) * len(curve.times)
    return [_as_point(*point) for point in zip(curve.times, curve.values, regions, strict=True)]


def _as_point(at: Fraction, strength: float, where: Region | None, *, muted: bool = False) -> list[Any]:
    more: dict[str, Any] = {} if where is None else {"region": as_region(where)}
    if muted:
        more["muted"] = True
    return [as_text(at), strength, more] if more else [as_text(at), strength]


_OF_HITS: Mapping[str, Callable[[Plain], Any]] = {"region": region, "muted": truth}
_OF_POINTS: Mapping[str, Callable[[Plain], Any]] = {"region": region}


def _hit(value: Plain, known: Mapping[str, Callable[[Plain], Any]] = _OF_HITS) -> Hit:
    if type(value) is not list or len(value) not in (2, 3):
        raise Wrong(f"is {shown(value)}, not a time and a strength")
    more = {}
    for key, each in table(value[2]).items() if len(value) == 3 else ():
        if key not in known:
            raise Wrong("is not known of a point", (2, key))
        try:
            more[key] = known[key](each)
        except Wrong as error:
            raise error.within(2, key) from error
    return Hit(time(value[0]), _strength(value[1]), **more)


def _point(value: Plain) -> Hit:
    return _hit(value, _OF_POINTS)


def _points(values: list[Any]) -> tuple[list[Fraction], list[float]] | None:
    """Return the times and the strengths of all points of many lists, or None where one says more, or is odd."""
    if set(map(type, values)) != {list}:
        return None
    flat = list(chain.from_iterable(values))
    if set(map(type, flat)) != {list} or set(map(len, flat)) != {2}:
        return None
    when, strengths = times([point[0] for point in flat]), _strength.column([point[1] for point in flat])
    return None if when is None or strengths is None else (when, strengths)


def _rises(curve: Intensity) -> bool:
    return all(earlier <= later for earlier, later in pairwise(curve.times))

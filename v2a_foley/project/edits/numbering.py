"""The numbers of shots: which ones a range meets, and what becomes of them where shots are cut or joined."""

from __future__ import annotations

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from v2a_foley.project.model import Cue, Project, Shot
from v2a_foley.timebase import TimeRange

_Value = TypeVar("_Value", Shot, Cue)


def shots_under(shots: Sequence[Shot], span: TimeRange) -> tuple[int, ...]:
    """Return the numbers of the shots that a range overlaps, of shots that lie in order."""
    first = bisect_right(shots, span.start, key=lambda shot: shot.range.end)
    beyond = bisect_left(shots, span.end, lo=first, key=lambda shot: shot.range.start)
    return tuple(shot.index for shot in shots[first:beyond]) if span.start < span.end else ()


def recut(
    project: Project, first: int, count: int, shots: Sequence[Shot], numbers: Mapping[str, tuple[int, ...]]
) -> tuple[Project, Mapping[str, tuple[int, ...]]]:
    """Replace some shots by others that cover the same range.

    A cue that belonged to one of the old ones belongs to those of the new that it overlaps, and the numbers of later
    shots follow.

    Args:
        project: the project.
        first: number of the first shot to be replaced.
        count: how many are.
        shots: the new ones, numbered from ``first``.
        numbers: by a cue's id, the numbers that it shall have instead.

    Returns:
        The new project; and ``numbers`` for the way back: those of the cues that would not get their old ones by rule.
    """
    beyond, shift, after = first + count, len(shots) - count, first + len(shots)
    going = project.shots[first - 1 : beyond - 1]
    with _no_collections():
        rest = project.shots[beyond - 1 :]
        if shift:
            rest = tuple(_copies(rest, "index", range(after, after + len(rest))))
        changed: dict[int, tuple[int, ...]] = {}
        back: dict[str, tuple[int, ...]] = {}
        # Most cues lie wholly before or wholly behind the change: one comparison tells, and those behind it share their
        # new numbers with others that had the same.
        moved: dict[tuple[int, ...], tuple[int, ...]] = {}
        for place, cue in enumerate(project.cues):
            old, own = cue.shots, numbers.get(cue.id) if numbers else None
            if own is None and (not old or old[-1] < first):
                continue
            if own is None and old[0] >= beyond:
                if shift:
                    changed[place] = moved.get(old) or moved.setdefault(old, tuple([each + shift for each in old]))
                continue
            new = _renumbered(old, cue.range, first, beyond, shift, shots) if own is None else own
            if new != old:
                changed[place] = new
            if _renumbered(new, cue.range, first, after, -shift, going) != old:
                back[cue.id] = old
        cues = project.cues
        if changed:
            whole = list(cues)
            copies = _copies([cues[place] for place in changed], "shots", changed.values())
            for place, cue in zip(changed, copies, strict=True):
                whole[place] = cue
            cues = tuple(whole)
    return replace(project, shots=(*project.shots[: first - 1], *shots, *rest), cues=cues), back


def _renumbered(
    numbers: tuple[int, ...], span: TimeRange, first: int, beyond: int, shift: int, shots: Sequence[Shot]
) -> tuple[int, ...]:
    """Return the numbers of a cue after the shots from ``first`` to before ``beyond`` became others."""
    before = tuple(number for number in numbers if number < first)
    within = any(first <= number < beyond for number in numbers)
    after = tuple(number + shift for number in numbers if number >= beyond)
    # A cue may belong to a shot that it does not overlap; it then belongs to the first of the new ones.
    return (*before, *((shots_under(shots, span) or (first,)) if within else ()), *after)


def _copies(values: Iterable[_Value], name: str, instead: Iterable[Any]) -> Iterator[_Value]:
    """Yield copies of frozen values with one field changed each.

    ``dataclasses.replace`` runs the constructor, which takes eight times as long: too long for a cut at the start of
    a film of 5,000 shots, after which every shot and every cue has another number.
    """
    create, fill = object.__new__, object.__setattr__
    for value, new in zip(values, instead, strict=True):
        fields = value.__dict__.copy()
        fields[name] = new
        copy = create(type(value))
        fill(copy, "__dict__", fields)
        yield copy


@contextmanager
def _no_collections() -> Iterator[None]:
    """Hold back the collector of cycles: thousands of new values would call it twenty times, and none is garbage."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()

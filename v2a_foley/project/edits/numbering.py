"""The numbers of shots: which ones a range meets, and what becomes of them where shots are cut or joined.

A shot keeps its number for as long as it lives, whatever is cut before it: notes that name it stay right, and a cut
changes nothing but what lies at it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from v2a_foley.project.model import Cue, Project, Shot
from v2a_foley.timebase import TimeRange


def shots_under(shots: Sequence[Shot], span: TimeRange) -> tuple[int, ...]:
    """Return the numbers of the shots that a range overlaps, of shots that lie in order."""
    first = bisect_right(shots, span.start, key=lambda shot: shot.range.end)
    beyond = bisect_left(shots, span.end, lo=first, key=lambda shot: shot.range.start)
    return tuple(shot.index for shot in shots[first:beyond]) if span.start < span.end else ()


def free_number(project: Project) -> int:
    """Return the number that the next new shot gets: one more than the highest."""
    return max((shot.index for shot in project.shots), default=0) + 1


def recut(
    project: Project, place: int, count: int, shots: Sequence[Shot], numbers: Mapping[str, tuple[int, ...]]
) -> tuple[Project, Mapping[str, tuple[int, ...]]]:
    """Replace some shots by others that cover the same range.

    A cue that belonged to one of the old ones belongs to those of the new that it overlaps.

    Args:
        project: the project.
        place: place of the first shot to be replaced, from 0.
        count: how many are.
        shots: the new ones.
        numbers: by a cue's id, the numbers that it shall have instead.

    Returns:
        The new project; and ``numbers`` for the way back: those of the cues that would not get their old ones by rule.
    """
    going = project.shots[place : place + count]
    gone, come = {shot.index for shot in going}, {shot.index for shot in shots}
    cues: list[Cue] | None = None
    back: dict[str, tuple[int, ...]] = {}
    at_the_cut = [
        (at, cue)
        for at, cue in enumerate(project.cues)
        if not gone.isdisjoint(cue.shots) or (numbers and cue.id in numbers)
    ]
    for at, cue in at_the_cut:
        own = numbers.get(cue.id)
        new = _renumbered(cue.shots, cue.range, gone, shots) if own is None else own
        if _renumbered(new, cue.range, come, going) != cue.shots:
            back[cue.id] = cue.shots
        if new != cue.shots:
            cues = cues or list(project.cues)
            cues[at] = replace(cue, shots=new)
    whole = (*project.shots[:place], *shots, *project.shots[place + count :])
    return replace(project, shots=whole, cues=project.cues if cues is None else tuple(cues)), back


def _renumbered(
    numbers: tuple[int, ...], span: TimeRange, gone: AbstractSet[int], shots: Sequence[Shot]
) -> tuple[int, ...]:
    """Return the numbers of a cue after shots of some numbers became others."""
    first = next((at for at, number in enumerate(numbers) if number in gone), None)
    if first is None:
        return numbers
    # A cue may belong to a shot that it does not overlap; it then belongs to the first of the new ones.
    instead = shots_under(shots, span) or (shots[0].index,)
    return (*numbers[:first], *instead, *(number for number in numbers[first:] if number not in gone))

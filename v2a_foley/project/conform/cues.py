"""Cues follow their pictures into a new cut: moved, trimmed, split, copied, parked. Which picture is where is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from v2a_foley.project.conform.follow import SEAM, Following, Piece, Strip, uncovered
from v2a_foley.project.events import Kind
from v2a_foley.project.model import Cue
from v2a_foley.timebase import TimeRange

_SLIVER = 3
"""A piece of fewer frames than this, beside longer ones, is a ragged edge and no part of its own."""
_STRETCH = Fraction(101, 100)
"""How much longer than it was a background may become before its sound would run out."""


@dataclass(frozen=True)
class Followed:
    """What became of one cue.

    Attributes:
        id: of the cue.
        event: what sounds, in words.
        what: ``kept``, ``moved``, ``trimmed``, ``split``, ``copied``, ``parked``, ``returned`` or ``still parked``.
        was: where it lay, on the old film's clock.
        now: the cues that it is now, by id, with where they lie on the new film's clock; none where it is parked.
        lost: the parts of it whose picture is not in the new film, on the old film's clock.
    """

    id: str
    event: str
    what: str
    was: TimeRange
    now: tuple[tuple[str, TimeRange], ...] = ()
    lost: tuple[TimeRange, ...] = ()


def follow_cue(cue: Cue, strip: Strip, following: Following, taken: set[str]) -> tuple[tuple[Cue, ...], Followed]:
    """Return the cues that one becomes, none where its picture is gone, and what is to be said of that.

    Args:
        cue: as it lay in the old film.
        strip: the pictures that it belongs to.
        following: knows where they are.
        taken: ids that cues have; grows by those that are given.
    """
    pieces = _worthy(cue, following.pieces(cue.range, strip))
    if not pieces:
        return (), Followed(cue.id, cue.event.caption, "parked", cue.range, (), (cue.range,))
    own = _first_of_each(pieces)
    joined = _joined(cue, pieces, following)
    primary = next((group for group in joined if any(piece in own for piece in group)), joined[0])
    ids = {id(primary): cue.id}
    found = []
    for group in joined:
        name = ids.get(id(group)) or _free(cue.id, taken)
        found.append(_placed(cue, name, group, whole=len(joined) == 1))
    lost = uncovered(cue.range, [piece.old for piece in pieces])
    if len(pieces) > len(own):
        what = "copied"
    elif len(found) > 1:
        what = "split"
    elif lost:
        what = "trimmed"
    else:
        what = "kept" if found[0].range == cue.range else "moved"
    said = tuple((each.id, each.range) for each in found)
    return tuple(found), Followed(cue.id, cue.event.caption, what, cue.range, said, lost)


def _worthy(cue: Cue, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return the pieces that are parts of their own: no ragged edges, and of strikes those that hold a hit."""
    struck = [piece for piece in pieces if any(piece.old.contains(hit.time) for hit in cue.hits)]
    kept = struck if cue.event.kind is Kind.IMPULSE and struck else list(pieces)
    longer = [piece for piece in kept if piece.frames >= _SLIVER or piece in struck]
    return tuple(longer or kept)


def _first_of_each(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces of which no two show the same picture: the longest of each, then the nearest to its old place."""
    own: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.frames, abs(piece.shift))):
        if all(piece.old.overlap(other.old) is None for other in own):
            own.append(piece)
    return own


def _joined(cue: Cue, pieces: Sequence[Piece], following: Following) -> list[list[Piece]]:
    """Return the pieces in groups, a cue each. A background goes on over cuts, as long as it has sound for that."""
    plain = cue.event.kind is Kind.AMBIENCE and cue.intensity is None and not cue.hits
    groups: list[list[Piece]] = []
    for piece in pieces:
        if groups and plain:
            first, last = groups[-1][0], groups[-1][-1]
            apart = following.clock.frame_at(piece.new.start) - following.clock.frame_at(last.new.end)
            if apart <= SEAM and piece.new.end - first.new.start <= cue.range.duration * _STRETCH:
                groups[-1].append(piece)
                continue
        groups.append([piece])
    return groups


def _placed(cue: Cue, name: str, group: Sequence[Piece], *, whole: bool) -> Cue:
    """Return the cue that a group of pieces becomes: its sound begins where it was in the takes.

    Args:
        cue: the old cue.
        name: the id of the new one.
        group: pieces, in the order of the new film; several only of a background.
        whole: whether they are all that there is of the cue; strikes outside of them are kept then, for when it is
            opened again.
    """
    first, last = group[0], group[-1]
    span = TimeRange(first.new.start, last.new.end)
    into = first.old.start - cue.range.start
    into = max(Fraction(0), min(into, cue.range.duration - span.duration)) if len(group) > 1 else into
    begun = cue.range.start if cue.anchor is None else cue.anchor
    ids = {take.id: take.id if name == cue.id else f"{name}t{n}" for n, take in enumerate(cue.takes, start=1)}
    hits = cue.hits if whole else [hit for hit in cue.hits if first.old.contains(hit.time)]
    curve = cue.intensity
    moved = replace(
        cue,
        id=name,
        range=span,
        anchor=None if begun == span.start else begun,
        slip=cue.slip + into if cue.takes else cue.slip,
        hits=tuple(replace(hit, time=first.moment(hit.time)) for hit in hits),
        intensity=None if curve is None else replace(curve, times=tuple(map(first.moment, curve.times))),
        takes=tuple(replace(take, id=ids[take.id]) for take in cue.takes),
        active=None if cue.active is None else ids.get(cue.active),
    )
    # What lies beyond a new end belongs to another picture: a strike there must not be heard, nor a swell begin.
    if cue.takes and cue.event.kind is not Kind.AMBIENCE:
        inner = Fraction(0)
        moved = replace(
            moved,
            fade_in=inner if first.old.start > cue.range.start else moved.fade_in,
            fade_out=inner if last.old.end < cue.range.end else moved.fade_out,
        )
    return moved


def _free(name: str, taken: set[str]) -> str:
    """Return an id for another part of a cue that no cue has, and take it."""
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    found = f"{name}-{number}"
    taken.add(found)
    return found

"""Reads the hits in a cell of a spotting list, which an editor may have typed. They are written in ``spotting.py``."""

from __future__ import annotations

import re
from fractions import Fraction

from v2a_foley.interchange.tables import Row, coded, decimal, exact, short
from v2a_foley.media import MediaFacts
from v2a_foley.project import Hit, Region

MOST_HITS = 10_000
_COUNT = re.compile(r"[0-9]{1,9}")
_HIT = re.compile(
    r"(?P<time>[0-9:;/.,]{1,90})\s*(?:@\s*(?P<strength>[^\s\[]{1,40}))?\s*(?P<muted>muted)?\s*(?:\[(?P<region>[^\]]{1,200})\])?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]{0,3}(?:[.,][0-9]{1,30})?(?:e-[0-9]{1,3})?", re.IGNORECASE)


def hits_of_row(row: Row, media: MediaFacts) -> tuple[Hit, ...]:
    """Return the hits of a row, by time.

    Semicolons part them; a time is in seconds (``1.25``, ``5/4``) or a timecode of the film, with colons; a strength
    that is left out is 1. A lone whole number is a count, as older lists have it, and says
    nothing: a hit there is ``2@1``.

    Raises:
        InputError: one is not understood, lies outside of the film, or where another does.
    """
    text = row["hits"].strip()
    if not text or _COUNT.fullmatch(text):
        return ()
    hits: dict[Fraction, Hit] = {}
    pieces = [piece.strip() for piece in text.split(";") if piece.strip()]
    if len(pieces) > MOST_HITS:
        raise row.wrong("hits", f"it has {len(pieces)} hits; {MOST_HITS} are the most")
    for piece in pieces:
        hit = _hit(row, piece, media)
        if hit.time in hits:
            raise row.wrong("hits", f"{short(piece)} lies where another hit does")
        if not 0 <= hit.time <= media.duration:
            raise row.wrong("hits", f"{short(piece)} lies outside of the film")
        hits[hit.time] = hit
    return tuple(sorted(hits.values(), key=lambda hit: hit.time))


def _hit(row: Row, text: str, media: MediaFacts) -> Hit:
    found = _HIT.fullmatch(text)
    said = found["time"] if found else ""
    time = coded(said, media) if ":" in said else exact(said) if "/" in said else decimal(said)
    if found is None or time is None:
        raise row.wrong("hits", f"{short(text)} is no hit (1.25@0.8)")
    strength = 1.0 if found["strength"] is None else _part(found["strength"])
    if strength is None:
        raise row.wrong("hits", f"{short(found['strength'])} is no strength from 0 to 1")
    return Hit(time, strength, _region(row, found["region"]), found["muted"] is not None)


def _region(row: Row, text: str | None) -> Region | None:
    if text is None:
        return None
    parts = [part for part in map(_part, text.split()) if part is not None]
    if len(parts) != 4 or len(text.split()) != 4:
        raise row.wrong("hits", f"[{short(text)}] is no place on the screen (x, y, width, height, 0 to 1)")
    return Region(*parts)


def _part(text: str) -> float | None:
    """Return a number from 0 to 1, or None."""
    if not _NUMBER.fullmatch(text) or not any(each.isdigit() for each in text.lower().partition("e")[0]):
        return None
    value = float(text.replace(",", "."))
    return value if value <= 1 else None

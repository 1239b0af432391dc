"""Which pairs of a store mappers are measured on, and what that makes of their figures. Nothing is measured here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import StoreError
from v2a_foley.evaluate.contestants import Contestant
from v2a_foley.pairs import Pairs, Split

LEAST = 2
"""Files among the held-out pairs below which there is nothing to compare on."""
EVERYTHING = "all pairs, learned from"
"""What is measured on where next to nothing was held out."""


def held_out(pairs: Pairs) -> tuple[str, NDArray[np.intp]]:
    """Return the part of a store that mappers are measured on, and the numbers of its pairs.

    Its test part, or else what mappers were watched on while they learned. Where neither holds pairs from two files, as
    in a store of a dozen clips, it is all there is, under a name that says so.

    Raises:
        StoreError: all pairs come from one file.
    """
    everything = np.arange(len(pairs), dtype=np.intp)
    parts = [(str(split), pairs.of(split)) for split in (Split.TEST, Split.VALIDATION)]
    for name, which in [*parts, (EVERYTHING, everything)]:
        if len({pairs.rows[number].group for number in which}) >= LEAST:
            return name, which
    raise StoreError(
        f"All {len(pairs)} pairs of the store come from one file; there is nothing to compare on.",
        hint="Embed more clips, or name another store as well.",
    )


def drawn(pairs: Pairs, which: NDArray[np.intp], limit: int) -> NDArray[np.intp]:
    """Return at most so many pairs, chosen by the hash of their names, in the store's order."""
    if not limit or len(which) <= limit:
        return which
    ranks = [hashlib.sha256(pairs.rows[number].key.encode("utf-8", "surrogateescape")).digest() for number in which]
    kept = sorted(range(len(which)), key=ranks.__getitem__)[:limit]
    return np.sort(which[kept])


def notes_on(pairs: Pairs, split: str, count: int) -> list[str]:
    """Return what a reader must know of the pairs that were measured on, so many of them."""
    notes = []
    if split == EVERYTHING:
        notes.append(
            "Next to nothing of the store was held out, so these figures are over the pairs that the mappers learned "
            "from: they say that a mapper learned, not that it can do what it has not seen."
        )
    elif split == Split.VALIDATION:
        notes.append(
            "The store has no test part: these pairs are those that decided when training stopped, which flatters."
        )
    kinds = {card.kind for card in pairs.cards}
    if "captions" in kinds:
        notes.append(
            "The pairs are texts in both spaces, not pictures and sounds: they say nothing of real clips. Where the "
            "bridge stands on the same captions, it knows the answers."
        )
    if not any(row.label for row in pairs.rows):
        notes.append("The store names no classes, so the spread that sounds of one class have is not known.")
    if count < 1000:
        notes.append(f"{count:,} pairs are few: read every figure with its interval.")
    return notes


def notes_on_learning(pairs: Pairs, split: str, mappers: Sequence[Contestant]) -> list[str]:
    """Return a sentence for each mapper that may have learned from some of what it is measured on.

    What a store holds out for watching depends on all of its groups and on a share that training may set otherwise, so
    it is not the same for a store that grew, for several stores together, or under another ``--validation``.
    """
    if split != Split.VALIDATION:
        return []
    here = (len(pairs.of(Split.TRAIN)), len(pairs.of(Split.VALIDATION)))
    return [
        f"{each.name} learned from {each.learned_from[0]:,} pairs with {each.learned_from[1]:,} held out; here they "
        f"are {here[0]:,} and {here[1]:,}, so that it may have learned from some of those that it is measured on."
        for each in mappers
        if each.learned_from is not None and each.learned_from != here
    ]

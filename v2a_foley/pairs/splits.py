"""Which pairs a mapper learns from, which it is watched on while it learns, and which it never sees."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum

from v2a_foley.pairs.shard import Row

SHARE = 0.05
"""How much of what is to be learned from is held out for watching, where the source names no such part."""


class Split(StrEnum):
    """A part of a store."""

    TRAIN = "train"
    """Learned from."""
    VALIDATION = "validation"
    """Watched while learning: it decides when to stop."""
    TEST = "test"
    """Never seen while learning."""


def split_of(rows: Sequence[Row], *, share: float = SHARE) -> list[Split]:
    """Return each row's part, always the same for the same rows.

    A row that says where it belongs is taken at its word. If none says ``validation``, a share of the groups that are
    left for training is held out, by the hash of their names and at least one; so windows of one file stay together.

    Args:
        rows: of a whole store, or of several.
        share: of the groups, 0 to 1.
    """
    named = {str(part): part for part in Split}
    parts = [named.get(row.split, Split.TRAIN) for row in rows]
    if Split.VALIDATION in parts:
        return parts
    ranks = {row.group: _rank(row.group) for row, part in zip(rows, parts, strict=True) if part is Split.TRAIN}
    if len(ranks) < 2:
        return parts
    count = max(1, round(share * len(ranks)))
    held = set(sorted(ranks, key=lambda group: ranks[group])[:count])
    return [
        Split.VALIDATION if part is Split.TRAIN and row.group in held else part
        for row, part in zip(rows, parts, strict=True)
    ]


def _rank(group: str) -> bytes:
    return hashlib.sha256(f"v2a-foley split 1 {group}".encode("utf-8", "surrogateescape")).digest()

"""Spaces, rows and halves of pairs for the tests of stores."""

from pathlib import Path

import numpy as np

from v2a_foley.embed import Space, normalised
from v2a_foley.pairs import GrowingStore, Row, StoreCard

SEEN = Space("eyes", 6, "6-" + "0f" * 32)
HEARD = Space("ears", 4, "4-" + "3c" * 32)
OTHER = Space("eyes", 6, "6-" + "f0" * 32)
CARD = StoreCard(SEEN, HEARD, "clips", "made for a test", {"frames": 8})


def halves(count: int, seed: int = 0):
    """Return both halves of so many pairs, unit rows."""
    drawn = np.random.default_rng(seed)
    return tuple(normalised(drawn.normal(size=(count, space.size))) for space in (SEEN, HEARD))


def rows(count: int, first: int = 0) -> list[Row]:
    return [Row(f"film {number}", f"film {number}", "dog", "") for number in range(first, first + count)]


def fill(folder: Path, count: int, *, first: int = 0, card: StoreCard = CARD, **options: object) -> GrowingStore:
    """Put so many pairs into a store; the pair of a number is the same whoever makes it."""
    with GrowingStore(folder, card, warn=lambda _: None, **options) as store:
        for number in range(first, first + count):
            seen, heard = halves(1, number)
            store.add(rows(1, number)[0], seen[0], heard[0])
    return store

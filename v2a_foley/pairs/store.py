"""Reads stores: many shards as one long list of pairs, of which any rows can be taken. Writing them is not here."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Embeddings, Space
from v2a_foley.errors import StoreError
from v2a_foley.pairs.card import StoreCard, read_card
from v2a_foley.pairs.shard import Row, Shard, read_shard
from v2a_foley.pairs.splits import SHARE, Split, split_of

_OTHER_FILES = 512
"""Files that a process has open besides a store's: libraries, devices, logs."""
SHARDS = "shards"
"""The folder inside a store that holds them."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of embeddings from one or more stores of the same two spaces.

    Attributes:
        cards: one a store.
        rows: what is known of each pair.
        splits: each pair's part.
    """

    cards: tuple[StoreCard, ...]
    rows: tuple[Row, ...]
    splits: tuple[Split, ...]
    _sources: tuple[Embeddings, ...] = field(repr=False)
    _targets: tuple[Embeddings, ...] = field(repr=False)
    _starts: NDArray[np.intp] = field(repr=False)

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.rows)

    @property
    def source(self) -> Space:
        """The eyes' space."""
        return self.cards[0].source

    @property
    def target(self) -> Space:
        """The ears' space."""
        return self.cards[0].target

    def of(self, split: Split) -> NDArray[np.intp]:
        """Return the numbers of the pairs of a part, rising."""
        return np.flatnonzero(np.array([each is split for each in self.splits], dtype=bool))

    def take(self, which: NDArray[np.intp]) -> tuple[Embeddings, Embeddings]:
        """Return both halves of some pairs in the order asked for, ``float32 (n, d_source)`` and ``(n, d_target)``.

        Raises:
            IndexError: a number is below 0, or there are not so many pairs.
        """
        if len(which) and (which.min() < 0 or which.max() >= len(self.rows)):
            raise IndexError(f"there are {len(self.rows)} pairs, not {which.min()} to {which.max()}")
        return _taken(self._sources, self._starts, which), _taken(self._targets, self._starts, which)


def open_pairs(folders: Sequence[Path], *, share: float = SHARE, check: bool = True) -> Pairs:
    """Open stores. The numbers stay on the disk until rows are taken.

    Args:
        folders: at least one store.
        share: of the training groups that is held out for validation where no row says so, 0 to 1.
        check: whether every number is read once and compared with its checksum.

    Raises:
        StoreError: a folder is no store, a shard is damaged, or there is not a single pair.
        SpaceMismatch: stores or shards are of different spaces; the sentence names both.
    """
    cards, shards = [], []
    for folder in folders:
        card = read_card(folder)
        cards.append(card)
        for shard in _read(folder):
            what = f"The shard {shard.path.name} in {folder.name!r}"
            cards[0].source.require(shard.source, what=f"{what} (seen)")
            cards[0].target.require(shard.target, what=f"{what} (heard)")
            if check:
                shard.check()
            shards.append(shard)
    rows = tuple(row for shard in shards for row in shard.rows)
    if not rows:
        raise StoreError(
            f"There is not a single pair in {', '.join(repr(folder.name) for folder in folders)}.",
            hint="Fill it first: v2a-foley train embed SOURCE -o STORE.",
        )
    _let_open(2 * len(shards))
    try:
        sources, targets = (tuple(half(shard) for shard in shards) for half in (Shard.sources, Shard.targets))
    except OSError as error:
        raise StoreError(
            f"The {len(shards):,} shards cannot all be open at once: {error.strerror or error}.",
            hint=f"Let this shell open more files first: ulimit -n {2 * len(shards) + _OTHER_FILES}.",
        ) from error
    return Pairs(
        cards=tuple(cards),
        rows=rows,
        splits=tuple(split_of(rows, share=share)),
        _sources=sources,
        _targets=targets,
        _starts=np.cumsum([0, *(len(shard.rows) for shard in shards)]),
    )


def _let_open(maps: int) -> None:
    """Let this process have so many more files open, where the system limits it and lets us: a map holds one."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = maps + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        with suppress(OSError, ValueError):  # then mapping them says what is missing
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def shard_paths(folder: Path) -> list[Path]:
    """Return a store's finished shards, in the order of their names."""
    return sorted((folder / SHARDS).glob("[0-9]*.safetensors"))


def _read(folder: Path) -> Iterator[Shard]:
    """Read the headers of a store's shards.

    Raises:
        StoreError: a shard is damaged, or two hold the same pair.
    """
    known: set[str] = set()
    for path in shard_paths(folder):
        shard = read_shard(path)
        keys = {row.key for row in shard.rows}
        if len(keys) < len(shard.rows) or not known.isdisjoint(keys):
            twice = min(known & keys, default=shard.rows[0].key)
            raise StoreError(
                f"The store {folder.name!r} holds the pair {twice!r} twice, the second time in {path.name}.",
                hint="Fill it again with the command that made it: such a shard is moved aside, and nothing is lost.",
            )
        known |= keys
        yield shard


def _taken(halves: Sequence[Embeddings], starts: NDArray[np.intp], which: NDArray[np.intp]) -> Embeddings:
    size = halves[0].shape[1]
    found: Embeddings = np.empty((len(which), size), np.float32)
    order = np.argsort(which, kind="stable")
    rising = which[order]
    edges = np.searchsorted(rising, starts)
    for home in np.flatnonzero(np.diff(edges)).tolist():
        here = slice(edges[home], edges[home + 1])
        found[order[here]] = halves[home][rising[here] - starts[home]]
    return found

"""A store while it is filled: pairs gather into shards, which are closed one by one and never touched again.

A process may end at any moment: what it loses is the shard in flight. Where pairs come from is not known here.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import DiskFull, FoleyError, SpaceMismatch, StoreError, UsageError
from v2a_foley.files import translated
from v2a_foley.pairs.broken import BrokenList
from v2a_foley.pairs.card import CARD, StoreCard, read_card, write_card
from v2a_foley.pairs.locks import Part, locked
from v2a_foley.pairs.shard import Row, read_shard, write_shard
from v2a_foley.pairs.store import SHARDS, shard_paths

DAMAGED = "damaged"
"""The folder inside a store that damaged shards are moved to."""
_STALE = 3600.0
"""Seconds after which what another process of a store in parts left half-written is taken for dead."""


@dataclass(frozen=True)
class Closing:
    """When a shard is closed: at so many pairs, or after so many seconds, whichever is first."""

    rows: int = 1024
    seconds: float = 300.0


@dataclass
class _Open:
    """The shard in flight."""

    rows: list[Row] = field(default_factory=list)
    sources: list[NDArray[np.float32]] = field(default_factory=list)
    targets: list[NDArray[np.float32]] = field(default_factory=list)
    finished: dict[str, int] = field(default_factory=dict)
    since: float = field(default_factory=time.monotonic)


class GrowingStore:
    """A store that is being filled, by this process alone or, part by part, by several. Use it as a context.

    On entering, it is locked, what it holds is read and checked, and damaged shards are moved aside. On leaving,
    whatever the reason, the shard in flight is closed.

    Args:
        folder: the store; made if it is missing.
        card: what the store is, or is to be; kept if there is one already that says the same.
        warn: told of damaged shards.
        part: this process's part of the work.
        closing: when shards are closed.
        retry: whether to forget what is known as broken.
        same: the details in which a store that is there must agree with the card.

    Raises:
        SpaceMismatch: on entering: the store is of other spaces.
        UsageError: on entering: the store was made otherwise, or another process is at work on it.
        StoreError: on entering: the folder holds something else, or the store's card is damaged.
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full; what was finished stands.
    """

    def __init__(
        self,
        folder: Path,
        card: StoreCard,
        warn: Callable[[str], None],
        *,
        part: Part | None = None,
        closing: Closing | None = None,
        retry: bool = False,
        same: tuple[str, ...] = (),
    ) -> None:
        """Keep what is asked for; touch nothing yet."""
        self.folder, self.card = folder, card
        self._warn, self._part, self._closing, self._retry = warn, part, closing or Closing(), retry
        self._same = same
        self._stack = ExitStack()
        self._open = _Open()
        self._done: set[str] = set()
        self._groups: Counter[str] = Counter()
        self._broken = BrokenList(folder, part)
        self._number = 0
        self.pairs = 0
        self.shards = 0
        self.moved: tuple[Path, ...] = ()

    def __enter__(self) -> Self:
        """Lock the store and read what is there."""
        self._check_place()
        with self._stack as stack:
            try:
                (self.folder / SHARDS).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise translated(error, self.folder) from error
            stack.enter_context(locked(self.folder, self._part))
            self._settle_card()
            self._sweep()
            self._read_shards()
            self._broken.read(retry=self._retry, done=self._done)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Close the shard in flight, and let go of the store."""
        with self._stack:
            if isinstance(error, DiskFull):
                return
            try:
                self.close_shard()
            except FoleyError as lost:
                if not isinstance(error, FoleyError):
                    raise
                self._warn(f"The shard in flight was lost: {lost.message}")

    @property
    def broken(self) -> dict[str, str]:
        """What could not be made into a pair, and why, by its key."""
        return self._broken.reasons

    def knows(self, key: str) -> bool:
        """Tell whether there is nothing left to do for a pair or a file: it is finished, or known as broken."""
        return key in self._done or key in self._broken

    def add(self, row: Row, source: NDArray[np.float32], target: NDArray[np.float32]) -> None:
        """Take a pair; closes the shard in flight if it is full or old enough.

        Args:
            row: what is known of it; a key that the store knows already is left aside.
            source: ``float32 (d_source,)`` of unit length.
            target: ``float32 (d_target,)`` of unit length.

        Raises:
            OutputError: the folder cannot be written to.
            DiskFull: the disk is full.
            ValueError: a half has another size, or is no direction.
        """
        if self.knows(row.key):
            return
        here = self._open
        if not here.rows:
            here.since = time.monotonic()
        here.rows.append(row)
        here.sources.append(source)
        here.targets.append(target)
        self._done.add(row.key)
        self._groups[row.group] += 1
        self.close_if_due()

    def finish(self, group: str) -> None:
        """Note that all pairs of a group are made; it is known from the time when the shard in flight is closed."""
        if not self.knows(group):
            self._open.finished[group] = self._groups[group]

    def give_up(self, key: str, reason: str) -> None:
        """List something that cannot be made into a pair.

        Raises:
            OutputError: the folder cannot be written to.
            DiskFull: the disk is full.
        """
        if not self.knows(key):
            self._broken.add(key, reason)

    def close_if_due(self) -> None:
        """Close the shard in flight if it is full or old enough."""
        here = self._open
        old = bool(here.rows) and time.monotonic() - here.since >= self._closing.seconds
        if old or len(here.rows) >= self._closing.rows:
            self.close_shard()

    def close_shard(self) -> None:
        """Write the shard in flight, if there is anything in it, and begin the next.

        Raises:
            OutputError: the folder cannot be written to.
            DiskFull: the disk is full.
        """
        here = self._open
        if not here.rows:
            return
        part = f"-{self._part}" if self._part else ""
        path = self.folder / SHARDS / f"{self._number:06d}{part}.safetensors"
        spaces = (self.card.source, self.card.target)
        write_shard(path, spaces, here.rows, np.stack(here.sources), np.stack(here.targets), finished=here.finished)
        self._done.update(here.finished)
        self.pairs += len(here.rows)
        self.shards += 1
        self._number += 1
        self._open = _Open()

    def count(self) -> int:
        """Return how many pairs the store holds now, those that other parts have finished meanwhile with them.

        Raises:
            StoreError: a shard has been damaged meanwhile.
        """
        if self._part is None:
            return self.pairs
        return sum(len(read_shard(path).rows) for path in shard_paths(self.folder))

    def describe(self, origin: str, **details: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Write the card anew with other words and more details; spaces and kind stay.

        Raises:
            OutputError: the folder cannot be written to.
            DiskFull: the disk is full.
        """
        self.card = replace(self.card, origin=origin, details={**self.card.details, **details})
        write_card(self.folder, self.card)

    def _check_place(self) -> None:
        """Refuse a folder that holds something else."""
        if self.folder.is_file():
            raise StoreError(f"{str(self.folder)!r} is a file.", hint="Name a folder for the store.")
        if not self.folder.is_dir() or (self.folder / CARD).exists() or (self.folder / SHARDS).is_dir():
            return
        with suppress(StopIteration):
            other = next(each for each in self.folder.iterdir() if not each.name.startswith("."))
            raise StoreError(
                f"The folder {str(self.folder)!r} is no store and holds other things, such as {other.name!r}.",
                hint="Name a new or an empty folder for the store.",
            )

    def _settle_card(self) -> None:
        """Keep the card that is there if it says what is asked for, else write ours."""
        if not (self.folder / CARD).exists():
            if shard_paths(self.folder):
                raise StoreError(
                    f"The store {self.folder.name!r} has shards and no {CARD}: nobody knows what they are.",
                    hint="Name a new folder, or remove this one.",
                )
            write_card(self.folder, self.card)
            return
        there = read_card(self.folder)
        what = f"The store {self.folder.name!r}"
        self.card.source.require(there.source, what=f"{what} (seen)")
        self.card.target.require(there.target, what=f"{what} (heard)")
        if there.kind != self.card.kind:
            raise UsageError(f"{what} is of {there.kind}, not of {self.card.kind}.", hint="Name another folder.")
        for name in self._same:
            mine, theirs = self.card.details.get(name), there.details.get(name)
            if mine != theirs:
                raise UsageError(
                    f"{what} was made with {name.replace('_', ' ')} {theirs}, not {mine}.",
                    hint="Ask for the same, or name another folder.",
                )
        self.card = there

    def _sweep(self) -> None:
        """Remove what a process that was killed left half-written."""
        now = time.time()
        for left in (self.folder / SHARDS).glob(".v2a-*"):
            with suppress(OSError):  # of another part, which is at work or has just renamed it
                if self._part is None or now - left.stat().st_mtime > _STALE:
                    left.unlink()

    def _read_shards(self) -> None:
        """Learn what is finished; move aside what is damaged."""
        numbers, moved, finished = [-1], [], dict[str, int]()
        for path in shard_paths(self.folder):
            numbers.append(int(path.name[:6]) if path.name[:6].isdigit() else -1)
            try:
                shard = read_shard(path)
                shard.check()
                self.card.source.require(shard.source, what=f"The shard {path.name} (seen)")
                self.card.target.require(shard.target, what=f"The shard {path.name} (heard)")
            except (StoreError, SpaceMismatch) as error:
                moved.append(self._aside(path))
                self._warn(f"{error.message} It was moved to {DAMAGED!r}, and its pairs are made again.")
                continue
            keys = {row.key for row in shard.rows}
            if not self._done.isdisjoint(keys):
                moved.append(self._aside(path))
                self._warn(f"The shard {path.name} holds pairs that others hold too. It was moved to {DAMAGED!r}.")
                continue
            self._done |= keys
            self._groups.update(row.group for row in shard.rows)
            finished |= shard.finished
            self.pairs += len(keys)
            self.shards += 1
        if not self._retry:  # what is broken may be a part of a group that is finished otherwise
            self._done |= {group for group, count in finished.items() if self._groups[group] >= count}
        self._number = max(numbers) + 1
        self.moved = tuple(moved)

    def _aside(self, path: Path) -> Path:
        folder = self.folder / DAMAGED
        place, count = folder / path.name, 1
        while place.exists():
            place, count = folder / f"{path.stem}-{count}{path.suffix}", count + 1
        try:
            folder.mkdir(exist_ok=True)
            path.replace(place)
        except OSError as error:
            raise translated(error, place) from error
        return place

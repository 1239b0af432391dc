"""What is measured on: clips and photographs with their names and classes. Each data set's own layout is elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Item:
    """One clip or photograph.

    Attributes:
        key: its name, unique in its data set and fit for a file's name.
        path: the file.
        label: its class in words; may be empty.
    """

    key: str
    path: Path
    label: str


@dataclass(frozen=True)
class DataSet:
    """A data set as it lies on this machine.

    Attributes:
        name: ``VGGSound test``, ``ImageHear``.
        short: its name in file names.
        items: in an order that does not depend on the machine, so that the first n are a fair sample.
        listed: how many items the data set has, whether they are here or not.
        heard: whether its items carry their own true sound.
        licence: whose it is, and what may be done with it.
    """

    name: str
    short: str
    items: tuple[Item, ...]
    listed: int
    heard: bool
    licence: str

    def first(self, count: int) -> DataSet:
        """Return the data set cut down to its first items; 0 keeps all."""
        return replace(self, items=self.items[:count]) if count else self

    def __str__(self) -> str:
        """Return its name, and how much of it is meant where that is not all."""
        whole = len(self.items) == self.listed
        return self.name if whole else f"{self.name}, {len(self.items):,} of {self.listed:,}"


def shuffled(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return items in an order that depends on their names alone and mixes the classes."""
    return tuple(sorted(items, key=lambda item: hashlib.sha256(f"v2a-foley order 1 {item.key}".encode()).digest()))

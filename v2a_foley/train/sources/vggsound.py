"""VGGSound and lists of its form: a CSV of YouTube id, start second, label and split, and the clips below a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

from v2a_foley.errors import SourceError
from v2a_foley.train.sources.item import GONE, PICTURE_SUFFIXES, Item, Source, Unusable, key_of, name_of, split_named
from v2a_foley.train.sources.table import rows
from v2a_foley.train.sources.walk import walk

KIND = "vggsound"
_ID = re.compile(r"[\w-]{11}")
_START = re.compile(r"(\d{1,7})(\.0*)?")
_SECONDS = 10
"""How long a clip of VGGSound is, as some copies say in its name."""


def is_list(path: Path) -> bool:
    """Tell whether a file is a list of VGGSound's form, by its first lines."""
    try:
        first = [row for _, row in islice(rows(path), 5)]
    except SourceError:
        return False
    return bool(first) and all(
        len(row) in (3, 4) and _ID.fullmatch(row[0]) and _START.fullmatch(row[1].strip()) for row in first
    )


def vggsound(listed: Path, clips: Path) -> Source:
    """Return the clips of a list.

    A clip is looked for below the folder as ``{id}_{start:06d}``, ``{id}_{start}``, ``{id}_{start}_{end}`` in seconds
    or milliseconds, or as ``{id}``, the whole video, from which the clip is cut; with the suffix of any film.

    Args:
        listed: the list.
        clips: the folder.

    Raises:
        SourceError: the list cannot be read, or names nothing.
    """
    count = sum(1 for _ in rows(listed))
    files: dict[str, Path] = {}

    def entries() -> Iterator[Item | Unusable]:
        if not files:
            for path in walk(clips, PICTURE_SUFFIXES):
                files.setdefault(path.stem, path)
        for number, row in rows(listed):
            yield _entry(number, row, files)

    return Source(KIND, name_of(listed), "clips of VGGSound's list", count, entries)


def _entry(number: int, row: list[str], files: dict[str, Path]) -> Item | Unusable:
    second = _START.fullmatch(row[1].strip()) if len(row) > 1 else None
    name = row[0].strip()
    if second is None or not name:
        return Unusable(f"line {number}", "the line of the list is not understood")
    start = int(second[1])
    end = start + _SECONDS
    key = key_of(f"{name}_{start:06d}")
    cut = (f"{name}_{start:06d}", f"{name}_{start}", f"{name}_{start}_{end}", f"{name}_{start * 1000}_{end * 1000}")
    path = next((files[stem] for stem in cut if stem in files), None)
    begin = Fraction(0)
    if path is None:
        path, begin = files.get(name), Fraction(start)
    if path is None:
        return Unusable(key, GONE, lasting=False)
    label = key_of(row[2].strip()) if len(row) > 2 else ""
    group = key_of(name)
    return Item(key, path, start=begin, group=group, label=label, split=split_named(row[3]) if len(row) > 3 else "")

"""Walks folders of files calmly: loops of links, hidden files and folders that may not be read do not disturb it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path


def walk(folder: Path, suffixes: Collection[str]) -> Iterator[Path]:
    """Yield the files below a folder whose suffix is one of some, in the order of their paths.

    What begins with a dot is left out, and so are the resource forks of macOS. Links are followed, but no folder is
    walked twice. One folder's names are held at a time.

    Args:
        folder: where to begin.
        suffixes: in lower case, with their dot.
    """
    return _walk(folder, suffixes, set())


def _walk(folder: Path, suffixes: Collection[str], seen: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            found = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda each: each.name)
    except OSError:  # not ours to read, or gone meanwhile
        return
    for entry in found:
        try:
            is_folder, is_file = entry.is_dir(), entry.is_file()
        except OSError:  # a link that leads in a circle
            continue
        if is_folder:
            yield from _walk(Path(entry.path), suffixes, seen)
        elif is_file and os.path.splitext(entry.name)[1].lower() in suffixes:  # noqa: PTH122 - a Path a file is slow
            yield Path(entry.path)

"""Walks folders of files calmly: loops of links, hidden files and folders that may not be read do not disturb it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path


def walk(folder: Path, suffixes: Collection[str]) -> Iterator[Path]:
    """Yield the files below a folder whose suffix is one of some, in the order of their paths.

    What begins with a dot is left out, and so are the resource forks of macOS. Links are followed, but no folder is
    walked twice. The names in one folder, and in those above it, are held at a time.

    Args:
        folder: where to begin.
        suffixes: in lower case, with their dot.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [_entries(folder, seen)]
    while waiting:
        for entry in waiting[-1]:
            try:
                is_folder, is_file = entry.is_dir(), entry.is_file()
            except OSError:  # a link that leads in a circle
                continue
            if is_folder:
                waiting.append(_entries(Path(entry.path), seen))
                break
            if is_file and os.path.splitext(entry.name)[1].lower() in suffixes:  # noqa: PTH122 - a Path a file is slow
                yield Path(entry.path)
        else:
            waiting.pop()


def _entries(folder: Path, seen: set[tuple[int, int]]) -> Iterator[os.DirEntry[str]]:
    """Return what is in a folder, by name; nothing where it was seen before, or may not be read."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            return iter(())
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            return iter(sorted((each for each in entries if each.name[0] != "."), key=lambda each: each.name))
    except OSError:  # not ours to read, or gone meanwhile
        return iter(())

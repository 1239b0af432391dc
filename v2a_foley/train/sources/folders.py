"""Folders: films of any length, and images that have a sound of the same name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from v2a_foley.train.sources.item import (
    IMAGE_SUFFIXES,
    PICTURE_SUFFIXES,
    SOUND_SUFFIXES,
    Item,
    Source,
    Unusable,
    key_of,
    name_of,
)
from v2a_foley.train.sources.walk import walk

VIDEOS, IMAGES = "videos", "images"
_NAMES = ("images", "sounds")
"""The two folders that images and their sounds may lie in."""


def videos(folder: Path) -> Source:
    """Return all films below a folder, each to be cut into clips; a film in a folder is labelled with nothing."""

    def entries() -> Iterator[Item | Unusable]:
        for path in walk(folder, PICTURE_SUFFIXES):
            yield Item(key_of(path.relative_to(folder)), path, windowed=True)

    return Source(VIDEOS, name_of(folder), "films", sum(1 for _ in entries()), entries)


def images(folder: Path) -> Source:
    """Return the images below a folder that have a sound of the same name, beside them or in a folder of their own.

    With the folders ``images`` and ``sounds`` inside, names are compared from there on; else from the folder itself.
    """
    seen, heard = (folder / name if is_parted(folder) else folder for name in _NAMES)

    def entries() -> Iterator[Item | Unusable]:
        sounds: dict[str, Path] = {}
        for path in walk(heard, SOUND_SUFFIXES):
            sounds.setdefault(key_of(path.relative_to(heard).with_suffix("")), path)
        for path in walk(seen, IMAGE_SUFFIXES):
            key, sound = key_of(path.relative_to(seen)), sounds.get(key_of(path.relative_to(seen).with_suffix("")))
            if sound is None:
                yield Unusable(key, "there is no sound of its name", lasting=False)
            else:
                yield Item(key, path, sound)

    return Source(IMAGES, name_of(folder), "images", sum(1 for _ in walk(seen, IMAGE_SUFFIXES)), entries)


def is_parted(folder: Path) -> bool:
    """Tell whether a folder holds the two folders of images and sounds."""
    return all((folder / name).is_dir() for name in _NAMES)

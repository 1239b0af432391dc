"""What there is to embed: one item a picture with its sound, and the source that they come from. Nothing is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

PICTURE_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".wmv", ".mpg", ".mpeg"}
    | {".ts", ".m2ts", ".mts", ".mxf", ".ogv", ".3gp", ".vob"}
)
"""What films are called."""
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".jp2"})
"""What photographs are called."""
SOUND_SUFFIXES = frozenset(
    {".wav", ".flac", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".aif", ".aiff", ".wma", ".caf", ".bwf", ".rf64"}
)
"""What sounds are called."""
GONE = "there is no file for it"
"""Why an entry cannot be used whose file is not there."""

_SPLITS = {
    "train": "train", "training": "train", "dev": "train", "development": "train",
    "val": "validation", "valid": "validation", "validation": "validation",
    "test": "test", "eval": "test", "evaluation": "test", "testing": "test",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One picture, or a stretch of one, with the sound that goes with it.

    Attributes:
        key: its name, unique in its source, free of anything but the source's own folders.
        picture: the film or the photograph.
        sound: the file that holds the sound; None: the film itself.
        start: where it begins, in seconds on the film's own clock.
        duration: how long it is; None: as long as a clip, or less where the file ends sooner.
        windowed: whether the whole file is meant, cut into clips.
        group: what else comes from the same file, see ``Row``; empty: nothing does.
        label: its class, where the source names one; may be empty.
        split: ``train``, ``validation`` or ``test``, where the source says so; may be empty.
    """

    key: str
    picture: Path
    sound: Path | None = None
    start: Fraction = Fraction(0)
    duration: Fraction | None = None
    windowed: bool = False
    group: str = ""
    label: str = ""
    split: str = ""

    @property
    def files(self) -> tuple[Path, Path | None]:
        """What must be opened for it."""
        return self.picture, self.sound


@dataclass(frozen=True, slots=True)
class Unusable:
    """An entry of a source that cannot become an item.

    Attributes:
        key: its name.
        reason: why, in words; it is the same for all that fail alike, so that they can be counted.
        lasting: whether it will be so next time too. What is merely not there yet is looked for again.
    """

    key: str
    reason: str
    lasting: bool = True


@dataclass(frozen=True)
class Source:
    """Where items come from.

    Attributes:
        kind: ``vggsound``, ``videos``, ``images`` or ``table``.
        name: the name of its folder or file, without the folders around it.
        what: what it holds, in words: ``films``.
        count: how many entries there are; those that are unusable count.
        entries: walks them, always in the same order; can be called again.
    """

    kind: str
    name: str
    what: str
    count: int
    entries: Callable[[], Iterator[Item | Unusable]]


def key_of(path: Path | str) -> str:
    """Return a relative path as a key: with slashes, and with bytes that are no UTF-8 written out."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return text.replace(os.sep, "/")


def name_of(path: Path) -> str:
    """Return the name of a folder or a file as a card may hold it, whichever way it was named."""
    return key_of(os.path.basename(os.path.abspath(path)))  # noqa: PTH100, PTH119 - resolves "..", but no links


def split_named(text: str) -> str:
    """Return the part of a store that a source's word for it means; empty where it means none."""
    return _SPLITS.get(text.strip().lower(), "")

"""ImageHear (Sheffer and Adi 2023, the Im2Wav repository): 101 photographs of 30 classes, without sounds.

There all lie in one folder, ``Data/ImageHear``, and a name is a class and a number: ``accordion1.jpg``.
A folder a class is read too.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from v2a_foley.errors import SourceError
from v2a_foley.evaluate.dataset import DataSet, Item, shuffled
from v2a_foley.files import safe_name

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
LISTED, CLASSES = 101, 30
"""What the whole data set holds."""
LICENCE = "ImageHear comes with Im2Wav's repository (MIT); the photographs were collected from the web."

_NUMBERED = re.compile(r"(?P<label>.*?)[ _-]*\d*")


def photographs(folder: Path) -> DataSet:
    """Return the photographs that are there.

    Raises:
        SourceError: the folder is missing or holds none, or a name carries no class.
    """
    if not folder.is_dir():
        raise SourceError(
            f"The folder {str(folder)!r} does not exist.",
            hint="Name the folder Data/ImageHear of Im2Wav's repository.",
        )
    paths = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )
    if not paths:
        raise SourceError(
            f"There are no photographs in {str(folder)!r}.", hint="ImageHear's are named accordion1.jpg, bass1.jpg …"
        )
    items = [Item(_key(path, folder), path, _label(path, folder)) for path in paths]
    twice = [key for key, count in Counter(item.key for item in items).items() if count > 1]
    if twice:
        raise SourceError(f"Two photographs in {str(folder)!r} are called {twice[0]!r}.", hint="Rename one of them.")
    return DataSet("ImageHear", "imagehear", shuffled(items), max(LISTED, len(items)), heard=False, licence=LICENCE)


def _key(path: Path, folder: Path) -> str:
    return safe_name("-".join(path.relative_to(folder).with_suffix("").parts))


def _label(path: Path, folder: Path) -> str:
    """Return a photograph's class: its folder's name, or else its own without the number."""
    if path.parent != folder:
        return _spaced(path.parent.name)
    match = _NUMBERED.fullmatch(path.stem)
    label = _spaced(match["label"]) if match else ""
    if not label:
        raise SourceError(
            f"The name of {path.name!r} carries no class.",
            hint="Name photographs like accordion1.jpg, or put each class into a folder of its own.",
        )
    return label


def _spaced(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip()

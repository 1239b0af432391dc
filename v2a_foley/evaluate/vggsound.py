"""VGGSound (Chen et al. 2020) as it lies on a disk: its list, and the clips of its test part that are there.

The list is ``vggsound.csv`` as its authors publish it: no header, and a row of YouTube id, start in seconds, class, and
``train`` or ``test``. Clips may lie anywhere below the folder, by any of the names that are in use.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from v2a_foley.errors import SourceError
from v2a_foley.evaluate.dataset import DataSet, Item, shuffled
from v2a_foley.files import safe_name

LIST = "vggsound.csv"
SUFFIXES = frozenset({".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".flv"})
LICENCE = "VGGSound's list is CC BY 4.0; the clips belong to whoever uploaded them to YouTube: for research only."
_SECONDS = 10


@dataclass(frozen=True)
class Entry:
    """One row of the list.

    Attributes:
        video: the YouTube id.
        start: where in the video the clip begins, in seconds.
        label: its class.
        split: ``train`` or ``test``.
    """

    video: str
    start: int
    label: str
    split: str

    @property
    def key(self) -> str:
        """Its name: id and start, as most copies of the data set name the file."""
        return f"{self.video}_{self.start:06d}"

    @property
    def stems(self) -> tuple[str, ...]:
        """The file names, without suffix, under which copies of the data set hold it."""
        start, end = self.start * 1000, (self.start + _SECONDS) * 1000
        return (self.key, f"{self.video}_{self.start}", f"{self.video}_{start}_{end}", self.video)


def vggsound_test(folder: Path, listed: Path | None = None) -> DataSet:
    """Return the clips of the test part that are there.

    Args:
        folder: below which the clips lie.
        listed: the list; by default ``vggsound.csv`` in the folder.

    Raises:
        SourceError: the folder or the list is missing, the list is not understood, or none of its test clips is there.
    """
    if not folder.is_dir():
        raise SourceError(f"The folder {str(folder)!r} does not exist.", hint="Name the folder that holds VGGSound.")
    entries = [entry for entry in read_list(listed or folder / LIST) if entry.split == "test"]
    if not entries:
        raise SourceError(
            f"{str(listed or folder / LIST)!r} names no test clips.", hint="Its fourth column says train or test."
        )
    files = _files(folder)
    items = []
    for entry in entries:
        path = next((files[stem] for stem in entry.stems if stem in files), None)
        if path is not None:
            items.append(Item(safe_name(entry.key), path, entry.label))
    if not items:
        raise SourceError(
            f"Not one of the {len(entries):,} test clips lies below {str(folder)!r}.",
            hint=f"A clip is looked for as {entries[0].key}.mp4 or {entries[0].stems[2]}.mp4, for example.",
        )
    return DataSet("VGGSound test", "vggsound", shuffled(items), len(entries), heard=True, licence=LICENCE)


def read_list(path: Path) -> list[Entry]:
    """Read VGGSound's list; a line that stands twice counts once.

    Raises:
        SourceError: it is missing, cannot be read, or a row is not understood.
    """
    if not path.is_file():
        raise SourceError(
            f"VGGSound's list {str(path)!r} is not there.", hint=f"Put {LIST} beside the clips, or name it with --csv."
        )
    entries = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            for number, row in enumerate(csv.reader(opened), start=1):
                if row and not (number == 1 and _is_header(row)):
                    entries.append(_entry(path, number, row))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{str(path)!r} cannot be read: {error}.", hint="It is a CSV in UTF-8.") from error
    return list(dict.fromkeys(entries))


def _is_header(row: list[str]) -> bool:
    """Tell whether a first row names its columns, as some copies of the list do."""
    return len(row) == 4 and not row[1].strip().isdecimal() and row[3].strip().lower() in ("split", "train/test split")


def _entry(path: Path, number: int, row: list[str]) -> Entry:
    words = [word.strip() for word in row]
    if len(words) != 4 or not words[0] or not words[1].isdecimal() or words[3] not in ("train", "test"):
        raise SourceError(
            f"Line {number} of {path.name!r} is not understood: {','.join(row)[:80]!r}.",
            hint="A line is: YouTube id, start in seconds, class, train or test.",
        )
    return Entry(words[0], int(words[1]), words[2], words[3])


def _files(folder: Path) -> Mapping[str, Path]:
    """Return every film below a folder by its name without suffix; of equal names the first in the order of paths."""
    found: dict[str, Path] = {}
    for path in sorted(_films(folder)):
        found.setdefault(path.stem, path)
    return found


def _films(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and not path.name.startswith("."))

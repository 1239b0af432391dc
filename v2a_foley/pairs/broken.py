"""The list of what could not be made into a pair: a CSV of keys and reasons beside a store's shards."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Container, Iterator
from contextlib import suppress
from pathlib import Path

from v2a_foley.files import readable, translated, write_text
from v2a_foley.pairs.locks import Part

_NAME = re.compile(r"broken(-\d+of\d+)?\.csv")


class BrokenList:
    """What is known as broken, by all processes that fill a store; each adds to a file of its own.

    Args:
        folder: the store.
        part: this process's part of the work.
    """

    def __init__(self, folder: Path, part: Part | None) -> None:
        """Know of nothing yet."""
        self._path = folder / (f"broken-{part}.csv" if part else "broken.csv")
        self._all = part is None
        self._reasons: dict[str, str] = {}

    @property
    def reasons(self) -> dict[str, str]:
        """Why, by key."""
        return dict(self._reasons)

    def __contains__(self, key: object) -> bool:
        """Tell whether something is known as broken."""
        return key in self._reasons

    def add(self, key: str, reason: str) -> None:
        """Put something down at once.

        Raises:
            OutputError: the folder cannot be written to.
            DiskFull: the disk is full.
        """
        self._reasons[key] = reason
        try:
            with self._path.open("a", encoding="utf-8", newline="") as opened:
                opened.write(_line(key, reason))
        except OSError as error:
            raise translated(error, self._path) from error

    def read(self, *, retry: bool, done: Container[str]) -> None:
        """Learn what is known as broken, or forget it; a line that was cut off by a kill is left out and removed.

        Args:
            retry: whether to forget what this process may try again.
            done: what has become a pair after all.
        """
        for path in sorted(self._path.parent.iterdir()):
            if not _NAME.fullmatch(path.name):
                continue
            if retry and (self._all or path == self._path):
                path.unlink(missing_ok=True)
                continue
            text = path.read_bytes().decode("utf-8", "replace")
            whole = text[: text.rfind("\n") + 1]
            self._reasons |= {key: reason for key, reason in _entries(whole) if key not in done}
            if whole != text and path == self._path:
                write_text(path, whole)


def _line(key: str, reason: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([key, " ".join(readable(reason).split())])
    return text.getvalue()


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield keys and reasons; what cannot be told apart is left out, and found again when it is tried again."""
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline="")):
            if len(row) == 2:
                yield row[0], row[1]

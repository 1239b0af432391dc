"""The queue's journal: what was asked for and what was finished, a line each, from which a damaged state is rebuilt.

The state itself lies in ``state.py``. Lines are only ever added; one torn by a kill is the last, and is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from v2a_foley.files import translated

NAME = "journal.jsonl"


def write(folder: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Add lines to the journal in a folder.

    Raises:
        DiskFull: there is no room.
        OutputError: the journal cannot be written.
    """
    path = folder / NAME
    text = "".join(json.dumps(line) + "\n" for line in lines)
    try:
        with path.open("ab") as file:
            if file.tell() and not _ends_whole(path):
                file.write(b"\n")
            file.write(text.encode())
    except OSError as error:
        raise translated(error, path) from error


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the journal's lines; torn ones are left out. No journal has none."""
    try:
        with (folder / NAME).open("rb") as file:
            for line in file:
                try:
                    content = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(content, dict):
                    yield content
    except OSError:
        return


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"

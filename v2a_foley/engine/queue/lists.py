"""Reads what a batch is made of: lists of jobs as CSV, folders, patterns, films. What it means is decided elsewhere."""

from __future__ import annotations

import csv
import glob
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from v2a_foley.engine.plain import FIELDS, from_text
from v2a_foley.engine.queue.jobs import Line
from v2a_foley.engine.queue.presets import told
from v2a_foley.errors import JobsError

FILMS = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".wmv", ".mpg", ".mpeg"}
    | {".ts", ".m2ts", ".mts", ".mxf", ".ogv", ".3gp", ".vob"}
)
"""What films are called; what else lies in a folder is left alone."""
_OWN = ("source", "output", "preset")
_MOST_BYTES = 64 << 20
_MOST_CELL = 1 << 16
_DIGITS = re.compile(r"(\d+)")


def read_lines(asked: Sequence[Path], output: Path, *, recursive: bool = False) -> tuple[list[Line], str]:
    """Return the lines that lists, folders, patterns and films stand for, and how errors call where they come from.

    Args:
        asked: what the user named.
        output: the batch's folder, which is not looked into.
        recursive: whether folders below a folder are looked into; their tree is kept.

    Raises:
        JobsError: a list cannot be read, or something is neither film, folder, list nor pattern.
    """
    lines: list[Line] = []
    for each in asked:
        if _is(each, "is_dir"):
            lines += _folder_lines(each, output, recursive)
        elif each.suffix.lower() == ".csv":
            lines += list_lines(each)
        elif _is(each, "is_file"):
            lines.append(_line(each))
        else:
            found = _matching(str(each))
            if not found:
                raise JobsError(
                    f"{str(each)!r} is no film, no folder and no list of jobs, and no file matches it.",
                    hint="Name a folder with films, a pattern in quotes, or a list of jobs (.csv).",
                )
            lines += [_line(path) for path in found]
    return lines, repr(asked[0].name or str(asked[0])) if len(asked) == 1 else "What was named"


def list_lines(path: Path) -> list[Line]:
    """Read a list of jobs: CSV with a header of ``source``, ``output``, ``preset`` and settings.

    Raises:
        JobsError: it cannot be read, or holds what is not understood; every mistake is told.
    """
    rows, what = _rows(path), f"{path.name!r}"
    if not rows:
        raise JobsError(f"{what} is empty.", hint="Its first row names the columns: source, output, preset, prompt, …")
    header = [cell.strip() for cell in rows[0]]
    mistakes = _header_mistakes(header)
    if mistakes:
        raise told(what, mistakes, f"Columns are {', '.join(_OWN)}, and settings: v2a-foley batch run --help")
    lines: list[Line] = []
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            line = _row_line(f"row {number}", header, row, path.parent, mistakes)
            lines += [line] if line else []
    if mistakes:
        raise told(what, mistakes, "Correct the list; nothing was begun.")
    return lines


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts names as people do: reel 2 before reel 10."""
    return tuple(
        (0, int(part), "") if part.isascii() and part.isdigit() and len(part) < 20 else (1, 0, part.casefold())
        for part in _DIGITS.split(text)
        if part
    )


def _rows(path: Path) -> list[list[str]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise JobsError(f"{path.name!r} is too large for a list of jobs.", hint="Split it into several batches.")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise JobsError(f"The list {str(path)!r} cannot be read: {reason}.", hint="Save it as CSV, UTF-8.") from error
    first = text.partition("\n")[0]
    comma = max(",;\t", key=first.count) if any(mark in first for mark in ",;\t") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True))
    except csv.Error as error:
        raise JobsError(f"The list {path.name!r} is no CSV: {error}.", hint="Save it as CSV, UTF-8.") from error
    while rows and not any(cell.strip() for cell in rows[0]):
        rows.pop(0)
    return rows


def _header_mistakes(header: Sequence[str]) -> list[str]:
    mistakes = []
    for number, name in enumerate(header, 1):
        if not name:
            mistakes.append(f"row 1, column {number} has no name")
        elif name not in (*_OWN, *FIELDS):
            mistakes.append(f"row 1: there is no column {name!r}")
        elif name in header[: number - 1]:
            mistakes.append(f"row 1: the column {name!r} is there twice")
    if "source" not in header:
        mistakes.append("row 1: the column 'source' is missing")
    return mistakes


def _row_line(where: str, header: Sequence[str], row: Sequence[str], folder: Path, mistakes: list[str]) -> Line | None:
    """Return a row as a line; None where it has mistakes, which are added to the others."""
    before = len(mistakes)
    if len(row) != len(header):
        mistakes.append(f"{where} has {len(row)} cells, the header {len(header)}")
        return None
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True) if cell.strip()}
    for name, cell in cells.items():
        if "\0" in cell or len(cell) > _MOST_CELL:
            mistakes.append(f"{where}, column {name}: the cell holds what is no text")
    if "source" not in cells:
        mistakes.append(f"{where}, column source: the cell is empty")
    values: Mapping[str, Any] = {}
    if len(mistakes) == before:
        values = _values(where, cells, mistakes)
    if len(mistakes) > before:
        return None
    source = (folder / cells["source"]).absolute()
    own = {name: cells.get(name, "") for name in ("output", "preset")}
    return Line(where, source, source.stem, folder.absolute(), values=values, **own)


def _values(where: str, cells: Mapping[str, str], mistakes: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        if name in _OWN:
            continue
        try:
            values[name] = from_text(name, cell)
        except ValueError as error:
            mistakes.append(f"{where}, column {name}: {error}")
    return values


def _line(path: Path, name: str = "") -> Line:
    return Line("", path.absolute(), name or path.stem, Path.cwd())


def _folder_lines(folder: Path, output: Path, recursive: bool) -> Iterator[Line]:
    try:
        own = output.resolve()
        found = []
        for parent, folders, files in os.walk(folder):
            here = Path(parent)
            folders[:] = (
                [each for each in folders if each[0] != "." and (here / each).resolve() != own] if recursive else []
            )
            found += [here / each for each in files if each[0] != "." and Path(each).suffix.lower() in FILMS]
    except OSError as error:
        raise JobsError(
            f"The folder {str(folder)!r} cannot be read: {error.strerror}.", hint="Name another."
        ) from error
    for path in sorted(found, key=lambda each: natural(each.relative_to(folder).as_posix())):
        yield _line(path, path.relative_to(folder).with_suffix("").as_posix())


def _matching(pattern: str) -> list[Path]:
    try:
        found = [Path(each) for each in glob.glob(pattern, recursive=True)]  # noqa: PTH207 - the pattern may be absolute
    except (OSError, ValueError, re.error, RecursionError):
        return []
    films = [each for each in found if each.suffix.lower() in FILMS and each.is_file()]
    return sorted(films, key=lambda each: natural(str(each)))


def _is(path: Path, what: str) -> bool:
    try:
        return bool(getattr(path, what)())
    except (OSError, ValueError):
        return False

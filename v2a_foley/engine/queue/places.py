"""Where a job's results may lie: in the batch's own folder, under names that every system takes. Opens no file."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath
from string import Formatter

from v2a_foley.errors import OutputError
from v2a_foley.files import safe_name

STATE_FOLDER = ".v2a-foley"
"""The queue's own folder in the batch's folder."""
LOGS, PROJECTS = "logs", "projects"
REPORTS = ("report.json", "report.csv")
_LONGEST = 240
"""Bytes of one part of a path at most: every file system takes 255, and scratch names stand before it."""


def inside(text: str) -> PurePosixPath:
    """Return a place in the batch's folder, as a path relative to it.

    Raises:
        ValueError: it is empty, absolute, leads out of the folder or into the queue's own, or is no name that
            Windows, macOS and Linux all take; the sentence says which.
    """
    if not text.strip():
        raise ValueError("the name is empty")
    if len(text) > 1 and text[1] == ":":
        raise ValueError(f"{text!r} is absolute; results lie in the batch's own folder")
    place = PurePosixPath(text)
    if place.is_absolute() or "\\" in text:
        raise ValueError(f"{text!r} is no path inside the batch's folder; write it with / and relative to that folder")
    if not place.parts or ".." in place.parts:
        raise ValueError(f"{text!r} leads out of the batch's folder")
    for part in place.parts:
        core = unicodedata.normalize("NFC", part).strip("_")
        if not core or safe_name(core, fallback="", longest=_LONGEST) != core:
            raise ValueError(f"{part!r} is no name that every system takes")
    if key(place) in REPORTS:
        raise ValueError(f"{text!r} is the name of the batch's own report")
    return place


def key(place: PurePosixPath) -> str:
    """Return what two places share that are one file on some system: case and composition do not count."""
    return unicodedata.normalize("NFC", str(place)).casefold()


def safe_place(place: PurePosixPath) -> PurePosixPath:
    """Return a place made of names that every system takes."""
    return PurePosixPath(*(safe_name(part, longest=_LONGEST - 20) for part in place.parts))


def filled(pattern: str, film: str) -> str:
    """Return a pattern with ``{film}``, the only field that it may have, filled in.

    Raises:
        ValueError: the pattern has another field, or a brace that is not closed or not opened.
    """
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        raise ValueError(f"{pattern!r} has a brace that is not closed or not opened") from error
    text = ""
    for words, name, form, turn in parts:
        text += words
        if name is None:
            continue
        if name != "film" or form or turn:
            raise ValueError(f"{pattern!r} has a field other than {{film}}")
        text += safe_name(film)
    return text


def resolved(folder: Path, place: str) -> Path:
    """Return where a place of the batch's folder lies on this machine.

    Raises:
        OutputError: a link leads out of the folder.
    """
    home, path = folder.resolve(), folder / place
    try:
        parent = path.parent.resolve()
    except (OSError, RuntimeError) as error:
        raise OutputError(f"{str(path)!r} cannot be reached: a link leads in a circle.", hint="Remove it.") from error
    if parent != home and home not in parent.parents:
        raise OutputError(
            f"{place!r} leads out of the batch's folder through a link.", hint="Replace the link by a folder."
        )
    return home / parent.relative_to(home) / path.name

"""The document of a project: plain JSON values that say all of it, and back. Where it is kept stands in ``storage``.

The format is described in ``docs/project.md``. What reads here trusts nothing that it is given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from json.encoder import JSONEncoder
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from v2a_foley.errors import ProjectError, ProjectNewer
from v2a_foley.project.model import Cue, Project
from v2a_foley.project.places import DOCUMENT, TAKES, absolute, check_takes, media_path, media_text, stand_in
from v2a_foley.project.records.cues import cue_form, read_cues
from v2a_foley.project.records.events import Written, read_events
from v2a_foley.project.records.form import in_one_go
from v2a_foley.project.records.hits import say_more
from v2a_foley.project.records.media import read_media, write_media
from v2a_foley.project.records.shots import shot_form
from v2a_foley.project.records.takes import sound_file
from v2a_foley.project.records.values import Hexadecimal, Wrong, as_plain, plain, shown, table, text
from v2a_foley.project.upgrades import VERSION, upgraded
from v2a_foley.version import VERSION as PROGRAM

FORMAT = "v2a-foley-project"
_KNOWN = {"format", "version", "id", "program", "media", "profile", "settings", "events", "shots", "cues", "parked"}
BEFORE_REGIONS = 1
"""The version whose programs read all but regions and muted hits; they refuse a newer one in words."""
_INNER = ("media", "events")
"""Known members inside of which what is not known is kept, in the project's ``extra`` under their names."""


def to_document(project: Project, folder: Path) -> dict[str, Any]:
    """Return the document of a project: plain values, ready for JSON.

    Args:
        project: its takes lie in the folder (they have digests).
        folder: the project's.

    Raises:
        ProjectError: it holds what no document can hold, or a take that lies in no project's folder.
    """
    root = absolute(folder)
    written = Written()
    try:
        unknown = as_plain(project.extra)
        inner = {key: table(unknown.pop(key, {})) for key in _INNER}
        path = media_text(project.media.path, root) or stand_in(project.media.path)
        media = write_media(project.media, path, project.film, inner["media"])
        shot, cue = shot_form({}, written.key), cue_form({}, written.key)
        with in_one_go():
            shots = shot.write_all(project.shots)
            cues = cue.write_all(project.cues)
            parked = cue.write_all(project.parked)
        settings = as_plain(project.settings)
    except Wrong as error:
        raise ProjectError(f"The project cannot be written: {error.place or 'a value'} {error.why}.") from error
    for key, more in inner["events"].items():
        if key in written.records:
            written.records[key] = {**more, **written.records[key]}
    return {
        "format": FORMAT,
        "version": VERSION if say_more((*project.cues, *project.parked)) else BEFORE_REGIONS,
        "id": project.id,
        "program": PROGRAM,
        "media": media,
        "profile": project.profile,
        "settings": settings,
        "events": written.records,
        "shots": shots,
        "cues": cues,
        "parked": parked,
        **{key: value for key, value in unknown.items() if key not in _KNOWN},
    }


def from_document(document: object, folder: Path, *, media: Path | None = None) -> Project:
    """Return the project that a document speaks of. Files are not opened; the film need not be there.

    Args:
        document: plain values, as JSON gives them; older versions are upgraded.
        folder: the project's; takes lie in its ``takes``.
        media: where the film lies (``find_media``); by default where the document says.

    Raises:
        ProjectNewer: it is of a newer version.
        ProjectError: something in it is not what it should be; the message names the place.
    """
    root = absolute(folder)
    with reading(), in_one_go():
        record = upgraded(_ours(document))
        missing = next((key for key in ("media", "events", "shots", "cues") if key not in record), None)
        if missing is not None:
            raise Wrong("is missing", (missing,))
        with at("media"):
            said = table(record["media"])
            with at("path"):
                path = media_path(said.get("path"), root)
            facts, film, more = read_media(said, media or path)
        with at("events"):
            events, extras = read_events(record["events"])
        with at("shots"):
            shots = shot_form(events, _no_key).read_all(record["shots"])
            numbers: set[int] = set()
            for i, shot in enumerate(shots):
                if shot.index in numbers:
                    raise Wrong(f"is {shot.index}, which is the number of another shot", (i, "index"))
                numbers.add(shot.index)
        form, seen, takes = cue_form(events, _no_key), set[str](), root / TAKES
        with at("cues"):
            cues = read_cues(form, record["cues"], takes, seen)
        with at("parked"):
            parked = read_cues(form, record.get("parked", []), takes, seen)
        with at("settings"):
            settings = plain(table(record.get("settings", {})))
        with at("profile"):
            profile = text(record.get("profile", "pocket"))
        with at("id"):
            known_as = Hexadecimal(32, or_none=True)(record.get("id", ""))
        extra = plain({key: value for key, value in record.items() if key not in _KNOWN})
        extra.update({key: value for key, value in (("media", more), ("events", extras)) if value})
    check_takes(root, _sounds((*cues, *parked)))
    return Project(
        media=facts,
        shots=tuple(shots),
        cues=cues,
        profile=profile,
        settings=MappingProxyType(settings),
        parked=parked,
        extra=MappingProxyType(extra),
        id=known_as,
        film=film,
    )


def _sounds(cues: tuple[Cue, ...]) -> Iterator[str]:
    return (sound_file(take.digest) for cue in cues for take in cue.takes)


def _ours(document: object) -> Mapping[str, Any]:
    """Return a document of ours as the table it is."""
    if type(document) is not dict or document.get("format") != FORMAT:
        raise ProjectError("This is no project of v2a-foley.", hint=f"A project is a folder with a {DOCUMENT} in it.")
    return table(document)


def _no_key(_: object) -> NoReturn:
    raise AssertionError("a form for reading does not write")


@contextmanager
def at(key: str) -> Iterator[None]:
    """Put a step before the way of what is found wrong inside."""
    try:
        yield
    except Wrong as error:
        raise error.within(key) from error


@contextmanager
def reading(what: str = DOCUMENT) -> Iterator[None]:
    """Turn what is found wrong inside into a sentence that names the place."""
    try:
        yield
    except Wrong as error:
        place = f"{error.place} " if error.place else ""
        raise ProjectError(
            f"The project cannot be read: in {what}, {place}{error.why}.",
            hint="An older state may lie in its folder 'backups'.",
        ) from error


def to_text(document: Mapping[str, Any]) -> bytes:
    """Return a document as a file holds it: JSON, UTF-8, a line a shot, a cue and a take, so that versions compare.

    Raises:
        ProjectError: it holds a number that is none (NaN, infinity).
    """
    try:
        with in_one_go():
            pieces = [f"{_encoded(key)}:{_lines(value)}".encode() for key, value in document.items()]
            return b"{\n" + b",\n".join(pieces) + b"\n}\n"
    except (ValueError, TypeError, RecursionError) as error:
        raise ProjectError(f"The project cannot be written: {error}.") from error


def _lines(value: object) -> str:
    r"""Return a list or an object of things with a line for each.

    A quote inside of a text is written as ``\\"``: what looks like the beginning of a record is one.
    """
    if isinstance(value, list):
        return _encoded(value).replace('{"i', '\n{"i')
    if isinstance(value, dict):
        return "{" + ",\n".join(f"{_encoded(key)}:{_encoded(each)}" for key, each in value.items()) + "}"
    return _encoded(value)


def _encoded(value: object) -> str:
    text = _PLAIN.encode(value)
    # A film's name whose bytes are no UTF-8 can only be written with escapes.
    return text if text.isascii() or not _LONE.search(text) else _ESCAPED.encode(value)


_PLAIN = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_ESCAPED = JSONEncoder(allow_nan=False, separators=(",", ":"))
_LONE = re.compile(r"[\ud800-\udfff]")


def from_text(content: bytes, what: str = DOCUMENT) -> object:
    """Return the plain values of a file's content.

    Raises:
        ProjectError: it is no JSON in UTF-8, holds numbers that are none, or is nested too deep.
    """
    try:
        with in_one_go():
            return json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise ProjectError(
            f"The project cannot be read: {what} is damaged: {why}.",
            hint="An older state may lie in its folder 'backups'.",
        ) from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{shown(text)} is no number")


__all__ = ["FORMAT", "VERSION", "ProjectNewer", "from_document", "from_text", "to_document", "to_text"]

"""Finds a project's film: where the document says, by its content nearby, or where this user said that it lies.

What a user said is kept outside of every project, a file a project: a project that came by mail cannot open files
elsewhere on the machine.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from v2a_foley.errors import MediaNotFound, ProjectError
from v2a_foley.files import translated, write_text
from v2a_foley.project.document import at, from_text, reading
from v2a_foley.project.fingerprint import fingerprint
from v2a_foley.project.model import Fingerprint
from v2a_foley.project.places import DOCUMENT, absolute, check_inside, media_path
from v2a_foley.project.records.media import read_fingerprint
from v2a_foley.project.records.values import Hexadecimal, Wrong, table, text

_HINT = "Say where the film is: v2a-foley project relink {folder} FILM"
_LARGEST = 1 << 29
"""Bytes that a document may have."""


@dataclass(frozen=True)
class Link:
    """Where a user said that a project's film lies.

    Attributes:
        path: the film, absolute.
        film: what it was known by then.
    """

    path: Path
    film: Fingerprint


def data_folder() -> Path:
    """Return the folder for what a user said (``V2A_FOLEY_DATA`` overrides the system's own choice)."""
    override = os.environ.get("V2A_FOLEY_DATA")
    if override:
        return Path(override)
    from platformdirs import user_data_path

    return user_data_path("v2a-foley", appauthor=False)


def find_media(document: Mapping[str, Any], folder: Path) -> Path:
    """Return where a document's film lies, for sure: what is found is the film that the document knows.

    Searched are, in this order: what this user said (``relink``); the path in the document; files of the same size and
    content in the project's folder and in the folder around it.

    Args:
        document: plain values, upgraded or not.
        folder: the project's.

    Raises:
        MediaNotFound: it is nowhere there.
        ProjectError: a file of its name is there and has another content, or leads out of the project; or what the
            document says of the film is not to be understood.
    """
    with reading(), at("media"):
        record = table(document.get("media"))
        with at("path"):
            path = media_path(record.get("path"), folder)
        film = read_fingerprint(record)
    return find_film(document.get("id"), path, film, folder)


def find_film(project: object, path: Path, film: Fingerprint | None, folder: Path) -> Path:
    """Return where a film lies, as ``find_media`` does.

    Args:
        project: the project's id.
        path: where it should lie.
        film: what it is known by; None where that was never taken: any file at its path will do.
        folder: the project's.

    Raises:
        MediaNotFound: it is nowhere there.
        ProjectError: a file of its name is there and is not it.
    """
    said = linked(project)
    if said is not None and _is(said.path, said.film):
        return said.path
    root = absolute(folder)
    hint = _HINT.format(folder=root.name)
    check_inside(path, (root, root.parent), "The film", hint=hint)
    if path.is_file() and (film is None or _is(path, film)):
        return path
    if film is not None:
        for other in _same_size(film.size, root, root.parent):
            if _is(other, film):
                return other
    if path.is_file():
        raise ProjectError(
            f"{path.name!r} is not the film that this project was made for: its content is another.",
            hint=f"{hint}, with --anyway where another film is meant.",
        )
    if said is not None and said.path.is_file():
        raise ProjectError(f"The film {str(said.path)!r}, which this project was linked to, has changed.", hint=hint)
    raise MediaNotFound(f"The film {path.name!r} of this project is neither in it nor beside it.", hint=hint)


def relink(folder: Path, film: Path, *, anyway: bool = False) -> Path:
    """Remember for this user where a project's film lies, and return its path. The project itself is not changed.

    Args:
        folder: the project's.
        film: the film.
        anyway: take it even where its content is not that of the project's film.

    Raises:
        ProjectError: the project cannot be read, has no id, or its film has another content.
        MediaNotFound: there is no such film.
    """
    document = read_document(folder)
    with reading(), at("media"):
        known = read_fingerprint(document.get("media"))
    found = fingerprint(film)
    if not anyway and known is not None and found != known:
        raise ProjectError(
            f"{film.name!r} is not the film that this project was made for: its content is another.",
            hint="Add --anyway to take it all the same. A new cut is better followed: v2a-foley project conform",
        )
    path = film.resolve()
    remember(document.get("id"), Link(path, found))
    return path


def remember(project: object, link: Link) -> None:
    """Keep where this user's film of a project lies.

    Raises:
        ProjectError: the project has no id.
        OutputError: the user's folder cannot be written to.
    """
    file = _file(project)
    if file is None:
        raise ProjectError("This project has no id, so its film cannot be remembered.", hint="Put the film beside it.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, file) from error
    said = {"path": str(link.path), "size": link.film.size, "sample": link.film.sample}
    write_text(file, json.dumps(said))


def linked(project: object) -> Link | None:
    """Return where this user said that a project's film lies; None where nothing was said, or not to be understood."""
    file = _file(project)
    try:
        if file is None or not file.is_file():
            return None
        record = table(from_text(file.read_bytes(), file.name))
        film = read_fingerprint(record)
        path = Path(text(record.get("path")))
    except (OSError, Wrong, ProjectError):
        return None
    return Link(path, film) if film is not None and path.is_absolute() else None


def read_document(folder: Path) -> dict[str, Any]:
    """Return the document in a project's folder: plain values that nobody has checked.

    Raises:
        ProjectError: there is none, or it is no regular file, or no JSON.
    """
    return read_table(absolute(folder) / DOCUMENT)[0]


def read_table(path: Path) -> tuple[dict[str, Any], bytes]:
    """Return a file of a project, as plain values and as it is.

    Raises:
        ProjectError: there is none, or it is no regular file inside of its folder, too large, or no JSON.
    """
    check_inside(path, (path.parent,), "The file")
    try:
        if path.stat().st_size > _LARGEST:
            raise ProjectError(f"{path.name!r} is larger than any project.")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ProjectError(
            f"There is no project in {str(path.parent)!r}: it has no {path.name}.",
            hint="Make one: v2a-foley project new FILM FOLDER",
        ) from error
    except OSError as error:
        raise ProjectError(f"{str(path)!r} cannot be read: {error.strerror}.", hint="Check its rights.") from error
    document = from_text(content, path.name)
    with reading(path.name):
        return table(document), content


def _file(project: object) -> Path | None:
    """Return the file that holds what this user said of a project; None where it has no id that could be a name."""
    try:
        return data_folder() / "films" / f"{Hexadecimal(32)(project)}.json"
    except Wrong:
        return None


def _is(path: Path, film: Fingerprint) -> bool:
    """Tell whether a file is a film that is known."""
    try:
        return path.is_file() and path.stat().st_size == film.size and fingerprint(path) == film
    except (OSError, MediaNotFound):
        return False


def _same_size(size: int, *folders: Path) -> Iterator[Path]:
    """Yield the regular files of folders, not of what lies in them, that have a size."""
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                names = sorted(
                    entry.name
                    for entry in entries
                    if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size == size
                )
        except OSError:  # the folder around a project need not be readable
            continue
        yield from (folder / name for name in names)

"""Where the things of a project lie in its folder, and which paths of a document are safe to follow.

A document may come from a stranger: what it names lies in the project's folder or, for the film alone, in the folder
around it. Nothing here opens a file.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath

from v2a_foley.errors import ProjectError
from v2a_foley.files import safe_name
from v2a_foley.project.records.values import Plain, Wrong, shown

DOCUMENT = "project.json"
AUTOSAVE = "project.autosave.json"
LOCK = "project.lock"
TAKES = "takes"
CACHE = "cache"
BACKUPS = "backups"
PICTURE = "picture.npz"

_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}
_DEVICES |= {f"{kind}{number}" for kind in ("com", "lpt") for number in "0123456789¹²³"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = 1024


def absolute(folder: Path) -> Path:
    """Return a folder's absolute path, links in it left as they are."""
    return Path(os.path.abspath(folder))  # noqa: PTH100 - Path.resolve would follow links


def media_path(value: Plain, folder: Path) -> Path:
    """Return where a film lies that a document names: in the project's folder or in the one around it.

    Args:
        value: what the document says: a relative path with ``/`` between its parts.
        folder: the project's.

    Raises:
        Wrong: it is no such path.
    """
    if type(value) is not str or not value or len(value) > _LONGEST:
        raise Wrong(f"is {shown(value)}, not the path of a file")
    fault = _fault(value)
    if fault:
        raise Wrong(f"is {shown(value)}, {fault}")
    parts = [part for part in value.split("/") if part not in ("", ".")]
    up = parts[:1] == [".."]
    inner = parts[1:] if up else parts
    if not inner or ".." in inner:
        raise Wrong(f"is {shown(value)}, which leads out of the project")
    root = absolute(folder)
    return (root.parent if up else root).joinpath(*inner)


def media_text(path: Path, folder: Path) -> str | None:
    """Return how a document names a film, or None where it cannot: it lies elsewhere, or has an impossible name."""
    try:
        value = Path(os.path.relpath(absolute(path), absolute(folder))).as_posix()
        media_path(value, folder)
    except (Wrong, ValueError):  # on Windows, another drive
        return None
    return value


def stand_in(path: Path) -> str:
    """Return the name by which a document speaks of a film that it cannot point to."""
    return safe_name(path.name, fallback="film")


def _fault(value: str) -> str:
    """Return what is wrong with a relative path on any system, or an empty text."""
    windows = PureWindowsPath(value)
    if value.startswith(("/", "\\", "~")) or windows.drive or windows.root:
        return "which is no relative path"
    if "\\" in value or _CONTROL.search(value) or (os.name == "nt" and ":" in value):
        return "which holds letters that a path in a project cannot have"
    for part in value.split("/"):
        if part.split(".")[0].split(":")[0].rstrip(" ").lower() in _DEVICES:
            return "which names a device"
    return ""


def check_inside(path: Path, folders: Iterable[Path], what: str, *, hint: str = "") -> None:
    """Refuse what is there and is no regular file, or lies elsewhere once links are followed.

    Args:
        path: the file; it may be missing.
        folders: where it may lie.
        what: how to call it in the sentence.
        hint: what to do about it.

    Raises:
        ProjectError: it is a folder, a pipe, a device, or leads out.
    """
    try:
        real = path.resolve()
        kind = real.stat().st_mode
    except FileNotFoundError:
        return
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links is a RuntimeError
        raise ProjectError(f"{what} {path.name!r} cannot be reached: {error}.", hint=hint) from error
    if not stat.S_ISREG(kind):
        raise ProjectError(f"{what} {path.name!r} is no regular file.", hint=hint)
    if not any(real.is_relative_to(folder.resolve()) for folder in folders):
        raise ProjectError(f"{what} {path.name!r} is a link that leads out of the project.", hint=hint)


def own_folder(folder: Path, name: str) -> Path:
    """Return a folder of a project's folder; it need not be there.

    Raises:
        ProjectError: it is a link, and may lead out.
    """
    path = folder / name
    if path.is_symlink():
        raise ProjectError(f"The folder {str(path)!r} is a link.", hint="Put the folder itself into the project.")
    return path


def check_takes(folder: Path, wanted: Iterable[str] | None = None) -> set[str]:
    """Return the names of the files in a project's folder of takes, after a look at what they are.

    Args:
        folder: the project's.
        wanted: names of the files that will be opened; None: all.

    Raises:
        ProjectError: the folder is a link, or one of the files is a link, a pipe, a device or a folder.
    """
    takes = own_folder(folder, TAKES)
    try:
        with os.scandir(takes) as entries:
            found = {entry.name: entry.is_file(follow_symlinks=False) for entry in entries}
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise ProjectError(f"The takes in {str(takes)!r} cannot be read: {error.strerror}.") from error
    names = found.keys() if wanted is None else found.keys() & set(wanted)
    strange = min((name for name in names if not found[name]), default=None)
    if strange is not None:
        raise ProjectError(f"{TAKES}/{strange} is no regular file.", hint="Takes are files, never links.")
    return set(found)

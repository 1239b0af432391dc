"""Files that a user may come to rely on: written beside their place and renamed into it, never half there.

Also scratch folders that vanish with the work, safe file names, and the checks on an output before work begins.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from v2a_foley.errors import DiskFull, FoleyError, OutputError, UsageError
from v2a_foley.leftovers import own_prefix, sweep

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}


def readable(name: str) -> str:
    """Return a file's name as text that every format can hold: bytes that are no UTF-8 are shown as U+FFFD."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def safe_name(text: str, *, fallback: str = "untitled", longest: int = 80) -> str:
    """Return a file name made of a text that Windows, macOS and Linux all accept (no path, no reserved name)."""
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", readable(text))).strip(" ._")
    while len(name.encode()) > longest:
        name = name[:-1]
    if name.split(".")[0].lower() in _RESERVED:
        name = f"_{name}"
    return name or fallback


def is_full(error: OSError) -> bool:
    """Tell whether an operating system's error means that there is no space left."""
    return error.errno in _FULL


def translated(error: OSError, path: Path) -> FoleyError:
    """Return the error of ours that an operating system's error about an output stands for."""
    if is_full(error):
        return DiskFull(
            f"There is no space left while writing {path.name!r}.",
            hint="Free some space, or choose another disk for the output (and TMPDIR for scratch files).",
        )
    reason = error.strerror or type(error).__name__
    return OutputError(f"{str(path)!r} cannot be written: {reason}.", hint="Choose another place or name for it.")


def check_output(path: Path, *, inputs: Sequence[Path] = (), overwrite: bool = False) -> None:
    """Refuse an output that cannot be written, before any work is done.

    Raises:
        OutputError: the folder is missing, is no folder or is read-only, the name is a folder or too long, or the
            output is one of the inputs.
        UsageError: the file exists and ``overwrite`` is not set.
    """
    try:
        folder_ok, exists, is_folder = path.parent.is_dir(), path.exists(), path.is_dir()
    except OSError as error:
        raise translated(error, path) from error
    if is_folder:
        raise OutputError(f"{str(path)!r} is a folder.", hint="Give the output a file name.")
    if not folder_ok:
        raise OutputError(f"The folder {str(path.parent)!r} does not exist.", hint="Create it, or choose another.")
    for source in inputs:
        with suppress(OSError):
            if exists and path.samefile(source):
                raise OutputError(f"{str(path)!r} is the input itself.", hint="Give the output another name.")
    if exists and not overwrite:
        raise UsageError(f"{str(path)!r} exists already.", hint="Add --overwrite to replace it.")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"The folder {str(path.parent)!r} is read-only.", hint="Choose another.")


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a name beside ``path`` to write to, and rename it into place when the block ends well.

    The temporary name keeps the suffix, so that tools which go by it work. When the block fails, the temporary
    file is removed and ``path`` is as it was.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=own_prefix(hidden=True), suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise translated(error, path) from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)
        part.replace(path)
    except OSError as error:
        raise translated(error, path) from error
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file, UTF-8, in one step: it is there whole or not at all."""
    with writing(path) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """Give an empty folder that is removed with all that is in it when the block ends, however it ends.

    Args:
        parent: where to make it; by default the system's folder for temporary files (``TMPDIR``).
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=own_prefix(), dir=parent))
    except OSError as error:
        raise translated(error, parent or Path(tempfile.gettempdir())) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Outbox:
    """Holds everything that a piece of work will leave behind, beside its places, until all of it is done.

    Files are written into hidden folders next to their destinations, so that delivering them is a rename on the same
    disk. Unless ``deliver`` was called, leaving the block removes all of it, and the folders that were made for it.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._staging: dict[Path, Path] = {}
        self._made: list[Path] = []
        self._promised: list[tuple[Path, Path]] = []
        self._folders: list[tuple[Path, Path]] = []
        self._delivered = False

    def __enter__(self) -> Self:
        """Open the box."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not delivered."""
        for folder in self._staging.values():
            shutil.rmtree(folder, ignore_errors=True)
        if not self._delivered:
            for folder in reversed(self._made):
                with suppress(OSError):  # not empty: somebody else put something there meanwhile
                    folder.rmdir()

    def path(self, destination: Path) -> Path:
        """Return where to write a file whose place will be ``destination``; its folder is made if it is missing.

        Raises:
            OutputError: the destination's folder cannot be written to.
            DiskFull: the disk is full.
        """
        staged = self._folder(destination.parent) / destination.name
        self._promised.append((staged, destination))
        return staged

    def folder(self, destination: Path) -> Path:
        """Return a folder to write into; every file in it will be placed in the folder ``destination``.

        Raises:
            OutputError: the destination cannot be written to.
            DiskFull: the disk is full.
        """
        staged = self._folder(destination)
        if all(folder != staged for folder, _ in self._folders):
            self._folders.append((staged, destination))
        return staged

    def deliver(self) -> None:
        """Rename everything that was written into its place."""
        moves = [(staged, destination) for staged, destination in self._promised if staged.exists()]
        moves += [(each, destination / each.name) for staged, destination in self._folders for each in staged.iterdir()]
        for staged, destination in dict.fromkeys(moves):
            try:
                staged.replace(destination)
            except OSError as error:
                raise translated(error, destination) from error
        self._delivered = True

    def _folder(self, parent: Path) -> Path:
        if parent not in self._staging:
            try:
                missing = [each for each in (parent, *parent.parents) if not each.exists()]
                for each in reversed(missing):
                    each.mkdir()
                    self._made.append(each)
                sweep(parent)
                self._staging[parent] = Path(tempfile.mkdtemp(prefix=own_prefix(hidden=True), dir=parent))
            except OSError as error:
                raise translated(error, parent) from error
        return self._staging[parent]


def cache_folder() -> Path:
    """Return the folder for what can be made again (``V2A_FOLEY_CACHE`` overrides the system's own choice)."""
    override = os.environ.get("V2A_FOLEY_CACHE")
    if override:
        return Path(override)
    from platformdirs import user_cache_path

    return user_cache_path("v2a-foley", appauthor=False)

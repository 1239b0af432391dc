"""The memory of a library: what was heard in every file, kept in the cache folder. Matches and makes nothing.

One SQLite file a library (its name is a hash of the folder's resolved path). A file is listened to again only when its
size or its modification time has changed; a file that has vanished is forgotten. Every batch is one transaction: work
that was stopped half-way goes on where it stopped, and another process never sees half a row.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from v2a_foley.embed import Embeddings, TextEncoder
from v2a_foley.errors import LibraryError
from v2a_foley.files import cache_folder, readable, translated
from v2a_foley.generate.library.analysis import Analysis, analyse
from v2a_foley.generate.library.names import ParsedName, category_words, describe, parse_name
from v2a_foley.generate.library.reading import SUFFIXES
from v2a_foley.progress import Progress, Stage

log = logging.getLogger(__name__)

SCHEMA = 2
"""Raised whenever what is stored, or how it is found, changes; an index of another number is made anew."""
_BATCH = 64
_TEXTS = 16  # short lists: an encoder may keep long ones on disk as fixed tables
_NAMED = 3


@dataclass(frozen=True)
class Entry:
    """One sound of the library.

    Attributes:
        path: its path relative to the library's folder, with forward slashes.
        name: what its name says.
        description: the sentence that stands for it.
        analysis: what was heard in it.
    """

    path: str
    name: ParsedName
    description: str
    analysis: Analysis


@dataclass(frozen=True)
class Index:
    """All sounds of a library that can be used.

    Attributes:
        folder: the library's folder, resolved.
        entries: its sounds, by path.
        embeddings: of their descriptions, ``float32 (n, d)``, one row an entry.
        unreadable: files that were left out, with the reason, by path.
        digest: SHA-256 over all files' paths, sizes and modification times, and over what is known of them.
    """

    folder: Path
    entries: tuple[Entry, ...]
    embeddings: Embeddings
    unreadable: tuple[tuple[str, str], ...] = ()
    digest: str = ""


def sounds_in(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and modification time (ns) of every sound below a folder, by relative path, sorted.

    Links to folders are followed, each folder once. Hidden files (macOS leaves ``._name.wav``) are none of the user's.

    Raises:
        LibraryError: the folder is not there, is no folder, or may not be read.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise LibraryError(
            f"The sound library {str(folder)!r} {what}.", hint="Give --library the folder of your sounds."
        )
    refused: list[str] = []
    found: dict[str, tuple[int, int]] = {}
    seen: set[tuple[int, int]] = set()
    for root, folders, names in os.walk(folder, followlinks=True, onerror=lambda e: refused.append(str(e.filename))):
        stat = Path(root).stat()
        if (stat.st_dev, stat.st_ino) in seen and stat.st_ino:
            folders.clear()
            continue
        seen.add((stat.st_dev, stat.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(root, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith("."):
                with suppress(OSError):
                    stat = path.stat()
                    found[path.relative_to(folder).as_posix()] = (stat.st_size, stat.st_mtime_ns)
    if not found:
        why = (
            f"{len(refused)} folders in it may not be read: {named(refused)}" if refused else "no sound files are in it"
        )
        raise LibraryError(
            f"The sound library {str(folder)!r} is empty: {why}.",
            hint="It should hold files like .wav, .aif, .flac, .ogg, .mp3 or .m4a; folders inside it are searched too.",
        )
    return dict(sorted(found.items()))


def named(paths: Sequence[str]) -> str:
    """Name the first few of many: ``a.wav, b.wav, c.wav and 17 more``."""
    rest = len(paths) - _NAMED
    return ", ".join(map(readable, paths[:_NAMED])) + (f" and {rest} more" if rest > 0 else "")


def index_file(folder: Path, cache: Path | None = None) -> Path:
    """Return where the index of a library's folder is kept."""
    key = hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return (cache or cache_folder()) / "library" / f"{key}.sqlite"


def build(
    folder: Path, words: TextEncoder, progress: Progress, *, categories: dict[str, str], cache: Path | None = None
) -> Index:
    """Bring the index of a library up to date and return it.

    Args:
        folder: the user's folder of sounds.
        words: embeds the descriptions.
        progress: told of every file; a warning names files that had to be left out.
        categories: words for UCS CatIDs, over and above those that a CatID's letters tell.
        cache: where indices are kept; by default the program's cache folder.

    Raises:
        LibraryError: the folder is empty, or none of its files can be read.
        DiskFull: there is no room for the index.
        Cancelled: the work was asked to stop; what was heard so far is kept.
    """
    folder = folder.expanduser().resolve()
    present = sounds_in(folder)
    path = index_file(folder, cache)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, path) from error
    try:
        with closing(_connected(path, folder)) as database:
            index = _updated(database, folder, present, words, progress, categories)
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise translated(OSError(28, str(error)), path) from error
        raise LibraryError(
            f"The index of the library, {str(path)!r}, cannot be used: {error}.",
            hint="Close other programs that use it, or set V2A_FOLEY_CACHE to another folder.",
        ) from error
    left_out = [name for name, _ in index.unreadable]
    if not index.entries:
        reason = index.unreadable[0][1]
        raise LibraryError(
            f"No sound in the library {str(folder)!r} can be read: {named(left_out)}. The first: {reason}",
            hint="Check the files' formats and permissions.",
        )
    if left_out:
        progress.warn(
            f"{len(left_out)} of {len(present)} sounds in the library cannot be used and are left out: "
            f"{named(left_out)}."
        )
    return index


def _connected(path: Path, folder: Path) -> sqlite3.Connection:
    """Open the database; one that is damaged or of another schema is begun anew (it can be made again)."""
    try:
        return _opened(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        log.warning("the index of %s is damaged (%s) and is made anew", folder, error)
        path.unlink(missing_ok=True)
        return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=30)
    try:
        if database.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
            with database:
                database.execute("DROP TABLE IF EXISTS sounds")
                database.execute(
                    "CREATE TABLE sounds (path BLOB PRIMARY KEY, size INTEGER, mtime INTEGER, analysis TEXT, "
                    "fault TEXT, description TEXT, space TEXT, embedding BLOB)"
                )
                database.execute(f"PRAGMA user_version = {SCHEMA}")
    except sqlite3.Error:
        database.close()
        raise
    return database


def _updated(
    database: sqlite3.Connection,
    folder: Path,
    present: dict[str, tuple[int, int]],
    words: TextEncoder,
    progress: Progress,
    categories: dict[str, str],
) -> Index:
    stored = database.execute("SELECT path, size, mtime FROM sounds")
    known = {os.fsdecode(path): (size, mtime) for path, size, mtime in stored}
    gone = [(os.fsencode(path),) for path in known if path not in present]
    changed = [path for path, stamp in present.items() if known.get(path) != stamp]
    with database:
        database.executemany("DELETE FROM sounds WHERE path = ?", gone)
    if changed:
        with progress.stage("library", len(changed), f"listening to {folder.name}") as stage:
            try:
                for path, analysis, fault in _heard(folder, changed, stage):
                    row = (os.fsencode(path), *present[path], json.dumps(asdict(analysis)) if analysis else None, fault)
                    database.execute(
                        "INSERT OR REPLACE INTO sounds (path, size, mtime, analysis, fault) VALUES (?, ?, ?, ?, ?)", row
                    )
                    if stage.done % _BATCH == 0:
                        database.commit()
            finally:
                database.commit()
    rows = database.execute("SELECT path, analysis, fault, description, space, embedding FROM sounds ORDER BY path")
    entries: list[Entry] = []
    vectors: dict[str, bytes] = {}
    faults: list[tuple[str, str]] = []
    for stored_path, analysis, fault, description, space, vector in rows.fetchall():
        path = os.fsdecode(stored_path)
        if analysis is None:
            faults.append((path, fault))
            continue
        entry = _entry(path, analysis, categories)
        entries.append(entry)
        if description == entry.description and space == words.space.fingerprint:
            vectors[path] = vector
    _embed(database, [entry for entry in entries if entry.path not in vectors], words, vectors, progress)
    table = np.frombuffer(b"".join(vectors[entry.path] for entry in entries), np.float32)
    known_of = json.dumps([SCHEMA, present, [[each.description, asdict(each.analysis)] for each in entries]])
    digest = hashlib.sha256(known_of.encode() + table.tobytes()).hexdigest()
    return Index(folder, tuple(entries), table.reshape(len(entries), words.space.size), tuple(faults), digest)


def _entry(path: str, analysis: str, categories: dict[str, str]) -> Entry:
    told: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(analysis).items()
    }
    heard = Analysis(**told)
    name = parse_name(PurePosixPath(readable(path)))
    category = categories.get(name.catid) or category_words(name.catid)
    return Entry(path, name, describe(name, category, heard.note) or PurePosixPath(readable(path)).stem, heard)


def _heard(folder: Path, paths: Sequence[str], stage: Stage) -> Iterator[tuple[str, Analysis | None, str]]:
    """Listen to files, some at a time (libsndfile works outside the interpreter's lock), in their order."""

    def listen(path: str) -> tuple[str, Analysis | None, str]:
        try:
            return path, analyse(folder / path), ""
        except LibraryError as error:
            return path, None, error.message

    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        for begin in range(0, len(paths), 4 * _BATCH):
            jobs = [pool.submit(listen, path) for path in paths[begin : begin + 4 * _BATCH]]
            try:
                for job in jobs:
                    heard = job.result()
                    yield heard
                    stage.advance(1, readable(heard[0]))
            finally:
                for job in jobs:
                    job.cancel()


def _embed(
    database: sqlite3.Connection,
    entries: Sequence[Entry],
    words: TextEncoder,
    vectors: dict[str, bytes],
    progress: Progress,
) -> None:
    """Embed what is not yet embedded in this space, in batches, and store it."""
    if not entries:
        return
    with progress.stage("library words", len(entries)) as stage:
        for begin in range(0, len(entries), _TEXTS):
            batch = entries[begin : begin + _TEXTS]
            rows = np.ascontiguousarray(words.encode_texts([entry.description for entry in batch]), np.float32)
            with database:
                for entry, row in zip(batch, rows, strict=True):
                    vectors[entry.path] = row.tobytes()
                    database.execute(
                        "UPDATE sounds SET description = ?, space = ?, embedding = ? WHERE path = ?",
                        (entry.description, words.space.fingerprint, vectors[entry.path], os.fsencode(entry.path)),
                    )
            stage.advance(len(batch))

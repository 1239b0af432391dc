"""The file of the queue's state: its tables, how it is opened and checked, and what SQLite's errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from v2a_foley.errors import DiskFull, FoleyError, JobsError, OutputError

NAME = "queue.sqlite"
APPLICATION = 0x56324146
"""What SQLite's header says the file is: ``V2AF``."""
VERSION = 1
_PATIENCE = 10.0
"""Seconds to wait while another process writes its request."""
_TABLES = """
CREATE TABLE batch (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, output TEXT NOT NULL UNIQUE, place REAL NOT NULL,
    job TEXT NOT NULL, state TEXT NOT NULL, size INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
    fresh INTEGER NOT NULL DEFAULT 1, note TEXT NOT NULL DEFAULT '', worker TEXT NOT NULL DEFAULT '',
    started REAL NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0, failure TEXT, summary TEXT
);
CREATE INDEX jobs_in_order ON jobs (state, place);
CREATE TABLE requests (number INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL, jobs TEXT NOT NULL, answer TEXT);
"""
_FULL, _UNWRITABLE = {sqlite3.SQLITE_FULL}, {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


def connected(path: Path, mode: str) -> sqlite3.Connection:
    """Return a connection to a file, to be used by several threads; ``mode`` is ``rw``, or ``rwc`` to make it."""
    address = f"{path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(
        address, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    # In WAL this survives any kill of the process; a power cut may cost the last changes, which are then done again.
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def make_tables(connection: sqlite3.Connection) -> None:
    """Make a queue's tables in a file that holds nothing yet, in one step."""
    if connection.execute("PRAGMA application_id").fetchone() != (0,):
        return
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        connection.execute("PRAGMA journal_mode=WAL")
        stamps = f"PRAGMA application_id={APPLICATION};PRAGMA user_version={VERSION};"
        connection.executescript(f"BEGIN IMMEDIATE;{_TABLES}{stamps}COMMIT;")


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is not a queue's, or a newer program's.

    Raises:
        JobsError: it is.
    """
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        raise damaged(path)
    if version > VERSION:
        raise JobsError(
            f"The batch in {str(path.parent.parent)!r} was begun by a newer version of v2a-foley.",
            hint="Update v2a-foley, or choose another folder.",
        )


def damaged(path: Path) -> JobsError:
    """Return the error that a damaged state is."""
    return JobsError(
        f"The queue's state {str(path)!r} is damaged.",
        hint=f"Build it anew from the journal beside it: v2a-foley batch rebuild {path.parent.parent.name!r}",
    )


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours.

    Raises:
        DiskFull: there is no room.
        OutputError: the file cannot be written, or another program holds it.
        JobsError: it is damaged.
    """
    try:
        yield
    except FoleyError:
        raise
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
        if code in _FULL:
            raise DiskFull("There is no space left for the queue's state.", hint="Free some space.") from error
        if code in _UNWRITABLE:
            raise OutputError(
                f"The queue's state {str(path)!r} cannot be written: {error}.", hint="Let the folder be written to."
            ) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise OutputError(
                f"The queue's state {str(path)!r} is held by another program.", hint="Close it, and try again."
            ) from error
        raise damaged(path) from error

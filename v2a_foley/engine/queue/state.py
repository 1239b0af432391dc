"""The queue's state on the disk: jobs and how far they are, in SQLite, safe from a kill at any moment.

One process writes it, which holds the lock; others leave requests in it (``requests.py``). Nothing is carried out here.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, Self

from v2a_foley.engine.queue import journal
from v2a_foley.engine.queue.database import NAME, check, connected, make_tables, told
from v2a_foley.engine.queue.jobs import Job
from v2a_foley.engine.queue.places import STATE_FOLDER, key
from v2a_foley.engine.queue.rows import Failure, Row, State
from v2a_foley.errors import JobsError
from v2a_foley.files import translated

_COLUMNS = "id, number, job, state, size, attempts, fresh, note, worker, started, seconds, failure, summary"


class QueueState:
    """Jobs and how far they are. May be used by several threads; each change is one short transaction.

    Every method raises ``DiskFull`` or ``OutputError`` where the disk does not let it write, and ``JobsError`` where
    what lies there is damaged.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        """Keep the connection; see ``open`` and ``create``."""
        self.folder = folder
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make the state of a batch's folder, or open what is there."""
        home = folder / STATE_FOLDER
        with told(home / NAME):
            try:
                home.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise translated(error, home) from error
            connection = connected(home / NAME, "rwc")
            make_tables(connection)
            check(connection, home / NAME)
        return cls(folder, connection)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the state of a batch's folder.

        Raises:
            JobsError: there is none, it is damaged, or a newer program wrote it.
        """
        path = folder / STATE_FOLDER / NAME
        if not path.is_file():
            raise JobsError(f"There is no batch in {str(folder)!r}.", hint="Begin one: v2a-foley batch FOLDER -o DIR")
        with told(path):
            connection = connected(path, "rw")
            check(connection, path)
        return cls(folder, connection)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        """Give the state itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    # What holds for the whole batch

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - plain values of JSON
        """Return a value that holds for the whole batch."""
        found = self._rows("SELECT value FROM batch WHERE name = ?", name)
        return json.loads(found[0][0]) if found else default

    def put(self, **values: Any) -> None:  # noqa: ANN401 - plain values of JSON
        """Keep values that hold for the whole batch."""
        with self.changing() as connection:
            pairs = [(name, json.dumps(value)) for name, value in values.items()]
            connection.executemany("INSERT OR REPLACE INTO batch VALUES (?, ?)", pairs)

    # Jobs

    def add(self, jobs: Iterable[tuple[Job, int]]) -> None:
        """Put jobs, each with the bytes of its film, at the queue's end.

        One whose output another has takes its place, and is waiting.
        """
        wanted = list(jobs)
        journal.write(
            self.folder / STATE_FOLDER, ({"job": json.loads(job.text()), "size": size} for job, size in wanted)
        )
        with self.changing() as connection:
            last = connection.execute("SELECT coalesce(max(place), 0) FROM jobs").fetchone()[0]
            connection.executemany(
                "INSERT INTO jobs (id, output, place, job, state, size) VALUES (?, ?, ?, ?, 'waiting', ?) "
                "ON CONFLICT (output) DO UPDATE SET id = excluded.id, job = excluded.job, state = 'waiting', "
                "size = excluded.size, attempts = 0, fresh = 1, note = '', failure = NULL, summary = NULL",
                [
                    (job.id, key(PurePosixPath(job.output)), last + 1 + n, job.text(), size)
                    for n, (job, size) in enumerate(wanted)
                ],
            )

    def rows(self, *states: State) -> list[Row]:
        """Return the jobs in their order; those in some states only, where some are named."""
        where = f"WHERE state IN ({','.join('?' * len(states))})" if states else ""
        return [_row(each) for each in self._rows(f"SELECT {_COLUMNS} FROM jobs {where} ORDER BY place", *states)]  # noqa: S608 - no values in it

    def row(self, name: str) -> Row | None:
        """Return the job of an id, None where there is none."""
        found = self._rows(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", name)  # noqa: S608 - no values in it
        return _row(found[0]) if found else None

    def counts(self) -> dict[State, int]:
        """Return how many jobs are in each state."""
        found = dict(self._rows("SELECT state, count(*) FROM jobs GROUP BY state"))
        return {state: found.get(state.value, 0) for state in State}

    def sizes(self) -> tuple[int, int, float]:
        """Return the bytes of films done, the bytes of those to be done, and the seconds that the former took."""
        done = self._rows("SELECT coalesce(sum(size), 0), coalesce(sum(seconds), 0) FROM jobs WHERE state = 'done'")[0]
        left = self._rows("SELECT coalesce(sum(size), 0) FROM jobs WHERE state IN ('waiting', 'running')")[0]
        return int(done[0]), int(left[0]), float(done[1])

    def claim(self, worker: str) -> Row | None:
        """Take the next job that waits; it is running from now on. None where none waits."""
        with self.changing() as connection:
            found = connection.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE state = 'waiting' ORDER BY place LIMIT 1"  # noqa: S608 - no values in it
            ).fetchone()
            if found is None:
                return None
            connection.execute(
                "UPDATE jobs SET state = 'running', worker = ?, started = ?, note = '', failure = NULL WHERE id = ?",
                (worker, time.time(), found[0]),
            )
            return _row(found)

    def begin(self, name: str) -> None:
        """Count an attempt."""
        self._change("UPDATE jobs SET attempts = attempts + 1, fresh = 0 WHERE id = ?", name)

    def note(self, name: str, text: str) -> None:
        """Say what holds a job up."""
        self._change("UPDATE jobs SET note = ? WHERE id = ?", text, name)

    def finish(self, name: str, summary: Mapping[str, Any], seconds: float) -> None:
        """Say that a job is done."""
        journal.write(self.folder / STATE_FOLDER, [{"done": name, "summary": dict(summary), "seconds": seconds}])
        self._change(
            "UPDATE jobs SET state = 'done', note = '', failure = NULL, summary = ?, seconds = ? WHERE id = ?",
            json.dumps(dict(summary)), seconds, name,
        )  # fmt: skip

    def fail(self, name: str, failure: Failure, seconds: float) -> None:
        """Say that a job failed."""
        self._change(
            "UPDATE jobs SET state = 'failed', note = '', failure = ?, seconds = ? WHERE id = ?",
            json.dumps(asdict(failure)), seconds, name,
        )  # fmt: skip

    def move(self, name: str, state: State, note: str = "") -> None:
        """Put a job into another state: waiting again, paused, skipped, cancelled."""
        self._change("UPDATE jobs SET state = ?, note = ? WHERE id = ?", state.value, note, name)

    def again(self, name: str) -> None:
        """Let a job wait as if it had never failed; what it made before is replaced."""
        self._change("UPDATE jobs SET state = 'waiting', note = '', failure = NULL, summary = NULL WHERE id = ?", name)

    def take_back(self) -> int:
        """Let what a killed process had in work wait again, and return how many jobs that were."""
        with self.changing() as connection:
            return connection.execute("UPDATE jobs SET state = 'waiting', note = '' WHERE state = 'running'").rowcount

    def reorder(self, names: Iterable[str], *, to_end: bool = False) -> None:
        """Put jobs first, or last, in the order in which they are named."""
        wanted = list(names)
        with self.changing() as connection:
            least, most = connection.execute(
                "SELECT coalesce(min(place), 0), coalesce(max(place), 0) FROM jobs"
            ).fetchone()
            first = most + 1 if to_end else least - len(wanted)
            connection.executemany(
                "UPDATE jobs SET place = ? WHERE id = ?", [(first + n, name) for n, name in enumerate(wanted)]
            )

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection within one transaction, which is committed where the block ends well."""
        with self._lock, told(self.folder / STATE_FOLDER / NAME):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _change(self, statement: str, *values: Any) -> None:  # noqa: ANN401 - what SQLite takes
        with self.changing() as connection:
            connection.execute(statement, values)

    def _rows(self, statement: str, *values: Any) -> list[Any]:  # noqa: ANN401 - what SQLite takes
        with self._lock, told(self.folder / STATE_FOLDER / NAME):
            return self._connection.execute(statement, values).fetchall()


def _row(found: tuple[Any, ...]) -> Row:
    name, number, job, state, size, attempts, fresh, note, worker, started, seconds, failure, summary = found
    try:
        return Row(
            name, number, Job.of(job), State(state), size, attempts, bool(fresh), note, worker, started, seconds,
            Failure(**json.loads(failure)) if failure else None,
            MappingProxyType(json.loads(summary)) if summary else MappingProxyType({}),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise JobsError(
            f"The queue's state says of job {number} what is not understood.",
            hint="Build it anew from the journal beside it: v2a-foley batch rebuild DIR",
        ) from error

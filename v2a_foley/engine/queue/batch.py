"""A batch as a whole: put its jobs into the queue, carry them out, report. The command line and the app call this."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from v2a_foley.engine.queue import engines, journal
from v2a_foley.engine.queue.database import NAME
from v2a_foley.engine.queue.engines import Crew
from v2a_foley.engine.queue.estimate import check_room
from v2a_foley.engine.queue.jobs import Job, written
from v2a_foley.engine.queue.places import STATE_FOLDER, resolved
from v2a_foley.engine.queue.presets import told
from v2a_foley.engine.queue.report import report_of, write_report
from v2a_foley.engine.queue.requests import holding, say_holder
from v2a_foley.engine.queue.running import STOP, RunOptions, existing, run
from v2a_foley.engine.queue.state import QueueState
from v2a_foley.errors import FoleyError, JobsError, UsageError
from v2a_foley.progress import Progress

_PATIENCE = 3.0
"""Seconds to wait for another process that only asks something of the queue."""


@dataclass(frozen=True)
class BatchOptions:
    """How a batch is carried out.

    Attributes:
        run: what is the queue's own business.
        crew: who carries it out.
        threads: threads of every network; None for what the batch was begun with, or the cores shared by the workers.
    """

    run: RunOptions = field(default_factory=RunOptions)
    crew: Crew = field(default_factory=Crew)
    threads: int | None = None


def begin(folder: Path, jobs: Sequence[Job], options: BatchOptions, progress: Progress) -> dict[str, Any]:
    """Put jobs into a folder's queue and carry out all that waits there; return the report.

    Jobs that are in the queue already stay as they are, so that the same call goes on where an earlier one stopped.

    Raises:
        JobsError: two jobs of the queue would write one file, or its state is damaged.
        UsageError: results are there already, and are not to be replaced; or the threads differ from before.
        ProjectLocked: another process works on this queue.
        Cancelled: the work was stopped.
    """
    with holding(folder, _PATIENCE), QueueState.create(folder) as state:
        enqueue(state, jobs, options)
        state.put(paused=False)
        return _go(state, options, progress)


def resume(folder: Path, options: BatchOptions, progress: Progress) -> dict[str, Any]:
    """Go on with a folder's queue, and return the report; errors as of ``begin``."""
    with holding(folder, _PATIENCE), QueueState.open(folder) as state:
        kept = state.get("run", {})
        state.put(paused=False)
        return _go(state, replace(options, run=replace(options.run, **kept)), progress)


def enqueue(state: QueueState, jobs: Sequence[Job], options: BatchOptions) -> int:
    """Put the jobs that are not there yet into the queue, and return how many that were.

    Raises:
        JobsError: two jobs of the queue would write one file.
        UsageError: results are there already, and are not to be replaced.
        DiskFull: the films alone do not fit on the disk.
    """
    rows = {row.id: row for row in state.rows()}
    new = [job for job in jobs if job.id not in rows]
    replaced = {job.output for job in new}
    there = {
        place: row.job.output for row in rows.values() if row.job.output not in replaced for place in written(row.job)
    }
    mistakes = [
        f"{job.output!r} would write {place!r}, as {there[place]!r} of this batch does"
        for job in new
        for place in written(job)
        if place in there
    ]
    if mistakes:
        raise told("The list of jobs", mistakes, "Choose other names, or another folder.")
    if options.run.existing == STOP:
        taken = [place for job in new for place in existing(state.folder, job)]
        if taken:
            shown = ", ".join(map(repr, taken[:5])) + (f" and {len(taken) - 5} more" if len(taken) > 5 else "")
            raise UsageError(f"There is already: {shown}.", hint="Add --existing skip, or --existing replace.")
    sizes = [(job, job.source.stat().st_size) for job in new]
    check_room(state.folder, [size for _, size in sizes], options.crew.workers or 1)
    state.add(sizes)
    return len(new)


def rebuild(folder: Path) -> int:
    """Build a damaged state anew from the journal, and return how many jobs it holds; the damaged one is kept.

    Raises:
        JobsError: there is no journal.
        ProjectLocked: another process works on this queue.
    """
    home = folder / STATE_FOLDER
    lines = list(journal.read(home))
    if not lines:
        raise JobsError(f"There is no journal in {str(home)!r}.", hint="Begin the batch anew; name its films again.")
    with holding(folder, _PATIENCE):
        number = 1
        while (home / f"damaged-{number}.sqlite").exists():
            number += 1
        for suffix in ("", "-wal", "-shm"):
            path = home / f"{NAME}{suffix}"
            if path.exists():
                path.rename(home / f"damaged-{number}.sqlite{suffix}")
        (home / journal.NAME).replace(home / f"damaged-{number}.jsonl")
        with QueueState.create(folder) as state:
            return _replay(state, lines)


def _replay(state: QueueState, lines: Sequence[Mapping[str, Any]]) -> int:
    """Tell a new state what a journal tells, and return how many jobs that are; lines of another form are left out."""
    jobs: dict[str, tuple[Job, int]] = {}
    done: dict[str, tuple[Mapping[str, Any], float]] = {}
    batch: dict[str, Any] = {}
    for line in lines:
        try:
            if "job" in line:
                job = Job.of(json.dumps(line["job"]))
                jobs[job.output] = (job, int(line["size"]))
            elif "done" in line:
                done[str(line["done"])] = (dict(line["summary"]), float(line["seconds"]))
            elif "batch" in line:
                batch |= {str(name): value for name, value in line["batch"].items()}
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    if batch:
        journal.write(state.folder / STATE_FOLDER, [{"batch": batch}])
        state.put(**batch)
    state.add(jobs.values())
    for name, (summary, seconds) in done.items():
        if state.row(name) is not None and all(
            resolved(state.folder, str(each)).exists() for each in summary.get("outputs", [])
        ):
            state.finish(name, summary, seconds)
    return len(jobs)


def _go(state: QueueState, options: BatchOptions, progress: Progress) -> dict[str, Any]:
    say_holder(state)
    threads = _threads(state, options)
    state.put(run={"existing": options.run.existing, "projects": options.run.projects})
    hands = engines.hands_for(options.crew, threads)
    try:
        run(state, hands, options.run, threads, progress)
    except FoleyError:
        with suppress(FoleyError):  # what stopped the work may stop the report as well, and is told
            write_report(state)
        raise
    finally:
        for hand in hands:
            hand.close()
    write_report(state)
    return report_of(state)


def _threads(state: QueueState, options: BatchOptions) -> int:
    """Return the threads of this batch, which are decided once: the results' bits depend on them."""
    kept = state.get("threads")
    if kept is None:
        kept = options.threads or engines.default_threads(options.crew)
        journal.write(state.folder / STATE_FOLDER, [{"batch": {"threads": kept}}])
        state.put(threads=kept)
    elif options.threads not in (None, kept):
        raise UsageError(
            f"This batch was begun with {kept} threads a worker, and its sounds depend on them.",
            hint="Leave out --threads, or choose another folder.",
        )
    return int(kept)

"""Kills batches of real films at random moments, goes on with them, and checks what is left, to the last bit."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psutil

from tests.footage import make_film
from v2a_foley.leftovers import sweep

MARK = "V2A_FOLEY_TEST_BATCH"
"""The environment variable that every process of a test's batches carries."""
PROMPTS = ("rain", "wind", "thunder", "a dog barks", "footsteps", "a river")
MOST_OF_A_JOB = 2
"""How often a worker alone is killed in one job: a third time might be held against a take of it, as it should."""


def write_list(folder: Path) -> Path:
    """Make three films of a second, and a list of twelve jobs on them: other prompts, containers and stems."""
    sources = [
        make_film(folder / "silent.mp4", seconds=1, size=(160, 90)),
        make_film(folder / "tone.mp4", seconds=1, size=(160, 90), sound="tone"),
        make_film(folder / "cuts.mov", seconds=1, size=(160, 90), cuts=(12,)),
    ]
    with (folder / "jobs.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "output", "prompt", "seed", "stems", "original"])
        for number in range(12):
            suffix = (".mp4", ".mov", ".wav", ".mkv")[number % 4]
            stems = f"stems/{number}" if number % 3 == 0 else ""
            original = "replace" if number % 5 == 0 else "mix"
            prompt = PROMPTS[number % len(PROMPTS)]
            writer.writerow([sources[number % 3].name, f"{number:02d}{suffix}", prompt, number, stems, original])
    return folder / "jobs.csv"


@dataclass
class Killer:
    """Starts batches of one list, kills them, and goes on with them.

    ``done`` holds, of each job that was seen done: the inodes and times of its files; ``takes`` the same of every take
    that was seen whole.
    """

    jobs: Path
    folder: Path
    scratch: Path
    workers: int = 1
    token: str = field(default_factory=lambda: uuid4().hex)
    files: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    takes: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    blamed: dict[str, int] = field(default_factory=dict)

    def start(self) -> subprocess.Popen[bytes]:
        line = ["batch", self.jobs, "-o", self.folder, "--workers", self.workers, "--threads", 1, "--handles", 0]
        with (self.scratch.parent / "said.txt").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "v2a_foley.cli.main", *map(str, line)],
                env={**os.environ, MARK: self.token, "TMPDIR": str(self.scratch)},
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip

    def finish(self) -> int:
        """Let the batch come to its end, and return its exit code."""
        return self.start().wait(300)

    def strays(self) -> list[psutil.Process]:
        """Return the processes of this batch that live."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == self.token and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def rows(self) -> list[tuple[str, str, int]]:
        """Return id, state and attempts of every job, as a stranger reads them."""
        path = self.folder / ".v2a-foley/queue.sqlite"
        if not path.is_file():
            return []
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute("SELECT id, state, attempts FROM jobs ORDER BY number").fetchall()
        except sqlite3.OperationalError:  # killed before its first table
            return []
        finally:
            connection.close()

    def wait_for_work(self, queue: subprocess.Popen[bytes]) -> None:
        """Wait until a worker is at work on a film; no longer than it may take to start."""
        began, until = time.time_ns(), time.monotonic() + 30
        while queue.poll() is None and time.monotonic() < until:
            for lock in (self.folder / ".v2a-foley/work").glob("*/work.lock"):
                with contextlib.suppress(FileNotFoundError):
                    if lock.stat().st_mtime_ns > began:
                        return
            time.sleep(0.02)

    def kill(self, queue: subprocess.Popen[bytes], whom: str) -> bool:
        """Kill the queue, its workers, or both; return whether the queue is gone."""
        with contextlib.suppress(psutil.Error):
            running = [name for name, state, _ in self.rows() if state == "running"]
            below = psutil.Process(queue.pid).children(recursive=True)
            if whom == "worker" and any(self.blamed.get(each, 0) >= MOST_OF_A_JOB for each in running):
                whom = "both"
            if whom == "worker":
                self.blamed |= {each: self.blamed.get(each, 0) + 1 for each in running}
            if whom != "worker":
                queue.kill()
            for each in below if whom != "queue" else []:
                with contextlib.suppress(psutil.Error):
                    each.kill()
        if whom != "worker":
            queue.wait()
        return queue.poll() is not None

    def look(self) -> None:
        """Check that what was finished before was not made again, and note what is finished now."""
        for name, state, _ in self.rows():
            if state == "done":
                now = self._files_of(name)
                assert self.files.setdefault(name, now) == now, f"{name} was done, and was written again"
            made = stamps((self.folder / ".v2a-foley/work" / name).glob("takes/*.wav"))
            for take, stamp in self.takes.get(name, {}).items():
                assert made.get(take, stamp) == stamp, f"the take {take} of {name} was made twice"
            self.takes[name] = made

    def _files_of(self, name: str) -> dict[str, tuple[int, int]]:
        lines = [
            json.loads(line) for line in (self.folder / ".v2a-foley/journal.jsonl").read_text().splitlines() if line
        ]
        outputs = next(each["summary"]["outputs"] for each in reversed(lines) if each.get("done") == name)
        return stamps(self.folder / each for each in outputs)

    def check(self, wanted: dict[str, str]) -> None:
        """Check what is there when the batch is done: every file, its bits, and nothing else."""
        assert {state for _, state, _ in self.rows()} == {"done"}
        self.look()
        assert hashes(self.folder) == wanted
        left = [path for path in self.folder.rglob("*") if path.name.startswith(".v2a-foley-") or path.suffix == ".tmp"]
        assert left == []
        assert list((self.folder / ".v2a-foley/work").iterdir()) == []
        until = time.monotonic() + 15
        while self.strays() and time.monotonic() < until:
            time.sleep(0.1)
        assert self.strays() == []
        sweep(self.scratch)  # what the last one killed left there, the next run of anything removes
        assert [path.name for path in self.scratch.iterdir()] == []


def stamps(paths: object) -> dict[str, tuple[int, int]]:
    """Return the inode and the time of change of files, by name."""
    found = {}
    for path in paths:
        status = path.stat()
        found[path.name] = (status.st_ino, status.st_mtime_ns)
    return found


def hashes(folder: Path) -> dict[str, str]:
    """Return what a batch's results hash to, without its logs, reports and its own folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.relative_to(folder).parts[0] not in (".v2a-foley", "logs")
        and path.name not in ("report.json", "report.csv")
    }


def kill_batches(folder: Path, kills: int, seed: int, *, workers: int = 1) -> None:
    """Kill batches of twelve films at random moments, as often as asked, and check each when it is done.

    Args:
        folder: where everything happens.
        kills: how often.
        seed: of the moments and of who is killed.
        workers: of each batch.
    """
    print(f"kills from seed {seed}")  # noqa: T201 - to replay them
    jobs, dice = write_list(folder), random.Random(seed)  # noqa: S311
    scratch = folder / "scratch"
    scratch.mkdir()
    whole = Killer(jobs, folder / "whole", scratch, workers)
    assert whole.finish() == 0, (folder / "said.txt").read_text()
    wanted = hashes(whole.folder)
    assert sum(name.count("/") == 0 for name in wanted) == 12
    whole.check(wanted)
    number, left = 0, kills
    while left:
        number += 1
        batch = Killer(jobs, folder / f"broken-{number}", scratch, workers)
        left = kill_one(batch, left, dice)
        assert batch.finish() == 0, (folder / "said.txt").read_text()
        batch.check(wanted)


def kill_one(batch: Killer, left: int, dice: random.Random) -> int:
    """Kill one batch until it is done or enough was killed, and return how many kills are left."""
    queue = batch.start()
    try:
        while left:
            at_work, moment = dice.random() < 0.25, dice.uniform(0.05, 0.8)
            whom = dice.choices(["queue", "worker", "both"], [0.5, 0.25, 0.25])[0]
            if at_work:
                batch.wait_for_work(queue)
            with contextlib.suppress(subprocess.TimeoutExpired):
                queue.wait(moment)
                return left  # it was done before
            left -= 1
            gone = batch.kill(queue, whom)
            batch.look()
            done = [state for _, state, _ in batch.rows()].count("done")
            print(f"  {whom}{' at work' if at_work else ''}, {moment:.2f} s: {done} done")  # noqa: T201
            if gone and left:
                queue = batch.start()
        return left
    finally:
        if queue.poll() is None:
            os.killpg(queue.pid, signal.SIGKILL)
            queue.wait()

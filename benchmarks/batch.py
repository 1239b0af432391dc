"""What the queue itself costs a job, whether its memory grows, and what two worker processes are worth.

Prints the queue's cost over 500 jobs that do nothing; then eight short films on one worker and on two, one thread each,
and what the second film of a batch takes less than the first. With synthesised sounds one worker decodes, makes and
encodes side by side already; with a neural voice (random weights, many steps) it works on one thing at a time.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.tiny.profile import write_profile  # noqa: E402 - found through ROOT
from v2a_foley import ffmpeg  # noqa: E402 - found through ROOT
from v2a_foley.engine.queue import batch, engines  # noqa: E402 - found through ROOT
from v2a_foley.engine.queue.batch import BatchOptions  # noqa: E402 - found through ROOT
from v2a_foley.engine.queue.engines import Crew  # noqa: E402 - found through ROOT
from v2a_foley.engine.queue.hands import Order  # noqa: E402 - found through ROOT
from v2a_foley.engine.queue.jobs import Wish, make_jobs  # noqa: E402 - found through ROOT
from v2a_foley.engine.queue.lists import read_lines  # noqa: E402 - found through ROOT
from v2a_foley.errors import RenderError  # noqa: E402 - found through ROOT
from v2a_foley.progress import Progress, ProgressEvent  # noqa: E402 - found through ROOT


class IdleHand:
    """Does nothing, and says so; notes the process's memory after each hundred jobs."""

    name = "idle:0"

    def __init__(self) -> None:
        """Start with nothing done."""
        self.memory: list[float] = []
        self.jobs = 0

    def carry_out(
        self, order: Order, told: Callable[[ProgressEvent], None], stopped: threading.Event, log: Path
    ) -> Mapping[str, Any]:
        """Return a result without work."""
        self.jobs += 1
        if self.jobs % 100 == 0:
            gc.collect()
            self.memory.append(psutil.Process().memory_info().rss / 2**20)
        return {"output": str(order.output), "integrated_lufs": -23.0, "warnings": []}

    def close(self) -> None:
        """Nothing is held."""


def own_cost(folder: Path, jobs: int) -> None:
    """Print what the queue costs a job, and how its memory moves."""
    source = folder / "films"
    source.mkdir()
    for number in range(jobs):
        (source / f"{number}.mov").write_bytes(b"x")
    hand, usual = IdleHand(), engines.hands_for
    engines.hands_for = lambda *_: [hand]  # type: ignore[assignment] # nothing is to be measured but the queue
    began = time.perf_counter(), time.process_time()
    wanted = make_jobs(read_lines([source], folder / "out")[0], Wish(), "films")
    listed = time.perf_counter()
    batch.begin(folder / "out", wanted, BatchOptions(), Progress())
    wall, processor = time.perf_counter() - began[0], time.process_time() - began[1]
    engines.hands_for = usual
    print(
        f"{jobs} jobs that do nothing: {wall / jobs * 1e3:.2f} ms a job ({processor / jobs * 1e3:.2f} ms of processor)"
    )
    print(f"  of which the list: {(listed - began[0]) / jobs * 1e3:.2f} ms a job")
    print("  memory after each 100 jobs, MB: " + ", ".join(f"{each:.1f}" for each in hand.memory))


def films_of(folder: Path, films: int, seconds: int) -> Path:
    """Write short films, and return their folder."""
    source = folder / "real"
    source.mkdir()
    for number in range(films):
        noise = f"testsrc2=size=640x360:rate=25:duration={seconds},hue=h={number * 40}"
        ffmpeg.run(
            ["-f", "lavfi", "-i", noise, "-c:v", "libx264", "-preset", "ultrafast", source / f"{number}.mp4"],
            what="making a film",
        )
    return source


def throughput(source: Path, room: Path, what: str, settings: Mapping[str, Any]) -> None:
    """Print the throughput of one and of two workers, and what the first film of a batch pays for loading."""
    walls: dict[int, float] = {}
    for workers in (1, 2):
        output = room / f"{what.split()[0]}-{workers}"
        jobs = make_jobs(read_lines([source], output)[0], Wish(values=settings), "films")
        options = BatchOptions(crew=Crew(workers=workers), threads=1)
        before, began = _processor(), time.perf_counter()
        report = batch.begin(output, jobs, options, Progress())
        walls[workers] = time.perf_counter() - began
        busy = (_processor() - before) / walls[workers]
        spent = [job["seconds"] for job in report["jobs"]]
        print(f"{len(jobs)} films, {what}, {workers} worker(s): {walls[workers]:.1f} s, {busy:.2f} cores busy; "
              "a film, in order: " + ", ".join(f"{each:.1f}" for each in spent))  # fmt: skip
        if workers == 1:
            print(f"  loading: the first took {spent[0]:.1f} s, the second {spent[1]:.1f}, warm {min(spent[2:]):.1f}")
        if report["counts"]["done"] != len(jobs):
            raise RenderError(f"not every film was done: {report['counts']}")
    print(f"  two workers against one, loading included: {walls[1] / walls[2]:.2f} times the films")


def _processor() -> float:
    """Return the seconds of processor that this process and those that it waited for have used."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=500, help="jobs that do nothing")
    parser.add_argument("--films", type=int, default=8, help="films on one worker and on two")
    parser.add_argument("--seconds", type=int, default=20, help="length of each film")
    parser.add_argument("--steps", type=int, default=200, help="denoising steps of the neural sounds")
    arguments = parser.parse_args()
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    with tempfile.TemporaryDirectory() as room:
        own_cost(Path(room), arguments.jobs)
        if arguments.films:
            source = films_of(Path(room), arguments.films, arguments.seconds)
            throughput(source, Path(room), "synthesised sounds", {})
            tiny = Path(room) / "tiny"
            tiny.mkdir()
            write_profile(tiny)
            neural = {"profile": str(tiny / "profile.toml"), "generator": "audioldm", "cues": "shots", "handles": 0.0}
            throughput(source, Path(room), "neural sounds", {**neural, "steps": arguments.steps})


if __name__ == "__main__":
    main()

"""How long a big project takes to load, to save and to edit: 5,000 shots, 10,000 cues, 10,000 takes.

Run it alone: ``python benchmarks/project.py [--shots 5000] [--takes 2]``. Takes have no sounds here; none is read.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from v2a_foley.errors import UsageError
from v2a_foley.media import MediaFacts, PictureStream
from v2a_foley.project import Cue, Event, Heard, Hit, Intensity, Kind, Layer, Project, Shot, Take, default_vocabulary
from v2a_foley.project.creating import create_project
from v2a_foley.project.document import from_document, from_text, to_document, to_text
from v2a_foley.project.edits import (
    AddCue,
    AddTake,
    Edit,
    MergeShots,
    MoveCue,
    MoveCut,
    ParkCue,
    RemoveCue,
    SetCue,
    SetFilm,
    SplitCue,
    SplitShot,
    StrikeHit,
    TrimCue,
    new_cue,
)
from v2a_foley.project.storage import read_project
from v2a_foley.timebase import TimeRange

WIDTH = 384
RATE = Fraction(24_000, 1001)


def big(folder: Path, shots: int, takes: int = 1) -> Project:
    """Return a project of many shots, with two cues a shot and some takes a cue."""
    rng = random.Random(6)  # noqa: S311 - a benchmark
    events = default_vocabulary().events
    vectors = np.random.default_rng(6).standard_normal((shots, WIDTH)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    seen, cues, start = [], [], Fraction(0)
    for i in range(shots):
        end = start + rng.randint(12, 240) / RATE
        where = TimeRange(start, end)
        heard = tuple(Heard(rng.choice(events), rng.random(), rng.random()) for _ in range(3))
        seen.append(Shot(i + 1, where, "cut", heard, False, tuple(vectors[i].tolist()), i // 4 + 1))
        for layer in (Layer.BG, Layer.FX):
            cues.append(_cue(f"c{len(cues) + 1}", layer, where, i + 1, rng.choice(events), folder, takes))
        start = end
    picture = PictureStream(0, "h264", 1920, 1080, 0, RATE, False, int(start * RATE), Fraction(0), start)
    return Project(MediaFacts(folder.parent / "film.mp4", "mov", picture), tuple(seen), tuple(cues), id="0" * 32)


def _cue(name: str, layer: Layer, where: TimeRange, shot: int, event: Event, folder: Path, takes: int) -> Cue:
    step = where.duration / 4
    times = tuple(where.start + step * i for i in range(4))
    cue = Cue(name, layer, where, (shot,), event, prompt="rain on leaves" if shot % 5 == 0 else "", gain=-1.5)
    if event.kind is Kind.IMPULSE:
        cue = replace(cue, hits=tuple(Hit(time, 0.7) for time in times))
    elif event.kind is Kind.CONTINUOUS:
        cue = replace(cue, intensity=Intensity(times, (0.2, 0.9, 0.4, 0.8)))
    for number in range(1, takes + 1):
        digest = hashlib.sha256(f"{name} {number}".encode()).hexdigest()
        details = {"family": event.family, "params": dict(event.params), "seed": number, "room": "", "distance": 2.0}
        take = Take(
            *(f"{name}t{number}", folder / "takes" / f"{digest[:32]}.wav", 48_000, 1, 600_000, 192_000, 192_000),
            *(number, "procedural", event.family, "CC0-1.0", cue.prompt, -7.31, event.level + 0.01, 48_000, details),
            *(digest, hashlib.sha256(digest.encode()).hexdigest()),
        )
        cue = cue.with_take(take)
    return cue


def timed(what: str, work: Callable[[], object], repeats: int = 7) -> None:
    """Print the least and the middle time of a piece of work, and the least of the processor's own.

    The processor's is what the work takes where nothing else runs.
    """
    times, own = [], []
    for _ in range(repeats):
        begun, busy = time.perf_counter(), time.process_time()
        work()
        times.append(time.perf_counter() - begun)
        own.append(time.process_time() - busy)
    least, middle, worked = (1000 * each for each in (min(times), statistics.median(times), min(own)))
    print(f"{what:<42}{least:9.1f} ms least {middle:9.1f} ms middle {worked:9.1f} ms own")


def edits_of(project: Project) -> dict[str, Callable[[random.Random], Edit]]:
    """Return, by what it does, a maker of edits of each kind at a random place."""

    def shot(rng: random.Random) -> Shot:
        return rng.choice(project.shots[1:-1])

    def middle(where: TimeRange) -> Fraction:
        return where.start + where.duration / 2

    def cue(rng: random.Random) -> Cue:
        return rng.choice(project.cues)

    def struck(rng: random.Random) -> Cue:
        return rng.choice([each for each in project.cues if each.hits])

    def moved_cut(rng: random.Random) -> Edit:
        there = shot(rng)
        return MoveCut(there.index, there.range.start + there.range.duration / 3)

    def split_cue(rng: random.Random) -> Edit:
        there = cue(rng)
        return SplitCue(there.id, middle(there.range), "new")

    def trimmed(rng: random.Random) -> Edit:
        there = cue(rng)
        return TrimCue(there.id, start=middle(there.range))

    def struck_hit(rng: random.Random) -> Edit:
        there = struck(rng)
        return StrikeHit(there.id, there.hits[0].time, 0.5)

    first, last = project.shots[0], project.shots[-1]
    return {
        "split a shot": lambda rng: SplitShot((there := shot(rng)).index, middle(there.range)),
        "split the first shot": lambda _: SplitShot(1, middle(first.range)),
        "merge two shots": lambda rng: MergeShots(shot(rng).index),
        "merge the first two": lambda _: MergeShots(1),
        "move a cut": moved_cut,
        "add a cue": lambda _: AddCue(new_cue(project, project.cues[0].event, last.range)),
        "remove a cue": lambda rng: RemoveCue(cue(rng).id),
        "move a cue": lambda rng: MoveCue(cue(rng).id, cue(rng).range.start),
        "trim a cue": trimmed,
        "split a cue": split_cue,
        "park a cue": lambda rng: ParkCue(cue(rng).id),
        "set a cue's prompt": lambda rng: SetCue(cue(rng).id, {"prompt": "rain on tin"}),
        "set a hit's strength": struck_hit,
        "add a take": lambda rng: AddTake((there := cue(rng)).id, replace(there.takes[0], id="new")),
        "set the film's loudness": lambda _: SetFilm({"loudness": "-23"}),
    }


def timed_edits(project: Project, repeats: int = 31) -> None:
    """Print the processor's time for an edit and for taking it back, at random places."""
    for what, made in edits_of(project).items():
        rng = random.Random(7)  # noqa: S311 - a benchmark
        there, back, kept = [], [], []
        for _ in range(repeats):
            edit = made(rng)
            begun = time.process_time()
            try:
                after, inverse = edit.apply(project)
            except UsageError:  # a long cue that would not fit where it was to go
                continue
            done = time.process_time()
            inverse.apply(after)
            there.append(done - begun)
            back.append(time.process_time() - done)
            kept.append(after)  # that an older project is freed is not part of an edit
        print(
            f"{what:<42}{statistics.median(there) * 1000:9.2f} ms middle {min(there) * 1000:9.2f} ms least,"
            f" back {statistics.median(back) * 1000:6.2f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=5000)
    parser.add_argument("--takes", type=int, default=1, help="takes of each cue")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        project = big(folder, arguments.shots, arguments.takes)
        print(f"{len(project.shots)} shots, {len(project.cues)} cues, {sum(len(c.takes) for c in project.cues)} takes")
        document = to_document(project, folder)
        content = to_text(document)
        print(f"{len(content) / 1e6:.1f} MB")
        timed("project -> document", lambda: to_document(project, folder))
        timed("document -> text", lambda: to_text(document))
        timed("text -> document", lambda: from_text(content))
        timed("document -> project", lambda: from_document(document, folder))
        with create_project(folder, project) as opened:
            timed("load: folder -> project", lambda: read_project(folder))
            timed("save: project -> folder, with a backup", opened.save)
        if from_document(from_text(content), folder) != project:
            raise SystemExit("what was read is not what was written")
        timed_edits(project)


if __name__ == "__main__":
    main()

"""How much room a batch will need, before it begins, and how much time it will still take: guesses, both of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from v2a_foley.engine.plain import settings_from
from v2a_foley.engine.queue.jobs import Job
from v2a_foley.engine.queue.state import QueueState
from v2a_foley.errors import DiskFull, FoleyError
from v2a_foley.render.kinds import SOUND_ONLY
from v2a_foley.render.stems import stem_layers
from v2a_foley.timebase import SAMPLE_RATE

STEREO = 2
_STEM, _FLOAT = 3, 4
"""Bytes of a sample in stems, and in takes."""
_LAYERS = 3
"""Sounds that lie above each other in a film of the usual kind; their takes lie in the job's folder while it runs."""


@dataclass(frozen=True)
class Need:
    """What a job will need.

    Attributes:
        job: the job.
        seconds: how long its film is; None where that cannot be told.
        results: bytes of what it leaves.
        work: bytes that it needs beside them while it runs.
        trouble: why its film cannot be used; empty where it can.
    """

    job: Job
    seconds: Fraction | None
    results: int
    work: int
    trouble: str = ""


def needs(jobs: Iterable[Job]) -> Iterator[Need]:
    """Look at each job's film and yield what it will need; films that cannot be read are told, not raised."""
    from v2a_foley.video.probe import probe

    for job in jobs:
        try:
            media = probe(job.source)
        except FoleyError as error:
            yield Need(job, None, 0, 0, error.message)
            continue
        settings = settings_from(job.settings)
        seconds = Fraction(str(settings.duration)) if media.still else media.duration
        channels = max(STEREO, media.sound.channels if media.sound is not None else 0)
        samples = int(seconds * SAMPLE_RATE)
        mix = samples * channels * _STEM
        results = mix if job.output.lower().endswith(SOUND_ONLY) else job.source.stat().st_size + mix // 4
        if settings.stems is not None:
            results += mix * (len(stem_layers(settings.tracks())) + 1)
        takes = _LAYERS * settings.takes * samples * STEREO * _FLOAT
        results += takes if settings.timeline is not None else 0
        yield Need(job, seconds, results, takes + mix)


def check_room(folder: Path, sizes: Iterable[int], hands: int) -> None:
    """Refuse a batch whose films alone do not fit on the disk; how long they are is not looked at.

    Args:
        folder: the batch's.
        sizes: bytes of the films that are to be done.
        hands: how many are in work at a time.

    Raises:
        DiskFull: there is too little room.
    """
    wanted = sorted(sizes, reverse=True)
    least = sum(wanted) + sum(wanted[:hands])
    free = free_bytes(folder)
    if least > free:
        raise DiskFull(
            f"The batch needs {shown_bytes(least)} at least, and {shown_bytes(free)} are free.",
            hint="Free some space, choose another disk with -o, or see what each film needs: --dry-run",
        )


def free_bytes(folder: Path) -> int:
    """Return the bytes that are free on the disk of a folder, or of the nearest one above it that exists."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())
    return shutil.disk_usage(there).free


def shown_bytes(count: int) -> str:
    """Return an amount of bytes for people."""
    value, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.0f} {units[0]}" if units[0] == "bytes" else f"{value:.1f} {units[0]}"


def time_left(state: QueueState, workers: int) -> str:
    """Return about how long the queue will still take, by the sizes of its films; empty before the first is done."""
    done, left, seconds = state.sizes()
    if not done or not seconds or not left:
        return ""
    return clock(seconds / done * left / workers)


def clock(seconds: float) -> str:
    """Return a time span as ``2:05:10``, or ``5:10``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

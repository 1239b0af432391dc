"""From cues to takes: what a generator is asked for, and which cue gets which. How they are made: ``making.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.engine.making import all_made, nothing_for, nothing_heard
from v2a_foley.engine.means import Job, Means, Outcome
from v2a_foley.engine.seeds import seed_for
from v2a_foley.generate import Generator, SoundRequest
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Layer, Project, Take
from v2a_foley.project.names import Naming
from v2a_foley.timebase import SAMPLE_RATE, to_samples


@dataclass(frozen=True)
class TakeOptions:
    """How many takes to make, from which seed, with how much handle.

    Attributes:
        seed: the user's seed.
        takes: takes of each cue.
        handles: sound beyond a cue's ends, in seconds.
        room: the place that effects sound in: ``auto`` (that of their cue, for sounds without a room of their own),
            ``dry``, or a name of ``audio/room.py`` for all of them.
        perspective: whether effects sound from where they are seen: ``off``, ``pan`` or ``full``.
    """

    seed: int = 0
    takes: int = 1
    handles: Fraction = Fraction(4)
    room: str = "auto"
    perspective: str = "off"


def generate_takes(
    project: Project,
    generators: Sequence[Generator],
    options: TakeOptions,
    folder: Path,
    progress: Progress,
    *,
    embeddings: Mapping[tuple[str, int], NDArray[np.float32]] | None = None,
    naming: Naming | None = None,
) -> Project:
    """Return the project with takes for its cues, whose files are called as ``naming`` says; see ``takes_for``."""
    names, media = naming or Naming(), project.media

    def named(cue: Cue, take: str) -> str:
        return names.take_name(cue, take, media)

    return project.with_cues(
        takes_for(project.cues, generators, options, folder, progress, embeddings=embeddings, named=named)
    )


def takes_for(
    cues: Sequence[Cue],
    generators: Sequence[Generator],
    options: TakeOptions,
    folder: Path | Means,
    progress: Progress,
    *,
    embeddings: Mapping[tuple[str, int], NDArray[np.float32]] | None = None,
    named: Callable[[Cue, str], str] = lambda _, take: f"{take}.wav",
    numbers: Mapping[str, Sequence[int]] | None = None,
    wish: Callable[[Cue, SoundRequest], dict[str, Any]] | None = None,
    told: Callable[[Cue, Take], None] | None = None,
) -> list[Cue]:
    """Return cues with takes; the first take of each is active.

    A cue that was only seen, and that no generator can make, stays empty, with a warning: a library need not hold
    every background. What the user asked for in words must be made.

    Args:
        cues: with ids of their own.
        generators: in order of preference; each cue goes to the first that can make it.
        options: seed, number of takes, handles.
        folder: where the takes are written, 48 kHz float WAV; or more than that on how they are made.
        progress: one unit a take.
        embeddings: by the cue's id and the take's number, where the sound lies in the audio space.
        named: the file name of a take of a cue, by its id; each must differ.
        numbers: the numbers of the takes of each cue, by its id; by default those from 1 that the options say.
        wish: what a take is made for, as plain values; kept in the take's details.
        told: called with every take as soon as it is there.

    Raises:
        MissingError: no generator can make a cue that was asked for, or none can make any cue.
        DiskFull: the folder's disk is full.
        Cancelled: the work was asked to stop.
    """
    means = folder if isinstance(folder, Means) else Means(folder)
    wanted = numbers or {}
    usual = range(1, options.takes + 1)
    jobs = []
    for cue in cues:
        for number in wanted.get(cue.id, usual):
            request = request_for(cue, options, number, (embeddings or {}).get((cue.id, number)))
            job = Job(cue, number, request, options.room, perspective=options.perspective)
            known = wish(cue, request) if wish is not None else {}
            jobs.append(replace(job, file=named(cue, job.id), wish=known))
    made: dict[tuple[str, int], Outcome] = {}
    with (
        progress.stage("generate", len(jobs)) as stage,
        closing(all_made(jobs, generators, means, progress)) as takes,
    ):
        for job, outcome in takes:
            made[job.cue.id, job.number] = outcome
            if told is not None and isinstance(outcome, Take):
                told(job.cue, outcome)
            stage.advance(1, job.cue.event.caption)
    if jobs and all(outcome == nothing_heard(job.cue) for job in jobs for outcome in [made[job.cue.id, job.number]]):
        raise nothing_for(cues[0])
    result = []
    for cue in cues:
        with_takes = cue
        for number in wanted.get(cue.id, usual):
            outcome = made[cue.id, number]
            if isinstance(outcome, str):
                progress.warn(outcome)
            else:
                with_takes = with_takes.with_take(outcome)
        result.append(with_takes)
    return result


def request_for(
    cue: Cue, options: TakeOptions, number: int, embedding: NDArray[np.float32] | None = None
) -> SoundRequest:
    """Return what a generator is asked for the take of a number, from 1, of a cue.

    All takes of a cue begin, handle aside, where its slip has its zero: with whichever is active, it sounds in place.
    """
    start, end = to_samples(cue.range.start), to_samples(cue.range.end)
    handle, origin = to_samples(options.handles), start - to_samples(cue.slip)
    first = min(start, origin) - handle
    end = max(end, origin, start + 1)
    curve = cue.intensity
    anchor = cue.range.start if cue.anchor is None else cue.anchor
    return SoundRequest(
        event=cue.event,
        samples=end - first + handle,
        before=origin - first,
        after=handle,
        channels=2 if cue.layer is Layer.BG else 1,
        seed=seed_for(base_seed(cue, options), anchor, cue.layer, cue.event.name, cue.prompt, number),
        sample_rate=SAMPLE_RATE,
        prompt=cue.prompt,
        negative=cue.negative,
        embedding=embedding,
        hits=tuple((to_samples(hit.time) - first, hit.strength) for hit in cue.sounding),
        silent=cue.silenced,
        intensity=tuple(
            (to_samples(time) - first, value) for time, value in zip(curve.times, curve.values, strict=True)
        )
        if curve
        else (),
    )


def base_seed(cue: Cue, options: TakeOptions) -> int:
    """Return the seed that a cue's sounds come from: its own, or the film's."""
    return options.seed if cue.seed is None else cue.seed

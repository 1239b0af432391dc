"""From cues to takes: asks a generator for each sound, writes it, measures it, and sets it to its nominal level."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Generator as Generated
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.loudness import Loudness, LoudnessMeter
from v2a_foley.audio.room import roomed
from v2a_foley.audio.wav import WavWriter
from v2a_foley.engine.seeds import seed_for
from v2a_foley.errors import MissingError
from v2a_foley.generate import BatchGenerator, Generator, Sound, SoundRequest
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Kind, Layer, Project, Take
from v2a_foley.project.names import Naming
from v2a_foley.timebase import SAMPLE_RATE, to_samples

SILENT = -70.0
"""Loudness, in LUFS, below which a sound has no level to speak of."""
MOST_GAIN = 40.0
"""Decibels that a take may at most be turned up or down to reach its nominal level."""
WORKERS = 2
"""Sounds that are made side by side; NumPy lets go of the interpreter while it computes."""


@dataclass(frozen=True)
class TakeOptions:
    """How many takes to make, from which seed, with how much handle.

    Attributes:
        seed: the user's seed.
        takes: takes of each cue.
        handles: sound beyond a cue's ends, in seconds.
        room: the place that effects sound in: ``auto`` (that of their cue, for sounds without a room of their own),
            ``dry``, or a name of ``audio/room.py`` for all of them.
    """

    seed: int = 0
    takes: int = 1
    handles: Fraction = Fraction(4)
    room: str = "auto"


@dataclass(frozen=True)
class _Job:
    """One take to be made: of which cue, its number from 1, and what a generator is asked for."""

    cue: Cue
    number: int
    request: SoundRequest
    room: str = "auto"
    file: str = ""

    @property
    def id(self) -> str:
        """The take's id."""
        return f"{self.cue.id}t{self.number}"


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
    folder: Path,
    progress: Progress,
    *,
    embeddings: Mapping[tuple[str, int], NDArray[np.float32]] | None = None,
    named: Callable[[Cue, str], str] = lambda _, take: f"{take}.wav",
) -> list[Cue]:
    """Return cues with takes; the first take of each is active.

    A cue that was only seen, and that no generator can make, stays empty, with a warning: a library need not hold
    every background. What the user asked for in words must be made.

    Args:
        cues: with ids of their own.
        generators: in order of preference; each cue goes to the first that can make it.
        options: seed, number of takes, handles.
        folder: where the takes are written, 48 kHz float WAV.
        progress: one unit a take.
        embeddings: by the cue's id and the take's number, where the sound lies in the audio space.
        named: the file name of a take of a cue, by its id; each must differ.

    Raises:
        MissingError: no generator can make a cue that was asked for, or none can make any cue.
        DiskFull: the folder's disk is full.
        Cancelled: the work was asked to stop.
    """
    asked = [
        _Job(cue, number, request_for(cue, options, number, (embeddings or {}).get((cue.id, number))), options.room)
        for cue in cues
        for number in range(1, options.takes + 1)
    ]
    jobs = [replace(job, file=named(job.cue, job.id)) for job in asked]
    made: dict[tuple[str, int], Take] = {}
    with (
        progress.stage("generate", len(jobs)) as stage,
        closing(_all_made(jobs, generators, folder, progress)) as takes,
    ):
        for job, take in takes:
            if take is not None:
                made[job.cue.id, job.number] = take
            stage.advance(1, job.cue.event.caption)
    if jobs and not made:
        raise _nothing_for(cues[0])
    result = []
    for cue in cues:
        with_takes = cue
        for number in range(1, options.takes + 1):
            take = made.get((cue.id, number))
            if take is None:
                progress.warn(f"Nothing here can make {cue.event.caption!r}; that cue stays empty.")
            else:
                with_takes = with_takes.with_take(take)
        result.append(with_takes)
    return result


def request_for(
    cue: Cue, options: TakeOptions, number: int, embedding: NDArray[np.float32] | None = None
) -> SoundRequest:
    """Return what a generator is asked for the take of a number, from 1, of a cue."""
    start, end = to_samples(cue.range.start), to_samples(cue.range.end)
    handle = to_samples(options.handles)
    first = start - handle
    curve = cue.intensity
    return SoundRequest(
        event=cue.event,
        samples=max(1, end - start) + 2 * handle,
        before=handle,
        after=handle,
        channels=2 if cue.layer is Layer.BG else 1,
        seed=seed_for(options.seed, cue.range.start, cue.layer, cue.event.name, cue.prompt, number),
        sample_rate=SAMPLE_RATE,
        prompt=cue.prompt,
        negative=cue.negative,
        embedding=embedding,
        hits=tuple((to_samples(hit.time) - first, hit.strength) for hit in cue.hits),
        intensity=tuple(
            (to_samples(time) - first, value) for time, value in zip(curve.times, curve.values, strict=True)
        )
        if curve
        else (),
    )


def level_gain(cue: Cue, loudness: Loudness) -> float:
    """Return the decibels that bring a take to its event's nominal level; 0 for silence."""
    measured = reference(cue.event.kind, loudness)
    if measured <= SILENT:
        return 0.0
    return max(-MOST_GAIN, min(MOST_GAIN, cue.event.level - measured))


def reference(kind: Kind, loudness: Loudness) -> float:
    """Return the loudness that a nominal level speaks of: integrated, or the loudest moment of impulses."""
    if kind is Kind.IMPULSE or not math.isfinite(loudness.integrated) or loudness.integrated <= SILENT:
        return loudness.max_momentary
    return loudness.integrated


def place_of(cue: Cue, sound: Sound, room: str = "auto") -> str:
    """Return the place whose room a sound gets; empty for none. Backgrounds are places themselves, and get none."""
    if cue.layer is Layer.BG or room == "dry":
        return ""
    if room == "auto":
        return cue.place if sound.dry else ""
    return room


def _nothing_for(cue: Cue) -> MissingError:
    return MissingError(
        f"Nothing here can make {cue.prompt or cue.event.caption!r}.",
        hint="Use --generator auto, or add such a sound to your library."
        if cue.event.family
        else "A shot as a whole needs a profile with a voice (--profile full), or a library.",
    )


def _all_made(
    jobs: Sequence[_Job], generators: Sequence[Generator], folder: Path, progress: Progress
) -> Generated[tuple[_Job, Take | None], None, None]:
    """Yield every job with its take, None where nothing can make it and nobody asked for it.

    Makers that take batches get all of theirs at once; the others work side by side.
    """
    alone: list[tuple[_Job, Generator]] = []
    batches: dict[int, tuple[BatchGenerator, list[_Job]]] = {}
    for job in jobs:
        progress.check()
        maker = next((each for each in generators if each.can_make(job.request)), None)
        if maker is None:
            if job.cue.prompt:
                raise _nothing_for(job.cue)
            yield job, None
        elif isinstance(maker, BatchGenerator):
            batches.setdefault(id(maker), (maker, []))[1].append(job)
        else:
            alone.append((job, maker))
    yield from _side_by_side(alone, folder, progress)
    for together, batch in batches.values():
        sounds = together.make_all([job.request for job in batch], progress)
        with ExitStack() as stack:
            if isinstance(sounds, Generated):
                stack.callback(sounds.close)  # what it holds is let go at once, however this ends
            for place, sound in sounds:
                yield batch[place], _written(batch[place], together.name, sound, folder, progress)


def _side_by_side(
    work: Sequence[tuple[_Job, Generator]], folder: Path, progress: Progress
) -> Iterator[tuple[_Job, Take]]:
    """Yield takes in order, made by a few workers."""
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(_make, job, maker, folder, progress) for job, maker in work]
        try:
            for (job, _), future in zip(work, futures, strict=True):
                yield job, future.result()
        finally:
            for future in futures:
                future.cancel()


def _make(job: _Job, maker: Generator, folder: Path, progress: Progress) -> Take:
    progress.check()
    return _written(job, maker.name, maker.make(job.request, progress), folder, progress)


def _written(job: _Job, maker: str, sound: Sound, folder: Path, progress: Progress) -> Take:
    """Write and measure a sound, and set it to its nominal level."""
    cue, request = job.cue, job.request
    place = place_of(cue, sound, job.room)
    blocks = roomed(sound.blocks, place, cue.event.distance) if place else sound.blocks
    path = folder / job.file
    meter = LoudnessMeter("stereo" if request.channels == 2 else "mono")
    written = 0
    with WavWriter(path, request.channels, bits=32) as wav:
        for block in blocks:
            progress.check()
            meter.feed(block)
            wav.write(block)
            written += block.shape[1]
        loudness = meter.finish()
        gain = level_gain(cue, loudness)
        wav.amplify(gain)
    if written != request.samples:
        raise AssertionError(f"{maker} made {written} samples of {request.samples} for {cue.event.name}")
    return Take(
        id=job.id,
        path=path,
        sample_rate=SAMPLE_RATE,
        channels=request.channels,
        samples=written,
        before=request.before,
        after=request.after,
        seed=request.seed,
        generator=maker,
        source=sound.source,
        licence=sound.licence,
        prompt=request.prompt,
        peak=loudness.sample_peak + gain,
        lufs=reference(cue.event.kind, loudness) + gain,
        native_rate=sound.native_rate,
        details={**sound.details, "room": place, "distance": cue.event.distance} if place else sound.details,
    )

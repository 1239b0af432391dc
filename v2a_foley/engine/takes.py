"""From cues to takes: asks a generator for each sound, writes it, measures it, and sets it to its nominal level."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.loudness import Loudness, LoudnessMeter
from v2a_foley.audio.wav import WavWriter
from v2a_foley.engine.seeds import seed_for
from v2a_foley.errors import MissingError
from v2a_foley.generate import Generator, SoundRequest
from v2a_foley.progress import Progress, Stage
from v2a_foley.project import Cue, Kind, Layer, Project, Take
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
    """

    seed: int = 0
    takes: int = 1
    handles: Fraction = Fraction(4)


def generate_takes(
    project: Project,
    generators: Sequence[Generator],
    options: TakeOptions,
    folder: Path,
    progress: Progress,
    *,
    embeddings: Mapping[str, NDArray[np.float32]] | None = None,
) -> Project:
    """Return the project with takes for its cues; the first take of each cue is active.

    A cue that was only seen, and that no generator can make, stays empty, with a warning: a library need not hold
    every background. What the user asked for in words must be made.

    Args:
        project: with its cues.
        generators: in order of preference; each cue goes to the first that can make it.
        options: seed, number of takes, handles.
        folder: where the takes are written, 48 kHz float WAV.
        progress: one unit a take.
        embeddings: by the cue's id, where its sound lies in the audio space.

    Raises:
        MissingError: no generator can make a cue that was asked for, or none can make any cue.
        DiskFull: the folder's disk is full.
        Cancelled: the work was asked to stop.
    """
    wanted = [(cue, number) for cue in project.cues for number in range(1, options.takes + 1)]
    made: dict[tuple[str, int], Take | None] = {}
    with progress.stage("generate", len(wanted)) as stage, ThreadPoolExecutor(WORKERS) as pool:
        futures = []
        for cue, number in wanted:
            request = request_for(cue, options, number, (embeddings or {}).get(cue.id))
            futures.append(pool.submit(_make, cue, number, request, generators, folder, progress))
        try:
            for (cue, number), future in zip(wanted, futures, strict=True):
                made[cue.id, number] = _result(future.result, stage, cue)
        finally:
            for future in futures:
                future.cancel()
    if wanted and not any(made.values()):
        raise _nothing_for(project.cues[0])
    cues = []
    for cue in project.cues:
        with_takes = cue
        for number in range(1, options.takes + 1):
            take = made[cue.id, number]
            if take is None:
                progress.warn(f"Nothing here can make {cue.event.caption!r}; that cue stays empty.")
            else:
                with_takes = with_takes.with_take(take)
        cues.append(with_takes)
    return project.with_cues(cues)


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


def _nothing_for(cue: Cue) -> MissingError:
    return MissingError(
        f"Nothing here can make {cue.prompt or cue.event.caption!r}.",
        hint="Use --generator auto, or add such a sound to your library.",
    )


def _result(wait: Callable[[], Take | None], stage: Stage, cue: Cue) -> Take | None:
    take = wait()
    stage.advance(1, cue.event.caption)
    return take


def _make(
    cue: Cue, number: int, request: SoundRequest, generators: Sequence[Generator], folder: Path, progress: Progress
) -> Take | None:
    """Make, write and measure one take; None where nothing can make it and nobody asked for it."""
    progress.check()
    maker = next((each for each in generators if each.can_make(request)), None)
    if maker is None:
        if cue.prompt:
            raise _nothing_for(cue)
        return None
    sound = maker.make(request, progress)
    path = folder / f"{cue.id}t{number}.wav"
    meter = LoudnessMeter("stereo" if request.channels == 2 else "mono")
    written = 0
    with WavWriter(path, request.channels, bits=32) as wav:
        for block in sound.blocks:
            progress.check()
            meter.feed(block)
            wav.write(block)
            written += block.shape[1]
        loudness = meter.finish()
        gain = level_gain(cue, loudness)
        wav.amplify(gain)
    if written != request.samples:
        raise AssertionError(f"{maker.name} made {written} samples of {request.samples} for {cue.event.name}")
    return Take(
        id=f"{cue.id}t{number}",
        path=path,
        sample_rate=SAMPLE_RATE,
        channels=request.channels,
        samples=written,
        before=request.before,
        after=request.after,
        seed=request.seed,
        generator=maker.name,
        source=sound.source,
        licence=sound.licence,
        prompt=request.prompt,
        peak=loudness.sample_peak + gain,
        lufs=reference(cue.event.kind, loudness) + gain,
        native_rate=sound.native_rate,
        details=sound.details,
    )

"""From a sound to a take: its room, its file, its level and its record. Who makes the sound is decided elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from v2a_foley.audio.loudness import Loudness, LoudnessMeter
from v2a_foley.audio.perspective import Way, placed
from v2a_foley.audio.room import roomed
from v2a_foley.audio.stream import Samples
from v2a_foley.audio.wav import WavWriter
from v2a_foley.engine.means import Job, Means
from v2a_foley.generate import Sound
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Kind, Layer, Take
from v2a_foley.timebase import SAMPLE_RATE

SILENT = -70.0
"""Loudness, in LUFS, below which a sound has no level to speak of."""
MOST_GAIN = 40.0
"""Decibels that a take may at most be turned up or down to reach its nominal level."""


def found(job: Job, means: Means) -> Take | None:
    """Return the take that was made before of the same, as one of this cue; None where there is none."""
    take = means.cache.find(job.key) if means.cache is not None and job.kept else None
    return None if take is None else replace(take, id=job.id, details=detailed(take.details, job))


def write_take(job: Job, maker: str, sound: Sound, means: Means, progress: Progress) -> Take:
    """Write and measure a sound, set it to its nominal level, and keep it where takes are kept."""
    cue, request = job.cue, job.request
    place = place_of(cue, sound, job.room)
    way = job.way
    channels = request.channels if way is None else 2
    path = means.folder / job.file
    meter = LoudnessMeter("stereo" if channels == 2 else "mono")
    usual = meter if way is None else LoudnessMeter("stereo")
    written = 0
    with WavWriter(path, channels, bits=32, dated=means.cache is None) as wav:
        for block, plain in _heard(cue, sound, place, way):
            progress.check()
            meter.feed(block)
            if usual is not meter:
                usual.feed(plain)
            wav.write(block)
            written += block.shape[1]
        loudness = meter.finish()
        gain = level_gain(cue, loudness if usual is meter else usual.finish())
        wav.amplify(gain)
    if written != request.samples:
        raise AssertionError(f"{maker} made {written} samples of {request.samples} for {cue.event.name}")
    take = Take(
        id=job.id,
        path=path,
        sample_rate=SAMPLE_RATE,
        channels=channels,
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
        details=detailed({**sound.details, **_around(cue, place, job.perspective if way else "off")}, job),
        key=job.key if job.kept else "",
    )
    return take if means.cache is None else means.cache.keep(take.key, path, take)


def _heard(cue: Cue, sound: Sound, place: str, way: Way | None) -> Iterator[tuple[Samples, Samples]]:
    """Yield a sound as it goes into its file, and as its level is measured: from the middle, at its usual distance."""
    if way is not None:
        yield from placed(sound.blocks, way, place, cue.event.distance)
        return
    for block in roomed(sound.blocks, place, cue.event.distance) if place else sound.blocks:
        yield block, block


def _around(cue: Cue, place: str, perspective: str) -> Mapping[str, Any]:
    """Return what was put around a sound, for its record."""
    room = {"room": place, "distance": cue.event.distance} if place else {}
    return room if perspective == "off" else {**room, "perspective": perspective}


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


def detailed(details: Mapping[str, Any], job: Job) -> Mapping[str, Any]:
    """Return a sound's details with what it was made for."""
    return {**details, "wish": job.wish} if job.wish else details

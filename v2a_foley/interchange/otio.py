"""The native OpenTimelineIO timeline of a project, for editors that open ``.otio``.

The picture lies on whole frames of the film's rate; every sound lies on whole samples at 48 kHz, so that a hit keeps
its sample. Only the reader rounds, once, if its timeline knows nothing finer than frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from v2a_foley.files import readable, write_text
from v2a_foley.media import MediaFacts
from v2a_foley.project import FOLEY_LAYERS, Cue, Hit, Kind, Layer, Project, Take
from v2a_foley.timebase import (
    SAMPLE_RATE,
    Timecode,
    as_text,
    clean_rate,
    frames_within,
    nearest,
    to_frame,
    to_samples,
)

KEY = "v2a_foley"
"""Under this key the timeline's items carry what OpenTimelineIO has no place for."""
_USUAL_RATES = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)) + tuple(
    Fraction(n) for n in (12, 15, 24, 25, 30, 48, 50, 60, 100, 120)
)


def write_timeline(project: Project, path: Path, *, stems: Mapping[str, Path] | None = None) -> None:
    """Write a project as a native ``.otio`` file, in one step.

    Args:
        project: the film, its shots and cues. Files of takes need not be there yet.
        path: the file to write.
        stems: the written stem of each layer. They lie on tracks of their own, switched off, since they hold the same
            sound as the takes.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    write_text(path, otio.adapters.write_to_string(timeline_of(project, stems=stems), "otio_json"))


def timeline_of(project: Project, *, stems: Mapping[str, Path] | None = None) -> otio.schema.Timeline:
    """Return the timeline: the picture's shots, the film's own sound (ORIG), a track or more a layer, and the stems.

    Cues that overlap on one layer lie on further tracks (``BG 2``). A clip's media is the active take with its handles;
    further takes are its other media references, under their ids. Hits are markers on their clip.
    """
    media = project.media
    rate = timeline_rate(media)
    start = _start(media, rate)
    global_start = otio.opentime.RationalTime(start.frame, float(rate))
    timeline = otio.schema.Timeline(readable(media.path.stem), global_start_time=global_start)
    timeline.metadata[KEY] = {
        "rate": str(rate),
        "drop_frame": start.drop_frame,
        "start_timecode": str(start),
        "variable_rate": media.picture.variable_rate,
        "profile": project.profile,
    }
    tracks = [_picture(project, rate), *_original(media)]
    for layer in FOLEY_LAYERS:
        placed = [one for cue in project.cues_on(layer) if (one := _placed(cue, media)) is not None]
        for number, lane in enumerate(lanes(placed), start=1):
            tracks.append(_lane(lane, f"{layer}" if number == 1 else f"{layer} {number}"))
    tracks += [_stem(media, name, stem) for name, stem in (stems or {}).items()]
    timeline.tracks.extend(tracks)
    return timeline


def timeline_rate(media: MediaFacts) -> Fraction:
    """Return the timeline's frames a second: the film's own, or the usual rate nearest to a variable one."""
    rate = clean_rate(media.picture.rate)
    if not media.picture.variable_rate:
        return rate
    return min(_USUAL_RATES, key=lambda usual: abs(usual - rate))


@dataclass(frozen=True)
class Placed:
    """A cue's active take on the timeline, from one sample of the film to another."""

    cue: Cue
    take: Take
    start: int
    end: int


def _placed(cue: Cue, media: MediaFacts) -> Placed | None:
    """Place a cue as the mix does: what is struck rings on as far as its file and the film go."""
    take = cue.take
    if take is None:
        return None
    start, end = to_samples(cue.range.start), to_samples(cue.range.end)
    rest = start + take.samples - take.before
    stop = min(rest, max(end, to_samples(media.duration))) if cue.event.kind is Kind.IMPULSE else min(rest, end)
    return Placed(cue, take, start, stop) if stop > start else None


def lanes(placed: Sequence[Placed]) -> list[list[Placed]]:
    """Deal sounds, sorted by start, to as few lanes as keep them from overlapping."""
    found: list[list[Placed]] = []
    for one in placed:
        lane = next((lane for lane in found if lane[-1].end <= one.start), None)
        if lane is None:
            found.append([one])
        else:
            lane.append(one)
    return found


def _start(media: MediaFacts, rate: Fraction) -> Timecode:
    """Return the timecode of the film's zero, which lies before the picture's where the sound starts first."""
    timecode = media.start_timecode
    if timecode.rate != rate:
        timecode = Timecode(to_frame(timecode.time, rate), rate)
    return Timecode(max(0, timecode.frame - to_frame(media.picture.start, rate)), rate, timecode.drop_frame)


def _span(start: int, length: int, rate: float) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(length, rate))


def _file(path: Path, available: otio.opentime.TimeRange) -> otio.schema.ExternalReference:
    return otio.schema.ExternalReference(target_url=path.absolute().as_uri(), available_range=available)


def _append(track: otio.schema.Track, until: int, start: int, rate: float) -> None:
    """Fill a track with a gap from where it ends to where the next item starts."""
    if start > until:
        track.append(otio.schema.Gap(source_range=_span(0, start - until, rate)))


def _picture(project: Project, rate: Fraction) -> otio.schema.Track:
    """Lay the shots on whole frames; their source times are the film's own timecode."""
    media, frames = project.media, float(rate)
    track = otio.schema.Track("Picture", kind=otio.schema.TrackKind.Video)
    first, zero = to_frame(media.picture.start, rate), 0
    if media.timecode is not None:
        zero = media.timecode.frame if media.timecode.rate == rate else to_frame(media.timecode.time, rate)
    count = max(1, nearest(media.picture.duration * rate))
    _append(track, 0, first, frames)
    for shot in project.shots:
        start = min(count, max(0, to_frame(shot.range.start - media.picture.start, rate)))
        end = min(count, to_frame(shot.range.end - media.picture.start, rate))
        if end <= start:
            continue
        reference = _file(media.path, _span(zero, count, frames))
        clip = otio.schema.Clip(f"Shot {shot.index}", reference, _span(zero + start, end - start, frames))
        heard = {one.event.name: round(one.score, 4) for one in shot.heard}
        clip.metadata[KEY] = {"shot": shot.index, "found": shot.found, "unsure": shot.unsure, "heard": heard}
        track.append(clip)
    return track


def _original(media: MediaFacts) -> Iterable[otio.schema.Track]:
    """Lay the film's own sound where it starts, in samples."""
    sound = media.sound
    if sound is None:
        return
    track = otio.schema.Track(str(Layer.ORIG), kind=otio.schema.TrackKind.Audio)
    start, length = to_samples(sound.start), frames_within(sound.duration, Fraction(SAMPLE_RATE))
    zero = to_samples(media.timecode.time + sound.start - media.picture.start) if media.timecode else 0
    _append(track, 0, start, SAMPLE_RATE)
    span = _span(max(0, zero), length, SAMPLE_RATE)
    track.append(otio.schema.Clip(readable(media.path.stem), _file(media.path, span), span))
    yield track


def _lane(placed: Sequence[Placed], name: str) -> otio.schema.Track:
    track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio)
    at = 0
    for one in placed:
        _append(track, at, one.start, SAMPLE_RATE)
        track.append(_clip(one))
        at = one.end
    return track


def _clip(one: Placed) -> otio.schema.Clip:
    """Make the clip of a cue: its take's sound without the handles."""
    cue, take, length = one.cue, one.take, one.end - one.start
    clip = otio.schema.Clip(cue.event.caption, source_range=_span(take.before, length, SAMPLE_RATE))
    references = {"DEFAULT_MEDIA": _file(take.path, _span(0, take.samples, SAMPLE_RATE))}
    for other in cue.takes:
        if other is not take and (other.before, other.samples) == (take.before, take.samples):
            references[other.id] = _file(other.path, _span(0, other.samples, SAMPLE_RATE))
    clip.set_media_references(references, "DEFAULT_MEDIA")
    clip.enabled = not cue.muted
    clip.metadata[KEY] = _facts(cue, take)
    for number, hit in enumerate(cue.hits, start=1):
        sample = take.before + to_samples(hit.time) - one.start
        if take.before <= sample < take.before + length:
            marker = otio.schema.Marker(f"hit {number}", _span(sample, 0, SAMPLE_RATE), otio.schema.MarkerColor.YELLOW)
            marker.metadata[KEY] = _hit_facts(hit)
            clip.markers.append(marker)
    return clip


def _hit_facts(hit: Hit) -> dict[str, Any]:
    """Return all that is known of a hit, exactly; ``otio_hits.py`` reads it."""
    facts: dict[str, Any] = {"time": as_text(hit.time), "strength": float(hit.strength)}
    if hit.region is not None:
        facts["region"] = [float(each) for each in (hit.region.x, hit.region.y, hit.region.width, hit.region.height)]
    return {**facts, "muted": True} if hit.muted else facts


def _facts(cue: Cue, take: Take) -> dict[str, Any]:
    return {
        "cue": cue.id,
        "take": take.id,
        "event": cue.event.name,
        "catid": cue.event.catid,
        "shots": list(cue.shots),
        "prompt": cue.prompt,
        "negative": cue.negative,
        "gain_db": round(cue.gain, 3),
        "seed": str(take.seed),
        "generator": take.generator,
        "source": take.source,
        "licence": take.licence,
        "model": take.model,
        "source_file": take.source_file,
        "bandwidth_hz": take.bandwidth,
    }


def _stem(media: MediaFacts, layer: str, path: Path) -> otio.schema.Track:
    """Lay a stem, which is as long as the film and carries its start in its time reference; switched off."""
    track = otio.schema.Track(f"{layer} stem", kind=otio.schema.TrackKind.Audio)
    zero = media.time_reference
    span = _span(zero, to_samples(media.duration), SAMPLE_RATE)
    clip = otio.schema.Clip(readable(path.stem), _file(path, span), span)
    clip.enabled = track.enabled = False
    track.append(clip)
    return track

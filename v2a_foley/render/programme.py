"""From a project's cues to the mixer's clips: where each take sounds, from which sample on, how it fades."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from v2a_foley.audio.sources import Clip
from v2a_foley.project import Cue, Kind, Layer, Project, Take
from v2a_foley.timebase import SAMPLE_RATE, to_samples

_MILLISECOND = SAMPLE_RATE // 1000
_CROSSFADE = SAMPLE_RATE // 2
"""How far a crossfade between two backgrounds reaches to either side of the cut, at most."""
_EDGE = 30 * _MILLISECOND
"""How far the fade of a sound that starts or ends alone reaches to either side, at most."""
_DECLICK = 5 * _MILLISECOND
"""The fade at the end of a file, or of the film, that only keeps it from clicking."""


def clips_of(project: Project) -> list[Clip]:
    """Return what sounds: the active takes of the cues that are not muted.

    The sample ``take.before`` of a take's file falls on the first sample of its cue, or earlier by the cue's slip.
    Neighbouring backgrounds cross over through their handles, centred on the cut; backgrounds and continuous
    sounds that stand alone get short fades; impulses ring as far as their files go, whatever cuts follow. A fade of the
    cue's own lies within the cue, nothing sounds beyond it, and no crossfade takes its place. Where a take does not
    reach, there is silence.
    """
    film = to_samples(project.media.duration)
    clips = []
    for cue in project.cues:
        if cue.take is None or cue.muted:
            continue
        wanted = _rings(cue, cue.take) if cue.event.kind is Kind.IMPULSE else _lasts(cue, cue.take, project)
        clip = _inside(wanted, cue.take.samples)
        if clip.end > film and clip.at < film:
            clip = _ended(clip, film)
        if clip.length > 0:
            clips.append(clip)
    return clips


def _rings(cue: Cue, take: Take) -> Clip:
    """Return the clip of an impulse: the whole file, or what is left of it where the cue was trimmed or fades."""
    start, end = to_samples(cue.range.start), to_samples(cue.range.end)
    zero = start - to_samples(cue.slip) - take.before  # where the file's first sample falls
    at, last = zero, zero + take.samples
    fade_in, fade_out = 0, _DECLICK
    if cue.fade_in is not None:
        at, fade_in = start, _fade(cue.fade_in, cue)
    elif cue.slip > 0:
        at, fade_in = start, _DECLICK
    if cue.fade_out is not None:
        last, fade_out = end, _fade(cue.fade_out, cue)
    elif end < zero + take.samples - take.after - 1:  # moving a cue may round its end to another sample
        last = end
    length = last - at
    return Clip(
        path=take.path,
        bus=cue.layer.value,
        at=at,
        first=at - zero,
        length=length,
        gain_db=cue.gain,
        fade_in=min(fade_in, max(0, length)),
        fade_out=min(fade_out, max(0, length)),
    )


def _lasts(cue: Cue, take: Take, project: Project) -> Clip:
    """Return the clip of a sound that lasts as long as its cue, with its fades."""
    start, end = to_samples(cue.range.start), to_samples(cue.range.end)
    before, into = (0, _fade(cue.fade_in, cue)) if cue.fade_in is not None else _fade_at_start(cue, project)
    after, out_of = (0, _fade(cue.fade_out, cue)) if cue.fade_out is not None else _fade_at_end(cue, project)
    return Clip(
        path=take.path,
        bus=cue.layer.value,
        at=start - before,
        first=take.before + to_samples(cue.slip) - before,
        length=before + (end - start) + after,
        gain_db=cue.gain,
        fade_in=into,
        fade_out=out_of,
    )


def _fade(seconds: Fraction, cue: Cue) -> int:
    """Return a fade of the cue's own in samples; it is no longer than the cue."""
    return max(0, min(to_samples(seconds), _body(cue)))


def _inside(clip: Clip, samples: int) -> Clip:
    """Return what of a clip its file of so many samples holds, with fades that still fit."""
    first, last = max(0, clip.first), min(samples, clip.first + clip.length)
    length = last - first
    if (first, length) == (clip.first, clip.length):
        return clip
    return replace(
        clip,
        at=clip.at + first - clip.first,
        first=first,
        length=length,
        fade_in=max(0, min(max(clip.fade_in - (first - clip.first), _DECLICK), length)),
        fade_out=max(0, min(max(clip.fade_out - (clip.first + clip.length - last), _DECLICK), length)),
    )


def _fade_at_start(cue: Cue, project: Project) -> tuple[int, int]:
    """Return how far before its start a lasting sound begins, and how long it fades in."""
    start = to_samples(cue.range.start)
    beds = [bed for bed in _beds(project, cue) if bed.fade_out is None]
    half = max((_half(bed, cue) for bed in beds if to_samples(bed.range.end) == start), default=0)
    if half:
        return half, 2 * half
    before = min(_EDGE, _before(cue), start)
    return before, before + min(_EDGE, _body(cue) // 2)


def _fade_at_end(cue: Cue, project: Project) -> tuple[int, int]:
    """Return how far beyond its end a lasting sound goes on, and how long it fades out."""
    end = to_samples(cue.range.end)
    beds = [bed for bed in _beds(project, cue) if bed.fade_in is None]
    half = max((_half(cue, bed) for bed in beds if to_samples(bed.range.start) == end), default=0)
    if half:
        return half, 2 * half
    after = max(0, min(_EDGE, _after(cue), to_samples(project.media.duration) - end))
    return after, after + min(_EDGE, _body(cue) // 2)


def _beds(project: Project, cue: Cue) -> list[Cue]:
    """Return the other backgrounds that sound, if the cue is one itself."""
    if cue.layer is not Layer.BG:
        return []
    return [
        other
        for other in project.cues_on(Layer.BG)
        if other.id != cue.id and other.take is not None and not other.muted and other.event.kind is not Kind.IMPULSE
    ]


def _half(earlier: Cue, later: Cue) -> int:
    """Return how far the crossfade between two backgrounds reaches to either side of the cut."""
    return min(_CROSSFADE, _after(earlier), _before(later), _body(earlier) // 2, _body(later) // 2)


def _body(cue: Cue) -> int:
    return to_samples(cue.range.end) - to_samples(cue.range.start)


def _before(cue: Cue) -> int:
    """Return the samples that the take's file has before the cue's start."""
    return max(0, cue.take.before + to_samples(cue.slip)) if cue.take else 0


def _after(cue: Cue) -> int:
    """Return the samples that the take's file really has beyond the cue's end."""
    return max(0, cue.take.samples - cue.take.before - to_samples(cue.slip) - _body(cue)) if cue.take else 0


def _ended(clip: Clip, film: int) -> Clip:
    """Return a clip that ends with the film, without a click."""
    length = film - clip.at
    return replace(clip, length=length, fade_out=min(_DECLICK, length))

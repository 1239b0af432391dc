"""From a project to the neutral timeline: what lies where, under which names. No format is known here.

The picture lies on whole frames of the film's rate, every sound on whole samples at 48 kHz, so that a hit keeps its
sample. Formats that know nothing finer than frames round once, when they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from v2a_foley.files import readable
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.media import MediaFacts
from v2a_foley.project import FOLEY_LAYERS, Cue, Hit, Kind, Layer, Project, Shot, Take
from v2a_foley.timebase import (
    SAMPLE_RATE,
    Timecode,
    TimeRange,
    as_text,
    clean_rate,
    frames_within,
    from_frame,
    from_samples,
    nearest,
    to_frame,
    to_samples,
)

ROLES: Mapping[Layer, Role] = MappingProxyType(
    {Layer.ORIG: Role.ORIGINAL, Layer.BG: Role.BACKGROUND, Layer.FX: Role.EFFECTS, Layer.FOLEY: Role.FOLEY}
)
_EDGE = Fraction(3, 100)
"""Seconds in which a lasting sound that stands alone comes and goes."""
_USUAL_RATES = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)) + tuple(
    Fraction(n) for n in (12, 15, 24, 25, 30, 48, 50, 60, 100, 120)
)


def edit_of(project: Project, *, stems: Mapping[str, Path] | None = None) -> Edit:
    """Return a project's timeline: the picture's shots, the film's own sound (ORIG), a lane or more a layer, the stems.

    Cues that overlap on one layer lie on further lanes (``BG 2``). An item plays the active take with its handles;
    further takes that are alike are its others, under their ids. Hits are marks on their item. Files need not be there.

    Args:
        project: the film, its shots and cues.
        stems: the written stem of each layer. They lie on lanes of their own, switched off, since they hold the same
            sound as the takes.
    """
    media = project.media
    rate = timeline_rate(media)
    start = _start(media, rate)
    lanes = [_picture(project, rate), *_original(media)]
    for layer in FOLEY_LAYERS:
        placed = [one for cue in project.cues_on(layer) if (one := _placed(cue, media)) is not None]
        for number, lane in enumerate(dealt(placed), start=1):
            items = tuple(_item(one, project) for one in lane)
            lanes.append(Lane(f"{layer}" if number == 1 else f"{layer} {number}", LaneKind.SOUND, items, ROLES[layer]))
    lanes += [_stem(media, name, stem) for name, stem in (stems or {}).items()]
    facts = {
        "rate": str(rate),
        "drop_frame": start.drop_frame,
        "start_timecode": str(start),
        "variable_rate": media.picture.variable_rate,
        "profile": project.profile,
    }
    return Edit(readable(media.path.stem), rate, start, tuple(lanes), media.picture.display_size, (), facts)


def timeline_rate(media: MediaFacts) -> Fraction:
    """Return the timeline's frames a second: the film's own, or the usual rate nearest to a variable one."""
    rate = clean_rate(media.picture.rate)
    if not media.picture.variable_rate:
        return rate
    return min(_USUAL_RATES, key=lambda usual: abs(usual - rate))


@dataclass(frozen=True)
class Placed:
    """A cue's active take on the timeline, from one sample of the film to another; ``first`` is the take's there."""

    cue: Cue
    take: Take
    start: int
    end: int
    first: int


def _placed(cue: Cue, media: MediaFacts) -> Placed | None:
    """Place a cue as the mix does: what is struck rings on as far as its file and the film go."""
    take = cue.take
    if take is None:
        return None
    start, end = to_samples(cue.range.start), to_samples(cue.range.end)
    first = take.before + to_samples(cue.slip)
    late = max(0, -first)  # the cue begins before the file does
    rest = start + take.samples - first
    rings = cue.event.kind is Kind.IMPULSE and cue.fade_out is None and rest - take.after <= end + 1
    stop = min(rest, max(end, to_samples(media.duration))) if rings else min(rest, end)
    return Placed(cue, take, start + late, stop, first + late) if stop > start + late else None


def dealt(placed: Sequence[Placed]) -> list[list[Placed]]:
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


def _path(path: Path) -> str:
    return str(path.absolute())


def _picture(project: Project, rate: Fraction) -> Lane:
    """Lay the shots on whole frames; their source times are the film's own timecode."""
    media = project.media
    first, zero, timecode = to_frame(media.picture.start, rate), 0, media.timecode
    if timecode is not None and timecode.rate != rate:
        timecode = Timecode(to_frame(timecode.time, rate), rate)
    if timecode is not None:
        zero = timecode.frame
    count = max(1, nearest(media.picture.duration * rate))
    sound = media.sound
    film = Medium(
        _path(media.path),
        from_frame(zero, rate),
        from_frame(count, rate),
        readable(media.path.stem),
        rate,
        timecode,
        media.picture.display_size,
        sound.channels if sound else 0,
        sound.sample_rate if sound else SAMPLE_RATE,
    )
    items = []
    for shot in project.shots:
        start = min(count, max(0, to_frame(shot.range.start - media.picture.start, rate)))
        end = min(count, to_frame(shot.range.end - media.picture.start, rate))
        if end > start:
            items.append(
                Item(
                    _shot_name(shot),
                    from_frame(first + start, rate),
                    from_frame(end - start, rate),
                    film,
                    from_frame(zero + start, rate),
                    facts=_shot_facts(shot),
                )
            )
    return Lane("Picture", LaneKind.PICTURE, tuple(items), Role.PICTURE)


def _shot_name(shot: Shot) -> str:
    return f"Shot {shot.index}"


def _shot_facts(shot: Shot) -> Mapping[str, Any]:
    heard = {one.event.name: round(one.score, 4) for one in shot.heard}
    return {"shot": shot.index, "found": shot.found, "unsure": shot.unsure, "heard": heard}


def _original(media: MediaFacts) -> Iterator[Lane]:
    """Lay the film's own sound where it starts, in samples."""
    sound = media.sound
    if sound is None:
        return
    start, length = to_samples(sound.start), frames_within(sound.duration, Fraction(SAMPLE_RATE))
    zero = to_samples(media.timecode.time + sound.start - media.picture.start) if media.timecode else 0
    if length < 1:
        return
    heard = Medium(
        _path(media.path),
        from_samples(max(0, zero)),
        from_samples(length),
        readable(media.path.stem),
        channels=sound.channels,
        sample_rate=sound.sample_rate,
    )
    item = Item(readable(media.path.stem), from_samples(start), from_samples(length), heard, heard.start)
    yield Lane(str(Layer.ORIG), LaneKind.SOUND, (item,), Role.ORIGINAL)


def _item(one: Placed, project: Project) -> Item:
    """Return the item of a cue: its take's sound without the handles."""
    cue, take = one.cue, one.take
    alike = {
        other.id: _take_medium(other)
        for other in cue.takes
        if other is not take and (other.before, other.samples) == (take.before, take.samples)
    }
    duration = from_samples(one.end - one.start)
    come, go = _fades(cue, project)
    return Item(
        cue.event.caption,
        from_samples(one.start),
        duration,
        _take_medium(take),
        from_samples(one.first),
        not cue.muted,
        cue.gain,
        min(come, duration / 2),
        min(go, duration / 2),
        tuple(_mark(number, hit, one) for number, hit in enumerate(cue.hits, start=1) if _on(hit, one)),
        alike,
        _cue_facts(cue, take),
    )


def _take_medium(take: Take) -> Medium:
    return Medium(
        _path(take.path),
        Fraction(0),
        from_samples(take.samples),
        readable(take.path.stem),
        channels=take.channels,
        sample_rate=take.sample_rate,
    )


def _fades(cue: Cue, project: Project) -> tuple[Fraction, Fraction]:
    """Return the cue's own fades, or those with which a lasting sound that stands alone comes and goes."""
    if cue.event.kind is Kind.IMPULSE:
        return cue.fade_in or Fraction(0), cue.fade_out or Fraction(0)
    edges = {Fraction(0), project.media.duration}
    if cue.layer is Layer.BG:  # a background that meets another is left whole: an editor crosses them by their handles
        edges |= {edge for other in project.cues_on(Layer.BG) if other.id != cue.id for edge in _ends(other.range)}
    come = Fraction(0) if cue.range.start in edges else _EDGE
    go = Fraction(0) if cue.range.end in edges else _EDGE
    return come if cue.fade_in is None else cue.fade_in, go if cue.fade_out is None else cue.fade_out


def _ends(span: TimeRange) -> tuple[Fraction, Fraction]:
    return span.start, span.end


def _on(hit: Hit, one: Placed) -> bool:
    return one.start <= to_samples(hit.time) < one.end


def _mark(number: int, hit: Hit, one: Placed) -> Mark:
    time = from_samples(to_samples(hit.time) - one.start)
    return Mark(time, f"hit {number}", colour="yellow", facts=hit_facts(hit))


def hit_facts(hit: Hit) -> dict[str, Any]:
    """Return all that is known of a hit, exactly; ``otio_hits.py`` reads it."""
    facts: dict[str, Any] = {"time": as_text(hit.time), "strength": float(hit.strength)}
    if hit.region is not None:
        facts["region"] = [float(each) for each in (hit.region.x, hit.region.y, hit.region.width, hit.region.height)]
    return {**facts, "muted": True} if hit.muted else facts


def _cue_facts(cue: Cue, take: Take) -> Mapping[str, Any]:
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


def _stem(media: MediaFacts, layer: str, path: Path) -> Lane:
    """Lay a stem, which is as long as the film and carries its start in its time reference; switched off."""
    whole = Medium(
        _path(path), from_samples(media.time_reference), from_samples(to_samples(media.duration)), readable(path.stem),
        channels=2,
    )  # fmt: skip
    item = Item(readable(path.stem), Fraction(0), whole.duration, whole, whole.start, enabled=False)
    return Lane(f"{layer} stem", LaneKind.SOUND, (item,), Role.STEM, enabled=False)

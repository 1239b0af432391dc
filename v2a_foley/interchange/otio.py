"""OpenTimelineIO's own format: ``.otio``, and ``.otioz`` with the media inside.

Pictures lie on whole frames of the edit's rate, sounds on whole samples at 48 kHz. OpenTimelineIO has no place for an
exact rate, a drop-frame flag, gains and fades: those are metadata under ``KEY``.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from v2a_foley.errors import OutputError
from v2a_foley.files import translated, write_text, writing
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium
from v2a_foley.interchange.layout import edit_of, timeline_rate
from v2a_foley.interchange.places import pure, url_of
from v2a_foley.project import Project
from v2a_foley.timebase import SAMPLE_RATE, as_text, nearest

__all__ = ["KEY", "otio_of", "timeline_rate", "write_otio", "write_otioz", "write_timeline"]

KEY = "v2a_foley"
"""Under this key the timeline's items carry what OpenTimelineIO has no place for."""
ACTIVE = "DEFAULT_MEDIA"
"""The key of the medium that an item plays, among those that it could."""
_COLOURS = {
    name: getattr(otio.schema.MarkerColor, name.upper())
    for name in ("red", "orange", "yellow", "green", "cyan", "blue", "purple")
}


def write_timeline(project: Project, path: Path, *, stems: Mapping[str, Path] | None = None) -> None:
    """Write a project as a native ``.otio`` file, in one step.

    Args:
        project: the film, its shots and cues. Files of takes need not be there yet.
        path: the file to write.
        stems: the written stem of each layer, see ``edit_of``.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    write_otio(edit_of(project, stems=stems), path)


def write_otio(edit: Edit, path: Path) -> None:
    """Write an edit as ``.otio``, in one step.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    write_text(path, otio.adapters.write_to_string(otio_of(edit), "otio_json"))


def write_otioz(edit: Edit, path: Path) -> None:
    """Write an edit as ``.otioz``, in one step: the timeline and the files of its media in one zip.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written, a file of a medium is not there, or two have the same name.
    """
    timeline = otio_of(edit)
    with writing(path) as part:
        place = part.with_name(part.name + ".otioz")
        try:
            otio.adapters.write_to_file(timeline, str(place), adapter_name="otioz")
            place.replace(part)
        except otio.exceptions.OTIOError as error:
            raise OutputError(
                f"{path.name!r} cannot be written: {error!s:.300}",
                hint="Write .otio, which names files where they are.",
            ) from error
        except OSError as error:
            raise translated(error, path) from error
        finally:
            place.unlink(missing_ok=True)


def otio_of(edit: Edit) -> otio.schema.Timeline:
    """Return an edit as OpenTimelineIO has it."""
    start = otio.opentime.RationalTime(edit.start.frame, float(edit.rate))
    timeline = otio.schema.Timeline(edit.name, global_start_time=start)
    own = {"rate": str(edit.rate), "drop_frame": edit.start.drop_frame, "start_timecode": str(edit.start)}
    timeline.metadata[KEY] = {**edit.facts, **own, **({"size": list(edit.size)} if edit.size else {})}
    timeline.tracks.extend(_track(lane, edit.rate) for lane in edit.lanes)
    timeline.tracks.markers.extend(_marker(mark, edit.rate, Fraction(0)) for mark in edit.marks)
    return timeline


def _track(lane: Lane, edit_rate: Fraction) -> otio.schema.Track:
    picture = lane.kind is LaneKind.PICTURE
    rate = edit_rate if picture else Fraction(SAMPLE_RATE)
    kind = otio.schema.TrackKind.Video if picture else otio.schema.TrackKind.Audio
    track = otio.schema.Track(lane.name, kind=kind)
    track.enabled = lane.enabled
    track.metadata[KEY] = {"role": str(lane.role)}
    at = 0
    for item in lane.items:
        start, end = nearest(item.start * rate), nearest(item.end * rate)
        if start > at:
            track.append(otio.schema.Gap(source_range=_span(0, start - at, rate)))
        at = max(at, start)
        if end > at:
            track.append(_clip(item, end - at, rate))
            at = end
    return track


def _clip(item: Item, length: int, rate: Fraction) -> otio.schema.Clip:
    clip = otio.schema.Clip(item.name, source_range=_span(nearest(item.source * rate), length, rate))
    if item.medium is not None:
        references = {ACTIVE: _reference(item.medium, rate)}
        references |= {name: _reference(other, rate) for name, other in item.others.items()}
        clip.set_media_references(references, ACTIVE)
    clip.enabled = item.enabled
    facts: dict[str, Any] = {**item.facts}
    if item.gain or "gain_db" in facts:
        facts["gain_db"] = float(item.gain)
    facts |= {name: as_text(fade) for name, fade in (("fade_in", item.fade_in), ("fade_out", item.fade_out)) if fade}
    if facts:
        clip.metadata[KEY] = facts
    clip.markers.extend(_marker(mark, rate, item.source) for mark in item.marks)
    return clip


def _marker(mark: Mark, rate: Fraction, zero: Fraction) -> otio.schema.Marker:
    """Return a marker; in OpenTimelineIO it lies on its clip's source clock."""
    span = _span(nearest((zero + mark.time) * rate), nearest(mark.duration * rate), rate)
    marker = otio.schema.Marker(mark.name, span, _COLOURS.get(mark.colour, ""), comment=mark.note)
    if mark.facts:
        marker.metadata[KEY] = dict(mark.facts)
    return marker


def _reference(medium: Medium, rate: Fraction) -> otio.schema.MediaReference:
    """Return where a medium lies; on a lane of pictures its times are frames, on one of sounds samples."""
    span = _span(nearest(medium.start * rate), nearest(medium.duration * rate), rate)
    reference: otio.schema.MediaReference
    if medium.path:
        reference = otio.schema.ExternalReference(target_url=url_of(medium.path), available_range=span)
    else:
        reference = otio.schema.MissingReference(available_range=span)
    reference.name = medium.name or (pure(medium.path).stem if medium.path else "")
    facts: dict[str, Any] = {"channels": medium.channels, "sample_rate": medium.sample_rate}
    if medium.rate is not None:
        facts["rate"] = str(medium.rate)
    if medium.timecode is not None:
        facts["timecode"], facts["timecode_rate"] = str(medium.timecode), str(medium.timecode.rate)
    if medium.size is not None:
        facts["size"] = list(medium.size)
    reference.metadata[KEY] = facts
    return reference


def _span(start: int, length: int, rate: Fraction) -> otio.opentime.TimeRange:
    of = float(rate)
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, of), otio.opentime.RationalTime(length, of))

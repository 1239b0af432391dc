"""What a finished run hands back, and how it reads as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from v2a_foley.audio.delivery import DeliveryReport
from v2a_foley.engine.settings import RunSettings
from v2a_foley.media import MediaFacts
from v2a_foley.project import Cue, Hit, Project, Shot, Take
from v2a_foley.timebase import as_text

TOP = 5
"""How many events of a shot are reported."""


@dataclass(frozen=True)
class RunResult:
    """A film with its soundtrack, and how it came about.

    Attributes:
        output: the film (or the sound, for a photograph).
        project: shots, cues and takes; the takes' files live as long as this result, or where they were asked for.
        stems: the written stem of each layer; empty unless asked for.
        integrated: loudness of the finished programme in LUFS, -inf for silence.
        true_peak: its true peak in dBTP.
        seconds: wall-clock seconds spent in each stage, without those of stages inside it; they add up.
        warnings: sentences that the user should read.
        peak_memory: the most memory in bytes that was held: the GPU's where one was used, else the whole process's.
        files: the other files that were written, by kind (``spotting``, ``timeline``, ``contact_sheet``, and ``me`` or
            ``effects``: the mix without its dialogue, or without all of the film's own sound).
        delivery: whether the mix is what was asked for, where something was.
    """

    output: Path
    project: Project
    stems: Mapping[str, Path]
    integrated: float
    true_peak: float
    seconds: Mapping[str, float]
    warnings: tuple[str, ...] = ()
    peak_memory: int = 0
    files: Mapping[str, Path] = field(default_factory=dict)
    delivery: DeliveryReport | None = None
    _scratch: TemporaryDirectory[str] | None = field(default=None, repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain values for JSON; times as rational seconds in texts, silence as null."""
        return {
            "output": str(self.output),
            "shots": [shot_dict(shot) for shot in self.project.shots],
            "cues": [cue_dict(cue) for cue in self.project.cues],
            "stems": {str(layer): str(path) for layer, path in self.stems.items()},
            "integrated_lufs": finite(self.integrated),
            "true_peak_dbtp": finite(self.true_peak),
            "seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
            "warnings": list(self.warnings),
            "peak_memory_bytes": self.peak_memory,
            "delivery": delivery_dict(self.delivery) if self.delivery else None,
            **{kind: str(path) for kind, path in self.files.items()},
        }


def finite(value: float, digits: int = 2) -> float | None:
    """Return a rounded number, or None where it is not finite: JSON knows no infinity."""
    return round(value, digits) if math.isfinite(value) else None


def delivery_dict(report: DeliveryReport) -> dict[str, Any]:
    """Return the report on a delivery as plain values; what could not be measured is null."""
    return {
        "preset": report.delivery.name,
        "passed": report.passed,
        "gate": report.gate,
        "speech_share": None if report.speech is None else round(report.speech, 4),
        "speech_estimate": None if report.speech is None else "silero-vad",
        "checks": [
            {
                "what": check.what,
                "measured": finite(check.measured),
                "unit": check.unit,
                "wanted": check.wanted,
                "passed": check.passed,
            }
            for check in report.checks
        ],
        "sentence": report.sentence(),
    }


def media_dict(media: MediaFacts) -> dict[str, Any]:
    """Return what is known of a film before it is decoded, as plain values; times as rational seconds in texts."""
    picture = media.picture
    width, height = picture.display_size
    return {
        "path": str(media.path),
        "container": media.container,
        "still": media.still,
        "duration": as_text(media.duration),
        "duration_seconds": round(float(media.duration), 6),
        "codec": picture.codec,
        "width": width,
        "height": height,
        "rate": as_text(picture.rate),
        "variable_rate": picture.variable_rate,
        "frames": picture.frames,
        "start": as_text(picture.start),
        "start_timecode": str(media.start_timecode),
        "sounds": track_dicts(media),
    }


def shots_dict(source: str | Path, project: Project, settings: RunSettings, warnings: Iterable[str]) -> dict[str, Any]:
    """Return the shots of a film, and how they were found, as plain values."""
    media = project.media
    return {
        "input": str(source),
        "rate": as_text(media.picture.rate),
        "variable_rate": media.picture.variable_rate,
        "start_timecode": str(media.start_timecode),
        "detector": "list" if settings.cuts is not None or settings.edit is not None else settings.detector,
        "shots": [{**range_dict(shot), "found": shot.found} for shot in project.shots],
        "warnings": list(warnings),
    }


def described_dict(source: str | Path, project: Project) -> dict[str, Any]:
    """Return what each shot of a film sounds like, as plain values."""
    return {
        "input": str(source),
        "profile": project.profile,
        "shots": [shot_dict(shot) for shot in project.shots],
        "sounds": track_dicts(project.media),
    }


def track_dicts(media: MediaFacts) -> list[dict[str, Any]]:
    """Return the film's sound tracks as plain values, with the numbers that ``--dialogue-track`` takes."""
    return [
        {
            "track": number,
            "codec": sound.codec,
            "channels": sound.channels,
            "layout": sound.layout,
            "sample_rate": sound.sample_rate,
            "language": sound.language,
            "plays": sound == media.sound,
        }
        for number, sound in enumerate(media.sounds, 1)
    ]


def range_dict(shot: Shot) -> dict[str, Any]:
    """Return a shot's number and range as plain values: exact as texts, and as seconds for reading."""
    return {
        "index": shot.index,
        "start": as_text(shot.range.start),
        "end": as_text(shot.range.end),
        "start_seconds": round(float(shot.range.start), 6),
        "end_seconds": round(float(shot.range.end), 6),
    }


def shot_dict(shot: Shot) -> dict[str, Any]:
    """Return a shot as plain values: its number, its exact range, and the five events that it sounds like most."""
    return {
        **range_dict(shot),
        "scene": shot.scene,
        "unsure": shot.unsure,
        "events": [
            {
                "caption": heard.event.caption,
                "catid": heard.event.catid,
                "kind": heard.event.kind.value,
                "score": round(heard.score, 4),
            }
            for heard in shot.heard[:TOP]
        ],
    }


def cue_dict(cue: Cue) -> dict[str, Any]:
    """Return a cue as plain values, with its takes."""
    return {
        "id": cue.id,
        "layer": cue.layer.value,
        "start": as_text(cue.range.start),
        "end": as_text(cue.range.end),
        "shots": list(cue.shots),
        "event": cue.event.name,
        "caption": cue.event.caption,
        "catid": cue.event.catid,
        "kind": cue.event.kind.value,
        "prompt": cue.prompt,
        "gain": cue.gain,
        "hits": [hit_dict(hit) for hit in cue.hits],
        "active": cue.active,
        "takes": [take_dict(take, cue) for take in cue.takes],
    }


def hit_dict(hit: Hit) -> dict[str, Any]:
    """Return a hit as plain values; its region (centre x and y, width, height) and its mute where they are set."""
    where = hit.region
    return {
        "time": as_text(hit.time),
        "strength": round(hit.strength, 3),
        **({} if where is None else {"region": [where.x, where.y, where.width, where.height]}),
        **({"muted": True} if hit.muted else {}),
    }


def take_dict(take: Take, cue: Cue) -> dict[str, Any]:
    """Return a take as plain values."""
    return {"id": take.id, "event": cue.event.name, "layer": cue.layer.value, **take_source(take)}


def take_source(take: Take) -> dict[str, Any]:
    """Return what a take was made of, and how it measures, as plain values."""
    return {
        "seed": take.seed,
        "generator": take.generator,
        "source": take.source,
        "licence": take.licence,
        "peak_dbfs": finite(take.peak),
        "lufs": finite(take.lufs),
        "native_rate": take.native_rate,
        "bandwidth_hz": take.bandwidth,
    }

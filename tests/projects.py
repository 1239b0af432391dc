"""Projects made by hand, for the rooms that report on one: shots, cues with takes, hits."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from v2a_foley.media import MediaFacts, PictureStream, SoundStream
from v2a_foley.project import Cue, Event, Heard, Hit, Intensity, Kind, Layer, Project, Shot, Take
from v2a_foley.timebase import Timecode, TimeRange, from_frame, to_samples

RAIN = Event("rain", "rain on leaves", "RAINVege", "RAIN", "VEGETATION", Kind.AMBIENCE, Layer.BG, -35.0, "rain")
WIND = Event("wind", "wind in the trees", "WINDVege", "WIND", "VEGETATION", Kind.AMBIENCE, Layer.BG, -36.0, "wind")
HAMMER = Event("hammer", "a hammer on metal", "METLHit", "METAL", "HIT", Kind.IMPULSE, Layer.FX, -22.0, "impact")
STEPS = Event("steps", "footsteps on gravel", "FEETHmn", "FOOTSTEPS", "HUMAN", Kind.IMPULSE, Layer.FOLEY, -30.0, "step")
ENGINE = Event("engine", "a motor idles", "MOTRMisc", "MOTORS", "MISC", Kind.CONTINUOUS, Layer.FX, -26.0, "engine")


def film(
    path: Path,
    rate: Fraction = Fraction(24),
    *,
    frames: int = 240,
    timecode: str | None = None,
    sound: bool = True,
    variable: bool = False,
    start: Fraction = Fraction(0),
    size: tuple[int, int] = (1280, 720),
) -> MediaFacts:
    """Facts of a film that need not exist."""
    length = from_frame(frames, rate)
    picture = PictureStream(0, "h264", *size, 0, rate, variable, frames, start, length)
    sounds = (SoundStream(1, "aac", 48_000, 2, "stereo", Fraction(0), length, default=True),) if sound else ()
    code = Timecode.parse(timecode, rate) if timecode else None
    return MediaFacts(path, "mov,mp4,m4a,3gp,3g2,mj2", picture, sounds, timecode=code)


def take_for(cue: Cue, folder: Path, *, number: int = 1, handles: Fraction = Fraction(4)) -> Take:
    """A take of a cue as the engine makes them: the cue's samples between two handles."""
    handle = to_samples(handles)
    samples = to_samples(cue.range.end) - to_samples(cue.range.start) + 2 * handle
    return Take(
        id=f"{cue.id}t{number}",
        path=folder / f"{cue.id}t{number}.wav",
        sample_rate=48_000,
        channels=2 if cue.layer is Layer.BG else 1,
        samples=samples,
        before=handle,
        after=handle,
        seed=1000 + number,
        generator="procedural",
        source=cue.event.family,
        licence="CC0-1.0",
        prompt=cue.prompt,
    )


def project_of(media: MediaFacts, takes: Path, *, shots: int = 4, handles: Fraction = Fraction(4)) -> Project:
    """A project whose cuts lie on frames: one bed over all shots, a second one over the last two, hits and a motor."""
    rate, picture = media.picture.rate, media.picture
    total = picture.frames
    cuts = [total * i // shots for i in range(shots + 1)]
    ranges = [
        TimeRange(picture.start + from_frame(a, rate), picture.start + from_frame(b, rate)) for a, b in pairwise(cuts)
    ]
    found = [
        Shot(
            index,
            where,
            "start" if index == 1 else "cut",
            (Heard(RAIN, 0.91), Heard(HAMMER, 0.42), Heard(WIND, 0.08)) if index % 4 else (),
            unsure=index % 4 == 0,
        )
        for index, where in enumerate(ranges, start=1)
    ]
    numbers = tuple(range(1, shots + 1))
    cues = [Cue("c1", Layer.BG, TimeRange(ranges[0].start, ranges[-1].end), numbers, RAIN)]
    if shots > 1:
        second = TimeRange(ranges[shots // 2].start, ranges[-1].end)
        cues.append(Cue("c2", Layer.BG, second, numbers[shots // 2 :], WIND, prompt="wind, far away", gain=-3.0))
    for index, where in enumerate(ranges, start=1):
        if index % 3 == 1:
            step = where.duration / 4
            hits = tuple(Hit(where.start + step * i + Fraction(1, 48_000), 0.4 + 0.2 * i) for i in range(1, 4))
            cues.append(Cue(f"c{len(cues) + 1}", Layer.FX, where, (index,), HAMMER, hits=hits))
        elif index % 3 == 2:
            curve = Intensity((where.start, where.end), (0.2, 1.0))
            cues.append(Cue(f"c{len(cues) + 1}", Layer.FX, where, (index,), ENGINE, intensity=curve))
        else:
            hits = (Hit(where.start + where.duration / 2, 1.0),)
            cues.append(Cue(f"c{len(cues) + 1}", Layer.FOLEY, where, (index,), STEPS, hits=hits))
    made = [cue.with_take(take_for(cue, takes, handles=handles)) for cue in cues]
    return Project(media, tuple(found), tuple(made))

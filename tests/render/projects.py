"""Projects with takes of known sound, for the tests of this room."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from tests.audio.sounds import RATE, click, noise, written
from v2a_foley.media import MediaFacts, PictureStream
from v2a_foley.project import Cue, Event, Kind, Layer, Project, Take
from v2a_foley.timebase import TimeRange


def facts(seconds=10, rate=Fraction(25), **more) -> MediaFacts:
    picture = PictureStream(0, "h264", 64, 64, 0, rate, False, 0, Fraction(0), Fraction(seconds))
    return MediaFacts(Path("film.mp4"), "mov,mp4", picture, **more)


def event(kind: Kind, layer: Layer) -> Event:
    return Event("thing", "a thing", "XXXx", "X", "X", kind, layer, -23.0, "noise")


def cue(number, path, sound, start, end, *, layer=Layer.FX, kind=Kind.IMPULSE, before=0, after=0, **more):
    """A cue with one active take that holds ``sound``."""
    take = Take(
        id=f"c{number}t1",
        path=written(path / f"c{number}t1.wav", sound),
        sample_rate=RATE,
        channels=len(sound),
        samples=sound.shape[1],
        before=before,
        after=after,
        seed=1,
        generator="test",
        source="test",
        licence="CC0-1.0",
    )
    span = TimeRange(Fraction(start), Fraction(end))
    return Cue(f"c{number}", layer, span, (1,), event(kind, layer), **more).with_take(take)


def hit_at(number, path, time, level=0.4, **more):
    """An impulse cue of 0.2 s that starts 0.05 s before its hit; its sound has its peak on the hit's sample."""
    start = Fraction(time) - Fraction(1, 20)
    from v2a_foley.timebase import to_samples

    inside = to_samples(Fraction(time)) - to_samples(start)
    sound = click(RATE // 5, inside, level)
    sound[:, inside:] += level * np.exp(-np.arange(RATE // 5 - inside) / 200).astype(np.float32) / 2
    return cue(number, path, sound, start, start + Fraction(1, 5), **more)


def bed(number, path, start, end, *, handles=2 * RATE, seed=0, level=0.05, **more):
    """A background with handles on both sides."""
    samples = round((Fraction(end) - Fraction(start)) * RATE) + 2 * handles
    sound = (noise(samples / RATE + 1, level, seed=seed))[:, :samples]
    settings = {"layer": Layer.BG, "kind": Kind.AMBIENCE, "before": handles, "after": handles, **more}
    return cue(number, path, sound, start, end, **settings)


def project(media, *cues) -> Project:
    return Project(media, cues=tuple(cues))

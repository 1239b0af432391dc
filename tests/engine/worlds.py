"""A small world for tests of the engine's logic: four events, and eyes and words that know them by name."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from v2a_foley.embed import Embeddings, Space, normalised
from v2a_foley.mapper.scoring import Calibration, EventScorer
from v2a_foley.media import MediaFacts, PictureStream
from v2a_foley.project import Event, Follows, Heard, Kind, Layer, Project, Shot, Vocabulary
from v2a_foley.timebase import TimeRange
from v2a_foley.video.motion import Motion, Peak


def event(
    name: str,
    caption: str,
    catid: str,
    sort: Kind,
    layer: Layer,
    level: float,
    family: str,
    *,
    follows: Follows = Follows.NOTHING,
    at: str = "",
    **params: str,
) -> Event:
    category, kind = catid[:4], catid[4:]
    return Event(
        name, caption, catid, category, kind, sort, layer, level, family, params=params, follows=follows, place=at
    )


ROOM = event("room_tone", "the tone of a room", "AMBRoom", Kind.AMBIENCE, Layer.BG, -50, "roomtone", at="room")
RAIN = event("rain", "rain falls", "RAINGen", Kind.AMBIENCE, Layer.BG, -34, "rain", at="open")
DOG = event("dog", "a dog barks", "ANMLDog", Kind.IMPULSE, Layer.FX, -22, "dog", kind="bark")
WOOD = event(
    "wood", "wood is struck", "WOODImpt", Kind.IMPULSE, Layer.FX, -22, "impact", follows=Follows.HITS, material="wood"
)
ENGINE = event(
    "engine", "an engine runs", "VEHCar", Kind.CONTINUOUS, Layer.FX, -26, "engine", follows=Follows.MOTION, kind="car"
)
EVENTS = Vocabulary((ROOM, RAIN, DOG, WOOD, ENGINE))


class NamedWords:
    """Embeds a text as the sum of the axes of the events that it names; any other text on an axis of its own."""

    space = Space("named", len(EVENTS) + 1, "named")

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        names = [event.name.split("_")[0] for event in EVENTS]
        rows = [[float(name in text) for name in names] for text in texts]
        return normalised(np.array([[*row, 0.0 if any(row) else 1.0] for row in rows], dtype=np.float32))


def scorer() -> EventScorer:
    return EventScorer(EVENTS, NamedWords(), Calibration(scale=20, none=0.5, threshold=0.3, ambience_none=0.15))


def film(*, seconds: int = 12, cuts: Sequence[int] = (4, 8)) -> Project:
    picture = PictureStream(0, "h264", 320, 180, 0, Fraction(25), False, seconds * 25, Fraction(0), Fraction(seconds))
    bounds = [0, *cuts, seconds]
    shots = [Shot(i, TimeRange(Fraction(a), Fraction(b))) for i, (a, b) in enumerate(pairwise(bounds), start=1)]
    return Project(MediaFacts(Path("film.mp4"), "mp4", picture)).with_shots(shots)


def heard(**scores: float) -> tuple[Heard, ...]:
    found = [Heard(EVENTS[name], score, similarity=score) for name, score in scores.items()]
    return tuple(sorted(found, key=lambda each: -each.score))


def motion(*peaks: tuple[Fraction, float], seconds: int = 12, rate: int = 25, energy: float = 0.5) -> Motion:
    times = tuple(Fraction(n, rate) for n in range(seconds * rate))
    values = np.full(len(times), energy, dtype=np.float32)
    return Motion(times, values, tuple(Peak(time, strength) for time, strength in peaks))

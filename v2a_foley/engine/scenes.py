"""Scenes: which shots show one place, so that they share one ambience. What else sounds is decided in ``spot.py``.

Shots are linked where they look alike and lie near each other; what lies between two linked shots belongs with them,
as the close-ups of a dialogue do (after the shot graph of Yeung & Yeo 1996). Shots that are sure of different kinds of
place never share a scene: of two places cut against each other, each keeps its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from v2a_foley.mapper.scoring import ROOM_TONE, EventScorer
from v2a_foley.project import Event, Heard, Shot

REACH = 4
"""Shots apart at which a place may be seen again within one scene."""
PAUSE = Fraction(30)
"""Seconds that may lie between two shots of one scene that look alike."""
SURE = 0.6
"""Probability, among the places, from which a shot is sure of where it is."""


def with_scenes(shots: Sequence[Shot], scorer: EventScorer) -> tuple[Shot, ...]:
    """Return described shots with the numbers of their scenes, from 1, in the order in which they begin."""
    vectors = np.array([shot.embedding for shot in shots], np.float32)
    where = [_sure_place(shot.heard, scorer) for shot in shots]
    scene = list(range(len(shots)))

    def join(one: int, other: int) -> None:
        kept, gone = sorted((scene[one], scene[other]))
        together = {where[i] for i, number in enumerate(scene) if number in (kept, gone)} - {""}
        if len(together) <= 1:
            scene[:] = [kept if number == gone else number for number in scene]

    for first, last in _near(shots):
        if len(shots[first].embedding) and float(vectors[first] @ vectors[last]) >= scorer.calibration.same_place:
            join(first, last)
            if scene[first] == scene[last]:
                for between in range(first + 1, last):
                    join(first, between)
    numbers = {old: new for new, old in enumerate(dict.fromkeys(scene), start=1)}
    return tuple(replace(shot, scene=numbers[number]) for shot, number in zip(shots, scene, strict=True))


def scene_of(shot: Shot) -> int:
    """Return the number of a shot's scene; a shot that was given none is one of its own."""
    return shot.scene or -shot.index


def scene_ambiences(
    shots: Sequence[Shot], scorer: EventScorer, forbidden: Collection[str] = frozenset()
) -> Mapping[int, Event]:
    """Return the ambience of each scene by its number (``scene_of``); where no place is known, a scene is left out.

    Each shot speaks for the place that it shows, as long as it lasts and as sure as it is; a close-up that shows none
    has no say, so that one wide shot is enough.

    Args:
        shots: with their scenes.
        scorer: knows the places.
        forbidden: names of events that are not to be heard.
    """
    votes: dict[int, dict[str, float]] = {}
    events: dict[str, Event] = {}
    for shot in shots:
        place = scorer.ambience([each for each in shot.heard if each.event.name not in forbidden])
        if place is None:
            continue
        known = place.event.name != ROOM_TONE
        weight = float(shot.range.duration) * place.score * (1.0 if known else 1e-3)
        box = votes.setdefault(scene_of(shot), {})
        box[place.event.name] = box.get(place.event.name, 0.0) + weight
        events[place.event.name] = place.event
    return {number: events[max(box, key=lambda name: box[name])] for number, box in votes.items()}


def _near(shots: Sequence[Shot]) -> list[tuple[int, int]]:
    """Return the pairs of shots that may belong to one scene, nearest first."""
    pairs = [
        (first, last)
        for first, last in combinations(range(len(shots)), 2)
        if last - first <= REACH and shots[last].range.start - shots[first].range.end <= PAUSE
    ]
    return sorted(pairs, key=lambda pair: pair[1] - pair[0])


def _sure_place(heard: Sequence[Heard], scorer: EventScorer) -> str:
    """Return the kind of place that a shot is sure of, or an empty text."""
    place = scorer.ambience(heard)
    sure = place is not None and place.score >= SURE and place.event.name != ROOM_TONE
    return place.event.place if sure and place is not None else ""

"""What a take was made for, and whether it is still what its cue asks for. Nothing is made here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from v2a_foley.audio.perspective import MOST_LEVEL, Way
from v2a_foley.engine.cache import digest_of, event_facts, room_of
from v2a_foley.engine.perspective import way_of
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.takes import TakeOptions, base_seed, request_for
from v2a_foley.generate import SoundRequest
from v2a_foley.project import Cue, Take
from v2a_foley.timebase import to_samples

_SLACK = 2
"""Samples by which hits and ends may differ: moving a cue rounds each of them anew."""
_SAME = 1e-3
"""How far two curves may lie apart and count as one."""
_BESIDE = 0.02
"""How far two places may (1 is half the picture; levels in parts of the most): what jumps, a rounded sample moves."""
_MAKERS = (
    "profile", "mapper", "generator", "library", "prompt_weight", "cues", "steps", "guidance", "scheduler", "best_of",
    "init", "strength", "draft",
)  # fmt: skip
"""Settings that choose who makes a sound, and how."""


def options_of_takes(settings: RunSettings) -> TakeOptions:
    """Return what the settings say about takes."""
    handles = Fraction(str(settings.handles))
    return TakeOptions(settings.seed, settings.takes, handles, settings.room, settings.perspective)


def wish_of(cue: Cue, request: SoundRequest, settings: RunSettings) -> dict[str, Any]:
    """Return what a take of a cue is made for, as plain values; positions are samples of the take's file.

    Args:
        cue: the cue.
        request: what a generator is asked for it.
        settings: of the project.
    """
    way = way_of(cue, settings.perspective, request.before)
    return {
        "event": digest_of(event_facts(cue.event)),
        "prompt": cue.prompt,
        "negative": cue.negative,
        "seed": base_seed(cue, options_of_takes(settings)),
        "room": room_of(cue, settings.room),
        "makers": digest_of({**{name: str(getattr(settings, name)) for name in _MAKERS}, "cues": _cues_of(settings)}),
        "hits": [[at, strength] for at, strength in request.hits],
        "silent": request.silent,
        "curve": [[at, value] for at, value in request.intensity],
        **({} if way is None else {"way": [list(point) for point in way.points]}),
    }


def _cues_of(settings: RunSettings) -> str:
    """Return how cues are made; hits by hand are hits like any other, and compared as such."""
    return "shots" if settings.cues == "shots" else "events"


def why_stale(cue: Cue, settings: RunSettings, take: Take | None = None) -> str:
    """Return why a take is not what its cue asks for, a few words; empty where it is.

    Gains, fades and mutes do not count, nor does a cue that was moved, or trimmed to what its take holds.

    Args:
        cue: the cue.
        settings: of the project.
        take: the take; by default the active one.
    """
    take = cue.take if take is None else take
    if take is None:
        return "no take"
    now = wish_of(cue, request_for(cue, options_of_takes(settings), 1), settings)
    then = take.details.get("wish")
    if isinstance(then, Mapping):
        changed = [
            name for name in ("event", "prompt", "negative", "seed", "room", "makers") if then.get(name) != now[name]
        ]
        if changed:
            return f"another {'way of making' if changed[0] == 'makers' else changed[0]}"
    elif take.prompt != cue.prompt:
        return "another prompt"
    first = take.before + to_samples(cue.slip)
    last = first + to_samples(cue.range.end) - to_samples(cue.range.start)
    if first < -_SLACK or last > take.samples + _SLACK:
        return "the take does not reach"
    if not isinstance(then, Mapping):
        return ""
    ours = _here(cue, take)
    if bool(then.get("silent")) != cue.silenced or not _same_hits(ours[0], _pairs(then.get("hits")), first, last):
        return "other hits"
    if not _same_curve(ours[1], _pairs(then.get("curve")), first, last):
        return "another curve"
    way = way_of(cue, settings.perspective, take.before)
    return "" if _same_way(way, _triples(then.get("way")), first, last) else "another place on the screen"


def _here(cue: Cue, take: Take) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
    """Return a cue's hits and its curve's points, in samples of a take's file."""
    zero = to_samples(cue.range.start) - to_samples(cue.slip) - take.before
    hits = [(to_samples(hit.time) - zero, hit.strength) for hit in cue.sounding]
    curve = cue.intensity
    points = zip(curve.times, curve.values, strict=True) if curve else ()
    return hits, [(to_samples(time) - zero, value) for time, value in points]


def _pairs(value: object) -> list[tuple[int, float]]:
    """Return (sample, value) pairs as they were kept; what is none of them counts as nothing."""
    if not isinstance(value, Sequence):
        return []
    return [(int(each[0]), float(each[1])) for each in value if isinstance(each, Sequence) and len(each) == 2]


def _same_hits(
    ours: Sequence[tuple[int, float]], theirs: Sequence[tuple[int, float]], first: int, last: int, apart: float = _SAME
) -> bool:
    """Tell whether two lists of hits are the same within a range of samples."""

    def all_in(some: Sequence[tuple[int, float]], others: Sequence[tuple[int, float]]) -> bool:
        ordered = sorted(others)
        for at, strength in some:
            if not first + _SLACK <= at < last - _SLACK:
                continue
            near = bisect_left(ordered, (at - _SLACK, -1.0))
            if not any(
                abs(each - at) <= _SLACK and abs(value - strength) <= apart for each, value in ordered[near : near + 8]
            ):
                return False
        return True

    return all_in(ours, theirs) and all_in(theirs, ours)


def _same_curve(
    ours: Sequence[tuple[int, float]], theirs: Sequence[tuple[int, float]], first: int, last: int, apart: float = _SAME
) -> bool:
    """Tell whether two curves of straight lines are the same within a range of samples; none is steady."""
    corners = {first, last - 1, *(at for at, _ in (*ours, *theirs) if first <= at < last)}
    at = np.array(sorted(corners), np.float64)

    def values(points: Sequence[tuple[int, float]]) -> np.typing.NDArray[np.float64]:
        if not points:
            return np.ones(len(at))
        return np.interp(at, [float(sample) for sample, _ in points], [value for _, value in points])

    return bool(np.abs(values(ours) - values(theirs)).max() <= apart)


def _same_way(ours: Way | None, theirs: Sequence[tuple[int, float, float]], first: int, last: int) -> bool:
    """Tell whether a sound stands in the same places within a range of samples; nowhere is the middle of nothing."""
    if ours is None or not theirs:
        return ours is None and not theirs
    same = _same_hits if ours.held else _same_curve
    return all(
        same([(at[0], at[value] / most) for at in ours.points], [(at[0], at[value] / most) for at in theirs],
             first, last, _BESIDE)
        for value, most in ((1, 1.0), (2, MOST_LEVEL))
    )  # fmt: skip


def _triples(value: object) -> list[tuple[int, float, float]]:
    """Return (sample, place, level) as they were kept; what is none of them counts as nothing."""
    if not isinstance(value, Sequence):
        return []
    return [
        (int(each[0]), float(each[1]), float(each[2]))
        for each in value
        if isinstance(each, Sequence) and len(each) == 3
    ]

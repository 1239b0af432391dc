"""What ``NAME=VALUE`` on the command line means for a film, a shot or a cue: it becomes edits. Applies none of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from v2a_foley.cli.project.listed_hits import edits_from_list
from v2a_foley.errors import UsageError
from v2a_foley.project.curves import kept_regions
from v2a_foley.project.edits import Edit, MoveCue, MoveCut, SetCue, SetFilm, SetShot, TrimCue
from v2a_foley.project.events import Event, Layer, default_vocabulary
from v2a_foley.project.model import Cue, Hit, Intensity, Project
from v2a_foley.timebase import Timecode, from_frame, to_frame

_SECONDS = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?(/[0-9]{1,12})?")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_TRUTHS = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
_MUTED = " muted"
_LIST = "hits_from"
_SHOT_FIELDS = ("start", "scene", "unsure")
_PLACES = ("at", "start", "end")
"""Where a cue lies, which has edits of its own: moved as a whole, or trimmed."""


def edits_for(project: Project, target: str, assignments: Sequence[str]) -> list[Edit]:
    """Return the edits that assignments to a target stand for.

    Args:
        project: the project.
        target: ``film``, ``shot:3`` or ``cue:c3``.
        assignments: texts ``NAME=VALUE``; dashes in names are underscores, nothing for a value is none.

    Raises:
        UsageError: the target is none, a name is not known, or a value is not what it should be.
    """
    values = _assigned(assignments)
    what, _, name = target.partition(":")
    if target == "film":
        struck = _listed(project, project.cues, values)
        return [*([_film(values)] if values else []), *struck]
    if what == "cue" and name:
        cue = project.cue(name)
        struck = _listed(project, [cue], values)
        return [*(_cue(project, cue, values) if values else []), *struck]
    if what == "shot" and _WHOLE.fullmatch(name):
        return _shot(project, int(name), values)
    raise UsageError(f"{target!r} is nothing that can be set.", hint="Write film, shot:3 or cue:c3.")


def _assigned(assignments: Sequence[str]) -> dict[str, list[str]]:
    """Return the values by name; a name that is given again has several."""
    values: dict[str, list[str]] = {}
    for each in assignments:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise UsageError(f"{each!r} says nothing that can be set.", hint="Write NAME=VALUE: gain=-3.")
        values.setdefault(name.replace("-", "_"), []).append(value)
    return values


def _listed(project: Project, cues: Sequence[Cue], values: dict[str, list[str]]) -> list[Edit]:
    """Return the edits of ``hits-from=FILE``, and take it out of the values."""
    if _LIST not in values:
        return []
    return edits_from_list(project, cues, Path(_one(_LIST, values.pop(_LIST))))


def _film(values: Mapping[str, list[str]]) -> Edit:
    from v2a_foley.engine.projects.choices import PASSING
    from v2a_foley.engine.settings import RunSettings

    hints, drop = get_type_hints(RunSettings), list[str]()
    new: dict[str, Any] = {}
    for name, texts in values.items():
        if name in PASSING:
            raise UsageError(f"{name!r} belongs to one rendering.", hint="Give it to 'v2a-foley project render'.")
        if name not in hints:
            raise UsageError(f"A film has no setting {name!r}.", hint="They are the options of 'v2a-foley run'.")
        kinds = get_args(hints[name]) or (hints[name],)
        if texts == [""]:
            drop.append(name)
        elif str in kinds and Ellipsis in kinds:
            new[name] = texts
        else:
            new[name] = _setting(name, _one(name, texts), next(kind for kind in kinds if kind is not NoneType))
    return SetFilm(new, tuple(drop))


def _setting(name: str, text: str, kind: object) -> object:
    """Return a setting as a plain value; places to read from are absolute."""
    from v2a_foley.engine.plain import is_read

    if kind is Path or is_read(name, text):
        return str(Path(text).absolute())
    readers: dict[object, Callable[[str, str], object]] = {bool: _truth, int: _whole, float: _number}
    return readers[kind](name, text) if kind in readers else text


def _shot(project: Project, number: int, values: Mapping[str, list[str]]) -> list[Edit]:
    """Return edits of a shot itself, and of the cues that belong to it alone."""
    project.shot(number)
    edits: list[Edit] = []
    if "start" in values:
        rate, zero = project.media.picture.rate, project.media.picture.start
        at = _time(project, "start", _one("start", values["start"])) - zero
        # A cut lies between frames; at a variable rate there is no such grid, and the time stays as it is.
        on_frame = at if project.media.picture.variable_rate else from_frame(to_frame(at, rate), rate)
        edits.append(MoveCut(number, zero + on_frame))
    if "scene" in values or "unsure" in values:
        scene = _whole("scene", _one("scene", values["scene"])) if "scene" in values else None
        unsure = _truth("unsure", _one("unsure", values["unsure"])) if "unsure" in values else None
        edits.append(SetShot(number, scene, unsure))
    rest = {name: texts for name, texts in values.items() if name not in _SHOT_FIELDS}
    if rest:
        cues = [cue for cue in project.cues if cue.shots == (number,)]
        if not cues:
            raise UsageError(
                f"No cue belongs to shot {number} alone.", hint="Set one that spans it by its id: cue:c1 gain=-3."
            )
        edits += [SetCue(cue.id, _parts(project, cue, rest)) for cue in cues]
    return edits


def _cue(project: Project, cue: Cue, values: Mapping[str, list[str]]) -> list[Edit]:
    """Return edits of a cue; where it goes comes first, for its hits and its curve go with it."""
    times = {name: _time(project, name, _one(name, values[name])) for name in _PLACES if name in values}
    edits: list[Edit] = [MoveCue(cue.id, times.pop("at"))] if "at" in times else []
    if times:
        edits.append(TrimCue(cue.id, times.get("start"), times.get("end")))
    rest = {name: texts for name, texts in values.items() if name not in _PLACES}
    return [*edits, SetCue(cue.id, _parts(project, cue, rest))] if rest else edits


def _parts(project: Project, cue: Cue, values: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return new values of a cue's parts."""

    def time(name: str, text: str) -> Fraction:
        return _time(project, name, text)

    readers: dict[str, Callable[[str, str], Any]] = {
        "prompt": _text,
        "negative": _text,
        "place": _text,
        "event": lambda _, text: _event(project, text),
        "seed": _or_none(_whole),
        "layer": _layer,
        "gain": _number,
        "muted": _truth,
        "fade_in": _or_none(_seconds),
        "fade_out": _or_none(_seconds),
        "slip": _seconds,
        "hits": lambda name, text: _hits(cue, _points(time, name, text)),
        "intensity": _or_none(lambda name, text: _curve(cue, _points(time, name, text))),
        "active": _or_none(_text),
    }
    parts = {}
    for name, texts in values.items():
        if name not in readers:
            known = ", ".join(sorted((*readers, *_PLACES, _LIST)))
            raise UsageError(f"Cue {cue.id!r} has no part {name!r} that can be set.", hint=f"Set one of {known}.")
        parts[name] = readers[name](name, _one(name, texts))
    return parts


def _one(name: str, texts: Sequence[str]) -> str:
    if len(texts) > 1:
        raise UsageError(f"{name} is given {len(texts)} times.", hint="Give it once.")
    return texts[0]


def _or_none(read: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    return lambda name, text: None if text in ("", "none") else read(name, text)


def _text(_name: str, text: str) -> str:
    return text


def _truth(name: str, text: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise UsageError(f"{name} cannot be {text!r}.", hint=f"Write {name}=yes or {name}=no.")
    return _TRUTHS[text.lower()]


def _whole(name: str, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise UsageError(f"{name} cannot be {text!r}.", hint="Give a whole number.")
    return int(text)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"{name} cannot be {text!r}.", hint="Give a number.") from error


def _seconds(name: str, text: str) -> Fraction:
    """Read seconds, exactly: ``0.5``, ``593/24``."""
    whole, _, under = text.partition("/")
    if not _SECONDS.fullmatch(text) or ("." in whole and under) or (under and not int(under)):
        raise UsageError(f"{name} cannot be {text!r}.", hint="Give seconds: 0.5, or 593/24.")
    return Fraction(text)


def _time(project: Project, name: str, text: str) -> Fraction:
    """Read a time on the film's clock: seconds, or the timecode of a frame."""
    if ":" not in text:
        return _seconds(name, text)
    media, start = project.media, project.media.start_timecode
    try:
        code = Timecode.parse(text, start.rate)
    except ValueError as error:
        raise UsageError(f"{name} cannot be {text!r}: {error}.", hint="Give seconds, or a timecode.") from error
    return media.picture.start + from_frame(code.frame - start.frame, start.rate)


def _points(time: Callable[[str, str], Fraction], name: str, text: str) -> list[tuple[Fraction, float, bool]]:
    """Read times with strengths, ``1.5@0.8, 2, 3@0.5 muted``; without one it is 1."""
    points = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        said, muted = (each[: -len(_MUTED)].rstrip(), True) if each.endswith(_MUTED) else (each, False)
        at, _, amount = said.partition("@")
        strength = _number(name, amount) if amount else 1.0
        if not 0 <= strength <= 1:
            raise UsageError(f"A strength of {strength:g} is out of range.", hint="Choose 0, the faintest, to 1.")
        points.append((time(name, at), strength, muted))
    return points


def _hits(cue: Cue, points: Sequence[tuple[Fraction, float, bool]]) -> tuple[Hit, ...]:
    """Return hits; one where the cue has one already stays in its place on the screen."""
    regions = {hit.time: hit.region for hit in cue.hits}
    return tuple(Hit(at, strength, regions.get(at), muted) for at, strength, muted in points)


def _curve(cue: Cue, points: Sequence[tuple[Fraction, float, bool]]) -> Intensity | None:
    """Return a curve of the cue, in the places on the screen of the one that it has."""
    if any(muted for _, _, muted in points):
        raise UsageError("A point of a curve cannot be muted.", hint="Give it a strength of 0.")
    if any(later[0] <= earlier[0] for earlier, later in pairwise(points)):
        raise UsageError(
            "The times of a curve do not rise.", hint="Put its points in order, each at a time of its own."
        )
    curve = Intensity(tuple(at for at, _, _ in points), tuple(value for _, value, _ in points)) if points else None
    return None if curve is None else kept_regions(curve, cue.intensity)


def _layer(_name: str, text: str) -> Layer:
    try:
        return Layer(text.upper())
    except ValueError as error:
        raise UsageError(f"There is no layer {text!r}.", hint=f"Choose one of {', '.join(Layer)}.") from error


def _event(project: Project, name: str) -> Event:
    """Return the event of a name: of the vocabulary, else one that the project speaks of."""
    events = {cue.event.name: cue.event for cue in project.cues}
    events |= {event.name: event for event in default_vocabulary()}
    if name not in events:
        raise UsageError(f"There is no event {name!r}.", hint="See docs/vocabulary.md, or set a prompt of your own.")
    return events[name]

"""Documents of older versions, brought to the newest one version at a time. Each step knows two versions and no more.

A step works on plain values that nobody has checked yet: it may meet anything, and leaves what it does not understand
for the reader to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from v2a_foley.errors import ProjectNewer
from v2a_foley.project.records.values import Plain, Wrong, read_each, shown, table
from v2a_foley.timebase import as_text

VERSION = 2
"""The newest version of documents. One that says nothing that version 1 could not is written as version 1."""
_LONGEST = 1e12
_TICKS = 48_000
"""Version 0 wrote seconds as decimal fractions; they meant the nearest sample."""


def upgraded(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document in the newest version.

    Raises:
        ProjectNewer: it is of a newer one.
        Wrong: it has no version, or is so damaged that a step fails.
    """
    version = document.get("version")
    if type(version) is not int or version < 0:
        raise Wrong(f"is {shown(version)}, not a version" if "version" in document else "is missing", ("version",))
    if version > VERSION:
        raise ProjectNewer(
            f"This project was written by a newer program (version {shown(version)} of the format; this one knows "
            f"{VERSION}).",
            hint="Update v2a-foley: pip install --upgrade v2a-foley",
        )
    for step in range(version, VERSION):
        document = STEPS[step](document)
    return document


def _from_0(document: Mapping[str, Any]) -> dict[str, Any]:
    """Version 0 held each cue in its first shot, and times as decimal seconds."""
    shots: list[dict[str, Any]] = []
    cues: list[dict[str, Any]] = []

    def shot(value: Plain) -> None:
        record = dict(table(value))
        cues.extend(_inner("cues", lambda: read_each(record.pop("cues", []), cue)))
        shots.append({**record, **_times(record, "range")})

    def cue(value: Plain) -> dict[str, Any]:
        record = dict(table(value))
        for key in ("hits", "intensity"):
            if record.get(key) is not None:
                record[key] = _inner(key, lambda key=key: read_each(record[key], _point))  # type: ignore[misc]
        return {**record, **_times(record, "range", "anchor", "slip", "fade_in", "fade_out")}

    _inner("shots", lambda: read_each(document.get("shots", []), shot))
    return {**document, "version": 1, "shots": shots, "cues": cues, "media": _media_from_0(document)}


def _from_1(document: Mapping[str, Any]) -> dict[str, Any]:
    """Version 1 knew no regions and no muted hits; all that it said is said in the same way."""
    return {**document, "version": 2}


def _media_from_0(document: Mapping[str, Any]) -> dict[str, Any]:
    """Rates and durations of version 0 were texts already, save for the starts."""
    media = dict(_inner("media", lambda: table(document.get("media"))))
    if isinstance(media.get("picture"), dict):
        media["picture"] = {**media["picture"], **_times(media["picture"], "start", "duration")}
    if isinstance(media.get("sounds"), list):
        media["sounds"] = [
            {**each, **_times(each, "start", "duration")} if isinstance(each, dict) else each
            for each in media["sounds"]
        ]
    return {**media, **_times(media, "origin")}


def _times(record: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Return some fields of a record as exact times."""
    result: dict[str, Any] = {}
    for key in keys:
        if key in record:
            value = record[key]
            result[key] = [_time(each) for each in value] if isinstance(value, list) else _time(value)
    return result


def _point(value: Plain) -> Plain:
    return [_time(value[0]), *value[1:]] if isinstance(value, list) and value else value


def _time(value: Plain) -> Plain:
    if type(value) not in (int, float) or not abs(value) <= _LONGEST:  # nor is NaN
        return value
    return as_text(Fraction(round(Fraction(value) * _TICKS), _TICKS))


def _inner(key: str, read: Callable[[], Any]) -> Plain:
    try:
        return read()
    except Wrong as error:
        raise error.within(key) from error


STEPS: Mapping[int, Callable[[Mapping[str, Any]], dict[str, Any]]] = {0: _from_0, 1: _from_1}
"""By the version that a step starts from, the step to the next."""

"""Reads from a clip of FCP7 XML what its audio levels say, and a marker's colour."""

from __future__ import annotations

from collections.abc import Sequence
from colorsys import rgb_to_hsv
from math import isfinite
from typing import TYPE_CHECKING

from v2a_foley.interchange.xmeml_held import gain_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_HUES = ((15, "red"), (38, "orange"), (65, "yellow"), (160, "green"), (195, "cyan"), (255, "blue"), (330, "purple"))
_ALIKE = 0.01
"""Levels that differ by less of the larger are one level."""
_MOST_POINTS = 10_000


def fades_of(clip: Element, first: int, last: int) -> tuple[float, int, int]:
    """Return a clip's gain in decibels, and how many of the medium's frames it fades in and out.

    Keyframes that rise from silence at the clip's first frame, or fall to it at its last, are fades. Levels that move
    otherwise are not held: their gain is the level that stands without keyframes.

    Args:
        clip: the ``<clipitem>``.
        first: its first frame in its medium.
        last: the frame in its medium at which it ends.
    """
    for effect in clip.findall("filter/effect"):
        if (effect.findtext("effectid") or "").strip().lower() != "audiolevels":
            continue
        for parameter in effect.findall("parameter"):
            if (parameter.findtext("parameterid") or "level").strip().lower() == "level":
                return _shape(_number(parameter.findtext("value")), _points(parameter), first, last)
    return 0.0, 0, 0


def _points(parameter: Element) -> list[tuple[float, float]]:
    found = []
    for keyframe in parameter.findall("keyframe")[:_MOST_POINTS]:
        when, value = _number(keyframe.findtext("when")), _number(keyframe.findtext("value"))
        if when is not None and value is not None:
            found.append((when, value))
    return sorted(found)


def _shape(
    static: float | None, points: Sequence[tuple[float, float]], first: int, last: int
) -> tuple[float, int, int]:
    level = static if static is not None else 1.0
    if not points:
        return gain_of(level), 0, 0
    values = [value for _, value in points]
    loudest = max(values)
    rises = len(points) > 1 and _silent(values[0], loudest) and abs(points[0][0] - first) <= 1
    falls = len(points) > 1 and _silent(values[-1], loudest) and abs(points[-1][0] - last) <= 1
    body = values[int(rises) : len(values) - int(falls)]
    if not body or loudest <= 0 or any(loudest - value > _ALIKE * loudest for value in body):
        return gain_of(level), 0, 0
    come = round(points[1][0]) - first if rises else 0
    go = last - round(points[-2][0]) if falls else 0
    return gain_of(loudest), max(0, come), max(0, go)


def _silent(value: float, loudest: float) -> bool:
    return value <= loudest / 1000


def colour_of(marker: Element) -> str:
    """Return the name of a marker's colour; empty for white, grey and none.

    Premiere says it as one number (alpha, blue, green, red, a byte each), Final Cut Pro 7 in parts.
    """
    whole = _number(marker.findtext("pproColor"))
    if whole is not None:
        number = int(whole) & 0xFFFFFFFF
        parts: Sequence[float | None] = (number & 255, number >> 8 & 255, number >> 16 & 255)
    else:
        parts = [_number(marker.findtext(f"color/{tag}")) for tag in ("red", "green", "blue")]
    red, green, blue = ((min(max(part, 0), 255) / 255 if part is not None else 0.0) for part in parts)
    hue, saturation, _ = rgb_to_hsv(red, green, blue)
    if saturation < 0.15:
        return ""
    return next((name for most, name in _HUES if hue * 360 < most), "red")


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) and abs(number) < 1e12 else None

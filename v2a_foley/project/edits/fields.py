"""What each part of a cue may be: the checks that every edit of a cue goes through, field by field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any

from v2a_foley.errors import UsageError
from v2a_foley.project.edits.numbering import shots_under
from v2a_foley.project.events import FOLEY_LAYERS, Event, Layer
from v2a_foley.project.model import Cue, Hit, Intensity, Project
from v2a_foley.timebase import TimeRange

LONGEST_TEXT = 10_000
"""Characters that a prompt may have."""
MOST_SEED = 2**31 - 1
GAIN = (-60.0, 24.0)
"""Decibels that a cue can be turned down and up by."""


@dataclass(frozen=True)
class CueField:
    """One part of a cue that can be set.

    Attributes:
        title: how a menu speaks of it ("gain").
        help: what it does, its unit and its range.
        check: raises UsageError where a value cannot be; given the project, the cue as it would be, and the value.
        by_hand: whether users set it; the others are set by the edits that keep them right.
    """

    title: str
    help: str
    check: Callable[[Project, Cue, Any], None]
    by_hand: bool = True


def check_cue(project: Project, cue: Cue, names: Collection[str] | None = None) -> None:
    """Refuse a cue that cannot be among those that sound.

    Args:
        project: whose cue it is to be.
        cue: the cue as it would be.
        names: the fields to look at; all of them by default.

    Raises:
        UsageError: a value cannot be.
    """
    for name, field in CUE_FIELDS.items():
        if names is None or name in names:
            field.check(project, cue, getattr(cue, name))


def check_range(project: Project, span: TimeRange) -> None:
    """Refuse a range that no cue can have.

    Raises:
        UsageError: it is empty, or does not lie in the film and over its picture.
    """
    if span.start >= span.end:
        raise UsageError("A cue cannot be empty.", hint="Let it end after it starts.")
    if span.start < 0 or span.end > project.media.duration:
        raise UsageError(
            f"A cue from {float(span.start):g} to {float(span.end):g} s does not lie in the film.",
            hint=f"Choose a range from 0 to {float(project.media.duration):g} s.",
        )
    if project.shots and not shots_under(project.shots, span):
        raise UsageError("A cue must lie over the picture.", hint="Let it overlap a shot.")


def _range(project: Project, _cue: Cue, value: TimeRange) -> None:
    check_range(project, value)


def _layer(_project: Project, _cue: Cue, value: Layer) -> None:
    if value not in FOLEY_LAYERS:
        raise UsageError(f"No cue lies on {value.value}.", hint=f"Choose one of {', '.join(FOLEY_LAYERS)}.")


def _shots(project: Project, cue: Cue, value: tuple[int, ...]) -> None:
    if list(value) != sorted(set(value)) or (value and not 1 <= value[0] <= value[-1] <= len(project.shots)):
        raise UsageError(f"Cue {cue.id!r} cannot belong to the shots {list(value)}.", hint="Name those that are there.")


def _text(_project: Project, cue: Cue, value: str) -> None:
    if len(value) > LONGEST_TEXT or any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in value):
        raise UsageError(
            f"A text of cue {cue.id!r} is too long, or holds what is no letter.",
            hint=f"Write at most {LONGEST_TEXT} characters.",
        )


def _event(project: Project, cue: Cue, value: Event) -> None:
    _text(project, cue, value.name)
    _text(project, cue, value.caption)
    if not value.name:
        raise UsageError("An event has a name.", hint="Take one of the vocabulary.")


def _gain(_project: Project, _cue: Cue, value: float) -> None:
    if not isfinite(value) or not GAIN[0] <= value <= GAIN[1]:
        raise UsageError(f"A gain of {value:g} dB is out of range.", hint=f"Choose {GAIN[0]:g} to {GAIN[1]:g} dB.")


def _hits(_project: Project, _cue: Cue, value: tuple[Hit, ...]) -> None:
    for hit in value:
        check_strength(hit.strength)


def check_strength(value: float) -> None:
    """Refuse a strength outside of 0 to 1.

    Raises:
        UsageError: it is.
    """
    if not 0 <= value <= 1:
        raise UsageError(f"A strength of {value:g} is out of range.", hint="Choose 0, the faintest, to 1.")


def _intensity(_project: Project, _cue: Cue, value: Intensity | None) -> None:
    if value is None:
        return
    for each in value.values:
        check_strength(each)
    if any(later <= earlier for earlier, later in zip(value.times, value.times[1:], strict=False)):
        raise UsageError(
            "The times of a curve do not rise.", hint="Put its points in order, each at a time of its own."
        )


def _active(_project: Project, cue: Cue, value: str | None) -> None:
    if value is not None and all(take.id != value for take in cue.takes):
        there = ", ".join(take.id for take in cue.takes)
        raise UsageError(
            f"Cue {cue.id!r} has no take {value!r}.", hint=f"It has {there}." if there else "It has none yet."
        )


def _seed(_project: Project, _cue: Cue, value: int | None) -> None:
    if value is not None and not 0 <= value <= MOST_SEED:
        raise UsageError(f"A seed of {value} is out of range.", hint=f"Choose 0 to {MOST_SEED}, or none.")


def _fade(_project: Project, _cue: Cue, value: Fraction | None) -> None:
    if value is not None and value < 0:
        raise UsageError(f"A fade of {float(value):g} s is out of range.", hint="Choose 0 s or more, or none.")


def _anything(_project: Project, _cue: Cue, _value: object) -> None:
    """Take any value of the field's type."""


CUE_FIELDS: Mapping[str, CueField] = {
    "prompt": CueField("prompt", "your own words for what should sound; empty for none", _text),
    "negative": CueField("negative prompt", "what should not be heard; empty for none", _text),
    "event": CueField("event", "what should sound: an event, or its name in the vocabulary", _event),
    "seed": CueField("seed", f"0 to {MOST_SEED}, or null for the one made from the film's seed", _seed),
    "place": CueField("place", "the kind of place whose room its sounds get; empty for none", _text),
    "layer": CueField("layer", f"the track it sounds on: {', '.join(FOLEY_LAYERS)}", _layer),
    "gain": CueField("gain", f"dB on top of its take's level, {GAIN[0]:g} to {GAIN[1]:g}", _gain),
    "muted": CueField("mute", "whether it is left out of the mix", _anything),
    "fade_in": CueField("fade-in", "seconds, 0 or more, or null for the program's own choice", _fade),
    "fade_out": CueField("fade-out", "seconds, 0 or more, or null for the program's own choice", _fade),
    "hits": CueField(
        "hits",
        "the moments of an impulse: times on the film's clock, strengths 0 to 1, with regions or muted where set",
        _hits,
    ),
    "intensity": CueField(
        "curve", "rising times with strengths 0 to 1, with regions for all or none, or null for steady", _intensity
    ),
    "active": CueField("take", "id of the take that sounds, or null for none", _active),
    "slip": CueField("slip", "seconds into its take at which it begins; negative: in the handle", _anything),
    "range": CueField("range", "when, inside the film", _range, by_hand=False),
    "shots": CueField("shots", "numbers of the shots that it belongs to", _shots, by_hand=False),
    "anchor": CueField(
        "anchor", "the time that its seed is made from, or null for its start", _anything, by_hand=False
    ),
}
"""The parts of a cue that ``SetCue`` sets, by their names. Its id never changes; its takes have edits of their own."""

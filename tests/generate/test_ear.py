"""An ear test by figures: each event as it is made measures what its entry in the vocabulary says, and says whence."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from tests.generate.sounds import RATE
from v2a_foley.audio.descriptors import DESCRIPTORS, described
from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import Procedural
from v2a_foley.project import Event, Kind, default_vocabulary

EVENTS = default_vocabulary().events
SINGLE = ("centroid", "rolloff", "flatness", "tonality", "decay", "length", "pitch", "modulation_rate")
"""What of an impulse is measured on one strike; the rest is measured on its own gesture."""
TEMPORAL = {"modulation_rate", "modulation_depth", "onset_rate", "decay", "length"}
COLOUR = {"centroid", "rolloff", "flatness", "tonality", "pitch"}


def heard(event: Event, seconds: float, seed: int, **request) -> np.ndarray:
    """Make one channel of the event, as it sounds by itself."""
    made = Procedural().make(SoundRequest(event, round(seconds * RATE), channels=1, seed=seed, **request))
    return np.concatenate(list(made.blocks), axis=1)[0]


def measured(event: Event, seed: int) -> dict[str, float]:
    """Measure what the event's ear names."""
    assert event.ear is not None
    names = tuple(event.ear.ranges)
    if event.kind is not Kind.IMPULSE:
        return described(heard(event, 8.0, seed), names)
    single = tuple(name for name in names if name in SINGLE)
    rest = tuple(name for name in names if name not in SINGLE)
    found = described(heard(event, 6.0, seed, hits=((0, 0.9),)), single) if single else {}
    return found | (described(heard(event, 8.0, seed), rest) if rest else {})


def misses(event: Event, several: list[dict[str, float]]) -> list[str]:
    """Compare the median over several makings with the ranges, and return a sentence for each that it misses."""
    assert event.ear is not None
    found = []
    for name, (low, high) in event.ear.ranges.items():
        value = float(np.median([one[name] for one in several]))
        if not low <= value <= high:
            found.append(f"{event.name}: {name} is {value:.4g}, should be {low:g} to {high:g}")
    return found


def quick(event: Event) -> bool:
    """Tell whether an event is heard in the quick tests: one of each family, and a tenth of the others."""
    first = next(other for other in EVENTS if other.family == event.family)
    return event is first or zlib.crc32(event.name.encode()) % 10 == 0


def test_an_event_says_how_it_sounds_and_who_measured_it():
    for event in EVENTS:
        assert event.ear is not None, event.name
        assert set(event.ear.ranges) <= set(DESCRIPTORS), event.name
        assert len(event.ear.source) > 10, event.name
        assert set(event.ear.ranges) & COLOUR, event.name
        assert set(event.ear.ranges) & TEMPORAL, event.name
        assert len(event.ear.ranges) >= 3, event.name


@pytest.mark.parametrize(
    "event",
    [pytest.param(event, marks=[] if quick(event) else [pytest.mark.long], id=event.name) for event in EVENTS],
)
def test_it_sounds_so(event: Event):
    """One individual, or where that one is odd, the median of three."""
    several = [measured(event, 1)]
    if misses(event, several):
        several += [measured(event, seed) for seed in (2, 3)]
    assert not misses(event, several)


@pytest.mark.long
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_the_median_individual_sounds_so(event: Event):
    assert not misses(event, [measured(event, seed) for seed in (11, 12, 13)])

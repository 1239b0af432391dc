"""Energy and sharp moments, on rendered scenes whose contacts are known."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests.footage import shots_frames
from tests.scenes import CALM, STRIKES, Scene, ball, matched, still
from v2a_foley.timebase import TimeRange
from v2a_foley.video.motion import Motion, MotionMeter, Peak
from v2a_foley.video.read import FrameBlock

RATES = ["24000/1001", "25", "30", "50", "60000/1001"]


def measured(frames, rate: Fraction, cuts=()) -> Motion:
    meter = MotionMeter(rate)
    for first in range(0, len(frames), 32):
        some = np.stack(frames[first : first + 32])
        meter.feed(FrameBlock(first, tuple(Fraction(first + i) / rate for i in range(len(some))), some))
    return meter.finish(cuts)


def observable(scene: Scene) -> list[float]:
    """Return the contacts that are preceded and followed by enough frames to see a speed before and after."""
    end = len(scene.frames) / float(scene.rate)
    return [contact for contact in scene.contacts if 0.2 <= contact <= end - 3 / float(scene.rate)]


def judged(scene: Scene) -> tuple[int, int, int]:
    peaks = [float(peak.time) for peak in measured(scene.frames, scene.rate).peaks]
    kept = [peak for peak in peaks if peak >= 0.2]
    return matched(observable(scene), kept, 1.001 / float(scene.rate))


def test_contacts_are_found_within_a_frame():
    hits = misses = false = 0
    for rate in ("24000/1001", "30", "60000/1001"):
        for make in STRIKES.values():
            found = judged(make(rate))
            hits, misses, false = hits + found[0], misses + found[1], false + found[2]
    assert 2 * hits / (2 * hits + misses + false) >= 0.9, (hits, misses, false)


@pytest.mark.parametrize("name", ["wall", "drop"])
@pytest.mark.parametrize("rate", RATES)
def test_clear_blows_are_all_found_and_nothing_else(name, rate):
    hits, misses, false = judged(STRIKES[name](rate))
    assert hits > 0
    assert (misses, false) == (0, 0)


@pytest.mark.parametrize("name", list(CALM))
@pytest.mark.parametrize("rate", ["24", "30", "60000/1001"])
def test_what_touches_nothing_has_no_peaks(name, rate):
    scene = CALM[name](rate)
    assert measured(scene.frames, scene.rate).peaks == ()


def test_the_first_bounce_is_the_strongest():
    scene = ball("30")
    peaks = measured(scene.frames, scene.rate).peaks
    assert peaks[0].strength == max(peak.strength for peak in peaks)
    assert all(0 < peak.strength < 1 for peak in peaks)


def test_cuts_are_neither_peaks_nor_motion():
    rate, cuts = Fraction(25), [25, 50, 75]
    frames = list(shots_frames(cuts, 100, (320, 180), pan=0.0))
    motion = measured(frames, rate, [cut / rate for cut in cuts])
    assert motion.peaks == ()
    assert motion.energy.max() == 0


def test_energy_follows_what_moves():
    quiet, lively = still("25", seconds=1.0), ball("25", seconds=1.0, seed=17)
    motion = measured(quiet.frames + lively.frames, Fraction(25), [Fraction(1)])
    assert motion.energy.dtype == np.float32
    assert motion.energy.shape == (50,)
    assert motion.energy[:25].max() < 0.05
    assert motion.energy[27:].mean() > 0.3
    assert 0 <= motion.energy.min() <= motion.energy.max() <= 1


def test_grain_is_not_blown_up_to_motion():
    scene = still("25", grain=6.0)
    assert measured(scene.frames, scene.rate).energy.max() < 0.1


def test_motion_within_a_range_is_half_open():
    times = tuple(Fraction(n, 10) for n in range(10))
    motion = Motion(times, np.arange(10, dtype=np.float32) / 10, (Peak(times[3], 0.5), Peak(times[6], 0.7)))
    part = motion.within(TimeRange(Fraction(3, 10), Fraction(6, 10)))
    assert part.times == times[3:6]
    assert part.energy.tolist() == motion.energy[3:6].tolist()
    assert part.peaks == (Peak(times[3], 0.5),)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_films_of_hardly_any_frames(count):
    motion = measured([np.full((90, 160, 3), 90, np.uint8)] * count, Fraction(25))
    assert len(motion.energy) == count
    assert motion.peaks == ()

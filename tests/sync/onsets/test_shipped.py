"""The net that comes with the program, on scenes that are not its training's renderer's."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests.scenes import CALM, STRIKES, Scene, matched
from v2a_foley.errors import ModelDamaged, ModelMissing
from v2a_foley.sync.onsets.finding import finder_of
from v2a_foley.sync.onsets.trained import SHIPPED, shipped_onsets
from v2a_foley.video.motion import Motion, MotionMeter
from v2a_foley.video.read import FrameBlock


def found(scene: Scene) -> Motion:
    finder = finder_of("auto")
    assert finder is not None
    meter = MotionMeter(scene.rate, [finder.reader])
    for first in range(0, len(scene.frames), 32):
        some = np.stack(scene.frames[first : first + 32])
        meter.feed(FrameBlock(first, tuple(Fraction(first + i) / scene.rate for i in range(len(some))), some))
    return finder.applied(meter.finish())


def test_it_finds_contacts_in_scenes_of_another_renderer():
    hits = misses = false = 0
    for make in STRIKES.values():
        scene = make("30")
        end = len(scene.frames) / float(scene.rate)
        observable = [each for each in scene.contacts if 0.2 <= each <= end - 0.1]
        peaks = [float(peak.time) for peak in found(scene).peaks if peak.time >= Fraction(1, 5)]
        one = matched(observable, peaks, 0.045)
        hits, misses, false = hits + one[0], misses + one[1], false + one[2]
    assert 2 * hits / (2 * hits + misses + false) >= 0.85, (hits, misses, false)


@pytest.mark.parametrize("name", ["still", "pan", "pan_stops", "zoom"])
def test_still_and_panning_pictures_have_no_hits(name):
    assert found(CALM[name]("24")).peaks == ()


def test_hits_have_a_place_and_a_strength():
    scene = STRIKES["drop"]("25")
    peaks = found(scene).peaks
    assert peaks
    for peak in peaks:
        assert 0 < peak.strength <= 1
        assert all(0 <= value <= 1 for value in peak.region)


def test_it_is_small_and_says_what_it_learned_from():
    assert SHIPPED.stat().st_size <= 2_000_000
    details = shipped_onsets().details
    held_out = {"ping_pong", "drum_hits", "footsteps", "falling_things", "light_switch", "sword_clash"}
    assert details["kinds"]
    assert held_out.isdisjoint(details["kinds"])


def test_other_nets_are_files(tmp_path):
    assert finder_of("hand") is None
    with pytest.raises(ModelMissing):
        finder_of(str(tmp_path / "none.safetensors"))
    (tmp_path / "bad.safetensors").write_bytes(b"\x08" + bytes(20))
    with pytest.raises(ModelDamaged):
        finder_of(str(tmp_path / "bad.safetensors"))

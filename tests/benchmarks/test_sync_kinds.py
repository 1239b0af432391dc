"""Every kind of rendered scene: the same from the same seed, its hits on the canvas, and seen in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.sync.kinds import HELD_OUT, KINDS, TRAINING

CANVAS = (320, 180)
SECONDS = 4.0


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_keeps_its_word(name):
    scene, again = (KINDS[name](np.random.default_rng(5), CANVAS, SECONDS) for _ in range(2))
    assert scene.kind == name
    assert scene.hits == again.hits
    times = [hit.time for hit in scene.hits]
    assert times == sorted(times)
    assert all(0 <= t < SECONDS for t in times)
    assert all(0.1 <= h.x <= 0.9 and 0.1 <= h.y <= 0.91 and 0 < h.strength <= 1 for h in scene.hits)
    assert bool(scene.hits) != (scene.speed is not None)
    for time in (0.0, 1.37, SECONDS):
        picture = scene.draw(time)
        assert picture.shape == (CANVAS[1], CANVAS[0], 3)
        assert picture.dtype == np.uint8
        assert np.array_equal(picture, again.draw(time))
    for hit in scene.hits[:6]:
        x, y, reach = int(hit.x * CANVAS[0]), int(hit.y * CANVAS[1]), 24
        box = np.s_[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
        before, after = (scene.draw(t)[box].astype(int) for t in (hit.time - 0.03, hit.time + 0.001))
        assert np.abs(before - after).max() > 12
    if scene.speed is not None:
        assert max(scene.speed(t) for t in np.linspace(0, SECONDS, 50)) > 0


def test_no_training_sees_a_kind_that_is_held_out():
    assert not TRAINING & HELD_OUT
    assert set(KINDS) >= TRAINING

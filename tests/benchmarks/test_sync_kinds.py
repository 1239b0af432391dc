"""Every kind of rendered scene: the same from the same seed, its hits on the canvas, and seen in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.sync import backgrounds
from benchmarks.sync.kinds import HELD_OUT, KINDS, TRAINING, stage
from v2a_foley.project import default_vocabulary

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
    event = next((event for event in default_vocabulary() if event.caption == scene.prompt), None)
    assert event is not None
    assert name == "rain_starts" or (event.kind.value, event.follows) == (
        ("impulse", "hits") if scene.hits else ("continuous", "motion")
    )
    if scene.speed is not None:
        assert max(scene.speed(t) for t in np.linspace(0, SECONDS, 50)) > 0


def test_no_training_sees_a_kind_that_is_held_out():
    assert not TRAINING & HELD_OUT
    assert set(KINDS) >= TRAINING


SUDDEN = (
    "applause", "basketball_dribble", "billiard", "bouncing_ball", "breaking", "chopping_knife", "drawer",
    "dropping_water", "falling_things", "jumping_figure", "light_switch", "muzzle_flash", "ping_pong",
    "press_machine", "rolling_ball", "sword_clash", "typing",
)  # fmt: skip
"""Kinds whose jolt shows in the picture's moments. In the others this measure does not tell it from the rest."""


@pytest.mark.parametrize("name", SUDDEN)
def test_what_moves_is_jolted_at_the_hit_and_not_15_ms_from_it(name, monkeypatch):
    plain = np.full((CANVAS[1], CANVAS[0], 3), 128, np.uint8)
    monkeypatch.setattr(stage, "_behind", lambda *_: [])
    monkeypatch.setattr(backgrounds, "background", lambda *_: plain.copy())
    monkeypatch.setattr(backgrounds, "texture", lambda _rng, _canvas, fill, _rough: np.full_like(plain, fill))
    ratios = []
    for seed in (5, 6):
        scene = KINDS[name](np.random.default_rng(seed), CANVAS, SECONDS)
        times = np.array([hit.time for hit in scene.hits])
        alone = [hit for hit in scene.hits if np.sum(np.abs(times - hit.time) < 0.04) == 1]
        for hit in alone[:3]:
            here, *beside = (_jolt(scene, hit, hit.time + late) for late in (0.0, -0.015, 0.015))
            ratios.append(here / max(1.0, *beside))
    assert np.median(ratios) > 1.5


def _jolt(scene, hit, time, step=0.006):
    """Return how much the velocity of the picture's moments about a hit's place changes at a moment."""
    y, x = np.mgrid[: CANVAS[1], : CANVAS[0]].astype(float)
    u, v = x - hit.x * CANVAS[0], y - hit.y * CANVAS[1]
    weights = np.stack([u, v, np.abs(u), np.abs(v)]).reshape(4, -1)
    before, now, after = (weights @ scene.draw(time + late).reshape(-1, 3).astype(float) for late in (-step, 0, step))
    return float(np.linalg.norm(before - 2 * now + after))

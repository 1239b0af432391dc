from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from v2a_foley.demo.blocks import DROP, FALL, GRAVITY, LANDINGS, LENGTH, Camera, default_blocks, landings
from v2a_foley.demo.painter import BlocksShot, to_srgb
from v2a_foley.demo.photographs import Move, View, move_over

RATE = Fraction(25)


@pytest.fixture(scope="module")
def shot():
    return BlocksShot((320, 180), RATE)


def test_blocks_fall_freely_and_land_when_they_say():
    for block in default_blocks():
        times = block.lands - np.array([0.3, 0.2, 0.1])
        a, b, c = (block.height(float(t)) for t in times)
        assert (c - 2 * b + a) / 0.01 == pytest.approx(-GRAVITY)
        assert block.height(block.lands) == pytest.approx(0, abs=1e-9)
        assert block.height(block.lands - FALL) == pytest.approx(DROP)
        after = [block.height(block.lands + t) for t in np.linspace(0, 0.5, 500)]
        assert 0 <= max(after) < 0.001
        assert after[-1] == 0


def test_landings_are_apart_and_within_the_shot():
    assert len(LANDINGS) >= 4
    assert all(b - a > Fraction(1, 4) for a, b in pairwise(LANDINGS))
    assert landings(LENGTH) == LANDINGS
    assert landings(Fraction(2)) == LANDINGS[:2]


def test_camera_projects_what_its_rays_meet():
    camera = Camera(320, 180)
    ray = camera.rays()[100, 40]
    point = np.array(camera.place) + 1.7 * ray
    assert camera.project(point[None])[0] == pytest.approx((40.5, 100.5))


def test_picture_stands_still_from_the_landing_on(shot):
    lands = LANDINGS[0]
    first_at_rest = Fraction(int(lands * RATE) + 2) / RATE
    before, at_rest, later = (shot.frame(first_at_rest + n / RATE).astype(int) for n in (-3, 0, 3))
    assert np.array_equal(at_rest, later)
    assert np.abs(at_rest - before).max() > 60


def test_blocks_show_where_they_land(shot):
    empty, full = shot.frame(Fraction(0)).astype(int), shot.frame(LENGTH - 1 / RATE).astype(int)
    for block in shot.blocks:
        x, y = shot.camera.project(block.corners(0).mean(axis=0)[None])[0]
        assert np.abs(full - empty)[int(y), int(x)].max() > 40


def test_frames_are_as_many_as_the_length_says():
    assert len(list(BlocksShot((160, 90), RATE, Fraction(2, 5)).frames())) == 10


def test_srgb_is_monotone_and_in_range():
    levels = np.tile(np.linspace(0, 3, 2000, dtype=np.float32)[:, None, None], (1, 64, 3))
    code = to_srgb(levels).astype(float).mean(axis=(1, 2))
    assert code[0] <= 1
    assert code[-1] > 250
    assert (np.diff(code) > -1).all()


def test_camera_move_is_exact_to_fractions_of_a_pixel(tmp_path):
    slope = np.tile(np.linspace(20, 235, 400), (225, 1))
    path = tmp_path / "slope.png"
    Image.fromarray(slope.astype(np.uint8)).convert("RGB").save(path)
    frames = list(move_over(path, Move(View(0.0, 0.5, 2.0), View(1.0, 0.5, 2.0)), 21, (160, 90)))
    levels = np.array([frame[45, 80, 0] for frame in frames], float)
    where = (1 - np.cos(np.pi * np.linspace(0, 1, 21))) / 2
    expected = 20 + 215 * (0.25 + 0.5 * where)
    assert levels == pytest.approx(expected, abs=2.0)


def test_camera_at_rest_gives_the_same_picture(tmp_path):
    path = tmp_path / "noise.png"
    noise = np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8)
    Image.fromarray(noise).save(path)
    view = View(0.3, 0.6, 1.2)
    first, *others = move_over(path, Move(view, view), 4, (160, 90))
    assert first.shape == (90, 160, 3)
    assert all(np.array_equal(first, other) for other in others)

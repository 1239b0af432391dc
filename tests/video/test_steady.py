"""Where the camera looks over many frames, and what of a picture a change keeps."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.footage import texture
from v2a_foley.video.flow import Camera, FlowMeter
from v2a_foley.video.steady import Steadier, kept, refined

SIZE = (160, 90)
LARGE = cv2.GaussianBlur(cv2.cvtColor(texture(3, (480, 300)), cv2.COLOR_RGB2GRAY), (0, 0), 1.2)


def view(pose: Camera, grain: float = 0.0, seed: int = 0) -> np.ndarray:
    """Return what a camera sees in a pose."""
    turn = np.array([[1 + pose.zoom, -pose.roll], [pose.roll, 1 + pose.zoom]])
    middle = np.array([(SIZE[0] - 1) / 2, (SIZE[1] - 1) / 2])
    matrix = np.hstack([turn, (middle - turn @ np.array([240.0, 150.0]) + [pose.x, pose.y])[:, None]])
    seen = cv2.warpAffine(LARGE, matrix.astype(np.float32), SIZE).astype(np.float64)
    seen += grain * np.random.default_rng(seed).standard_normal(seen.shape)
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def followed(poses: list[Camera], pictures: list[np.ndarray], rate: float = 25.0) -> list[Camera]:
    """Return the poses that are found of pictures."""
    meter, steady, found = FlowMeter(), Steadier(rate), []
    for number, picture in enumerate(pictures):
        step = meter(pictures[number - 1], picture).camera if number else Camera()
        found.append(steady(picture, step))
    assert len(found) == len(poses)
    return found


def corners(pose: Camera) -> np.ndarray:
    """Return where a pose takes four points, ``(4,)`` complex."""
    return np.array(
        [complex(1 + pose.zoom, pose.roll) * complex(x, y) for x in (-60, 60) for y in (-30, 30)]
    ) + complex(pose.x, pose.y)


def test_movements_are_chained_and_undone():
    one, two = Camera(3.0, -2.0, 0.1, 0.05), Camera(-1.0, 4.0, -0.05, 0.02)
    both = one.then(two)
    back = both.since(one)
    assert np.allclose((back.x, back.y, back.zoom, back.roll), (two.x, two.y, two.zoom, two.roll))
    place = complex(20, -10)
    moved = complex(1 + both.zoom, both.roll) * place + complex(both.x, both.y)
    assert both.undone(moved.real, moved.imag) == pytest.approx((20, -10))


@pytest.mark.parametrize("grain", [0.0, 6.0])
def test_a_hand_held_camera_is_followed_without_drift(grain):
    times = np.arange(100) / 25
    poses = [
        Camera(4 * np.sin(5 * t) + 6 * t, 3 * np.sin(7 * t + 1), 0.04 * np.sin(2 * t), 0.01 * np.sin(3 * t))
        for t in times
    ]
    found = followed(poses, [view(pose, grain, n) for n, pose in enumerate(poses)])
    apart = [np.abs(corners(a) - corners(b.since(poses[0]))).max() for a, b in zip(found, poses, strict=True)]
    assert max(apart) < (0.35 if grain == 0 else 2.0), apart


def test_a_camera_before_which_a_thing_passes_stands_still():
    pictures = []
    for n in range(60):
        picture = view(Camera(), grain=2.0, seed=n)
        cv2.rectangle(picture, (2 * n, 20), (2 * n + 45, 75), 230, -1)
        cv2.circle(picture, (2 * n + 20, 45), 9, 20, -1)
        pictures.append(picture)
    apart = [np.abs(corners(pose) - corners(Camera())).max() for pose in followed([Camera()] * 60, pictures)]
    assert max(apart) < 0.3, apart


def test_a_slow_pan_that_no_single_step_shows_adds_up():
    poses = [Camera(0.04 * n, 0.0) for n in range(75)]
    found = followed(poses, [view(pose, 3.0, n) for n, pose in enumerate(poses)])
    assert found[-1].x == pytest.approx(poses[-1].x, abs=0.6)


def test_light_does_not_move_the_camera():
    pictures = [
        view(Camera()) if n < 10 else np.clip(view(Camera()) * 0.6 + 10, 0, 255).astype(np.uint8) for n in range(20)
    ]
    assert all(np.abs(corners(pose) - corners(Camera())).max() < 0.2 for pose in followed([Camera()] * 20, pictures))


def test_a_movement_is_refined_by_the_pixels():
    truth = Camera(2.4, -1.3, 0.01, 0.005)
    found = refined(Camera(2.0, -1.0), view(Camera()), view(truth))
    assert np.abs(corners(found) - corners(truth)).max() < 0.1


@pytest.mark.parametrize("shape", [(16, 160), (1, 1), (90, 16)])
def test_pictures_too_narrow_to_say_anything_stand_still(shape):
    steady = Steadier(25)
    rng = np.random.default_rng(0)
    assert all(steady(rng.integers(0, 255, shape, np.uint8), Camera(3.0, 0.0)) == Camera() for _ in range(5))


def test_a_change_of_light_keeps_the_structure_and_a_cut_does_not():
    lit = view(Camera())
    dim = (lit * 0.5 + 20).astype(np.uint8)
    other = cv2.cvtColor(texture(8, SIZE), cv2.COLOR_RGB2GRAY)
    flat = np.full_like(lit, 7)
    assert kept(lit, dim) > 0.98
    assert kept(lit, other) < 0.3
    assert kept(lit, 255 - lit) == 0
    assert kept(flat, flat) == 1

"""The camera's movement, taken out of the flow between two pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.footage import texture
from v2a_foley.video.flow import Camera, FlowMeter

SIZE = (160, 90)


def seen(x: float = 0.0, y: float = 0.0, zoom: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """Return a window on a larger picture after a movement."""
    large = cv2.cvtColor(texture(3, (480, 300)), cv2.COLOR_RGB2GRAY)
    turn = np.array([[1 + zoom, -roll], [roll, 1 + zoom]])
    middle = np.array([(SIZE[0] - 1) / 2, (SIZE[1] - 1) / 2])
    matrix = np.hstack([turn, (middle - turn @ np.array([240.0, 150.0]) + [x, y])[:, None]])
    return cv2.warpAffine(large, matrix.astype(np.float32), SIZE)


@pytest.mark.parametrize(
    "moved",
    [(0.0, 0.0, 0.0, 0.0), (3.0, 1.0, 0.0, 0.0), (-8.0, 4.0, 0.0, 0.0), (0.0, 0.0, 0.03, 0.0), (1, 1, 0.01, 0.02)],
)
def test_the_camera_is_found(moved):
    camera = FlowMeter()(seen(), seen(*moved)).camera
    found = (camera.x, camera.y, camera.zoom, camera.roll)
    assert np.allclose(found[:2], moved[:2], atol=0.35)
    assert np.allclose(found[2:], moved[2:], atol=0.006)


def test_a_thing_that_moves_against_the_camera_is_the_rest():
    before, after = seen(), seen(4.0, 0.0)
    before, after = before.copy(), after.copy()
    cv2.rectangle(before, (60, 40), (84, 64), 255, -1)
    cv2.rectangle(after, (57, 40), (81, 64), 255, -1)
    cv2.circle(before, (72, 52), 6, 0, -1)
    cv2.circle(after, (69, 52), 6, 0, -1)
    flow = FlowMeter()(before, after)
    assert flow.camera.x == pytest.approx(4.0, abs=0.4)
    assert np.median(flow.rest[46:58, 64:78, 0]) == pytest.approx(-7.0, abs=1.5)
    assert np.abs(np.median(flow.rest[5:25, 10:150, 0])) < 0.3


def test_a_picture_without_texture_says_nothing_of_the_camera():
    flat = np.full((90, 160), 90, np.uint8)
    assert FlowMeter()(flat, flat).camera == Camera()


def test_what_the_camera_did_is_undone():
    camera = Camera(3.0, -2.0, 0.02, 0.01)
    moved = camera.applied(seen())
    apart = np.abs(moved.astype(int) - seen(3.0, -2.0, 0.02, 0.01))[12:-12, 12:-12]
    assert apart.mean() < 2


@pytest.mark.parametrize("shape", [(16, 160), (24, 160), (31, 160), (160, 16), (1, 1)])
def test_narrow_pictures_have_a_flow_too(shape):
    """OpenCV's DIS writes beyond its memory where a side is below 32 pixels; this crashed the process."""
    rng = np.random.default_rng(0)
    meter = FlowMeter()
    for _ in range(5):
        before = cv2.GaussianBlur(rng.integers(0, 255, shape, dtype=np.uint8), (0, 0), 2)
        flow = meter(before, np.roll(before, 5, 1))
        assert flow.whole.shape == (*shape, 2)
        assert np.isfinite(flow.rest).all()

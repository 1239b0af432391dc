"""What readers are told of every frame, on rendered scenes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests.footage import texture
from tests.scenes import ball, still
from v2a_foley.video.motion import Motion, MotionMeter
from v2a_foley.video.read import FrameBlock
from v2a_foley.video.traits import CELLS, FRAME, Traits

U, SPEED, CHANGE, THING, TURN = (CELLS.index(name) for name in ("u", "speed", "change", "thing", "turn"))


class Kept:
    """Keeps what it is fed."""

    def __init__(self) -> None:
        self.parts: list[Traits] = []

    def feed(self, traits: Traits) -> None:
        self.parts.append(traits)


def told(frames, rate: Fraction, block: int = 32) -> tuple[Motion, Traits]:
    kept = Kept()
    meter = MotionMeter(rate, [kept])
    for first in range(0, len(frames), block):
        some = np.stack(frames[first : first + block])
        meter.feed(FrameBlock(first, tuple(Fraction(first + i) / rate for i in range(len(some))), some))
    motion = meter.finish()
    times = tuple(time for part in kept.parts for time in part.times)
    cells, frame = (np.concatenate([getattr(part, name) for part in kept.parts]) for name in ("cells", "frame"))
    return motion, Traits(times, cells, frame)


@pytest.fixture(scope="module")
def bouncing():
    scene = ball("30", seconds=2.5)
    return (scene, *told(scene.frames, scene.rate))


def test_every_frame_is_told_once_in_order(bouncing):
    scene, motion, traits = bouncing
    assert traits.times == motion.times
    assert traits.cells.shape == (len(scene.frames), len(CELLS), 9, 16)
    assert traits.frame.shape == (len(scene.frames), len(FRAME))
    assert np.isfinite(traits.cells).all()
    assert np.abs(traits.cells).max() < 5


def test_blocks_of_any_length_tell_the_same(bouncing):
    scene, motion, traits = bouncing
    other, again = told(scene.frames, scene.rate, block=7)
    assert np.array_equal(traits.cells, again.cells)
    assert np.array_equal(traits.frame, again.frame)
    assert other.peaks == motion.peaks


def test_what_moves_is_told_where_it_is(bouncing):
    _, motion, traits = bouncing
    moving = traits.cells[45:, SPEED].sum(axis=0)
    _, column = np.unravel_index(int(moving.argmax()), moving.shape)
    assert 3 <= column <= 6  # the ball hops from x = 60 to 110 of 320
    assert traits.cells[45:, THING].max() > 0.3
    assert traits.cells[:, TURN].max() > 0.5
    x, y, wide, high = motion.peaks[0].region
    assert 0.15 < x < 0.35
    assert 0.75 < y < 0.95
    assert wide < 0.2
    assert high < 0.3
    assert motion.regions.shape == (len(motion.times), 4)


def test_a_pan_is_the_cameras_and_nothing_else():
    large = texture(5, (640, 360))
    frames = [np.ascontiguousarray(large[90:270, 40 + 4 * n : 360 + 4 * n]) for n in range(50)]
    motion, traits = told(frames, Fraction(25))
    assert np.median(traits.frame[5:, 0]) == pytest.approx(np.arcsinh(5 * -2 * 25 / 160), abs=0.1)
    assert np.abs(traits.cells[5:, U, 2:-2, 2:-2]).mean() < 0.05
    assert motion.peaks == ()


def test_a_frame_shown_twice_is_looked_at_once():
    scene = ball("24", seconds=2.0, grain=0.0)
    shown = [frame for n, frame in enumerate(scene.frames) for _ in range(2 if n % 4 == 3 else 1)]
    motion, traits = told(shown, Fraction(30))
    assert len(motion.times) == len(shown)
    repeats = {Fraction(n, 30) for n in range(4, len(shown), 5)}
    moving = {time for time in repeats if time > Fraction(1, 2)}
    assert moving.isdisjoint(traits.times)
    assert traits.frame[:, FRAME.index("repeated")].sum() >= len(moving) - 1
    plain, _ = told(scene.frames, Fraction(24))
    assert len(motion.peaks) == len(plain.peaks) > 0


def test_fast_films_are_thinned():
    scene = ball("120", seconds=1.2)
    motion, traits = told(scene.frames, scene.rate)
    assert len(motion.times) == len(scene.frames)
    assert len(traits.times) == len(scene.frames) // 2


def test_a_still_film_moves_nowhere():
    scene = still("25", seconds=1.0, grain=0.0)
    motion, traits = told(scene.frames, scene.rate)
    assert motion.energy.max() == 0
    assert traits.cells[:, CHANGE].max() == 0

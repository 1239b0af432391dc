"""A lamp that is switched is no cut; a cut is, however alike its two sides are in light."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest

from tests.footage import make_film, texture
from v2a_foley.video.flow import Camera
from v2a_foley.video.light import LightWatch
from v2a_foley.video.look import look
from v2a_foley.video.probe import probe

SIZE = (160, 90)
ROOM, OTHER = (cv2.cvtColor(texture(seed, SIZE), cv2.COLOR_RGB2GRAY) for seed in (3, 8))


def dimmed(picture: np.ndarray, part: float) -> np.ndarray:
    return np.clip(picture * part, 0, 255).astype(np.uint8)


def watched(pictures: list[np.ndarray], rate: float = 25.0) -> set[int]:
    watch = LightWatch(rate)
    for number, picture in enumerate(pictures):
        watch.feed(number, picture, Camera())
    watch.finish()
    return watch.found


def test_a_lamp_that_is_switched_is_found_on_its_frame():
    assert watched([ROOM] * 20 + [dimmed(ROOM, 0.5)] * 20 + [ROOM] * 20) == {20, 40}


@pytest.mark.parametrize("at", [1, 2, 57, 59])
def test_it_is_found_near_the_ends_too(at):
    assert watched([ROOM] * at + [dimmed(ROOM, 0.5)] * (60 - at)) == {at}


def test_cuts_fades_and_dissolves_are_none():
    assert watched([ROOM] * 20 + [dimmed(OTHER, 0.5)] * 20 + [ROOM] * 20) == set()
    parts = np.clip((np.arange(60) - 20) / 8, 0, 1)
    assert watched([cv2.addWeighted(ROOM, 1 - p, dimmed(OTHER, 0.4), p, 0) for p in parts]) == set()
    fade = [dimmed(ROOM, max(0.0, 1 - n / 25)) for n in range(30)]
    assert 25 not in watched(fade + [dimmed(OTHER, min(1.0, n / 25)) for n in range(30)])


def test_a_film_with_a_light_switch_is_one_shot_and_its_cut_stays(tmp_path):
    room, other = texture(3, (320, 180)), texture(8, (320, 180))
    dim = np.clip(room * 0.35, 0, 255).astype(np.uint8)
    frames = [room] * 25 + [dim] * 20 + [room] * 20 + [other] * 25
    film = make_film(tmp_path / "a.mp4", frames=frames)
    shots = look(probe(film)).shots
    assert [shot.range.start for shot in shots] == [0, Fraction(65, 25)]

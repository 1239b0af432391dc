"""Cuts, fades, and what only looks like them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.footage import make_film, real_clip, shots_frames, texture
from tests.scenes import ball, pan
from v2a_foley.errors import CutsError, DependencyMissing, UsageError
from v2a_foley.media import PictureStream
from v2a_foley.video import transnet
from v2a_foley.video.fades import fades
from v2a_foley.video.look import look
from v2a_foley.video.probe import probe
from v2a_foley.video.read import FrameBlock
from v2a_foley.video.shots import Cut, ShotFinder, detector_of, listed, spans

SIZE = (160, 90)
TRUE_CUTS = [21, 40, 52, 90, 131, 140, 177]


def found_in(frames, rate=Fraction(25), detector="adaptive"):
    """Return (frame, how) of the cuts that a detector finds."""
    finder = ShotFinder(detector_of(detector, rate), rate)
    frames = list(frames)
    for first in range(0, len(frames), 32):
        some = np.stack(frames[first : first + 32])
        finder.feed(FrameBlock(first, tuple(Fraction(first + i) / rate for i in range(len(some))), some))
    return [(int(cut.time * rate), cut.found) for cut in finder.finish()]


@pytest.mark.parametrize("detector", ["adaptive", "content"])
@pytest.mark.parametrize("seed", [1, 30, 60])
def test_hard_cuts_are_found_to_the_frame(detector, seed):
    frames = shots_frames(TRUE_CUTS, 200, SIZE, pan=1.0, seed=seed)
    assert found_in(frames, detector=detector) == [(cut, "cut") for cut in TRUE_CUTS]


@pytest.mark.long
def test_transnet_finds_hard_cuts_to_the_frame_and_survives_a_short_film():
    cuts = [30, 75]
    assert found_in(shots_frames(cuts, 110, SIZE, pan=1.0), detector="transnet") == [(cut, "cut") for cut in cuts]
    assert found_in([texture(1, SIZE)] * 3, detector="transnet") == []


def test_transnet_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(transnet, "find_spec", lambda name: None)
    with pytest.raises(DependencyMissing, match="pip install"):
        detector_of("transnet", Fraction(25))


def test_an_unknown_detector_is_wrong_use():
    with pytest.raises(UsageError, match="adaptive"):
        detector_of("guess", Fraction(25))


@pytest.mark.parametrize("length", [1, 2, 4])
def test_a_flash_is_no_cut(length):
    frames = list(shots_frames([], 100, SIZE, pan=1.0))
    for frame in range(50, 50 + length):
        frames[frame] = np.clip(frames[frame].astype(int) + 180, 0, 255).astype(np.uint8)
    assert found_in(frames) == []


@pytest.mark.parametrize("speed", [0.5, 4.0, 16.0])
def test_a_pan_is_no_cut_however_fast(speed):
    assert found_in(shots_frames([], 100, SIZE, pan=speed)) == []


def test_a_whip_pan_that_starts_and_stops_is_no_cut():
    still = texture(3, SIZE)
    ways = np.concatenate([np.zeros(40), np.cumsum(np.hanning(20) * 16), np.full(40, 150)])
    assert found_in(np.roll(still, round(way), axis=1) for way in ways) == []


def test_things_that_move_fast_are_no_cut():
    assert found_in(ball("25").frames) == []
    assert found_in(pan("25", speed=200).frames) == []


def fading(out, black, back, *, before=40, after=40):
    """Return two pictures with a fade through black between them, and the frame of the middle of the black."""
    first, second = texture(1, SIZE), texture(2, SIZE)
    light = np.concatenate([np.ones(before), np.linspace(1, 0, out + 1)[1:], np.zeros(black), np.linspace(0, 1, back)])
    frames = [(first * level).astype(np.uint8) for level in light[: before + out]]
    frames += [np.zeros_like(first)] * black
    frames += [(second * level).astype(np.uint8) for level in light[before + out + black :]]
    return frames + [second] * after, before + out - 1 + black // 2


@pytest.mark.parametrize(("out", "black", "back"), [(12, 0, 12), (25, 10, 25), (12, 1, 30), (40, 3, 40)])
def test_a_fade_through_black_is_one_cut_at_its_darkest_point(out, black, back):
    frames, middle = fading(out, black, back)
    [(frame, found)] = found_in(frames)
    assert found == "fade"
    assert abs(frame - middle) <= 2


def test_a_fade_in_at_the_start_and_a_fade_out_at_the_end_are_no_cuts():
    picture = texture(1, SIZE)
    light = np.concatenate([np.zeros(5), np.linspace(0, 1, 20), np.ones(40), np.linspace(1, 0, 20), np.zeros(5)])
    assert found_in((picture * level).astype(np.uint8) for level in light) == []


def test_a_dissolve_does_not_break_into_pieces():
    first, second = texture(1, SIZE).astype(float), texture(2, SIZE).astype(float)
    mix = np.concatenate([np.zeros(40), np.linspace(0, 1, 25), np.ones(40)])
    assert len(found_in((first * (1 - m) + second * m).astype(np.uint8) for m in mix)) <= 1


def test_black_that_is_cut_to_and_from_is_not_a_fade():
    assert fades([120.0] * 30 + [0.0] * 20 + [100.0] * 30, 25.0) == []


@pytest.mark.parametrize("detector", ["adaptive", "content"])
def test_real_footage(detector):
    cuts = [shot.range.start for shot in look(probe(real_clip("bikes.mp4")), detector=detector).shots]
    assert cuts == [Fraction(n, 25) for n in (0, 30, 76, 137, 187, 242)]
    assert len(look(probe(real_clip("bigbuckbunny.mp4")), detector=detector).shots) == 1


def test_shots_of_a_film_lie_on_its_frames_and_cover_it(tmp_path):
    film = make_film(tmp_path / "a.mkv", cuts=[20, 41, 70], seconds=4, rate="24000/1001", sound="tone")
    facts = probe(film)
    shots = look(facts).shots
    assert [shot.range.start for shot in shots] == [Fraction(n * 1001, 24000) for n in (0, 20, 41, 70)]
    assert [shot.found for shot in shots] == ["start", "cut", "cut", "cut"]
    assert shots[-1].range.end == facts.picture.end


PICTURE = PictureStream(0, "h264", 320, 180, 0, Fraction(25), False, 100, Fraction(1, 3), Fraction(4))


@given(st.lists(st.fractions(min_value=-1, max_value=6), max_size=12))
def test_spans_cover_the_picture_without_gaps(times):
    shots = spans(PICTURE, [Cut(time) for time in times])
    assert shots[0].range.start == PICTURE.start
    assert shots[-1].range.end == PICTURE.end
    assert all(a.range.end == b.range.start for a, b in pairwise(shots))
    assert all(shot.range.duration > 0 for shot in shots)
    assert {shot.range.start for shot in shots[1:]} == {t for t in times if PICTURE.start < t < PICTURE.end}


def test_a_listed_cut_outside_the_film_is_refused():
    with pytest.raises(CutsError, match=r"9\.000"):
        listed([Fraction(9)], PICTURE)

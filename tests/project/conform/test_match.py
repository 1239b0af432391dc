import numpy as np
import pytest

from tests.project.conform.reels import found_origin, recut, seen, shot
from v2a_foley.project.conform.follow import bridged
from v2a_foley.project.conform.match import Run, match

_QUICK, _ALL = 100, 2000


def _check(seeds) -> None:
    """Hold matches against the truth: of near frames of a slow shot one may pass for another, never else."""
    missed = near = frames = 0
    for seed in seeds:
        cut = recut(seed, shots=4, edits=4, longest=60)
        told = found_origin(match(cut.film, cut.cut), len(cut.cut))
        taken = told >= 0
        assert not (taken & (cut.origin < 0)).any(), "a new picture was taken for an old one"
        assert (np.abs(told - cut.origin)[taken] <= 12).all(), "a picture was taken for one far from it"
        missed += int((~taken & (cut.origin >= 0)).sum())
        near += int((taken & (told != cut.origin)).sum())
        frames += len(told)
    assert missed < 0.003 * frames
    assert near < 0.006 * frames


def test_random_cuts_are_matched_frame_by_frame():
    _check(range(_QUICK))


@pytest.mark.long
def test_many_random_cuts_are_matched_frame_by_frame():
    _check(range(_QUICK, _ALL))


def _plain(*shots):
    rng = np.random.default_rng(5)
    return seen(np.concatenate(shots), rng)


def test_the_same_film_is_one_run():
    film = recut(3, edits=0).film
    assert match(film, film) == (Run(0, 0, len(film)),)


def test_of_another_film_nothing_is_found():
    assert match(recut(1, edits=0).film, recut(2, edits=0).film) == ()


@pytest.mark.parametrize("level", [0, 235])
def test_black_and_white_follow_their_neighbours(level):
    a, b, blank = shot(1, 60), shot(2, 60), np.full((30, 9, 16), level)
    runs = match(_plain(a, blank, b, blank, a[:40]), _plain(b, blank, a[:40]))
    assert runs == (Run(90, 0, 130),)


def test_a_still_picture_stays_where_it_was():
    still = np.repeat(shot(7, 1), 80, axis=0)
    film = _plain(shot(1, 50), still, shot(2, 50))
    assert match(film, _plain(shot(1, 50), still, shot(2, 50))) == (Run(0, 0, 180),)


def test_a_dissolve_of_two_frames_does_not_part_what_belongs_together():
    a, b = shot(1, 60), shot(2, 60)
    mixed = a[58:60] * [[[0.66]], [[0.33]]] + b[0:2] * [[[0.34]], [[0.67]]]
    film, cut = _plain(a, shot(3, 40), b), _plain(a[:58], mixed, b[2:])
    runs = match(film, cut)
    assert [run.new - run.old for run in runs] == [0, -42]
    assert 57 <= runs[0].length <= 60
    assert runs[1].new_end == 118


def test_a_retimed_shot_is_none_of_the_old_ones():
    slow = shot(4, 120, speed=0.2)
    film, cut = _plain(shot(1, 40), slow, shot(2, 40)), _plain(shot(1, 40), slow[::2], shot(2, 40))
    told = found_origin(match(film, cut), len(cut))
    assert (told[40:100] == -1).mean() > 0.5
    assert (told[:40] == np.arange(40)).all()


def test_pictures_on_the_shelf_are_found_behind_the_film():
    film, gone, other = _plain(shot(1, 50), shot(2, 50)), _plain(shot(3, 40)), _plain(shot(8, 30))
    cut = _plain(shot(1, 50), shot(3, 40), shot(2, 50))
    assert match(film, cut, shelf=[other, gone]) == (Run(0, 0, 50), Run(130, 50, 40), Run(50, 90, 50))


def test_nothing_matches_nothing():
    empty = np.zeros((0, 9, 16), np.uint8)
    film = _plain(shot(1, 30))
    assert match(empty, film) == () == match(film, empty)


def test_a_flash_is_bridged_and_a_jump_is_not():
    runs = (Run(0, 0, 40), Run(44, 44, 20), Run(70, 64, 20), Run(90, 110, 5))
    assert bridged(runs) == (Run(0, 0, 64), Run(70, 64, 20), Run(90, 110, 5))

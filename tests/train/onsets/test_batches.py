from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.sync.onsets.traits import CELL, bounces
from v2a_foley.train.onsets.batches import Crops, disturbed, sample_of
from v2a_foley.train.onsets.films import Film
from v2a_foley.train.onsets.settings import OnsetSettings
from v2a_foley.train.onsets.sides import sides_of
from v2a_foley.train.onsets.stretches import Shelf, Stretch, read_stretch, write_stretch
from v2a_foley.video.traits import CELLS


def stretch(*, rate=25, truths=((0.45, 0.8, 0.3, 0.6),), frames=64, **more) -> Stretch:
    traits, _ = bounces(frames=frames, rate=rate, **more)
    return Stretch(traits, np.zeros(frames, bool), np.array(truths, np.float64))


class Fixed:
    """Random numbers that are not: every decision falls the same way."""

    def __init__(self, number: float) -> None:
        self.number = number

    def random(self) -> float:
        return self.number

    def uniform(self, low: float, high: float) -> float:
        return low if high < 1 else 1.0

    def standard_normal(self, shape, dtype):
        return np.zeros(shape, dtype)

    def integers(self, most: int) -> int:
        return most - 1


def test_a_contact_belongs_to_the_first_frame_that_shows_it():
    sample = sample_of(stretch())  # 0.45 s lies between the frames 11 (0.44 s) and 12 (0.48 s)
    assert np.flatnonzero(sample.hit).tolist() == [12]
    assert sample.early[12] == pytest.approx(0.75)
    assert sample.strength[12] == pytest.approx(0.8)
    assert sample.place[12].tolist() == pytest.approx([0.3, 0.6])
    assert np.flatnonzero(sample.onset).tolist() == [12]
    on_frame = sample_of(stretch(truths=((0.44, 1, np.nan, np.nan),)))
    assert np.flatnonzero(on_frame.hit).tolist() == [11]
    assert on_frame.early[11] == pytest.approx(0, abs=1e-6)


def test_at_sixty_frames_a_second_the_neighbours_are_a_third_right():
    sample = sample_of(stretch(rate=60))
    assert sample.onset[26:29] == pytest.approx([0.38, 1, 0.38], abs=0.01)
    assert sample.onset.sum() == pytest.approx(1.8, abs=0.1)


def test_of_a_frame_that_begins_a_shot_nothing_is_asked():
    made = stretch()
    made.cuts[12] = True
    sample = sample_of(made)
    assert (sample.counts[12], sample.hit.sum()) == (0, 0)


def test_mirrored_what_goes_right_goes_left_and_places_follow():
    sample = sample_of(stretch())
    sample.cells[:, CELL["u"]] = 0.5
    seen = disturbed(sample, Fixed(0.4), transposed=False)  # below the chance to be mirrored, above all others
    np.testing.assert_allclose(seen.cells[:, CELL["u"]], -0.5, atol=1e-6)
    np.testing.assert_allclose(seen.cells[:, CELL["v"]], sample.cells[:, CELL["v"], :, ::-1], atol=1e-6)
    assert seen.place[12].tolist() == pytest.approx([0.7, 0.6])
    turned = disturbed(sample, Fixed(0.9), transposed=True)
    assert turned.cells.shape[2:] == (16, 9)
    np.testing.assert_allclose(
        turned.cells[:, CELL["thing_u"]], sample.cells[:, CELL["thing_v"]].swapaxes(1, 2), atol=1e-6
    )
    assert turned.place[12].tolist() == pytest.approx([0.6, 0.3])


def test_a_stretch_survives_the_disk(tmp_path):
    made = stretch(rate=Fraction(30000, 1001))
    write_stretch(tmp_path / "one.npz", made)
    back = read_stretch(tmp_path / "one.npz")
    assert back.traits.times == made.traits.times
    np.testing.assert_allclose(back.traits.cells, made.traits.cells, atol=2e-3)
    np.testing.assert_array_equal(back.truths, made.truths)


def films(folder, *, kinds="aaabbb", shapes=((9, 16), (12, 16))) -> list[Film]:
    found = []
    for number, kind in enumerate(kinds):
        rows, columns = shapes[number % len(shapes)]
        path = folder / f"{number}.npz"
        write_stretch(path, stretch(rows=rows, columns=columns, frames=40 + number, seed=number))
        found.append(Film(str(number), kind, (path,), (40 + number,), (rows, columns)))
    return found


def test_a_batch_follows_from_seed_and_step_and_is_of_one_shape(tmp_path):
    crops = Crops(films(tmp_path), OnsetSettings(batch=3, frames=32), Shelf())
    one, again, other = crops.draw(5), crops.draw(5), crops.draw(6)
    assert one.cells.shape[:3] == (3, 32, len(CELLS))
    assert bool((one.cells == again.cells).all())
    assert one.cells.shape != other.cells.shape or not bool((one.cells == other.cells).all())


def test_whole_kinds_and_some_films_of_the_others_are_watched_on(tmp_path):
    found = [Film(str(number), "abcdef"[number % 6], (), (), (9, 16), hits=3) for number in range(60)]
    found += [Film(f"quiet {number}", f"quiet {number % 5}", (), (), (9, 16)) for number in range(10)]
    sides = sides_of(found, OnsetSettings())
    assert sorted(film.kind[:5] for film in sides.new) == sorted([sides.new[0].kind] * 10 + ["quiet"] * 2)
    assert len(sides.watched) == 5
    assert {film.kind for film in sides.learned}.isdisjoint({film.kind for film in sides.new})
    assert {film.kind for film in sides_of(found, OnsetSettings(watch_kinds="c, e")).new} == {"c", "e"}
    assert sides_of(found, replace(OnsetSettings(), watch_kinds="none")).new == ()

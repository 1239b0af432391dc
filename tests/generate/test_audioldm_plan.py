from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.generate.audioldm.plan import Room, batches, evenly, latents_for, length_for, on_grid, windows

frames = st.integers(1, 100_000)
multiples = st.sampled_from([1, 2, 4, 8, 16])


@given(frames, multiples)
def test_a_length_is_never_cut_and_costs_little_more_than_asked_for(count: int, multiple: int):
    length = on_grid(count, multiple)
    assert length >= count
    assert length % multiple == 0
    assert length - count < max(count / 16 + multiple, 4 * multiple)


@given(st.integers(1, 800), st.integers(1, 800))
def test_a_longer_sound_is_never_made_shorter(one: int, other: int):
    assert (on_grid(one, 8) <= on_grid(other, 8)) or one > other


def test_a_length_on_the_grid_stays_as_it_is():
    for count in range(1, 900):
        assert on_grid(on_grid(count, 8), 8) == on_grid(count, 8)


def test_the_lengths_of_audioldm():
    assert on_grid(256, 8) == 256  # 10.24 s, as it was trained
    assert on_grid(38, 8) == 40  # 1.5 s: no 10 s pass
    assert on_grid(750, 8) == 768  # 30 s in one pass


@given(st.integers(1, 10**9), st.sampled_from([44_100, 48_000, 96_000]))
def test_latents_cover_the_sound_and_no_more(samples: int, rate: int):
    count = latents_for(samples, rate, native_rate=16_000, hop=640)
    assert count * 640 * rate >= samples * 16_000
    assert count == 1 or (count - 1) * 640 * rate < samples * 16_000


@given(st.lists(st.integers(1, 12), max_size=60), st.integers(1, 9))
def test_batches_hold_every_sound_once_and_one_length_each(lengths: list[int], most: int):
    made = batches(lengths, lambda length: most)
    assert sorted(row for batch in made for row in batch.rows) == list(range(len(lengths)))
    for batch in made:
        assert {lengths[row] for row in batch.rows} == {batch.length}
        assert 1 <= len(batch.rows) <= most
    assert [batch.length for batch in made] == sorted((batch.length for batch in made), reverse=True)


@given(st.integers(1, 200), st.integers(1, 40))
def test_parts_are_few_and_even(count: int, most: int):
    sizes = [len(part) for part in evenly(range(count), most)]
    assert sum(sizes) == count
    assert max(sizes) <= most
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == -(-count // most)


@given(st.integers(1, 10**6), st.integers(1, 1000), st.integers(1, 10**10), st.integers(1, 64))
def test_what_is_tried_fits_the_estimate_or_is_one_row(per_latent: int, length: int, free: int, most: int):
    rows = Room(per_latent, free, most).rows(length)
    assert 1 <= rows <= most
    assert rows == 1 or rows * length * per_latent <= free


def test_a_lack_of_memory_is_remembered_for_other_lengths_too():
    room = Room(1.0, most=32)
    assert room.rows(256) == 32
    assert room.halve(32, 256)
    assert room.rows(256) == 16
    assert room.rows(512) == 8
    assert room.rows(64) == 32
    assert room.halve(16, 256)
    assert room.halve(8, 256)
    assert room.rows(256) == 4
    assert not room.halve(1, 5000)


@given(st.integers(1, 5000), st.integers(2, 40), multiples, st.floats(0, 0.5))
def test_windows_cover_the_sound_and_their_weights_sum_to_one(total: int, units: int, multiple: int, overlap: float):
    length = units * multiple
    laid = windows(total, length, multiple, overlap)
    sums = np.zeros(total)
    for window in laid:
        assert len(window.weights) == min(length, total)
        assert np.all(window.weights > 0)
        sums[window.start : window.end] += window.weights
    np.testing.assert_allclose(sums, 1, atol=1e-6)


@given(st.integers(34, 700), st.sampled_from([16, 32, 33]))
def test_windows_overlap_as_much_as_was_asked_for_and_start_on_multiples(eighths: int, window: int):
    laid = windows(8 * eighths, 8 * window, 8, 0.25)
    for one, other in pairwise(laid):
        assert one.start % 8 == 0
        assert one.end - other.start >= 0.25 * 8 * window - 8
    assert laid[-1].end == 8 * eighths


@pytest.mark.parametrize("seconds", [31, 60, 3600])
def test_an_hour_of_windows_costs_a_third_more_than_its_length(seconds: int):
    laid = windows(25 * seconds + 7, 256, 8)
    assert len(laid) * 256 <= 1.4 * (25 * seconds) + 2 * 256


@given(frames)
def test_a_long_sound_pays_for_one_multiple_at_most(count: int):
    length = length_for(count, 8, 768)
    assert length >= count
    assert length % 8 == 0
    assert length <= 768 or length - count < 8

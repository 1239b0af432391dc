from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.audio.fades import equal_power, linear
from v2a_foley.audio.levels import CENTRE, to_decibels, to_gain
from v2a_foley.audio.stream import Fifo, Follower, reblocked


@given(st.floats(-120, 40))
def test_decibels_and_gains_undo_each_other(decibels):
    assert to_decibels(to_gain(decibels)) == pytest.approx(decibels, abs=1e-9)


def test_silence_in_decibels_is_minus_infinity_both_ways():
    assert to_decibels(0.0) == -inf
    assert to_gain(-inf) == 0.0
    power = 2 * CENTRE**2
    assert power == pytest.approx(1, abs=1e-5)


@given(st.integers(1, 5000))
def test_equal_power_fades_keep_the_power_and_linear_ones_the_level(length):
    rise = equal_power(0, length, length)
    np.testing.assert_allclose(rise**2 + rise[::-1] ** 2, 1, atol=1e-6)
    line = linear(0, length, length)
    np.testing.assert_allclose(line + line[::-1], 1, atol=1e-6)


@given(st.integers(0, 300), st.integers(-50, 400), st.integers(0, 200))
def test_part_of_a_fade_is_that_part_of_the_whole(length, start, count):
    whole = equal_power(-50, 700, length)
    np.testing.assert_array_equal(equal_power(start, start + count, length), whole[start + 50 : start + 50 + count])
    assert (whole[:50] == 0).all()
    assert (whole[50 + length :] == 1).all()


@given(st.lists(st.integers(1, 50), max_size=20), st.integers(1, 40))
def test_fifo_gives_back_what_went_in(sizes, piece):
    fifo, total = Fifo(), sum(sizes)
    source, start = np.arange(2 * total).reshape(2, total), 0
    for size in sizes:
        fifo.push(source[:, start : start + size])
        start += size
    taken = []
    while fifo.waiting:
        taken.append(fifo.take(min(piece, fifo.waiting)))
    np.testing.assert_array_equal(np.concatenate([np.zeros((2, 0)), *taken], axis=1), source)
    with pytest.raises(ValueError, match="waiting"):
        fifo.take(1)


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(1, 17), st.integers(0, 200))
def test_reblocking_cuts_and_fills_to_the_length(sizes, block, wanted):
    source = np.arange(1, sum(sizes) + 1, dtype=np.float32)[np.newaxis]
    edges = np.cumsum([0, *sizes])
    pieces = (source[:, a:b] for a, b in pairwise(edges))
    got = list(reblocked(pieces, 1, wanted, block))
    assert all(piece.shape[1] == block for piece in got[:-1])
    expected = np.zeros((1, wanted), np.float32)
    expected[:, : min(wanted, source.shape[1])] = source[:, :wanted]
    np.testing.assert_array_equal(np.concatenate([np.zeros((1, 0)), *got], axis=1), expected)


def followed(values: np.ndarray, size: int, *settings) -> np.ndarray:
    follower = Follower(*settings)
    parts = [follower.feed(values[start : start + size]) for start in range(0, len(values), size)]
    return np.concatenate([*parts, follower.finish()])


@given(
    st.lists(st.tuples(st.integers(0, 399), st.floats(0.01, 1)), max_size=8),
    st.integers(1, 20),
    st.integers(0, 30),
    st.floats(0.001, 0.5),
    st.integers(1, 500),
)
def test_follower_covers_its_input_smoothly_whatever_the_blocks(points, ahead, hold, fall, size):
    values = np.zeros(400)
    for place, height in points:
        values[place] = max(values[place], height)
    curve = followed(values, 400, ahead, hold, fall)
    assert len(curve) == 400
    assert (curve >= values - 1e-9).all()
    assert curve.max(initial=0) <= values.max() + 1e-9
    np.testing.assert_allclose(followed(values, size, ahead, hold, fall), curve, atol=1e-12)
    widest = max(2 * (ahead // 2) + 1, 2 * (ahead - ahead // 2) + 1)
    assert np.abs(np.diff(curve)).max(initial=0) <= 1 / widest + 1e-9


def test_follower_rises_before_holds_and_returns_to_exactly_zero():
    values = np.zeros(1000)
    values[500] = 1
    curve = followed(values, 64, 20, 30, 0.01)
    assert (curve[: 500 - 40] == 0).all()
    assert curve[500 - 39] > 0
    assert curve[500:530] == pytest.approx(1)
    assert (curve[500 + 30 + 40 + 100 + 2 :] == 0).all()

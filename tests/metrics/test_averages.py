import numpy as np
import pytest

from v2a_foley.metrics.averages import mean_figure, ratio_figure
from v2a_foley.metrics.figure import Better, Protocol

PROTOCOL = Protocol("share", "noise")


def test_what_a_ratio_needs_does_not_depend_on_what_is_counted_in():
    rng = np.random.default_rng(0)
    under = rng.integers(5, 15, 200).astype(float)
    over = under * rng.uniform(0.2, 0.8, 200)
    one = ratio_figure(over, under, PROTOCOL, Better.HIGHER, what="clips", margin=0.01)
    tenfold = ratio_figure(10 * over, 10 * under, PROTOCOL, Better.HIGHER, what="clips", margin=0.01)
    assert one.needs == tenfold.needs > 30
    assert (tenfold.value, tenfold.low, tenfold.high) == pytest.approx((one.value, one.low, one.high))


def test_as_many_as_a_ratio_needs_make_its_interval_that_narrow():
    rng = np.random.default_rng(1)
    few = rng.integers(1, 20, 100).astype(float)
    need = ratio_figure(few * rng.uniform(0, 1, 100), few, PROTOCOL, Better.HIGHER, what="clips", margin=0.04).needs
    under = rng.integers(1, 20, need).astype(float)
    found = ratio_figure(under * rng.uniform(0, 1, need), under, PROTOCOL, Better.HIGHER, what="clips")
    assert (found.high - found.low) / 2 == pytest.approx(0.04, rel=0.25)


def test_values_of_one_clip_are_one_sample():
    values = np.repeat(np.random.default_rng(2).normal(5, 1, 40), 3)
    found = mean_figure(values, PROTOCOL, Better.HIGHER, what="takes", of=np.repeat(np.arange(40), 3))
    once = mean_figure(values[::3], PROTOCOL, Better.HIGHER, what="clips")
    assert (found.samples, once.samples) == (40, 40)
    assert (found.value, found.low, found.high) == pytest.approx((once.value, once.low, once.high))
    assert found.needs == once.needs

import numpy as np
import pytest

from v2a_foley.generate.aligning import best_fit, best_shift, shifted

RATE = 16_000
HITS = tuple((round(at * RATE), strength) for at, strength in ((1.2, 1.0), (2.05, 0.6), (3.3, 0.9), (4.9, 1.0)))


def strikes(late: float, floor: float = 0.01) -> np.ndarray:
    """Six seconds of faint noise with a burst so many seconds after every hit."""
    rng = np.random.default_rng(1)
    wave = floor * rng.standard_normal(6 * RATE)
    fall = np.exp(-np.arange(RATE // 2) / RATE * 25)
    for at, strength in HITS:
        begin = at + round(late * RATE)
        wave[begin : begin + len(fall)] += 0.4 * strength * fall * rng.standard_normal(len(fall))
    return wave.astype(np.float32)


@pytest.mark.parametrize("late", [0.0, 0.123, -0.3, 0.45])
@pytest.mark.parametrize("floor", [0.001, 0.03])
def test_a_sound_is_shifted_to_where_it_strikes_on_the_hits(late: float, floor: float):
    wave = strikes(late, floor)
    shift = best_shift(wave, RATE, HITS)
    assert abs(shift / RATE - late) <= 0.005
    moved = best_fit(shifted(wave, shift), RATE, HITS, 0)
    assert moved.agreement > 0.6
    assert moved.agreement > best_fit(strikes(0.2), RATE, HITS, 0).agreement + 0.5


def test_what_is_in_place_or_strikes_nowhere_is_not_moved():
    assert best_shift(strikes(0.0), RATE, HITS) == 0
    assert best_shift(np.zeros(6 * RATE, np.float32), RATE, HITS) == 0
    assert best_fit(strikes(0.3), RATE, (), RATE // 2) == best_fit(np.zeros(9, np.float32), RATE, HITS, 5)


def test_it_is_never_moved_beyond_its_reach():
    assert abs(best_fit(strikes(0.4), RATE, HITS, RATE // 10).shift) <= RATE // 10


@pytest.mark.parametrize("shift", [-4, -1, 0, 1, 4])
def test_shifting_keeps_the_length_and_the_samples(shift: int):
    wave = np.arange(10, dtype=np.float32)
    moved = shifted(wave, shift)
    assert len(moved) == 10
    at = np.arange(10) + shift
    known = (at >= 0) & (at < 10)
    assert np.array_equal(moved[known], wave[at[known]])

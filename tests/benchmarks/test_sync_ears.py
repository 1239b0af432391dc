import numpy as np
import pytest

from benchmarks.sync.ears import RATE, level_curve, onsets
from benchmarks.sync.scoring import Film, Window, counts, median_offset
from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import Procedural
from v2a_foley.project import default_vocabulary

TIGHT = Window(0.01, 0.01)
SECONDS = 5


def spread(seed, apart=0.5):
    rng = np.random.default_rng(seed)
    return np.arange(0.3, SECONDS - 0.6, apart) + rng.uniform(0, 0.1, len(np.arange(0.3, SECONDS - 0.6, apart)))


def struck(times, strengths, *, noise, seed=0, decay=0.015):
    rng = np.random.default_rng(seed)
    sound = np.zeros(SECONDS * RATE)
    length = int(0.08 * RATE)
    fall = np.exp(-np.arange(length) / RATE / decay)
    for time, strength in zip(times, strengths, strict=True):
        body = rng.standard_normal(length) if noise else np.cos(2 * np.pi * 1200 * np.arange(length) / RATE)
        begin = round(time * RATE)
        sound[begin : begin + length] += 0.4 * strength * fall * body
    return sound


def made(name, hits=(), seed=1):
    event = default_vocabulary()[name]
    request = SoundRequest(event=event, samples=SECONDS * RATE, hits=hits, seed=seed)
    sound = np.concatenate(list(Procedural().make(request).blocks), axis=1)
    return sound[0] * 10 ** (event.level / 20)


def heard(sound, truth):
    found = onsets(sound[None].astype(np.float32))
    return Film(tuple(truth), tuple(o.time for o in found), tuple(o.level for o in found), SECONDS)


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("bed", [0.0, 1e-3])
def test_strikes_of_30_db_between_them_are_all_heard(noise, bed):
    truth = spread(3)
    strengths = 10 ** (-np.random.default_rng(4).uniform(0, 30, len(truth)) / 20)
    sound = struck(truth, strengths, noise=noise) + bed * np.random.default_rng(5).standard_normal(SECONDS * RATE)
    film = heard(sound, truth)
    assert counts(film, TIGHT).f1 >= 0.98
    assert abs(median_offset([film])) < 0.003


@pytest.mark.parametrize("name", ["anvil", "wood_knock", "glass_clink", "door_slam"])
def test_made_impulses_over_a_bed_are_heard_at_their_moments(name):
    truth = spread(6, 0.7)
    hits = tuple((round(t * RATE), 0.3 + 0.7 * (i % 3) / 2) for i, t in enumerate(truth))
    film = heard(made(name, hits) + made("room_tone"), truth)
    assert counts(film, TIGHT).f1 >= 0.98
    assert abs(median_offset([film])) < 0.003


def test_a_steady_bed_has_no_strikes():
    noise = 0.05 * np.random.default_rng(0).standard_normal(SECONDS * RATE)
    assert heard(noise, ()).found == ()
    assert heard(made("room_tone"), ()).found == ()
    assert heard(np.zeros(SECONDS * RATE), ()).found == ()


def test_a_sound_that_swells_slowly_is_no_strike():
    times = np.arange(SECONDS * RATE) / RATE
    assert heard(0.3 * times / SECONDS * np.sin(2 * np.pi * 440 * times), ()).found == ()


def test_an_echo_belongs_to_its_strike_and_an_equal_one_is_another():
    once = heard(struck([2.0, 2.12], [1.0, 0.3], noise=True), (2.0,))
    twice = heard(struck([2.0, 2.12], [1.0, 1.0], noise=True), (2.0, 2.12))
    assert counts(once, TIGHT).f1 == 1
    assert counts(twice, TIGHT).f1 == 1


def test_the_level_is_that_of_the_sound():
    times = np.arange(RATE) / RATE
    sine = np.sin(2 * np.pi * 1000 * times).astype(np.float32)
    middles, levels = level_curve(np.stack([sine, np.zeros_like(sine)]))
    assert middles[0] == pytest.approx(0.025)
    assert len(levels) == 20
    assert levels == pytest.approx(np.full(20, -3.01), abs=0.01)
    assert level_curve(np.zeros((2, RATE), np.float32))[1][0] == pytest.approx(-120)

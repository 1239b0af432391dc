"""Animals sound as bioacoustics says: pitch, length, colour and rhythm by species, body, age, mood and temperature."""

from __future__ import annotations

import numpy as np
import pytest

from tests.generate.sounds import RATE, centroid, envelope, event, make, modulation, pitch, share
from v2a_foley.generate.procedural.families.cricket import pace
from v2a_foley.generate.procedural.families.snake import rattles
from v2a_foley.generate.procedural.families.wings import beats
from v2a_foley.project import Kind


def hit(family: str, strength: float = 0.9, seconds: float = 3.0, seed: int = 3, **params) -> np.ndarray:
    return make(event(family, Kind.IMPULSE, **params), seconds, seed=seed, hits=((0, strength),))[0]


def loud_part(wave: np.ndarray) -> np.ndarray:
    """The stretch within 12 dB of the loudest moment."""
    curve = envelope(wave, 200)
    inside = np.nonzero(curve > 0.25 * curve.max())[0]
    hop = RATE // 200
    return wave[inside[0] * hop : (inside[-1] + 1) * hop]


def colour(family: str, seeds=(1, 2), **params) -> float:
    return float(np.mean([centroid(hit(family, seconds=2.0, seed=k, **params)) for k in seeds]))


def tone(family: str, low: float, high: float, seeds=(1, 2, 3), **params) -> float:
    """Median fundamental of the loudest tenth of a second over seeds."""
    found = []
    for seed in seeds:
        wave = hit(family, seed=seed, seconds=4.0, **params)
        middle = int(np.argmax(np.convolve(envelope(wave, 100), np.ones(10), "same"))) * RATE // 100
        found.append(pitch(wave[max(0, middle - RATE // 12) : middle + RATE // 12], low, high))
    return float(np.median(found))


def calls(family: str, seconds: float = 25.0, seed: int = 2, **params) -> int:
    """How many sounds begin, by themselves, in so many seconds."""
    curve = envelope(make(event(family, **params), seconds, seed=seed)[0], 10)
    sounding = curve > 0.08 * curve.max()
    return int(np.sum(np.diff(sounding.astype(int)) > 0))


@pytest.mark.parametrize(
    ("family", "params", "low", "high", "shortest", "longest"),
    [
        ("dog", {}, 200, 800, 0.08, 0.35),
        ("cat", {}, 300, 900, 0.4, 1.4),
        ("cattle", {}, 80, 220, 0.9, 2.6),
        ("sheep", {}, 180, 400, 0.5, 1.4),
        ("wolf", {"distance": 1.0}, 200, 800, 2.0, 5.5),
        ("owl", {"distance": 1.0}, 250, 500, 0.15, 0.7),
        ("waterfowl", {}, 130, 350, 0.08, 0.35),
        ("baby", {}, 280, 650, 0.5, 1.7),
        ("waterfowl", {"species": "goose"}, 250, 800, 0.15, 0.6),
        ("elephant", {}, 250, 800, 0.7, 2.2),
        ("seal", {}, 150, 480, 0.15, 0.6),
    ],
)
def test_animals_have_their_pitch_and_length(family, params, low, high, shortest, longest):
    for seed in (3, 4):
        wave = hit(family, 0.8, 6.0, seed, **params)
        curve = envelope(wave, 200)
        active = curve > 0.06 * curve.max()
        edges = np.flatnonzero(np.diff(np.r_[0, active.astype(int), 0]))
        lengths = (edges[1::2] - edges[::2]) / 200
        call = int(np.argmax(lengths))
        first, last = edges[2 * call] * 240, edges[2 * call + 1] * 240
        quarter = (last - first) // 4
        assert shortest <= lengths.max() <= longest
        assert low <= pitch(wave[first + quarter : last - quarter], 40, 1500) <= high


def test_species_are_told_apart_by_colour():
    order = [("cattle", {}), ("big_cat", {}), ("dog", {}), ("gull", {}), ("snake", {})]
    colours = [colour(family, (1, 2), **params) for family, params in order]
    assert colours == sorted(colours)


@pytest.mark.parametrize(
    ("family", "name", "small", "large", "params"),
    [
        ("dog", "mass", 2.0, 60.0, {}),
        ("dog", "age", 0.15, 6.0, {}),
        ("cat", "mass", 0.5, 8.0, {}),
        ("big_cat", "mass", 35.0, 250.0, {}),
        ("wolf", "mass", 0.3, 1.6, {}),
        ("cattle", "age", 0.0, 8.0, {}),
        ("cattle", "mass", 250.0, 1050.0, {}),
        ("sheep", "mass", 4.0, 110.0, {}),
        ("pig", "mass", 2.0, 280.0, {}),
        ("horse", "mass", 80.0, 900.0, {}),
        ("horse", "mass", 80.0, 900.0, {"kind": "snort"}),
        ("bear", "mass", 15.0, 550.0, {}),
        ("elephant", "mass", 150.0, 6000.0, {}),
        ("monkey", "mass", 0.25, 3.0, {"kind": "scream"}),
        ("deer", "mass", 0.3, 1.6, {}),
        ("seal", "mass", 15.0, 900.0, {}),
        ("penguin", "mass", 1.2, 30.0, {}),
        ("rodent", "mass", 10.0, 1200.0, {}),
        ("bat", "mass", 4.0, 60.0, {}),
        ("whale", "length", 0.45, 1.4, {"species": "orca"}),
        ("dolphin", "length", 1.2, 5.0, {"kind": "clicks"}),
        ("baby", "age", 0.0, 36.0, {}),
        ("songbird", "mass", 6.0, 110.0, {"song": "chirp"}),
        ("gull", "mass", 0.15, 1.7, {"number": 1}),
        ("crow", "mass", 0.4, 2.0, {}),
        ("parrot", "mass", 60.0, 1400.0, {}),
        ("raptor", "mass", 0.4, 1.8, {}),
        ("owl", "mass", 0.15, 2.8, {}),
        ("fowl", "mass", 0.4, 1.8, {"species": "hen"}),
        ("waterfowl", "mass", 0.1, 1.7, {}),
        ("heron", "mass", 0.4, 1.8, {}),
        ("pigeon", "mass", 90.0, 580.0, {}),
        ("woodpecker", "branch", 5.0, 55.0, {}),
        ("wings", "mass", 0.05, 10.0, {}),
        ("frog", "length", 0.6, 1.6, {}),
        ("snake", "length", 0.4, 5.0, {}),
        ("insect_wings", "wing", 0.5, 1.8, {}),
        ("cicada", "length", 14.0, 60.0, {}),
    ],
)
def test_larger_older_bodies_sound_lower(family, name, small, large, params):
    assert colour(family, **{name: small}, **params) > 1.15 * colour(family, **{name: large}, **params)


@pytest.mark.parametrize("family", ["dog", "cattle", "sheep", "bear", "pig", "fowl", "crow", "dolphin"])
def test_the_agitated_call_more_often(family):
    assert calls(family, agitation=1.0) > 1.3 * calls(family, agitation=0.0)


@pytest.mark.parametrize(
    ("family", "params"), [("sheep", {}), ("frog", {}), ("dog", {}), ("owl", {}), ("songbird", {"number": 1})]
)
def test_animals_rest_between_calls(family, params):
    curve = envelope(make(event(family, **params), 20.0, seed=2)[0], 50)
    assert np.mean(curve < 0.05 * curve.max()) > 0.1


@pytest.mark.parametrize(("family", "params"), [("sheep", {}), ("frog", {}), ("seal", {}), ("gull", {})])
def test_more_animals_call_more(family, params):
    def busy(number: int) -> float:
        curve = envelope(make(event(family, **params, number=number), 20.0, seed=2)[0], 50)
        return float(np.mean(curve > 0.1 * curve.max()))

    assert busy(12) > 1.25 * busy(1)


@pytest.mark.parametrize("family", ["wolf", "big_cat", "crow", "gull", "raptor", "waterfowl", "songbird", "woodpecker"])
def test_distance_takes_the_treble(family):
    near, far = (
        np.mean([share(hit(family, seed=k, distance=d), 5000, 20_000) for k in (1, 2, 3)]) for d in (1.0, 200.0)
    )
    assert far < 0.75 * near


def test_a_dog_s_voices_are_told_apart():
    assert tone("dog", 40, 2000, kind="growl") < 150 < tone("dog", 40, 2000) < 700 < tone("dog", 40, 2500, kind="whine")
    assert 7 <= modulation(loud_part(hit("dog", kind="pant")), 2, 15) <= 12, "each breath is heard out and in"


def test_a_sheep_trembles():
    wave = loud_part(hit("sheep", 0.8, 3.0))
    assert 6 <= modulation(wave, 4, 20) <= 11
    assert 12 <= modulation(loud_part(hit("sheep", 0.8, tremor=15.0)), 4, 25) <= 17


def test_a_meow_opens_and_closes():
    wave = loud_part(hit("cat", 0.8, 3.0))
    third = len(wave) // 3
    assert centroid(wave[third : 2 * third]) > centroid(wave[2 * third :])


def test_a_cat_purrs_on_both_breaths():
    wave = make(event("cat", kind="purr"), 8.0, seed=3)[0]
    assert 22 <= modulation(wave, 10, 60) <= 31
    assert centroid(wave) < 900
    slow = envelope(wave, 20)
    assert slow.min() > 0.1 * slow.max(), "there is no pause between the breaths"


def test_a_stag_lengthens_its_tract():
    wave = loud_part(hit("deer", seed=2, distance=1.0))
    third = len(wave) // 3
    assert centroid(wave[:third]) > 1.15 * centroid(wave[2 * third :])


def test_a_rumble_lies_at_the_edge_of_hearing():
    wave = hit("elephant", kind="rumble", seconds=5.0)
    assert share(wave, 10, 250) > 0.9
    assert centroid(hit("elephant")) > 8 * centroid(wave)


def test_a_snort_flutters():
    assert 18 <= modulation(loud_part(hit("horse", kind="snort")), 12, 60) <= 40


def test_penguins_beat_with_two_voices():
    assert 14 <= modulation(loud_part(hit("penguin", seed=2)), 10, 60) <= 40


def test_bats_are_slowed_into_hearing():
    assert colour("bat", slowed=5.0) > 1.5 * colour("bat", slowed=20.0)


def test_insects_have_their_carriers():
    assert 4000 < centroid(make(event("cricket"), 5.0)[0]) < 5200
    assert 2500 < centroid(make(event("cricket", species="tree_cricket"), 5.0)[0]) < 3400
    assert 3500 < centroid(make(event("cicada"), 5.0)[0]) < 8500
    for species, low, high in (("bee", 190, 270), ("bumblebee", 125, 180), ("fly", 150, 230), ("mosquito", 430, 640)):
        wave = make(event("insect_wings", species=species, number=1), 3.0, seed=3)[0]
        assert low < pitch(wave[RATE : RATE + 9600], 90, 900) < high


def test_crickets_chirp_in_pulses():
    wave = make(event("cricket", number=1, chorus=0.0), 6.0, seed=3)[0]
    assert 20 < modulation(wave, 12, 60) < 45


def test_crickets_are_thermometers():
    assert pace(20.0) == pytest.approx(112 / 60, abs=0.01), "40 chirps a minute at 50 °F, 4 more a degree"
    for species in ("tree_cricket", "field_cricket"):
        rates = []
        for warm in (12.0, 30.0):
            wave = make(event("cricket", species=species, number=1, chorus=0.0, temperature=warm), 20.0, seed=4)[0]
            rates.append(modulation(wave, 0.4, 6))
        assert 2.0 < rates[1] / rates[0] < 5.0


def test_warm_rattles_are_fast():
    assert rattles(10.0) == 20
    for warm in (12.0, 38.0):
        wave = make(event("snake", kind="rattle", temperature=warm), 4.0, seed=3)[0]
        assert modulation(wave, 30, 200) == pytest.approx(2 * rattles(warm), rel=0.2)


def test_warm_frogs_call_more_often():
    for species in ("pond_frog", "peeper", "toad"):
        assert calls("frog", species=species, temperature=30.0) > 1.3 * calls("frog", species=species, temperature=8.0)


def test_a_toad_trills_and_a_bullfrog_bellows():
    assert 18 <= modulation(loud_part(hit("frog", species="toad", seconds=6.0)), 10, 60) <= 35
    assert 75 <= tone("frog", 50, 400, species="bullfrog") <= 135


def test_birds_sing_where_birds_sing():
    assert 2000 < centroid(hit("songbird", seconds=4.0)) < 8000
    assert 250 < pitch(loud_part(hit("pigeon")), 150, 900) < 450
    assert 800 < centroid(hit("crow")) < 2500
    assert 2500 < centroid(hit("fowl", species="chick")) < 5500
    assert centroid(hit("crow", species="raven")) < centroid(hit("crow")) < centroid(hit("crow", species="magpie"))


def test_a_cuckoo_calls_a_third():
    wave = hit("songbird", song="cuckoo", number=1, distance=1.0, seconds=1.0)
    first, second = (pitch(wave[int(a * RATE) : int((a + 0.1) * RATE)], 300, 1200) for a in (0.02, 0.35))
    assert 1.15 < first / second < 1.3


def test_wings_beat_after_their_mass():
    assert 5 < beats(0.4, 0.4) < 9, "a pigeon"
    assert beats(10.0, 0.4) < 3.5, "a swan"
    wave = loud_part(hit("wings", mass=5.0, seed=2))
    assert modulation(wave, 1, 12) == pytest.approx(beats(5.0, 0.5), rel=0.3)
    assert 35 < tone("wings", 20, 200, kind="hover", mass=0.004) < 75


@pytest.mark.parametrize("rate", [10.0, 22.0])
def test_woodpeckers_drum_at_their_rate(rate):
    wave = loud_part(hit("woodpecker", rate=rate, distance=1.0, seed=2))
    assert modulation(wave, 5, 35) == pytest.approx(1.12 * rate, rel=0.2)

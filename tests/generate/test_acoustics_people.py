"""Crowds, bodies, instruments and designed sounds answer their parameters as physics has it, and keep to their kind."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from tests.generate.sounds import RATE, centroid, envelope, event, make, modulation, pitch, rms, share
from v2a_foley.audio.descriptors import flatness, modulation_depth, tonality
from v2a_foley.project import Kind


def lasting(family: str, seconds: float = 4.0, seed: int = 3, **params) -> np.ndarray:
    return make(event(family, **params), seconds, seed=seed)[0].astype(float)


def hit(family: str, seconds: float = 2.0, seed: int = 3, strength: float = 0.9, **params) -> np.ndarray:
    return make(event(family, Kind.IMPULSE, **params), seconds, seed=seed, hits=((0, strength),))[0].astype(float)


def mean(measure, family: str, play=hit, seeds=(1, 2), **params) -> float:
    return float(np.mean([measure(play(family, seed=seed, **params)) for seed in seeds]))


BRIGHTER_WHEN_STRUCK = [
    ("plucked", {"kind": "guitar"}, "place", 0.5, 0.05),
    ("plucked", {"kind": "guitar"}, "hardness", 0.1, 0.9),
    ("bowed", {"kind": "violin"}, "force", 0.1, 0.9),
    ("bowed", {"kind": "violin"}, "place", 0.25, 0.04),
    ("keys", {"kind": "piano"}, "hardness", 0.0, 1.0),
    ("brass", {}, "effort", 0.1, 1.0),
    ("brass", {"effort": 0.4}, "mute", 0.0, 1.0),
    ("winds", {"kind": "clarinet"}, "effort", 0.05, 1.0),
    ("winds", {"kind": "flute"}, "air", 0.0, 1.0),
    ("free_reeds", {}, "pressure", 0.0, 1.0),
    ("whistle", {}, "size", 1.0, 0.0),
    ("drums", {}, "diameter", 1.2, 0.15),
    ("drums", {}, "tension", 0.0, 1.0),
    ("drums", {"kind": "snare"}, "hardness", 0.1, 1.0),
    ("mallets", {"kind": "marimba"}, "hardness", 0.0, 1.0),
    ("music_box", {}, "size", 1.0, 0.0),
    ("cymbals", {}, "hardness", 0.1, 1.0),
    ("bell", {}, "size", 1.0, 0.0),
    ("bell", {"kind": "hand"}, "hardness", 0.0, 1.0),
    ("percussion", {"kind": "woodblock"}, "size", 1.0, 0.0),
    ("synth", {}, "cutoff", 200.0, 6000.0),
    ("whoosh", {}, "speed", 5.0, 80.0),
    ("whoosh", {}, "size", 1.0, 0.003),
    ("boom", {}, "drive", 0.0, 1.0),
    ("boom", {}, "pitch", 25.0, 120.0),
    ("laser", {}, "pitch", 600.0, 6000.0),
    ("laser", {"dirt": 0.0}, "weight", 1.0, 0.0),
    ("interface", {}, "pitch", 300.0, 4000.0),
    ("robot", {}, "size", 1.0, 0.0),
    ("robot", {}, "speed", 0.0, 1.0),
    ("cartoon", {}, "pitch", 80.0, 800.0),
    ("cough", {}, "size", 1.0, 0.0),
    ("shimmer", {"direction": "up"}, "pitch", 800.0, 5000.0),
    ("energy", {"kind": "charge"}, "pitch", 40.0, 300.0),
]


@pytest.mark.parametrize(("family", "params", "name", "dark", "bright"), BRIGHTER_WHEN_STRUCK)
def test_a_parameter_brightens_a_strike(family, params, name, dark, bright):
    assert mean(centroid, family, **params, **{name: bright}) > 1.08 * mean(centroid, family, **params, **{name: dark})


BRIGHTER_THROUGHOUT = [
    ("crowd", {"people": 5000}, "distance", 200.0, 1.0),
    ("cheering", {}, "distance", 300.0, 1.0),
    ("laughter", {}, "age", 60.0, 6.0),
    ("laughter", {}, "vigour", 0.0, 1.0),
    ("applause", {}, "cup", 1.0, 0.0),
    ("applause", {}, "distance", 200.0, 1.0),
    ("marching", {"surface": "gravel"}, "distance", 200.0, 1.0),
    ("heart", {}, "inside", 1.0, 0.0),
    ("breath", {}, "size", 1.0, 0.0),
    ("breath", {}, "effort", 0.0, 1.0),
    ("drone", {}, "pitch", 30.0, 300.0),
    ("spaceship", {}, "size", 1.0, 0.0),
    ("spaceship", {}, "air", 0.0, 1.0),
    ("shimmer", {}, "pitch", 800.0, 5000.0),
    ("laser", {"kind": "beam"}, "pitch", 800.0, 6000.0),
    ("energy", {}, "strength", 0.0, 1.0),
    ("organ", {}, "pitch", 0.0, 1.0),
    ("bagpipe", {}, "drones", 1.0, 0.0),
]


@pytest.mark.parametrize(("family", "params", "name", "dark", "bright"), BRIGHTER_THROUGHOUT)
def test_a_parameter_brightens_what_lasts(family, params, name, dark, bright):
    low, high = (mean(centroid, family, lasting, (1, 2), **params, **{name: value}) for value in (dark, bright))
    assert high > 1.06 * low


LONGER = [
    ("plucked", {}, "mute", 1.0, 0.0),
    ("keys", {}, "pedal", 0.0, 1.0),
    ("drums", {"kind": "timpani"}, "damping", 1.0, 0.0),
    ("cymbals", {}, "damping", 1.0, 0.0),
    ("bell", {}, "damping", 1.0, 0.0),
    ("sweep", {}, "length", 0.6, 2.5),
    ("boom", {}, "length", 0.6, 3.0),
    ("cartoon", {}, "length", 0.3, 2.0),
    ("interface", {}, "count", 1, 4),
    ("laser", {}, "length", 0.1, 1.0),
    ("percussion", {}, "length", 0.05, 0.5),
    ("whoosh", {}, "path", 1.0, 30.0),
    ("whoosh", {"path": 20.0}, "distance", 0.5, 25.0),
    ("shimmer", {"direction": "up"}, "ring", 0.1, 2.0),
]


@pytest.mark.parametrize(("family", "params", "name", "short", "long"), LONGER)
def test_a_parameter_lengthens_a_strike(family, params, name, short, long):
    def lasts(wave: np.ndarray) -> float:
        return float(np.count_nonzero(envelope(wave, 200) > 0.05 * envelope(wave, 200).max()))

    assert mean(lasts, family, seconds=4.0, **params, **{name: long}) > 1.15 * mean(
        lasts, family, seconds=4.0, **params, **{name: short}
    )


def test_the_more_people_the_steadier():
    for family in ("crowd", "cheering", "laughter", "applause", "children"):
        few, many = (mean(modulation_depth, family, lasting, (1, 2), people=n) for n in (3, 450))
        assert few > 1.3 * many, family


def test_an_audience_claps_in_time_at_half_its_rate():
    loose, together = (lasting("applause", 8.0, people=300, synchrony=s) for s in (0.0, 1.0))
    assert 1.6 < modulation(together, 1.0, 5.0) < 2.6
    assert modulation_depth(together) > 3 * modulation_depth(loose)


@pytest.mark.parametrize("pace", [1.5, 2.0, 2.8])
def test_a_column_keeps_its_pace(pace):
    assert modulation(lasting("marching", 10.0, pace=pace, synchrony=1.0), 1.0, 3.4) == pytest.approx(pace, rel=0.06)


def test_the_worse_in_step_the_more_blurred():
    tight, loose = (mean(modulation_depth, "marching", lasting, synchrony=s) for s in (1.0, 0.2))
    assert tight > 1.3 * loose


def test_a_heart_keeps_its_rate_and_its_two_sounds():
    for rate in (60.0, 120.0):
        curve = envelope(lasting("heart", 12.0, rate=rate, effort=1.0), 100)
        beats = signal.find_peaks(curve, height=0.5 * curve.max(), distance=int(70 * 60 / rate))[0]
        assert np.median(np.diff(beats)) / 100 == pytest.approx(60 / rate, rel=0.08)
    assert share(lasting("heart", inside=0.5), 20, 200) > 0.9


def test_snores_flutter_and_breath_does_not():
    snore, breath = (lasting("breath", 6.0, kind=kind) for kind in ("snore", "mouth"))
    assert centroid(snore) < 0.6 * centroid(breath)
    assert tonality(snore) > tonality(breath)


def test_training_tunes_a_choir():
    trained, raw = (mean(tonality, "choir", lasting, (1, 2), training=t) for t in (1.0, 0.0))
    assert trained > raw + 2


def test_singers_keep_their_range_and_their_vowel():
    order = [centroid(lasting("choir", voices=voices)) for voices in ("men", "women", "children")]
    assert order == sorted(order)
    dark, open_ = (centroid(lasting("choir", vowel=vowel)) for vowel in ("u", "a"))
    assert open_ > 1.4 * dark


@pytest.mark.parametrize(
    ("family", "params", "low", "high"),
    [
        ("plucked", {"kind": "guitar"}, 100, 700),
        ("bowed", {"kind": "cello"}, 75, 500),
        ("brass", {"kind": "tuba"}, 40, 280),
        ("winds", {"kind": "oboe"}, 225, 1500),
        ("whistle", {"kind": "lips"}, 600, 4000),
        ("interface", {"pitch": 1000.0}, 850, 1150),
    ],
)
def test_instruments_play_in_their_compass(family, params, low, high):
    wave = hit(family, **params)
    first = int(np.argmax(np.abs(wave) > 0.3 * np.abs(wave).max()))
    assert low <= pitch(wave[first : first + 9600], 0.7 * low, 1.3 * high) <= high


def test_a_clarinet_lacks_even_partials():
    def odd(kind: str) -> float:
        wave = hit("winds", kind=kind, vibrato=0.0)
        hertz = pitch(wave[4800:19200], 120, 700)
        even_part, odd_part = (share(wave, f * hertz - 15, f * hertz + 15) for f in (2, 3))
        return odd_part / even_part

    assert odd("clarinet") > 3 * odd("sax")


def test_two_reeds_beat():
    still, beating = (lasting("free_reeds", kind="concertina", pitch=1.0, musette=cents) for cents in (0.0, 30.0))
    sound = [envelope(wave, 200) for wave in (still, beating)]
    rough = [float(np.std(np.diff(curve)) / np.mean(curve)) for curve in sound]
    assert rough[1] > 1.2 * rough[0]


def test_a_crash_spreads_upwards_and_a_gong_stays_low():
    wave = hit("cymbals", kind="tam_tam", diameter=0.9, hardness=0.4)
    assert centroid(wave[RATE // 2 : RATE]) > centroid(wave[: RATE // 10])
    assert centroid(hit("cymbals", kind="gong")) < 0.2 * centroid(hit("cymbals", kind="crash"))


def test_sweeps_go_where_they_are_told():
    def halves(**params) -> tuple[float, float]:
        wave = hit("sweep", 2.5, material="noise", length=2.0, **params)[: 2 * RATE]
        return centroid(wave[: len(wave) // 2]), centroid(wave[len(wave) // 2 :])

    assert halves(direction="rise")[1] > 1.3 * halves(direction="rise")[0]
    assert halves(direction="fall")[1] < 0.8 * halves(direction="fall")[0]
    loud = envelope(hit("sweep", 3.0, direction="reverse", length=2.0), 20)
    assert np.argmax(loud) > 0.8 * np.flatnonzero(loud > 0.01 * loud.max())[-1]


def test_ray_guns_fall_and_slide_whistles_go_where_they_are_told():
    def glide(wave: np.ndarray, length: float) -> float:
        n = int(length * RATE)
        return centroid(wave[n // 2 : n]) / centroid(wave[: n // 2])

    assert glide(hit("laser", weight=0.0, dirt=0.0), 0.3) < 0.7
    assert glide(hit("cartoon", kind="slide_up"), 0.9) > 1.5
    assert glide(hit("cartoon", kind="slide_down"), 0.9) < 0.7


@pytest.mark.parametrize("pulse", [2.0, 5.0])
def test_a_force_field_pulses(pulse):
    assert modulation(lasting("energy", 8.0, pulse=pulse), 1.0, 12.0) == pytest.approx(pulse, rel=0.15)


def test_density_and_number_fill_a_gesture():
    for family, params, name, few, many in (
        ("shimmer", {}, "density", 3.0, 70.0),
        ("drone", {}, "motion", 1.0, 0.0),
    ):
        assert mean(modulation_depth, family, lasting, **params, **{name: few}) > 1.15 * mean(
            modulation_depth, family, lasting, **params, **{name: many}
        )
    sparse, dense = (hit("percussion", kind="maracas", number=n) for n in (0.0, 1.0))
    assert rms(dense) > 1.1 * rms(sparse)


def test_purity_dirt_and_wear_roughen():
    assert mean(flatness, "interface", purity=0.0) > mean(flatness, "interface", purity=1.0)
    assert mean(flatness, "laser", dirt=1.0) > mean(flatness, "laser", dirt=0.0)
    assert mean(flatness, "robot", wear=1.0) > mean(flatness, "robot", wear=0.0)


def test_metal_brightens_a_boom():
    assert mean(centroid, "boom", metal=1.0) > mean(centroid, "boom", metal=0.0)

"""Weather, water, fire, ice, earth and places measure as physics says, and each end of each parameter is heard."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from tests.generate.sounds import (
    RATE,
    alike,
    centroid,
    envelope,
    event,
    flatness,
    make,
    modulation,
    pitch,
    ringing,
    rms,
    share,
)
from v2a_foley.audio.descriptors import modulation_depth, onset_rate, tonality
from v2a_foley.project import Kind


def play(family: str, seconds: float = 8.0, seed: int = 3, **params) -> np.ndarray:
    return make(event(family, Kind.AMBIENCE, **params), seconds, channels=1, seed=seed)[0].astype(float)


def hit(family: str, seconds: float = 6.0, seed: int = 3, strength: float = 0.9, **params) -> np.ndarray:
    request = {"channels": 1, "seed": seed, "hits": ((0, strength),)}
    return make(event(family, Kind.IMPULSE, **params), seconds, **request)[0].astype(float)


def depth(wave: np.ndarray) -> float:
    """How unsteady the level is within tenths of seconds."""
    curve = envelope(wave, 10)
    return float(curve.std() / curve.mean())


def peaks(wave: np.ndarray, low: float = 1500) -> float:
    """How far single sounds above a frequency stand out: the loudest milliseconds over the median."""
    high = signal.sosfilt(signal.butter(4, low, "highpass", fs=RATE, output="sos"), wave)
    curve = envelope(high, 500)
    return float(np.quantile(curve, 0.995) / np.median(curve))


def low_share(wave: np.ndarray) -> float:
    return share(wave, 20, 200)


def high_share(wave: np.ndarray) -> float:
    return share(wave, 2000, 20_000)


def late(wave: np.ndarray) -> float:
    """How loud the seconds are that follow the first one."""
    return rms(wave[2 * RATE : 5 * RATE]) / rms(wave[:RATE])


def length(wave: np.ndarray) -> float:
    return ringing(wave, 30)


TEXTURES = [
    ("surf", "height", 0.1, 4.0, low_share, 1, {}),
    ("surf", "distance", 3.0, 700.0, centroid, -1, {}),
    ("surf", "steepness", 0.0, 1.0, modulation_depth, 1, {"height": 2.0}),
    ("surf", "period", 3.0, 14.0, lambda wave: modulation(wave, 0.04, 2.0), -1, {}),
    ("stream", "flow", 0.5, 4000.0, low_share, 1, {}),
    ("stream", "roughness", 0.0, 1.0, high_share, -1, {}),
    ("stream", "distance", 1.0, 180.0, centroid, -1, {}),
    ("waterfall", "height", 0.5, 90.0, low_share, 1, {}),
    ("waterfall", "width", 0.2, 150.0, depth, -1, {}),
    ("waterfall", "distance", 2.0, 900.0, centroid, -1, {}),
    ("bubbles", "size", 1.0, 20.0, centroid, -1, {}),
    ("bubbles", "rate", 2.0, 150.0, modulation_depth, -1, {}),
    ("boiling", "heat", 0.1, 1.0, centroid, -1, {}),
    ("boiling", "volume", 0.3, 40.0, centroid, -1, {"heat": 0.3}),
    ("pour", "flow", 0.5, 60.0, centroid, -1, {"vessel": "sink"}),
    ("pour", "height", 0.03, 2.5, high_share, 1, {"vessel": "bath", "flow": 2.0}),
    ("underwater", "depth", 0.5, 250.0, centroid, -1, {"bubbles": 0.0}),
    ("underwater", "bubbles", 0.0, 1.0, lambda wave: share(wave, 200, 2000), 1, {}),
    ("underwater", "shrimps", 0.0, 1.0, high_share, 1, {}),
    ("underwater", "diver", 0.0, 1.0, depth, 1, {}),
    ("steam", "opening", 2.0, 500.0, centroid, -1, {}),
    ("steam", "pressure", 0.05, 0.9, centroid, 1, {"opening": 40.0}),
    ("steam", "pressure", 0.9, 12.0, tonality, 1, {"opening": 40.0}),
    ("steam", "water", 0.0, 1.0, depth, 1, {"opening": 40.0}),
    ("rain", "density", 0.1, 1.0, modulation_depth, -1, {"surface": "roof"}),
    ("rain", "drop", 0.6, 6.0, centroid, -1, {}),
    ("rain", "distance", 0.5, 60.0, peaks, -1, {}),
    ("hail", "size", 4.0, 50.0, centroid, -1, {}),
    ("hail", "density", 0.05, 1.0, modulation_depth, -1, {}),
    ("wind", "speed", 3.0, 30.0, centroid, 1, {}),
    ("wind", "gust", 0.0, 1.0, depth, 1, {}),
    ("fire", "size", 0.05, 15.0, low_share, 1, {}),
    ("fire", "wetness", 0.0, 1.0, high_share, 1, {}),
    ("fire", "distance", 1.0, 250.0, centroid, -1, {}),
    ("slide", "block", 0.02, 3.0, centroid, -1, {}),
    ("slide", "amount", 0.05, 1.0, low_share, 1, {"matter": "snow"}),
    ("slide", "distance", 5.0, 3000.0, centroid, -1, {}),
    ("earthquake", "magnitude", 3.5, 8.8, centroid, -1, {"rattle": 0.0}),
    ("earthquake", "distance", 4.0, 280.0, centroid, -1, {"rattle": 0.0}),
    ("earthquake", "rattle", 0.0, 1.0, high_share, 1, {}),
    ("eruption", "distance", 100.0, 15_000.0, centroid, -1, {}),
    ("eruption", "violence", 0.05, 1.0, modulation_depth, -1, {"distance": 300.0}),
    ("roomtone", "volume", 10.0, 100_000.0, lambda wave: share(wave, 20, 70), 1, {"hum": 0.0}),
    ("roomtone", "ventilation", 12.0, 65.0, centroid, 1, {"hum": 0.0}),
    ("roomtone", "hum", 0.0, 1.0, tonality, 1, {}),
    ("interior", "people", 0.05, 1.0, lambda wave: share(wave, 300, 3000), 1, {"doing": "pages", "ventilation": 55.0}),
    ("interior", "ventilation", 15.0, 65.0, high_share, -1, {"doing": "dishes", "people": 0.1}),
    ("city", "density", 6.0, 100.0, depth, -1, {"horns": 0.0}),
    ("city", "distance", 6.0, 700.0, centroid, -1, {"horns": 0.0}),
    ("city", "wet", 0.0, 1.0, high_share, 1, {"horns": 0.0, "distance": 10.0}),
    ("street", "traffic", 0.02, 1.0, low_share, 1, {}),
    ("street", "people", 0.02, 1.0, modulation_depth, -1, {"traffic": 0.5}),
    ("forest", "birds", 0.0, 1.0, lambda wave: share(wave, 2000, 8000), 1, {"insects": 0.0}),
    ("forest", "insects", 0.0, 1.0, lambda wave: share(wave, 3000, 9000), 1, {"birds": 0.0}),
    ("forest", "wind", 0.0, 1.0, lambda wave: share(wave, 2000, 8000), -1, {"birds": 0.7}),
    ("cabin", "speed", 0.1, 1.0, centroid, 1, {"vehicle": "airliner", "rattle": 0.0}),
    ("cabin", "seal", 0.0, 1.0, centroid, -1, {"rattle": 0.0}),
    ("cabin", "rattle", 0.0, 1.0, high_share, 1, {}),
    ("works", "machines", 0.05, 1.0, modulation_depth, -1, {"place": "building_site"}),
    ("harbour", "boats", 0.0, 1.0, tonality, 1, {"wind": 4.0}),
]


@pytest.mark.parametrize(
    ("family", "name", "low", "high", "measure", "sign", "rest"),
    TEXTURES,
    ids=[f"{row[0]}-{row[1]}" for row in TEXTURES],
)
def test_each_parameter_of_a_texture_is_heard(family, name, low, high, measure, sign, rest):
    seconds = 20.0 if measure is depth or name == "period" else 3.5
    one, other = (
        np.median([measure(play(family, seconds, seed, **{name: value}, **rest)) for seed in (1, 2)])
        for value in (low, high)
    )
    assert sign * (other - one) > 0.1 * max(abs(one), abs(other)), f"{one:.4g} at {low}, {other:.4g} at {high}"


STRIKES = [
    ("drips", "size", 1.5, 7.0, centroid, -1, {}),
    ("drips", "height", 0.05, 4.0, high_share, 1, {}),
    ("splash", "size", 0.04, 2.5, centroid, -1, {}),
    ("splash", "height", 0.1, 10.0, length, 1, {}),
    ("splash", "flat", 0.0, 1.0, lambda wave: rms(wave[: RATE // 25]) / rms(wave[:RATE]), 1, {}),
    ("thunder", "distance", 0.2, 15.0, centroid, -1, {}),
    ("thunder", "echo", 0.0, 1.0, late, 1, {"distance": 0.4}),
    ("ice", "thickness", 0.05, 2.0, centroid, -1, {}),
    ("ice", "distance", 20.0, 2500.0, length, 1, {}),
    ("slide", "amount", 0.1, 1.0, length, 1, {"matter": "snow"}),
]


@pytest.mark.parametrize(
    ("family", "name", "low", "high", "measure", "sign", "rest"), STRIKES, ids=[f"{row[0]}-{row[1]}" for row in STRIKES]
)
def test_each_parameter_of_a_stroke_is_heard(family, name, low, high, measure, sign, rest):
    one, other = (
        np.median([measure(hit(family, 9.0, seed, **{name: value}, **rest)) for seed in (1, 2, 3)])
        for value in (low, high)
    )
    assert sign * (other - one) > 0.1 * max(abs(one), abs(other)), f"{one:.4g} at {low}, {other:.4g} at {high}"


def test_rain_is_broad_and_bright():
    wave = play("rain", 6.0, density=0.7)
    assert share(wave, 1000, 12_000) > 0.7
    assert flatness(wave, 1500, 8000) > 0.3
    colours = [centroid(play("rain", 6.0, surface=s)) for s in ("canvas", "roof", "leaves", "ground")]
    assert colours == sorted(colours)


def test_fire_is_a_low_flame_with_sharp_crackles():
    wave = play("fire", 12.0, size=0.4)
    crackle = envelope(signal.sosfilt(signal.butter(4, 2000, "highpass", fs=RATE, output="sos"), wave), 400)
    rate = len(signal.find_peaks(crackle, height=6 * np.median(crackle), distance=8)[0]) / 12
    assert 1 <= rate <= 40
    assert share(wave, 30, 500) > 0.3


def test_wind_is_gusty_and_dark():
    wave = play("wind", 40.0, gust=0.8)
    assert centroid(wave) < 900
    gusts = envelope(wave, 2)
    assert np.std(gusts) / np.mean(gusts) > 0.2


@pytest.mark.parametrize(("speed", "low", "high"), [(6.0, 120, 900), (12.0, 240, 1800)])
def test_wires_sing_at_strouhals_frequency(speed, low, high):
    wave = signal.sosfilt(
        signal.butter(2, 100, "highpass", fs=RATE, output="sos"), play("wind", 10.0, speed=speed, through="wires")
    )
    hertz, power = signal.welch(wave, RATE, nperseg=8192)
    rest = power / np.maximum(signal.medfilt(power, 201), 1e-15)
    assert low < hertz[int(np.argmax(rest * (hertz < 3000) * (hertz > 100)))] < high


def test_waters_are_told_apart():
    stream, fall, deep = play("stream", 6.0), play("waterfall", 6.0), play("underwater", 6.0)
    assert centroid(deep) < 500 < centroid(stream)
    assert flatness(fall, 500, 4000) > flatness(stream, 500, 4000)
    surf = envelope(play("surf", 90.0), 2)
    assert np.std(surf) / np.mean(surf) > 0.2


@pytest.mark.parametrize("size", [2.0, 4.0, 7.0])
def test_a_drip_sounds_at_minnaerts_frequency(size):
    found = np.median([pitch(hit("drips", 1.0, seed, size=size)[:9600], 250, 6000) for seed in (1, 2, 3, 4, 5)])
    assert 0.6 < found / (3260 / (0.42 * size)) < 1.7


def test_a_vessel_sounds_higher_as_it_fills():
    wave = play("pour", 12.0, vessel="bucket", fill=8.0)

    def tone(piece: np.ndarray) -> float:
        hertz, power = signal.welch(piece, RATE, nperseg=8192)
        inside = (hertz > 200) & (hertz < 4000)
        return float(hertz[inside][np.argmax(power[inside] / signal.medfilt(power, 151)[inside])])

    assert tone(wave[-2 * RATE :]) > 1.5 * tone(wave[: 2 * RATE])


def test_thunder_is_long_and_low_and_the_farther_the_duller():
    near, far = (hit("thunder", 12.0, 4, distance=d) for d in (0.3, 10.0))
    assert centroid(far) < 300
    assert ringing(far, 25) > 1.5
    assert high_share(near) > 3 * high_share(far)


def test_a_crack_in_ice_falls_in_pitch():
    for seed in (1, 2, 3):
        wave = hit("ice", 3.0, seed, distance=1500.0)
        _, _, field = signal.stft(wave, RATE, nperseg=2048, noverlap=1536)
        power = np.abs(field) ** 2
        hertz = np.arange(len(power)) * RATE / 2048
        arrivals = [np.argmax(power[(hertz > low) & (hertz < 1.4 * low)].sum(axis=0)) for low in (3000, 800, 200)]
        assert arrivals[0] < arrivals[1] < arrivals[2]


def test_steam_hisses_where_a_jet_of_that_size_does():
    for opening in (20.0, 80.0, 300.0):
        wave = play("steam", 5.0, opening=opening, pressure=0.9)
        hertz, power = signal.welch(wave, RATE, nperseg=4096)
        top = hertz[int(np.argmax(signal.medfilt(power * hertz, 9)))]
        assert 0.3 < top / (0.2 * 470 / (opening / 1000)) < 3


@pytest.mark.parametrize("doing", ["dishes", "steps", "balls", "weights"])
def test_what_is_done_stands_out_of_a_room(doing):
    found = np.median([onset_rate(play("interior", 12.0, seed, people=0.3, doing=doing)) for seed in (1, 2, 3)])
    assert found > 0.1


def test_beds_of_places_are_wide_and_two_seeds_differ():
    for family in ("interior", "street", "works", "harbour", "forest", "surf", "cabin"):
        wave = make(event(family, Kind.AMBIENCE), 5.0, channels=2, seed=3)
        assert abs(np.corrcoef(wave)[0, 1]) < 0.85, family
        assert alike(wave[0], play(family, 5.0, 4), 0.05) < 0.6, family

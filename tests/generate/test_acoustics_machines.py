"""Vehicles, machines, electricity and signals measure as physics and standards say, and each parameter is heard."""

from __future__ import annotations

import numpy as np
import pytest

from tests.generate.sounds import RATE, envelope, event, make, modulation, pitch, share
from v2a_foley.audio.descriptors import described
from v2a_foley.project import Kind


def sound(family: str, seconds: float = 2.0, seed: int = 4, **params) -> np.ndarray:
    """One channel of a texture, or of one strike where a family has no texture."""
    if family in ("horn", "telephone", "beeper", "clock"):
        return make(event(family, Kind.IMPULSE, **params), seconds, seed=seed, hits=((0, 0.9),))[0].astype(float)
    return make(event(family, **params), seconds, seed=seed)[0].astype(float)


@pytest.mark.parametrize(("cylinders", "rpm"), [(4, 1200.0), (6, 900.0), (8, 1500.0)])
def test_engines_fire_at_their_rate(cylinders, rpm):
    wave = make(
        event("engine", cylinders=cylinders, idle_rpm=rpm, rev_rpm=2 * rpm), 6.0, seed=3, intensity=((0, 0.0),)
    )[0].astype(float)
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
    hertz = np.fft.rfftfreq(len(wave), 1 / RATE)
    firing = rpm / 60 * cylinders / 2
    near = (hertz > 0.92 * firing) & (hertz < 1.08 * firing)
    between = (hertz > 1.2 * firing) & (hertz < 1.8 * firing)
    assert spectrum[near].max() > 2 * spectrum[between].max()


def test_engines_speed_up():
    slow, fast = (make(event("engine", kind="car"), 5.0, seed=3, intensity=((0, v),))[0] for v in (0.0, 1.0))
    assert modulation(fast, 10, 300) > 1.5 * modulation(slow, 10, 300)
    assert described(fast, ("centroid",))["centroid"] > 1.3 * described(slow, ("centroid",))["centroid"]


@pytest.mark.parametrize(("blades", "rpm"), [(2, 324.0), (4, 390.0), (5, 250.0)])
def test_rotors_beat_at_blades_times_turns(blades, rpm):
    wave = make(event("rotor", blades=blades, rpm=rpm), 6.0, seed=3, intensity=((0, 1.0),))[0]
    rate = blades * rpm / 60
    assert abs(modulation(wave, 0.6 * rate, 1.6 * rate) / rate - 1) < 0.08


def test_a_rocket_is_deeper_than_a_jet():
    rocket = make(event("jet", kind="rocket", velocity=2600, diameter=2.5), 6.0, seed=3)[0]
    assert share(rocket, 20, 200) > 1.5 * share(make(event("jet"), 6.0, seed=3)[0], 20, 200)


def test_a_locomotive_puffs_four_times_a_turn():
    wave = make(event("steam_engine", rpm=60), 8.0, seed=3, intensity=((0, 1.0),))[0]
    assert abs(modulation(wave, 2.5, 6) / 4 - 1) < 0.06


def test_wheels_strike_joints_at_speed_over_spacing():
    """Twenty metres a second over rails of 20 m: the wheelsets come again after one second."""
    wave = make(event("train", speed=72, joints=20, weight=1.0), 20.0, seed=3, intensity=((0, 1.0),))[0]
    curve = envelope(wave, 200)
    lags = np.fft.irfft(np.abs(np.fft.rfft(curve - curve.mean(), 2 * len(curve))) ** 2)[: len(curve)]
    assert (180 + int(np.argmax(lags[180:220]))) / 200 == pytest.approx(1.0, rel=0.06)
    assert lags[180:220].max() > 2 * np.median(np.abs(lags[100:400]))


@pytest.mark.parametrize("family", ["train", "tracks", "rolling", "hull", "bicycle", "gears", "printer", "shuttle"])
def test_what_passes_neither_heaps_up_nor_is_lost_where_blocks_join(family):
    wave = sound(family, 3.0, seed=2)
    bend = np.abs(np.diff(wave, 2))
    assert bend[65_536 - 3 : 65_536 + 3].max() <= 1.5 * np.quantile(bend, 0.9999)
    levels = envelope(wave, 20)
    assert levels.min() > 0.02 * levels.max()


def test_a_clock_keeps_its_rate():
    from scipy import signal

    for rate in (1.0, 2.0, 4.0):
        wave = make(event("clock", rate=rate), 12.0, seed=2)[0]
        curve = envelope(wave, 200)
        onsets = signal.find_peaks(curve, height=0.2 * curve.max(), distance=int(120 / rate))[0]
        assert abs(np.median(np.diff(onsets)) / 200 * rate - 1) < 0.05


@pytest.mark.parametrize(
    ("kind", "low", "high", "period"),
    [("wail", 600, 1450, 4.0), ("yelp", 600, 1450, 0.3), ("two_tone", 440, 585, 1.4), ("rotary", 110, 430, 9.0)],
)
def test_sirens_sweep_between_their_notes(kind, low, high, period):
    siren = make(event("siren", kind=kind, low=low, high=high, period=period), 10.0, seed=3)[0]
    pitches = [pitch(siren[k : k + 2400], 0.7 * low, 1.4 * high) for k in range(RATE, 9 * RATE, 4801)]
    assert np.quantile(pitches, 0.95) == pytest.approx(high, rel=0.12)
    assert np.quantile(pitches, 0.05) == pytest.approx(low, rel=0.35)


@pytest.mark.parametrize(("cadence", "on", "whole"), [("us", 2.0, 6.0), ("uk", 1.0, 3.0), ("europe", 1.0, 5.0)])
def test_telephones_keep_the_cadence_of_their_country(cadence, on, whole):
    wave = make(event("telephone", Kind.IMPULSE, kind="ringback", cadence=cadence), 3 * whole, seed=1)[0]
    curve = np.r_[False, envelope(wave, 100) > 0.01]
    starts = np.flatnonzero(np.diff(curve.astype(int)) > 0)
    firsts = [starts[0], *starts[1:][np.diff(starts) > 100 * (whole - on) * 0.8]]
    assert np.median(np.diff(firsts)) / 100 == pytest.approx(whole, rel=0.03)


@pytest.mark.parametrize(("rate", "pulses"), [(20.0, 40), (25.0, 50)])
def test_bells_are_struck_twice_a_cycle(rate, pulses):
    wave = make(event("telephone", Kind.IMPULSE, rate=rate), 2.0, seed=1, hits=((0, 0.9),))[0]
    assert modulation(wave, 30, 70) == pytest.approx(pulses, rel=0.05)


def test_hum_is_twice_the_mains():
    for mains in (50.0, 60.0):
        assert pitch(sound("hum", seed=3, mains=mains, looseness=0.0), 1.4 * mains, 400) == pytest.approx(
            2 * mains, rel=0.02
        )


AUDIBLE = [
    ("engine", "cylinders", 2, 12, "modulation_rate", 1),
    ("engine", "rev_rpm", 1200, 9000, "modulation_rate", 1),
    ("engine", "load", 0, 1, "flatness", 1),
    ("engine", "distance", 1, 1000, "flatness", -1),
    ("rotor", "rpm", 200, 600, "modulation_rate", 1),
    ("rotor", "diameter", 2, 16, "centroid", -1),
    ("rotor", "slap", 0, 1, "centroid", -1),
    ("rotor", "distance", 5, 2000, "centroid", -1),
    ("jet", "diameter", 0.05, 2, "centroid", -1),
    ("jet", "velocity", 200, 1500, "centroid", 1),
    ("jet", "fan", 0, 1, "tonality", 1),
    ("jet", "distance", 5, 3000, "centroid", -1),
    ("tyres", "wetness", 0, 1, "centroid", 1),
    ("tyres", "speed", 10, 160, "centroid", 1),
    ("tyres", "tread", 0, 1, "tonality", 1),
    ("tyres", "distance", 1, 500, "centroid", -1),
    ("skid", "wetness", 0, 1, "flatness", 1),
    ("train", "speed", 15, 250, "centroid", 1),
    ("train", "weight", 0, 1, "centroid", -1),
    ("train", "squeal", 0, 1, "tonality", 1),
    ("train", "motor", 0, 1, "tonality", 1),
    ("train", "distance", 2, 2000, "centroid", -1),
    ("steam_engine", "rpm", 30, 150, "modulation_rate", 1),
    ("steam_engine", "cutoff", 0, 1, "modulation_depth", -1),
    ("steam_engine", "size", 0, 1, "centroid", -1),
    ("steam_engine", "leak", 0, 1, "centroid", 1),
    ("hull", "length", 3, 200, "centroid", -1),
    ("hull", "chop", 0, 1, "modulation_depth", 1),
    ("bicycle", "speed", 6, 40, "centroid", -1),
    ("rolling", "diameter", 0.04, 1.4, "centroid", -1),
    ("rolling", "speed", 0.5, 8, "centroid", 1),
    ("rolling", "rattle", 0, 1, "centroid", 1),
    ("tracks", "speed", 3, 60, "centroid", 1),
    ("tracks", "squeal", 0, 1, "tonality", 1),
    ("tracks", "distance", 2, 1000, "centroid", -1),
    ("motor", "rpm", 300, 20_000, "centroid", 1),
    ("motor", "size", 0, 1, "centroid", -1),
    ("gears", "rate", 4, 60, "modulation_rate", 1),
    ("gears", "size", 0, 1, "centroid", -1),
    ("computer", "fan_rpm", 600, 8000, "centroid", 1),
    ("computer", "seeks", 0, 60, "centroid", 1),
    ("drill", "pressure", 0, 1, "flatness", 1),
    ("drill", "size", 0, 1, "centroid", -1),
    ("breaker", "rate", 2, 30, "modulation_rate", 1),
    ("breaker", "mass", 0, 1, "centroid", -1),
    ("saw", "size", 0, 1, "centroid", -1),
    ("saw", "strokes", 0.5, 3, "modulation_rate", 1),
    ("grinder", "size", 0, 1, "centroid", -1),
    ("grinder", "sparks", 0, 1, "flatness", 1),
    ("fan", "rpm", 200, 20_000, "centroid", 1),
    ("fan", "diameter", 0.05, 2.5, "centroid", -1),
    ("fan", "outlet", 0, 1, "centroid", 1),
    ("washer", "rpm", 30, 1200, "modulation_rate", 1),
    ("washer", "hard", 0, 1, "centroid", 1),
    ("washer", "size", 0, 1, "centroid", -1),
    ("mill", "rpm", 3000, 25_000, "centroid", 1),
    ("mill", "size", 0, 1, "centroid", -1),
    ("pump", "rate", 1, 8, "modulation_rate", 1),
    ("pump", "size", 0, 1, "centroid", -1),
    ("pneumatics", "opening", 1, 200, "centroid", -1),
    ("pneumatics", "pressure", 0, 1, "centroid", 1),
    ("printer", "steps", 100, 2500, "centroid", 1),
    ("printer", "size", 0, 1, "centroid", -1),
    ("shuttle", "rate", 3, 30, "modulation_rate", 1),
    ("shuttle", "mass", 0, 1, "centroid", -1),
    ("hum", "mains", 25, 400, "centroid", 1),
    ("hum", "looseness", 0, 1, "centroid", 1),
    ("hum", "size", 0, 1, "centroid", -1),
    ("electricity", "gap", 0.3, 400, "centroid", -1),
    ("horn", "pitch", 80, 800, "centroid", 1),
    ("horn", "duration", 0.2, 2, "length", 1),
    ("telephone", "size", 0, 1, "centroid", -1),
    ("beeper", "pitch", 300, 4000, "pitch", 1),
    ("beeper", "hardness", 0, 1, "centroid", 1),
    ("beeper", "pulses", 1, 6, "length", 1),
    ("radio", "tuning", 0, 1, "flatness", 1),
    ("radio", "size", 0, 1, "flatness", 1),
    ("clock", "size", 0, 1, "centroid", -1),
]
"""Family, parameter, a low and a high value, what changes by it, and whether it grows."""


@pytest.mark.parametrize(("family", "name", "low", "high", "figure", "way"), AUDIBLE)
def test_a_parameter_is_heard_the_right_way(family, name, low, high, figure, way):
    few, many = (described(sound(family, **{name: value}), (figure,))[figure] for value in (low, high))
    assert (many > 1.08 * few) if way > 0 else (many < few / 1.08)

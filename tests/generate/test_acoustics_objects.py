"""Things that are struck, broken, worn, opened and fired: each parameter is heard, and in the direction of physics."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import signal

from tests.generate.sounds import RATE, centroid, envelope, event, flatness, make, ringing, share
from v2a_foley.audio.descriptors import length, pitch
from v2a_foley.project import Kind

SEEDS = (1, 2, 3)


def hit(family: str, strength: float = 0.9, seconds: float = 4.0, seed: int = 1, **params) -> np.ndarray:
    return make(event(family, Kind.IMPULSE, **params), seconds, seed=seed, hits=((0, strength),))[0]


def textured(family: str, seed: int = 1, **params) -> np.ndarray:
    return make(event(family, **params), 5.0, seed=seed)[0]


def deep(wave: np.ndarray) -> float:
    return share(wave, 30, 400)


def bright(wave: np.ndarray) -> float:
    return share(wave, 2000, 20_000)


def second_sound(wave: np.ndarray) -> float:
    """Seconds until the second of the separate blows."""
    curve = envelope(wave, 500)
    found = signal.find_peaks(np.r_[0, curve], height=0.03 * curve.max(), distance=20)[0]
    return float(found[1] - found[0]) / 500


RISES: list[tuple[str, dict[str, object], str, object, object, Callable[[np.ndarray], float], float]] = [
    ("impact", {"material": "metal"}, "damping", 1.0, 0.0, length, 3.0),
    ("impact", {"material": "wood"}, "size", 0.9, 0.1, centroid, 1.5),
    ("impact", {"material": "metal"}, "hardness", 0.1, 1.0, centroid, 1.1),
    ("impact", {"material": "wood", "size": 0.3}, "hollowness", 0.0, 1.0, deep, 1.2),
    ("footsteps", {"surface": "tile"}, "shoe", "barefoot", "heels", centroid, 1.5),
    ("footsteps", {"surface": "wood"}, "weight", 1.0, 0.0, centroid, 1.02),
    ("footsteps", {"surface": "wood"}, "wetness", 0.0, 1.0, bright, 1.5),
    ("hooves", {}, "weight", 1.0, 0.0, centroid, 1.1),
    ("hooves", {}, "shod", 0.0, 1.0, bright, 1.1),
    ("breaking", {}, "height", 0.1, 3.0, length, 1.3),
    ("breaking", {"height": 0.0}, "size", 0.0, 1.0, length, 1.2),
    ("collapse", {}, "duration", 0.8, 6.0, length, 2.0),
    ("collapse", {}, "mass", 1.0, 0.0, centroid, 1.3),
    ("friction", {"what": "rubber"}, "speed", 0.1, 0.9, pitch, 1.1),
    ("friction", {"what": "rubber"}, "pressure", 1.0, 0.0, pitch, 1.1),
    ("friction", {"what": "hinge"}, "size", 1.0, 0.0, centroid, 1.1),
    ("door", {}, "force", 0.1, 1.0, length, 1.1),
    ("door", {}, "size", 1.0, 0.0, centroid, 1.1),
    ("door", {"move": "open"}, "creak", 0.0, 1.0, length, 1.2),
    ("clicks", {"kind": "lock"}, "size", 0.0, 1.0, length, 1.3),
    ("clicks", {}, "spring", 0.1, 1.0, centroid, 1.05),
    ("teeth", {"count": 30}, "rate", 100.0, 10.0, length, 4.0),
    ("teeth", {"rate": 20.0}, "count", 5, 40, length, 3.0),
    ("teeth", {}, "size", 1.0, 0.0, centroid, 1.3),
    ("typing", {"keyboard": "mechanical"}, "travel", 0.5, 15.0, length, 1.05),
    ("typing", {"keyboard": "mechanical"}, "force", 0.1, 1.0, bright, 1.05),
    ("jingle", {}, "size", 1.0, 0.0, centroid, 1.1),
    ("jingle", {}, "vigour", 0.0, 1.0, length, 1.2),
    ("cloth", {}, "fabric", "wool", "silk", centroid, 1.8),
    ("cloth", {}, "wetness", 1.0, 0.0, centroid, 1.2),
    ("cloth", {}, "speed", 1.0, 0.0, length, 1.2),
    ("sheets", {}, "stiffness", 0.0, 1.0, centroid, 1.1),
    ("sheets", {}, "size", 1.0, 0.0, centroid, 1.05),
    ("cutting", {}, "hardness", 0.0, 1.0, bright, 1.3),
    ("cutting", {}, "blade", 0.0, 1.0, deep, 1.05),
    ("eating", {"wetness": 0.0}, "crispness", 0.2, 1.0, centroid, 1.5),
    ("eating", {}, "size", 0.0, 1.0, length, 1.2),
    ("digging", {}, "wetness", 1.0, 0.0, centroid, 1.1),
    ("digging", {}, "throw", 0.0, 1.0, length, 1.5),
    ("ball", {"ball": "rubber"}, "height", 0.05, 0.5, second_sound, 2.0),
    ("flesh", {}, "weight", 1.0, 0.0, centroid, 1.2),
    ("flesh", {"blow": "punch"}, "wetness", 0.0, 1.0, centroid, 1.2),
    ("explosion", {}, "size", 1.0, 0.1, centroid, 2.0),
    ("explosion", {"size": 0.3}, "distance", 3000.0, 10.0, centroid, 1.2),
    ("gunshot", {}, "calibre", 120.0, 5.6, centroid, 2.0),
    ("gunshot", {"velocity": 300.0}, "distance", 1500.0, 5.0, centroid, 1.3),
    ("gunshot", {}, "rounds", 1, 10, length, 2.0),
    ("gunshot", {}, "suppressor", 1.0, 0.0, deep, 1.3),
    ("gunshot", {"calibre": 7.6, "distance": 200.0}, "velocity", 320.0, 900.0, bright, 1.5),
    ("bullet", {}, "velocity", 150.0, 1000.0, centroid, 1.2),
    ("firework", {"effect": "crackers"}, "distance", 1000.0, 5.0, centroid, 1.3),
    ("firework", {"effect": "whistle"}, "size", 1.0, 0.0, centroid, 1.3),
    ("pop", {}, "size", 1.0, 0.0, centroid, 1.3),
    ("pop", {"kind": "cork"}, "pressure", 0.0, 1.0, centroid, 1.05),
    ("blade", {}, "length", 1.5, 0.3, centroid, 1.1),
    ("blade", {}, "grip", 1.0, 0.0, length, 1.5),
    ("bow", {}, "draw", 800.0, 60.0, deep, 1.1),
    ("bow", {"target": "wood"}, "distance", 4.0, 40.0, length, 1.5),
]
"""Family, its other parameters, the parameter, two values of it, and by what factor the second has more of what."""


@pytest.mark.parametrize(
    ("family", "base", "key", "less", "more", "measure", "factor"), RISES, ids=lambda part: str(part)[:12]
)
def test_a_parameter_is_heard_as_physics_says(family, base, key, less, more, measure, factor):
    low, high = (
        np.median([measure(hit(family, seed=seed, **base, **{key: value})) for seed in SEEDS]) for value in (less, more)
    )
    assert high > factor * low, f"{key} {more} gives {high:.4g}, {key} {less} gives {low:.4g}"


TEXTURES: list[tuple[str, dict[str, object], str, object, object, Callable[[np.ndarray], float], float]] = [
    ("abrasion", {}, "coarseness", 1.0, 0.0, centroid, 1.5),
    ("sliding", {}, "hardness", 0.0, 1.0, centroid, 1.2),
    ("sizzle", {}, "heat", 0.0, 1.0, centroid, 1.02),
    ("sizzle", {"heat": 0.8}, "wetness", 1.0, 0.0, centroid, 1.02),
    ("stirring", {"vessel": "metal", "content": "empty"}, "size", 1.0, 0.0, centroid, 1.1),
]


@pytest.mark.parametrize(
    ("family", "base", "key", "less", "more", "measure", "factor"), TEXTURES, ids=lambda part: str(part)[:12]
)
def test_a_parameter_of_a_texture_is_heard(family, base, key, less, more, measure, factor):
    low, high = (
        np.median([measure(textured(family, seed=seed, **base, **{key: value})) for seed in SEEDS])
        for value in (less, more)
    )
    assert high > factor * low


def test_strokes_come_at_their_rate():
    for rate in (0.8, 2.5):
        curve = envelope(make(event("abrasion", rate=rate), 12.0, seed=2)[0], 100)
        spectrum = np.abs(np.fft.rfft((curve - curve.mean()) * np.hanning(len(curve))))
        rates = np.fft.rfftfreq(len(curve), 0.01)
        inside = (rates > 0.4) & (rates < 12)
        found = rates[inside][np.argmax(spectrum[inside])]
        assert min(abs(found / rate - k) for k in (0.5, 1.0, 2.0)) < 0.25


def test_materials_ring_as_long_as_they_do():
    ring = {
        m: np.median([ringing(hit("impact", material=m, seed=k)) for k in range(5)])
        for m in ("metal", "glass", "wood", "cardboard")
    }
    assert ring["metal"] > 2 * ring["glass"] > 2 * ring["wood"] > ring["cardboard"]
    assert 0.02 < ring["wood"] < 0.4
    assert ring["metal"] > 0.4


def test_balls_are_told_apart_by_their_contact():
    colours = [centroid(hit("ball", ball=ball, meets="hand", seed=2)) for ball in ("basketball", "tennis", "billiard")]
    assert colours == sorted(colours)


def test_footsteps_follow_the_pace_and_the_ground():
    wave = make(event("footsteps", pace=2.0, surface="concrete"), 10.0, seed=3)[0]
    curve = envelope(wave, 100)
    steps = signal.find_peaks(curve, height=0.35 * curve.max(), distance=30)[0]
    assert abs(np.median(np.diff(steps)) / 100 - 0.5) < 0.06
    sounding = {s: ringing(hit("footsteps", surface=s), 25) for s in ("concrete", "snow")}
    assert sounding["snow"] > sounding["concrete"]
    assert flatness(hit("footsteps", surface="gravel"), 1000, 6000) > flatness(
        hit("footsteps", surface="metal"), 1000, 6000
    )


def test_gaits_have_their_beats():
    beats = {}
    for gait in ("walk", "trot", "gallop"):
        curve = envelope(make(event("hooves", gait=gait), 10.0, seed=3)[0], 200)
        beats[gait] = len(signal.find_peaks(curve, height=0.15 * curve.max(), distance=12)[0]) / 10
    assert beats["walk"] < beats["gallop"]
    assert 1.8 < beats["trot"] < 4


def test_a_gunshot_is_short_and_its_crack_comes_first():
    assert ringing(hit("gunshot", calibre=9.0), 20) < 0.5
    wave = hit("gunshot", calibre=7.6, velocity=850.0, distance=300.0, place="field")
    late = 300 * (1 / 343 - 1 / 850)
    crack, blast = wave[: int(0.03 * RATE)], wave[int((late - 0.01) * RATE) : int((late + 0.05) * RATE)]
    assert centroid(crack) > 1.5 * centroid(blast)
    assert np.max(np.abs(blast)) > np.max(np.abs(crack))


def test_doors_knock_more_than_once():
    curve = envelope(hit("door", move="knock"), 200)
    assert 2 <= len(signal.find_peaks(curve, height=0.3 * curve.max(), distance=16)[0]) <= 4


def test_automatic_fire_keeps_its_rate():
    curve = envelope(hit("gunshot", rounds=10, calibre=7.6, place="field"), 500)
    shots = signal.find_peaks(curve, height=0.4 * curve.max(), distance=20)[0]
    assert 500 < 60 / (np.median(np.diff(shots)) / 500) < 1000

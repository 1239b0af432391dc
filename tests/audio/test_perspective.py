"""A sound that stands left or right, near or far: the law, the way from place to place, and what stays as it was."""

from __future__ import annotations

from math import log10, radians, tan

import numpy as np
import pytest

from v2a_foley.audio.loudness import LoudnessMeter
from v2a_foley.audio.perspective import MOST_LEVEL, USUAL_SIZE, WIDTH, Way, level_of, pan_gains, placed
from v2a_foley.audio.room import NO_PLACE, roomed
from v2a_foley.timebase import SAMPLE_RATE

NOISE = (0.1 * np.random.default_rng(7).standard_normal((1, SAMPLE_RATE))).astype(np.float32)


def heard(wave, *points, held=False, room="", distance=3.0, block=10_000, usual=False):
    """A sound on its way, whole."""
    blocks = (wave[:, at : at + block] for at in range(0, wave.shape[1], block))
    pairs = list(placed(blocks, Way(points, held), room, distance))
    return np.concatenate([pair[int(usual)] for pair in pairs], axis=1)


def lufs(wave):
    meter = LoudnessMeter("stereo" if len(wave) == 2 else "mono")
    meter.feed(wave)
    return meter.finish().integrated


def difference(wave):
    """Right over left, in decibels."""
    return 10 * log10(np.mean(wave[1] ** 2.0) / np.mean(wave[0] ** 2.0))


def centroid(wave):
    spectrum = np.abs(np.fft.rfft(wave.sum(axis=0))) ** 2
    return float(np.sum(spectrum * np.arange(len(spectrum))) / np.sum(spectrum))


@pytest.mark.parametrize("place", [-1.0, 0.0, 0.3])
def test_what_is_on_a_side_is_louder_there_as_the_law_of_tangents_says(place):
    left, right = pan_gains(np.array([place]))[:, 0]
    angle = np.degrees(np.arctan((right - left) / (right + left) * tan(radians(30))))
    assert angle == pytest.approx(np.degrees(np.arctan(place * tan(radians(20)))), abs=1e-9)  # where the picture is
    assert left**2 + right**2 == pytest.approx(1)
    side = place * WIDTH
    assert difference(heard(NOISE, (0, place, 0.0))) == pytest.approx(20 * log10((1 + side) / (1 - side)), abs=0.01)


def test_it_is_as_loud_wherever_it_stands():
    dry, hall = lufs(NOISE), lufs(heard(NOISE, (0, 0.0, 0.0), room="hall"))
    for place in (-1.0, 0.0, 0.7):
        assert lufs(heard(NOISE, (0, place, 0.0))) == pytest.approx(dry, abs=0.05)
    assert lufs(heard(NOISE, (0, -1.0, 0.0), room="hall")) == pytest.approx(hall, abs=0.5)


def test_what_passes_moves_steadily_and_its_jitter_is_smoothed():
    rng = np.random.default_rng(3)
    clean = [(at, -0.9 + 1.8 * at / 48_000, 0.0) for at in range(0, 48_001, 800)]
    sides = [difference(part) for part in np.split(heard(NOISE, *clean), 16, axis=1)]
    assert np.all(np.diff(sides) > 0)
    shaken = Way(tuple((at, place + rng.normal(0, 0.05), 0.0) for at, place, _ in clean), held=False)
    off = shaken.at(0, 48_000)[0] - np.interp(np.arange(48_000), *zip(*[point[:2] for point in clean], strict=True))
    assert np.std(off[8000:-8000]) < 0.025
    assert np.abs(np.diff(shaken.at(0, 48_000)[0])).max() < 3e-4  # no zipper


def test_a_blow_keeps_its_place_until_shortly_before_the_next():
    way = Way(((1000, -0.8, 0.0), (49_000, 0.6, -3.0), (50_000, 0.0, 0.0)), held=True)
    places, levels = way.at(0, 60_000)
    assert np.all(places[: 49_000 - 2880] == -0.8)
    assert np.all(places[49_000 - 96 : 49_500] == 0.6)
    assert np.all(levels[49_000 - 96 : 49_500] == -3)
    assert np.all(places[50_000 - 96 :] == 0)
    assert np.abs(np.diff(places)).max() < 0.003  # glides, and jumps nowhere


@pytest.mark.parametrize("room", ["", "hall", NO_PLACE])
def test_a_blow_begins_on_its_sample_on_both_sides(room):
    clicks = np.zeros((1, 30_000), np.float32)
    clicks[0, [4000, 20_000]] = 0.5
    wave = heard(clicks, (4000, -0.8, -4.0), (20_000, 0.8, 2.0), held=True, room=room, distance=12.0, block=1777)
    for channel in wave:
        assert np.abs(channel[:4000]).max() < 1e-9
        assert np.argmax(np.abs(channel[4000:10_000])) == 0
        assert np.argmax(np.abs(channel[19_000:])) == 1000


def test_what_is_far_is_softer_duller_and_has_more_room():
    levels = [level_of(size) for size in (0.6, USUAL_SIZE, 0.15, 0.06)]
    waves = [heard(NOISE, (0, 0.0, level)) for level in levels]
    assert levels[1] == level_of(0.0) == 0
    assert max(map(abs, levels)) < MOST_LEVEL
    assert level_of(USUAL_SIZE * 1.1) == pytest.approx(20 * log10(1.1), abs=0.02)  # inverse distance
    assert np.all(np.diff([lufs(wave) for wave in waves]) < -1)
    assert centroid(waves[0]) == pytest.approx(centroid(waves[1]), rel=1e-4)
    assert centroid(waves[1]) > 1.05 * centroid(waves[2]) > 1.05 * centroid(waves[3])
    click = np.zeros((1, 48_000), np.float32)
    click[0, 0] = 1
    wet = []
    for level in levels:
        energy = heard(click, (0, 0.0, level), room="hall").sum(axis=0) ** 2.0
        wet.append(energy[240:].sum() / energy[:240].sum())
    assert np.all(np.diff(wet) > 0)


def test_in_the_middle_at_the_usual_distance_nothing_changes():
    assert np.array_equal(
        heard(NOISE, (0, 0.0, 0.0), room="hall"), heard(NOISE, (0, 0.0, 0.0), room="hall", usual=True)
    )
    side = heard(NOISE, (0, 0.9, -5.0), (9000, -1.0, 3.0), room="hall", usual=True)
    assert np.array_equal(side, heard(NOISE, (0, 0.0, 0.0), room="hall"))  # what its level is measured by
    mono = np.concatenate(list(roomed(iter([NOISE]), "hall", 3.0)), axis=1)
    assert lufs(side) == pytest.approx(lufs(mono), abs=0.5)
    assert np.allclose(heard(NOISE, (0, 0.0, 0.0)), NOISE * 0.5**0.5, atol=1e-7)


def test_blocks_do_not_show():
    points = ((0, -1.0, -6.0), (20_000, 1.0, 4.0), (46_000, 0.2, -1.0))
    whole = heard(NOISE, *points, room="street", block=10**6)
    assert np.allclose(heard(NOISE, *points, room="street", block=4321), whole, atol=1e-6)

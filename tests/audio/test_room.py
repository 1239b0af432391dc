"""Rooms: what reflections, reverb and air do to a dry sound, measured."""

import numpy as np
import pytest

from v2a_foley.audio.room import FARTHEST, NO_PLACE, PLACES, response, roomed
from v2a_foley.errors import UsageError
from v2a_foley.timebase import SAMPLE_RATE


def blocks(wave: np.ndarray, size: int):
    return (wave[:, start : start + size] for start in range(0, wave.shape[1], size))


def in_room(wave: np.ndarray, place: str, distance: float, size: int = 10_000) -> np.ndarray:
    return np.concatenate(list(roomed(blocks(wave.astype(np.float32), size), place, distance)), axis=1)


def reverberation(line: np.ndarray) -> float:
    """Seconds for 60 dB, from the fall between -5 and -25 dB of the backward integral (Schroeder 1965)."""
    fall = 10 * np.log10(np.cumsum(line[:0:-1] ** 2)[::-1] / np.sum(line[1:] ** 2) + 1e-15)
    return 3 * (int(np.argmax(fall < -25)) - int(np.argmax(fall < -5))) / SAMPLE_RATE


def wet(line: np.ndarray) -> float:
    """Decibels of what comes after the first millisecond over what comes before."""
    return float(10 * np.log10(np.sum(line[48:] ** 2) / np.sum(line[:48] ** 2)))


@pytest.mark.parametrize("place", PLACES)
def test_the_direct_sound_keeps_its_sample_and_its_level(place):
    click = np.zeros((1, SAMPLE_RATE))
    click[0, 12_345] = 0.5
    for distance in (0.0, 2.0, 8.0):
        heard = in_room(click, place, distance)[0]
        assert np.abs(heard[:12_345]).max() < 1e-7
        assert int(np.argmax(np.abs(heard))) == 12_345
        assert heard[12_345] == pytest.approx(0.5, rel=0.25)


@pytest.mark.parametrize("place", PLACES)
def test_it_rings_as_long_as_the_place_does(place):
    kind = PLACES[place]
    assert reverberation(response(place, 10.0)[0]) == pytest.approx(kind.decay, rel=0.25)


@pytest.mark.parametrize("place", PLACES)
def test_farther_is_wetter_and_darker(place):
    near, far = response(place, 0.5)[0], response(place, 60.0)[0]
    assert wet(far) > wet(near)
    assert wet(far) < 0
    spectrum = [np.abs(np.fft.rfft(line[:512])) for line in (near, far)]
    assert spectrum[1][170] / spectrum[1][10] < 0.7 * spectrum[0][170] / spectrum[0][10]


def test_places_differ_as_places_do():
    order = ["open", "forest", "street", "hall"]
    assert [wet(response(place, 6.0)[0]) for place in order] == sorted(wet(response(place, 6.0)[0]) for place in order)
    decays = [reverberation(response(place, 6.0)[0]) for place in ("vehicle", "room", "hall", "church")]
    assert decays == sorted(decays)


def test_a_room_has_reflections_before_its_reverb():
    line = np.abs(response("room", 2.0)[0])
    early, late = line[48 : SAMPLE_RATE // 50], line[SAMPLE_RATE // 50 : SAMPLE_RATE // 10]
    assert early.max() > 3 * np.sqrt(np.mean(early**2))
    assert late.max() < 6 * np.sqrt(np.mean(late**2))


@pytest.mark.parametrize("size", [1, 777, 48_000])
def test_blocks_do_not_matter(size):
    wave = np.random.default_rng(1).standard_normal((1, 3000 if size == 1 else 60_000))
    whole = in_room(wave, "hall", 6.0, wave.shape[1])
    np.testing.assert_allclose(in_room(wave, "hall", 6.0, size), whole, atol=1e-4)


def test_two_channels_have_two_tails_and_one_direct_sound():
    line = response("church", 6.0, 2)
    assert line[0, 0] == line[1, 0]
    late = line[:, SAMPLE_RATE // 5 :]
    assert abs(np.corrcoef(late)[0, 1]) < 0.1


def test_where_there_is_no_room_nothing_happens():
    wave = np.random.default_rng(2).standard_normal((1, 5000)).astype(np.float32)
    assert np.array_equal(in_room(wave, NO_PLACE, 6.0), wave)


def test_beyond_the_farthest_nothing_changes():
    wave = np.random.default_rng(3).standard_normal((1, 5000))
    assert np.array_equal(in_room(wave, "open", FARTHEST), in_room(wave, "open", 10 * FARTHEST))


def test_an_unknown_place_is_refused():
    with pytest.raises(UsageError, match="attic"):
        in_room(np.zeros((1, 10)), "attic", 1.0)

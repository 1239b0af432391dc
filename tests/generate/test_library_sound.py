from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.generate.sounds import centroid, rms
from v2a_foley.generate.library import Library
from v2a_foley.project import Event

from .library_sounds import (
    DOG,
    ENGINE,
    EVENTS,
    RAIN,
    STEP,
    WIND,
    WordBag,
    attacks,
    library_request,
    made,
    noise,
    write,
)

# What lasts


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("samples", [4800, 48_000, 5 * 48_000 + 1, 30 * 48_000 + 7])
@pytest.mark.parametrize("event", [RAIN, WIND, ENGINE])
def test_a_bed_has_exactly_the_length_asked_for_and_the_same_bits_again(
    library: Library, event: Event, samples: int, channels: int
):
    request = library_request(event, samples, channels=channels, seed=5)
    sound = made(library, request)

    assert sound.shape == (channels, samples)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() <= 1
    assert np.array_equal(sound, made(library, request))
    assert np.abs(sound[:, [0, -1]]).max() < 1e-3


def test_a_long_file_gives_a_stretch_from_its_inside(library: Library, sounds: Path):
    sound = made(library, library_request(WIND, 5 * 48_000, seed=3))[0]
    whole, _ = soundfile.read(sounds / "weather/Wind_Howl_Long.wav", dtype="float32")
    inside = sound[48_000:96_000]
    size = 1 << 21
    found = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(inside, size)), size)
    at = int(np.argmax(found))

    original = whole[at : at + len(inside)]
    assert np.corrcoef(original, inside)[0, 1] > 0.9999
    assert at >= 48_000


def test_two_seeds_give_other_stretches(library: Library):
    one, two = (made(library, library_request(WIND, 5 * 48_000, seed=seed))[0] for seed in (1, 2))

    assert abs(np.corrcoef(one, two)[0, 1]) < 0.3


def test_a_loop_keeps_its_level_and_has_no_period(library: Library):
    sound = made(library, library_request(RAIN, 120 * 48_000, seed=1))[0].astype(np.float64)
    levels = 10 * np.log10(np.square(sound[48_000:-48_000]).reshape(-1, 4800).mean(axis=1))

    assert np.ptp(levels) < 3.0
    envelope = np.sqrt(np.square(sound).reshape(-1, 240).mean(axis=1))[200:-200]
    envelope -= envelope.mean()
    size = 1 << 17
    lags = np.fft.irfft(np.abs(np.fft.rfft(envelope, size)) ** 2, size)[: len(envelope) // 2]
    assert np.max(lags[200:]) / lags[0] < 0.5


def test_a_tone_is_looped_without_swelling_or_dipping(library: Library):
    sound = made(library, library_request(ENGINE, 60 * 48_000, seed=1))[0].astype(np.float64)
    levels = 10 * np.log10(np.square(sound[4800:-4800]).reshape(-1, 4800)[:].mean(axis=1))

    assert np.ptp(levels) < 1.0


def test_a_mono_ambience_becomes_wide_and_a_thing_stays_in_the_middle(library: Library):
    wide = made(library, library_request(WIND, 10 * 48_000, channels=2))
    middle = made(library, library_request(ENGINE, 10 * 48_000, channels=2))

    assert abs(np.corrcoef(wide)[0, 1]) < 0.3
    assert np.array_equal(middle[0], middle[1])


def test_intensity_is_level_and_colour_and_ends_in_silence(library: Library):
    points = ((0, 1.0), (48_000, 1.0), (96_000, 0.25), (144_000, 0.0))
    sound = made(library, library_request(WIND, 4 * 48_000, seed=2, intensity=points))[0]
    loud, soft = sound[24_000:48_000], sound[91_000:100_000]

    assert -24 < 20 * np.log10(rms(soft) / rms(loud)) < -12
    assert centroid(soft) < 0.8 * centroid(loud)
    assert not sound[144_000 + 9_600 :].any()


def test_resampled_sound_keeps_its_pitch_and_blocks_join_without_a_seam(tmp_path: Path):
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(100 * 44_100) / 44_100)
    write(tmp_path / "motor hum tone.wav", tone.astype(np.float32), 44_100)
    library = Library(tmp_path, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")

    sound = made(library, library_request(ENGINE, 60 * 48_000))[0][48_000:-48_000].astype(np.float64)

    time = np.arange(len(sound)) / 48_000
    basis = np.stack([np.sin(2 * np.pi * 1000 * time), np.cos(2 * np.pi * 1000 * time)], axis=1)
    rest = sound - basis @ np.linalg.lstsq(basis, sound, rcond=None)[0]
    assert np.abs(rest).max() < 2e-4


def test_sides_of_opposite_phase_do_not_cancel_and_surround_folds_down(tmp_path: Path):
    side = noise(48_000, 5, 9)
    write(tmp_path / "wind howl inverted.wav", np.stack([side, -side], axis=1), 48_000)
    mono = made(Library(tmp_path, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c"), library_request(WIND, 96_000))
    assert np.square(mono).mean() > 1e-3

    other = tmp_path / "surround"
    surround = np.stack([noise(48_000, 5, seed) for seed in range(6)], axis=1)
    write(other / "wind howl 5.1.wav", surround, 48_000)
    folded = made(
        Library(other, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c"), library_request(WIND, 96_000, channels=2)
    )
    assert folded.shape == (2, 96_000)
    assert 0.1 < np.corrcoef(folded)[0, 1] < 0.7


# What strikes


@pytest.mark.parametrize("event", [DOG, STEP])
@pytest.mark.parametrize("channels", [1, 2])
def test_an_attack_lands_on_its_hit(library: Library, event: Event, channels: int):
    hits = tuple((sample, 1.0) for sample in (10_000, 58_003, 120_001, 191_999))
    sound = made(library, library_request(event, 240_000, channels=channels, hits=hits, seed=4))

    found = attacks(sound)
    assert len(found) == len(hits)
    assert np.abs(np.array(found) - [sample for sample, _ in hits]).max() <= 2
    assert np.abs(sound).max() <= 1


def test_hits_are_dealt_from_several_sounds_at_slightly_other_levels(library: Library):
    hits = tuple((sample, 1.0) for sample in range(4800, 240_000, 24_000))
    request = library_request(STEP, 240_000, hits=hits, seed=4)
    sound, record = made(library, request)[0], library.make(request).details
    pieces = [sound[at - 10 : at + 3000] for at, _ in hits]

    assert len(record["files"]) >= 3
    assert all(np.corrcoef(a, b)[0, 1] < 0.99 for a, b in pairwise(pieces))
    peaks = 20 * np.log10([np.abs(piece).max() for piece in pieces])
    assert 0.3 < np.ptp(peaks) < 6


def test_strength_is_heard(library: Library):
    hits = ((10_000, 1.0), (80_000, 0.25))
    sound = np.abs(made(library, library_request(DOG, 160_000, hits=hits))[0])

    ratio = 20 * np.log10(sound[9_000:40_000].max() / sound[79_000:110_000].max())
    assert ratio == pytest.approx(12, abs=3.5)


def test_dense_and_edge_hits_stay_exact_and_below_full_scale(library: Library):
    hits = ((0, 1.0), (1, 1.0), *((sample, 1.0) for sample in range(100, 48_000, 240)), (47_999, 1.0))
    sound = made(library, library_request(DOG, 48_000, hits=hits))

    assert sound.shape == (1, 48_000)
    assert np.abs(sound).max() <= 1
    assert np.isfinite(sound).all()


def test_nothing_struck_is_silence(library: Library):
    assert not made(library, library_request(DOG, 48_000)).any()

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audio.sounds import RATE, blocks, click, decibels, exact_true_peak, noise, tone, written
from v2a_foley.audio.levels import CENTRE
from v2a_foley.audio.loudness import measure
from v2a_foley.audio.mix import Ducking, Mixer, MixSettings, summed
from v2a_foley.audio.riding import Ride
from v2a_foley.audio.sources import Clip, Own
from v2a_foley.errors import RenderError, UsageError

BUSES = ("BG", "FX", "FOLEY")


def run(mixer, ride=None):
    pieces = list(mixer.blocks(ride))
    stems = {name: np.concatenate([piece[name] for piece in pieces], axis=1) for name in mixer.buses}
    assert all(stem.shape == (mixer.channels, mixer.samples) for stem in stems.values())
    return stems, summed(stems, mixer.buses)


def mixer_for(clips, samples, own=None, layout="stereo", block=24_000, **choices):
    tracks = {} if own is None else {"ORIG": Own(lambda: blocks(own, 10_007))}
    return Mixer(clips, BUSES, samples, MixSettings(**choices), own=tracks, layout=layout, block=block)


@pytest.fixture
def hit(tmp_path):
    return written(tmp_path / "hit.wav", click(4800, 100))


@pytest.fixture
def bed(tmp_path):
    return written(tmp_path / "bed.wav", noise(6, 0.03, seed=5))


@given(at=st.integers(-4900, 60_000), first=st.integers(0, 4800), block=st.sampled_from([480, 4799, 100_000]))
@settings(max_examples=40, deadline=None)
def test_a_sample_of_a_file_falls_on_its_sample_of_the_film(tmp_path_factory, at, first, block):
    path = tmp_path_factory.getbasetemp() / "placed.wav"
    if not path.exists():
        written(path, click(4800, 100))
    stems, _ = run(mixer_for([Clip(path, "FX", at, first, 4800 - first)], 50_000, block=block))
    wanted = np.zeros((2, 50_000), np.float32)
    place = at + 100 - first
    if first <= 100 and 0 <= place < 50_000:
        wanted[:, place] = 0.5 * CENTRE
    np.testing.assert_array_equal(stems["FX"], wanted)
    assert not stems["BG"].any()


def test_mono_is_as_loud_on_two_loudspeakers_as_on_one(tmp_path):
    mono = noise(3, 0.05, 1)
    path = written(tmp_path / "mono.wav", mono)
    _, mix = run(mixer_for([Clip(path, "FX", 0, 0, 3 * RATE)], 3 * RATE))
    assert measure(mix).integrated == pytest.approx(measure(mono).integrated, abs=0.05)


def test_gains_and_fades(tmp_path):
    path = written(tmp_path / "a.wav", np.full((2, 10_000), 0.5, np.float32))
    clip = Clip(path, "BG", 100, 0, 10_000, gain_db=-6.0206, fade_in=1000, fade_out=2000)
    stems, _ = run(mixer_for([clip], 12_000, gain_db=-6.0206, block=997))
    level = stems["BG"][0]
    assert level[5000] == pytest.approx(0.125, rel=1e-4)
    assert level[600] == pytest.approx(0.125 * np.sin(np.pi / 4), rel=2e-3)
    assert level[9100] == pytest.approx(0.125 * np.sin(np.pi / 4), rel=2e-3)
    assert not level[:100].any()
    assert not level[10_100:].any()
    assert np.abs(np.diff(level)).max() < 0.001


@pytest.mark.parametrize("mode", ["mix", "duck", "replace"])
@pytest.mark.parametrize("loudness", [None, -16.0])
def test_the_result_does_not_depend_on_the_blocks(hit, bed, mode, loudness):
    original = noise(3, 0.2, seed=1) * (np.arange(3 * RATE) % RATE < 20_000)
    clips = [Clip(hit, "FX", k * 7000, 0, 4800, 12) for k in range(20)] + [Clip(bed, "BG", 0, 0, 3 * RATE, 20)]
    mixes = []
    for block in (3 * RATE, 24_000, 4801):
        mixer = mixer_for(clips, 3 * RATE, original, block=block, original=mode, loudness=loudness)
        mixes.append(run(mixer, mixer.levelled())[1])
    np.testing.assert_allclose(mixes[1], mixes[0], atol=1e-6)
    np.testing.assert_allclose(mixes[2], mixes[0], atol=1e-6)


def test_without_loudness_the_original_passes_to_the_bit_and_only_foley_is_limited(hit):
    original = tone(3, 0.7, 200)
    clips = [Clip(hit, "FX", k * 4800, 0, 4800, 12) for k in range(25)]
    stems, mix = run(mixer_for(clips, 3 * RATE, original))
    np.testing.assert_array_equal(stems["ORIG"], original)
    assert decibels(exact_true_peak(mix)) <= -1 + 0.1
    assert 0 < stems["FX"].max() < 0.7


def test_a_loud_original_is_not_exceeded(hit):
    original = np.clip(tone(3, 1.5, 200), -1, 1)
    clips = [Clip(hit, "FX", k * 4803, 0, 4800, 6) for k in range(25)]
    stems, mix = run(mixer_for(clips, 3 * RATE, original))
    np.testing.assert_array_equal(stems["ORIG"], np.clip(original, -1, np.float32(1 - 2**-23)))
    assert np.abs(mix).max() <= 1
    assert decibels(exact_true_peak(mix)) <= decibels(exact_true_peak(original)) + 0.1


def test_a_decoders_overshoot_is_held_to_full_scale():
    original = tone(1, 1.4, 200)
    stems, _ = run(mixer_for([], RATE, original))
    assert stems["ORIG"].max() == np.float32(1 - 2**-23)
    assert stems["ORIG"].min() == -1


def test_replace_leaves_the_original_out(hit):
    mixer = mixer_for([Clip(hit, "FX", 0, 0, 4800)], RATE, noise(1), original="replace")
    assert mixer.buses == BUSES
    stems, mix = run(mixer)
    np.testing.assert_array_equal(mix, stems["FX"])


def test_ducking_turns_foley_down_by_its_depth(bed):
    original = np.zeros((2, 6 * RATE), np.float32)
    original[:, 2 * RATE : 4 * RATE] = tone(2, 0.2, 500)
    clip = Clip(bed, "BG", 0, 0, 6 * RATE)
    plain, _ = run(mixer_for([clip], 6 * RATE, original))
    ducked, _ = run(mixer_for([clip], 6 * RATE, original, original="duck", ducking=Ducking(depth=12)))
    np.testing.assert_array_equal(ducked["ORIG"], plain["ORIG"])
    inside, outside = slice(2 * RATE, 4 * RATE), slice(0, RATE)
    ratio = np.sqrt((ducked["BG"][:, inside] ** 2).mean() / (plain["BG"][:, inside] ** 2).mean())
    assert decibels(ratio) == pytest.approx(-12, abs=0.1)
    np.testing.assert_array_equal(ducked["BG"][:, outside], plain["BG"][:, outside])


@pytest.mark.parametrize("mode", ["mix", "duck", "replace"])
def test_loudness_is_met(hit, bed, mode):
    clips = [Clip(hit, "FX", k * 24_000, 0, 4800, 6) for k in range(10)] + [Clip(bed, "BG", 0, 0, 6 * RATE)]
    original = noise(6, 0.1, seed=9) * (np.arange(6 * RATE) % (2 * RATE) < RATE)
    mixer = mixer_for(clips, 6 * RATE, original, original=mode, loudness=-23.0)
    _, mix = run(mixer, mixer.levelled())
    assert measure(mix).integrated == pytest.approx(-23, abs=0.2)
    assert measure(mix).true_peak <= -0.9


def test_loudness_is_met_behind_a_limiter_at_work(bed, tmp_path):
    spikes = noise(3, 0.01, seed=2)
    spikes[:, ::12_000] = 0.9
    path = written(tmp_path / "spikes.wav", spikes)
    clips = [Clip(path, "FX", 0, 0, 3 * RATE), Clip(bed, "BG", 0, 0, 3 * RATE, -6)]
    mixer = mixer_for(clips, 3 * RATE, loudness=-14.0)
    _, mix = run(mixer, mixer.levelled())
    assert measure(mix).integrated == pytest.approx(-14, abs=0.2)
    assert decibels(exact_true_peak(mix)) <= -1 + 0.1


def test_one_curve_on_every_stem(hit, bed):
    clips = [Clip(hit, "FX", k * 9600, 0, 4800, 20) for k in range(10)] + [Clip(bed, "BG", 0, 0, 2 * RATE, 10)]
    loud = mixer_for(clips, 2 * RATE, noise(2, 0.1), loudness=-10)
    soft = mixer_for(clips, 2 * RATE, noise(2, 0.1), loudness=-60)
    limited, _ = run(loud)
    free, _ = run(soft, Ride(-60.0))
    heard = np.abs(free["BG"]) > 1e-5
    curve = (limited["BG"] / np.where(heard, free["BG"], 1))[heard]
    other = np.broadcast_to(limited["ORIG"] / free["ORIG"], heard.shape)[heard]
    np.testing.assert_allclose(curve, other, rtol=2e-3)
    assert curve.min() < 0.9 * curve.max()


def test_silence_has_no_loudness_to_meet():
    mixer = mixer_for([], RATE, loudness=-23)
    assert mixer.levelled().gain_db == 0
    assert not run(mixer)[1].any()


def test_mono_original_is_equal_left_and_right():
    original = noise(1, 0.1, 1)
    stems, _ = run(mixer_for([], RATE, original))
    np.testing.assert_array_equal(stems["ORIG"], np.repeat(original, 2, axis=0))


def test_six_channels_stay_and_foley_goes_left_and_right(hit):
    original = noise(1, 0.1, 6)
    stems, mix = run(mixer_for([Clip(hit, "FX", 0, 0, 4800)], RATE, original, layout="5.1"))
    np.testing.assert_array_equal(mix[2:], original[2:])
    assert stems["FX"][:2].any(axis=1).all()
    assert not stems["FX"][2:].any()


def test_overlapping_clips_add_up(tmp_path):
    path = written(tmp_path / "a.wav", np.full((2, 1000), 0.25, np.float32))
    stems, _ = run(mixer_for([Clip(path, "FX", 0, 0, 1000), Clip(path, "FX", 500, 0, 1000)], 1500))
    np.testing.assert_array_equal(np.unique(stems["FX"]), [0.25, 0.5])


def test_a_file_that_is_shorter_than_its_clip_is_followed_by_silence(hit):
    stems, _ = run(mixer_for([Clip(hit, "FX", 0, 0, 9000)], 9000))
    assert stems["FX"].shape == (2, 9000)


def test_wrong_takes_and_modes_are_refused(tmp_path):
    with pytest.raises(UsageError):
        MixSettings(original="loud")
    with pytest.raises(ValueError, match="no bus"):
        mixer_for([Clip(tmp_path / "a.wav", "MUSIC", 0, 0, 1)], 10)
    with pytest.raises(RenderError):
        run(mixer_for([Clip(tmp_path / "a.wav", "FX", 0, 0, 1)], 10))
    import soundfile

    soundfile.write(tmp_path / "b.wav", np.zeros(100), 44_100)
    with pytest.raises(RenderError, match="48000"):
        run(mixer_for([Clip(tmp_path / "b.wav", "FX", 0, 0, 1)], 10))

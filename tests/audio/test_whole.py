import numpy as np
import pytest
import soundfile

from tests.footage import make_film, real_clip
from v2a_foley.audio import whole
from v2a_foley.audio.whole import read_whole
from v2a_foley.errors import MediaNotFound, MediaUnreadable


def test_a_wav_at_the_mixers_rate_is_read_as_it_is(tmp_path):
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (4801, 2)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", sound, 48_000, subtype="FLOAT")
    np.testing.assert_array_equal(read_whole(tmp_path / "a.wav"), sound.T)


@pytest.mark.parametrize("suffix", ["flac", "ogg", "mp3"])
def test_other_formats_and_rates_are_resampled(tmp_path, suffix):
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(44_100) / 44_100)
    soundfile.write(tmp_path / f"a.{suffix}", tone, 44_100)
    sound = read_whole(tmp_path / f"a.{suffix}")
    assert sound.dtype == np.float32
    assert sound.shape[1] == pytest.approx(48_000, abs=3000)  # mp3 pads its ends
    spectrum = np.abs(np.fft.rfft(sound[0, 4000:44_000] * np.hanning(40_000)))
    assert np.argmax(spectrum) * 48_000 / 40_000 == pytest.approx(1000, abs=2)


def test_a_films_sound_will_do():
    sound = read_whole(real_clip("bigbuckbunny.mp4"))
    assert sound.shape[1] == pytest.approx(5.3 * 48_000, rel=0.02)
    assert np.abs(sound).max() > 0.01


def test_what_is_no_sound_is_refused(tmp_path):
    (tmp_path / "words.wav").write_text("not a sound")
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 1)), 48_000)
    mute = make_film(tmp_path / "mute.mp4", seconds=1, size=(160, 90))
    for path in (tmp_path / "words.wav", tmp_path / "empty.wav", mute):
        with pytest.raises(MediaUnreadable) as caught:
            read_whole(path)
        assert caught.value.hint
    for path in (tmp_path / "gone.wav", tmp_path):
        with pytest.raises(MediaNotFound):
            read_whole(path)


def test_what_is_too_long_is_refused_early(tmp_path, monkeypatch):
    monkeypatch.setattr(whole, "LONGEST", 2)
    soundfile.write(tmp_path / "long.wav", np.zeros(48_000 * 3), 48_000)
    with pytest.raises(MediaUnreadable, match="longer"):
        read_whole(tmp_path / "long.wav")


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "m4a", "aiff", "opus"])
def test_a_broken_file_is_refused_whatever_it_calls_itself(tmp_path, suffix):
    """A few bytes named ``.flac`` open as a track of no rate and no channels."""
    (tmp_path / f"a.{suffix}").write_bytes(b"broken")
    with pytest.raises(MediaUnreadable):
        read_whole(tmp_path / f"a.{suffix}", sample_rate=16_000)

import base64

import numpy as np
import pytest
from PIL import Image

from v2a_foley.audio.whole import read_whole
from v2a_foley.errors import Cancelled, MediaNotFound, MediaUnreadable
from v2a_foley.progress import Progress
from v2a_foley.render.inline import data_uri, sound_uri, still_uri
from v2a_foley.timebase import SAMPLE_RATE


def content_of(uri, kind):
    head, _, body = uri.partition(",")
    assert head == f"data:{kind};base64"
    return base64.b64decode(body, validate=True)


def sweep(seconds, channels=1):
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.tile((0.3 * np.sin(2 * np.pi * (200 + 400 * times) * times)).astype(np.float32), (channels, 1))


@pytest.mark.parametrize(("channels", "heard"), [(1, 1), (2, 2), (6, 2)])
def test_a_sound_is_small_and_comes_back(tmp_path, channels, heard):
    sound = sweep(2.0, channels)
    content = content_of(sound_uri(sound), "audio/mp4")
    assert len(content) < 2 * heard * 16_000
    (tmp_path / "sound.m4a").write_bytes(content)
    back = read_whole(tmp_path / "sound.m4a")
    assert back.shape[0] == heard
    assert abs(back.shape[1] - sound.shape[1]) < 3000
    if channels <= 2:
        length = min(back.shape[1], sound.shape[1])
        middle = slice(4800, length - 4800)
        lags = range(-2200, 2200, 1)
        one, other = sound[0][middle], back[0][:length]
        best = max(
            float(np.corrcoef(one[2400:-2400:7], np.roll(other, -lag)[middle][2400:-2400:7])[0, 1]) for lag in lags[::4]
        )
        assert best > 0.9


def test_a_tone_that_starts_at_once_has_no_click_before_it(tmp_path):
    sound = sweep(1.0)
    (tmp_path / "sound.m4a").write_bytes(content_of(sound_uri(sound), "audio/mp4"))
    back = read_whole(tmp_path / "sound.m4a")
    assert np.abs(back).max() < 1.1 * np.abs(sound).max()


def test_noise_keeps_its_highest_octave(tmp_path):
    sound = 0.1 * np.random.default_rng(0).standard_normal((1, 2 * SAMPLE_RATE)).astype(np.float32)
    (tmp_path / "sound.m4a").write_bytes(content_of(sound_uri(sound), "audio/mp4"))
    back = read_whole(tmp_path / "sound.m4a")

    def power(each):
        spectrum = np.abs(np.fft.rfft(each[0, 4800:-4800])) ** 2
        pitches = np.fft.rfftfreq(each.shape[1] - 9600, 1 / SAMPLE_RATE)
        return 10 * np.log10(spectrum[(pitches > 10_000) & (pitches < 19_000)].mean() / each.shape[1])

    assert abs(power(back) - power(sound)) < 1.5


def test_the_same_sound_gives_the_same_bytes():
    sound = sweep(0.3)
    assert sound_uri(sound) == sound_uri(sound)


def test_one_sample_is_a_sound():
    assert content_of(sound_uri(np.zeros((1, 1), np.float32)), "audio/mp4")


def test_encoding_can_be_stopped():
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        sound_uri(sweep(0.2), progress=progress)


def test_a_still_is_made_small_and_never_larger(tmp_path):
    import io

    Image.new("RGB", (1600, 900), (200, 40, 30)).save(tmp_path / "still.png")
    with Image.open(io.BytesIO(content_of(still_uri(tmp_path / "still.png", height=180), "image/jpeg"))) as small:
        assert small.size == (320, 180)
        assert np.abs(np.asarray(small)[90, 160].astype(int) - (200, 40, 30)).max() < 8
    Image.new("RGB", (40, 30)).save(tmp_path / "tiny.png")
    with Image.open(io.BytesIO(content_of(still_uri(tmp_path / "tiny.png", height=180), "image/jpeg"))) as small:
        assert small.size == (40, 30)


def test_what_is_no_picture_is_refused(tmp_path):
    with pytest.raises(MediaNotFound):
        still_uri(tmp_path / "none.png", height=100)
    (tmp_path / "words.png").write_text("no picture")
    with pytest.raises(MediaUnreadable):
        still_uri(tmp_path / "words.png", height=100)


def test_an_address_holds_its_content():
    assert content_of(data_uri("image/png", b"\x00\xff"), "image/png") == b"\x00\xff"

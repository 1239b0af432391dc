from fractions import Fraction

import numpy as np
import pytest
import soundfile

from tests.footage import ffmpeg, make_film
from v2a_foley.audio.track import first_track, placed_track
from v2a_foley.errors import MediaNotFound, MediaUnreadable


@pytest.fixture(scope="module")
def tone(tmp_path_factory):
    path = tmp_path_factory.mktemp("tone") / "tone.wav"
    soundfile.write(path, 0.3 * np.sin(np.arange(5 * 48_000) * 0.05), 48_000)
    return path


@pytest.mark.parametrize(
    ("name", "codec", "offset", "start"),
    [
        ("a.wav", "pcm_s16le", 0, "0"), ("a.mp3", "libmp3lame", 0, "0.023"), ("a.m4a", "aac", 3, "2.979"),
        ("a.mka", "flac", 3, "3"), ("a.opus", "libopus", 3, "3"), ("a.webm", "libopus", 0, "0"),
        ("a.ts", "aac", 0, "1.4"), ("a.aac", "aac", 0, "0"), ("a.wma", "wmav2", 0, "0.086"),
    ],
)  # fmt: skip
def test_it_begins_and_ends_where_it_sounds_whatever_the_file_states(name, codec, offset, start, tone, tmp_path):
    """As stated, the opus and the Matroska last 8 s and the raw AAC 4.9; transport streams count from 1.4 s."""
    ffmpeg("-i", tone, "-c:a", codec, "-output_ts_offset", str(offset), tmp_path / name)
    track = placed_track(tmp_path / name)
    assert track.start == pytest.approx(Fraction(start), abs=1e-3)
    assert track.duration == pytest.approx(5, abs=0.06)
    assert first_track(tmp_path / name).start == 0


def test_what_holds_no_sound_is_told(tone, tmp_path):
    (tmp_path / "words.wav").write_text("not a sound")
    (tmp_path / "a.flac").write_bytes(b"broken")
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 1)), 48_000)
    mute = make_film(tmp_path / "mute.mp4", seconds=1, size=(160, 90))
    for path in (tmp_path / "words.wav", tmp_path / "a.flac", tmp_path / "empty.wav", mute):
        with pytest.raises(MediaUnreadable):
            placed_track(path)
    with pytest.raises(MediaNotFound):
        placed_track(tmp_path)
    ffmpeg("-i", tone, "-c:a", "flac", tmp_path / "whole.flac")
    content = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(content[: len(content) // 2])
    assert 0 < placed_track(tmp_path / "cut.flac").duration < 5

from fractions import Fraction

import numpy as np
import pytest

from tests.footage import make_film
from v2a_foley.audio.ranges import read_ranges
from v2a_foley.audio.read import read_sound
from v2a_foley.timebase import TimeRange
from v2a_foley.video.probe import probe

RATE = 48_000


def span(start: str, end: str) -> TimeRange:
    return TimeRange(Fraction(start), Fraction(end))


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.mp4", {}), ("a.ts", {}), ("a.avi", {"vcodec": "mpeg4", "bframes": False}), ("a.mov", {"acodec": "pcm_s16le"})],
)
def test_ranges_are_what_the_whole_track_holds_there(name, options, tmp_path):
    """Overlapping ones, and, from 25 s on, such as are leapt to: AAC draws some noise anew after a leap."""
    media = probe(make_film(tmp_path / name, seconds=40, size=(64, 64), cuts=[9], sound="speech", **options))
    whole = np.concatenate(list(read_sound(media.path, media.sound, origin=media.origin, samples=40 * RATE)), axis=1)
    mono = whole.mean(axis=0)
    for spans in (
        [span("0", "1"), span("0.5", "3"), span("0.7", "0.8"), span("12", "12.5")],
        [span("25", "26.5"), span("25.25", "25.5"), span("38", "40")],
    ):
        sounds = read_ranges(media.path, media.sound, spans, origin=media.origin, sample_rate=RATE)
        for wanted, sound in zip(spans, sounds, strict=True):
            there = mono[round(wanted.start * RATE) : round(wanted.end * RATE)]
            assert sound.shape == there.shape
            if media.sound.codec == "aac":
                assert np.corrcoef(sound, there)[0, 1] > 0.995
            else:
                np.testing.assert_allclose(sound, there, atol=1e-6)


def test_beyond_the_end_there_is_silence_and_no_range_is_no_sound(tmp_path):
    media = probe(make_film(tmp_path / "a.mp4", seconds=2, size=(64, 64), cuts=[9], sound="tone"))
    (sound,) = read_ranges(media.path, media.sound, [span("1", "4")], origin=media.origin, sample_rate=16_000)
    assert sound.shape == (48_000,)
    assert np.abs(sound[:15_000]).max() > 0.1
    assert np.abs(sound[20_000:]).max() == 0
    assert list(read_ranges(media.path, media.sound, [], origin=media.origin, sample_rate=RATE)) == []

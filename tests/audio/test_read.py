from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
import soundfile

from tests.audio.sounds import RATE, noise, tone
from tests.footage import ffmpeg, make_film, real_clip
from v2a_foley.audio.read import read_sound
from v2a_foley.audio.wav import to_24_bits
from v2a_foley.errors import Cancelled, MediaNotFound, MediaUnreadable
from v2a_foley.media import SoundStream
from v2a_foley.progress import Progress
from v2a_foley.timebase import to_samples
from v2a_foley.video.probe import probe


def read(path, samples=None, progress=None):
    facts = probe(path)
    samples = to_samples(facts.duration) if samples is None else samples
    pieces = list(read_sound(path, facts.sound, origin=facts.origin, samples=samples, progress=progress))
    assert all(piece.dtype == np.float32 and piece.shape[1] <= 2 * RATE for piece in pieces)
    return facts, np.concatenate(pieces, axis=1)


def as_ffmpeg_decodes(path, channels, tmp_path):
    raw = tmp_path / "reference.f32"
    ffmpeg("-i", path, "-map", "0:a:0", "-f", "f32le", raw)
    return np.fromfile(raw, np.float32).reshape(-1, channels).T


FILMS = {
    "aac.mp4": {},
    "aac.mkv": {"acodec": "aac"},
    "mp3.mkv": {"acodec": "libmp3lame"},
    "opus.mkv": {"acodec": "libopus"},
    "vorbis.mkv": {"acodec": "libvorbis"},
    "flac.mkv": {"acodec": "flac"},
    "pcm.mov": {"acodec": "pcm_s24le"},
    "pcm.avi": {},
    "aac.ts": {},
    "late.mp4": {"sound_offset": 0.5},
    "late.mkv": {"sound_offset": 0.5, "acodec": "aac"},
    "late.ts": {"sound_offset": 0.5},
    "picture late.mp4": {"picture_offset": 0.4},
    "six.mp4": {"channels": 6},
    "ac3.mp4": {"channels": 6, "acodec": "ac3"},
    "mono.mp4": {"channels": 1},
    "short.mp4": {"sound_seconds": 1.1},
    "long.mp4": {"sound_seconds": 2.7},
}


@pytest.mark.parametrize("name", FILMS)
def test_is_to_the_bit_what_ffmpeg_decodes_at_its_place(tmp_path, name):
    path = make_film(tmp_path / name, sound="tone", **FILMS[name])
    facts, sound = read(path)
    reference = as_ffmpeg_decodes(path, facts.sound.channels, tmp_path)
    start = to_samples(facts.sound.start)
    shared = min(reference.shape[1], sound.shape[1] - start)
    assert shared > RATE
    np.testing.assert_array_equal(sound[:, start : start + shared], reference[:, :shared])
    assert not sound[:, :start].any()
    assert sound.shape[1] == to_samples(facts.duration)


def test_a_real_film(tmp_path):
    facts, sound = read(real_clip("bigbuckbunny.mp4"))
    np.testing.assert_array_equal(
        sound, as_ffmpeg_decodes(facts.path, facts.sound.channels, tmp_path)[:, : sound.shape[1]]
    )


@pytest.mark.parametrize(("codec", "subtype"), [("pcm_s24le", "PCM_24"), ("pcm_s16le", "PCM_16")])
def test_whole_numbers_come_through_unchanged(tmp_path, codec, subtype):
    source = np.clip(noise(2, 0.4), -1, 0.99)
    soundfile.write(tmp_path / "a.wav", source.T, RATE, subtype=subtype)
    whole = soundfile.read(tmp_path / "a.wav", dtype="int32")[0].T >> 8
    path = tmp_path / "a.mov"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:d=2", "-i", tmp_path / "a.wav", "-c:a", codec, "-c:v", "mpeg4", path)
    _, sound = read(path)
    np.testing.assert_array_equal(to_24_bits(sound), whole)


@pytest.mark.parametrize("rate", [32_000, 44_100, 96_000])
def test_other_rates_are_resampled_in_place_and_in_tune(tmp_path, rate):
    path = make_film(tmp_path / "a.mov", sound="tone", sample_rate=rate, acodec="pcm_s24le", seconds=3)
    _, sound = read(path)
    wanted = tone(3, 0.25)[0]
    inner = slice(4800, 3 * RATE - 4800)
    error = sound[0, inner] - wanted[inner]
    assert sound.shape[1] == 3 * RATE
    assert 20 * np.log10(np.abs(error).max() / 0.25) < -90


def test_clicks_stay_on_their_seconds_for_long(tmp_path):
    path = make_film(tmp_path / "a.mov", sound="clicks", sample_rate=44_100, acodec="pcm_s24le", seconds=40)
    _, sound = read(path)
    for second in range(1, 40):
        around = np.abs(sound[0, second * RATE - 500 : second * RATE + 500])
        assert np.argmax(around) == 500


def test_a_hole_is_silence_and_what_follows_stays_in_its_place(tmp_path):
    whole = make_film(tmp_path / "whole.mkv", sound="tone", acodec="flac", seconds=4)
    path = tmp_path / "hole.mkv"
    ffmpeg("-i", whole, "-c", "copy", "-bsf:a", "noise=drop='between(pts*tb,1.2,2.3)'", path)
    _, before = read(whole)
    _, after = read(path, before.shape[1])
    gap = np.flatnonzero(~after.any(axis=0))
    assert abs(len(gap) / RATE - 1.1) < 0.2
    np.testing.assert_array_equal(after[:, 3 * RATE :], before[:, 3 * RATE :])
    np.testing.assert_array_equal(after[:, :RATE], before[:, :RATE])


def test_broken_packets_are_silent_with_a_warning(tmp_path):
    whole = make_film(tmp_path / "whole.mkv", sound="tone", acodec="aac", seconds=4)
    path = tmp_path / "broken.mkv"
    with av.open(str(whole)) as old, av.open(str(path), "w") as new:
        tracks = [new.add_stream_from_template(stream) for stream in old.streams]
        for packet in old.demux():
            if packet.dts is None:
                continue
            damaged = packet.stream.type == "audio" and RATE <= packet.pts * packet.time_base * RATE < 2 * RATE
            copy = av.Packet(bytes(packet.size) if damaged else bytes(packet))
            copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
            copy.duration, copy.is_keyframe, copy.stream = packet.duration, True, tracks[packet.stream.index]
            new.mux(copy)
    progress = Progress()
    facts, before = read(whole)
    pieces = read_sound(path, facts.sound, origin=facts.origin, samples=before.shape[1], progress=progress)
    after = np.concatenate(list(pieces), axis=1)
    assert not after[:, RATE + 5000 : 2 * RATE - 5000].any()
    np.testing.assert_allclose(after[:, 3 * RATE :], before[:, 3 * RATE :], atol=1e-3)
    (warning,) = progress.warnings
    assert "pieces of the film's own sound cannot be decoded, first at 0:01.00" in warning


def test_a_film_that_breaks_off_is_silent_from_there(tmp_path):
    whole = make_film(tmp_path / "whole.mkv", sound="tone", acodec="flac", seconds=4)
    path = tmp_path / "cut.mkv"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    facts = probe(whole)
    pieces = list(read_sound(path, facts.sound, origin=facts.origin, samples=4 * RATE))
    sound = np.concatenate(pieces, axis=1)
    assert sound.shape == (2, 4 * RATE)
    assert sound[:, :RATE].any(axis=0).mean() > 0.9
    assert not sound[:, -RATE:].any()


def test_sound_before_the_films_zero_is_left_out(tmp_path):
    path = make_film(tmp_path / "a.mov", sound="tone", acodec="pcm_s24le")
    facts, whole = read(path)
    later = read_sound(path, facts.sound, origin=facts.origin + Fraction(1, 2), samples=2 * RATE)
    late = np.concatenate(list(later), axis=1)
    np.testing.assert_array_equal(late[:, : RATE + RATE // 2], whole[:, RATE // 2 :])
    assert not late[:, RATE + RATE // 2 :].any()


STREAM = SoundStream(1, "aac", RATE, 2, "stereo", Fraction(0), Fraction(2))


def test_errors_are_ours(tmp_path):
    with pytest.raises(MediaNotFound):
        list(read_sound(tmp_path / "no.mp4", STREAM, origin=Fraction(0), samples=10))
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(MediaUnreadable):
        list(read_sound(tmp_path / "text.mp4", STREAM, origin=Fraction(0), samples=10))
    silent = make_film(tmp_path / "silent.mp4")
    with pytest.raises(MediaUnreadable, match="track 7"):
        list(read_sound(silent, replace(STREAM, index=7), origin=Fraction(0), samples=10))


def test_can_be_stopped(tmp_path):
    path = make_film(tmp_path / "a.mp4", sound="tone")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        list(read_sound(path, probe(path).sound, origin=Fraction(0), samples=RATE, progress=progress))


def test_no_samples_are_no_blocks(tmp_path):
    path = make_film(tmp_path / "a.mp4", sound="tone")
    assert list(read_sound(path, probe(path).sound, origin=Fraction(0), samples=0)) == []

from __future__ import annotations

import itertools
import os
import resource
import signal
import subprocess
import threading
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from tests.audio.sounds import RATE, noise, tone, written
from tests.footage import ffmpeg, make_film, real_clip
from tests.render.films import decoded_sound, hit_errors, packet_times, picture_hashes
from tests.render.projects import hit_at, project
from v2a_foley.audio.mix import MixSettings
from v2a_foley.audio.wav import WavWriter, read_wav
from v2a_foley.errors import Cancelled, DiskFull, MediaUnreadable, OutputError, RenderError
from v2a_foley.progress import Progress
from v2a_foley.render.containers import check_container
from v2a_foley.render.mux import mux
from v2a_foley.render.stems import render_sound
from v2a_foley.timebase import to_samples
from v2a_foley.video.probe import probe

CODECS = {"h264": "libx264", "hevc": "libx265", "vp9": "libvpx-vp9"}
RATES = {"23.976": "24000/1001", "25": "25", "29.97": "30000/1001", "variable": "25"}
SOUNDS = {
    "none": {},
    "longer": {"sound": "tone", "sound_seconds": 1.5},
    "shorter": {"sound": "tone", "sound_seconds": 0.6},
}
ALL = [
    (suffix, codec, rate, sound)
    for suffix, codec, rate, sound in itertools.product(["mp4", "mov", "mkv"], CODECS, RATES, SOUNDS)
    if (suffix, codec) != ("mov", "vp9")  # no muxer writes it
]
FEW = [case for number, case in enumerate(ALL) if number % 7 == 0]
MANY = [pytest.param(*case, marks=pytest.mark.long) for case in ALL if case not in FEW]


def mix_of(path, facts, channels=2):
    """A sound of the film's length, written as the mix is."""
    with WavWriter(path, channels, layout="5.1" if channels == 6 else "") as file:
        file.write(noise(1, 0.1, channels)[:, : to_samples(facts.duration)])
        rest = to_samples(facts.duration) - file.samples
        file.write(np.zeros((channels, rest), np.float32))
    return path


def muxed(tmp_path, film, suffix=None, channels=2, **more):
    facts = probe(film)
    output = tmp_path / f"out{suffix or film.suffix}"
    return facts, mux(facts, mix_of(tmp_path / "mix.wav", facts, channels), output, **more)


@pytest.mark.parametrize(("suffix", "codec", "rate", "sound"), FEW + MANY)
def test_the_picture_is_the_same_before_and_after(tmp_path, suffix, codec, rate, sound):
    film = make_film(
        tmp_path / f"film.{suffix}",
        seconds=1,
        size=(96, 64),
        rate=RATES[rate],
        vcodec=CODECS[codec],
        variable=rate == "variable",
        **SOUNDS[sound],
    )
    facts, output = muxed(tmp_path, film)
    assert picture_hashes(output) == picture_hashes(film)
    assert packet_times(output) == packet_times(film)
    after = probe(output)
    assert (after.picture.codec, after.picture.rate) == (facts.picture.codec, facts.picture.rate)
    assert after.picture.variable_rate == facts.picture.variable_rate
    assert len(after.sounds) == 1
    assert after.sound.start == 0
    assert abs(after.sound.duration - facts.duration) < Fraction(1, 1000)
    assert after.duration == facts.duration


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations([".mp4", ".mov", ".mkv"], 2)))
def test_into_another_container(tmp_path, source, target):
    film = make_film(tmp_path / f"film{source}", sound="tone", subtitles=True, chapters=3, rate="24000/1001")
    facts, output = muxed(tmp_path, film, target)
    assert picture_hashes(output) == picture_hashes(film)
    after = probe(output)
    assert (after.subtitles, after.chapters) == (1, 3)
    assert after.sound.codec == {".mp4": "aac", ".mov": "pcm_s24le", ".mkv": "flac"}[target]
    assert after.picture.rate == facts.picture.rate
    ffmpeg("-i", output, "-map", "0:s", tmp_path / "words.srt")
    assert "00:00:00,200 --> 00:00:01,000\nHello." in (tmp_path / "words.srt").read_text()


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize(
    ("name", "offsets"),
    [("film.mp4", {}), ("film.mp4", {"sound_offset": 0.5}), ("film.mp4", {"picture_offset": 0.4}), ("film.ts", {})],
)
def test_hits_land_within_a_millisecond_in_the_film(tmp_path, suffix, name, offsets):
    film = make_film(tmp_path / name, seconds=4, sound="silence", rate="24000/1001", **offsets)
    facts = probe(film)
    times = [Fraction(n * 1001, 24_000) for n in (5, 29, 61, 90)]
    work = project(facts, *(hit_at(n, tmp_path, each) for n, each in enumerate(times, 1)))
    sound = render_sound(work, MixSettings(), tmp_path)
    output = mux(facts, sound.mix, tmp_path / f"out{suffix}")
    errors = hit_errors(decoded_sound(output, tmp_path), [to_samples(each) for each in times])
    assert max(map(abs, errors)) <= RATE // 1000
    with av.open(str(output)) as back:
        frame = next(back.decode(audio=0))
        assert frame.pts * frame.time_base == 0
    after = probe(output)
    assert abs(after.picture.start - facts.picture.start) <= Fraction(1, 1000)


@pytest.mark.parametrize("suffix", [".mov", ".mkv"])
def test_lossless_containers_hold_the_mix_to_the_bit(tmp_path, suffix):
    film = make_film(tmp_path / "film.mp4", sound="tone", channels=6)
    _, output = muxed(tmp_path, film, suffix, channels=6)
    np.testing.assert_array_equal(decoded_sound(output, tmp_path, 6), read_wav(tmp_path / "mix.wav")[0])
    assert probe(output).sound.layout.startswith("5.1")


def test_six_channels_as_aac(tmp_path):
    film = make_film(tmp_path / "film.mp4", sound="tone", channels=6)
    pitches = [440, 550, 660, 60, 880, 990]
    mix = np.concatenate([tone(2, 0.2, pitch, 1) for pitch in pitches])
    with WavWriter(tmp_path / "mix.wav", 6, layout="5.1") as file:
        file.write(mix)
    output = mux(probe(film), tmp_path / "mix.wav", tmp_path / "out.mp4")
    sound = probe(output).sound
    assert (sound.channels, sound.layout) == (6, "5.1")
    spectrum = np.abs(np.fft.rfft(decoded_sound(output, tmp_path, 6)[:, 4800 : 4800 + RATE]))
    assert spectrum.argmax(axis=1).tolist() == pitches


def test_everything_else_is_copied(tmp_path):
    base = make_film(tmp_path / "base.mp4", sound="tone", rate="24000/1001", rotation=90)
    ffmpeg("-f", "lavfi", "-i", "color=red:s=32x32:d=1", "-frames:v", "1", tmp_path / "cover.jpg")
    (tmp_path / "a.srt").write_text("1\n00:00:00,200 --> 00:00:01,000\nHello.\n")
    film = tmp_path / "film.mp4"
    ffmpeg(
        "-i", base, "-f", "lavfi", "-i", "sine=300:d=2", "-i", tmp_path / "cover.jpg", "-i", tmp_path / "a.srt",
        "-map", "0:v", "-map", "0:a", "-map", "1:a", "-map", "2:v", "-map", "3:s", "-c", "copy",
        "-c:a:1", "ac3", "-c:s", "mov_text", "-disposition:v:1", "attached_pic",
        "-metadata", "title=A film", "-metadata:s:a:0", "language=fra", "-metadata:s:a:1", "language=deu",
        "-metadata:s:s:0", "language=spa", "-timecode", "01:00:00:00", film,
    )  # fmt: skip
    _, output = muxed(tmp_path, film)
    after = probe(output)
    assert picture_hashes(output) == picture_hashes(film)
    assert len(picture_hashes(output)) == 2
    assert after.picture.rotation == 90
    assert str(after.timecode) == "01:00:00:00"
    assert [(each.codec, each.language, each.default) for each in after.sounds] == [
        ("aac", "fra", True), ("ac3", "deu", False)
    ]  # fmt: skip
    with av.open(str(film)) as old, av.open(str(output)) as new:
        assert new.metadata["title"] == "A film"
        assert new.streams.subtitles[0].metadata["language"] == "spa"
        assert new.streams.video[0].time_base == old.streams.video[0].time_base
        assert new.streams.video[0].codec_context.codec_tag == old.streams.video[0].codec_context.codec_tag
        other = [bytes(p) for p in old.demux(old.streams.audio[1])]
        assert [bytes(p) for p in new.demux(new.streams.audio[1])] == other
    assert output.read_bytes().index(b"moov") < output.read_bytes().index(b"mdat")


@pytest.mark.parametrize(("tag", "suffix"), [("hvc1", ".mp4"), ("hev1", ".mp4"), ("hvc1", ".mov"), (None, ".mkv")])
def test_the_tag_of_hevc_is_kept_or_made_playable_for_apple(tmp_path, tag, suffix):
    film = make_film(tmp_path / f"film{suffix}", seconds=1, vcodec="libx265", extra=["-tag:v", tag] if tag else [])
    _, output = muxed(tmp_path, film, ".mp4" if tag is None else suffix)
    with av.open(str(output)) as new:
        assert new.streams.video[0].codec_context.codec_tag == (tag or "hvc1")
    assert picture_hashes(output) == picture_hashes(film)


def test_a_real_film(tmp_path):
    film = real_clip("bigbuckbunny.mp4")
    facts, output = muxed(tmp_path, film)
    assert picture_hashes(output) == picture_hashes(film)
    assert packet_times(output) == [time - facts.origin for time in packet_times(film)]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("source", ["film.ts", "film.flv", "film.avi", "film.mpg", "late.mkv"])
def test_pictures_of_other_containers_keep_their_times(tmp_path, source, suffix):
    late = {"picture_offset": 0.3} if source == "late.mkv" else {}
    codec = {"film.mpg": "mpeg2video", "film.avi": "mpeg4"}.get(source, "libx264")
    film = make_film(tmp_path / source, sound="tone", vcodec=codec, **late)
    facts, output = muxed(tmp_path, film, suffix)
    after = probe(output)
    assert after.picture.rate == facts.picture.rate
    assert abs(after.picture.start - facts.picture.start) <= Fraction(1, 1000)
    assert len(packet_times(output)) == facts.picture.frames


def test_frames_hidden_by_an_edit_list_stay_hidden_or_the_container_is_refused(tmp_path):
    whole = make_film(tmp_path / "whole.mp4", seconds=4, sound="tone")
    film = tmp_path / "trimmed.mp4"
    ffmpeg("-ss", "1.3", "-i", whole, "-c", "copy", film)
    facts, output = muxed(tmp_path, film)
    assert picture_hashes(output) == picture_hashes(film)
    assert probe(output).picture.start == facts.picture.start
    assert packet_times(output)[0] < 0
    with pytest.raises(OutputError, match=r"edit list.*\.mp4"):
        check_container(facts, tmp_path / "out.mkv")


def test_what_a_container_cannot_hold_is_named(tmp_path):
    film = make_film(tmp_path / "film.mkv", sound="tone")
    with_font = tmp_path / "font.mkv"
    (tmp_path / "a.ttf").write_bytes(b"no true font")
    ffmpeg("-i", film, "-attach", tmp_path / "a.ttf", "-metadata:s:t", "mimetype=font/ttf", "-c", "copy", with_font)
    progress = Progress()
    _, output = muxed(tmp_path, with_font, ".mp4", progress=progress)
    assert output.exists()
    assert any(".mp4 cannot hold" in sentence for sentence in progress.warnings)
    quiet = Progress()
    muxed(tmp_path, with_font, ".mkv", progress=quiet)
    assert quiet.warnings == []
    with av.open(str(tmp_path / "out.mkv")) as new:
        assert [s.type for s in new.streams] == ["video", "audio", "attachment"]


def test_sound_alone(tmp_path):
    film = make_film(tmp_path / "film.mp4", sound="tone")
    _, output = muxed(tmp_path, film, ".wav")
    assert output.read_bytes() == (tmp_path / "mix.wav").read_bytes()


def test_containers_are_checked_before_the_work(tmp_path):
    vp9 = probe(make_film(tmp_path / "film.mkv", seconds=1, vcodec="libvpx-vp9"))
    with pytest.raises(OutputError, match=r"\.mov cannot hold.*vp9.*\.mkv"):
        check_container(vp9, tmp_path / "out.mov")
    with pytest.raises(OutputError, match=r"\.mp4, \.m4v, \.mov, \.mkv, \.webm, \.mxf, \.ts, \.avi, \.wav"):
        check_container(vp9, tmp_path / "out.ogv")
    with pytest.raises(OutputError, match="without a suffix"):
        check_container(vp9, tmp_path / "out")
    for name in ("out.mp4", "out.MKV", "out.wav"):
        check_container(vp9, tmp_path / name)
    with pytest.raises(MediaUnreadable):
        check_container(replace(vp9, path=tmp_path / "gone.mkv"), tmp_path / "out.mp4")


@pytest.mark.parametrize(
    "name", ["-x.mp4", "a:b.mp4", "%03d.mp4", "größer 猫.mp4", "'quoted' \"name\".mp4", "a" * 240 + ".mp4"]
)
def test_odd_names(tmp_path, name):
    film = make_film(tmp_path / "in.mp4", seconds=1, sound="tone")
    odd = tmp_path / "in" / name
    odd.parent.mkdir()
    film.rename(odd)
    facts = probe(odd)
    sound = render_sound(project(facts), MixSettings(), tmp_path)
    assert mux(facts, sound.mix, tmp_path / name).stat().st_size > 1000


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())


def our_children():
    """The ffmpeg processes below this one; other tests of the same worker may have left theirs to the collector."""
    line = ["ps", "--ppid", str(os.getpid()), "-o", "pid=,comm="]
    said = subprocess.run(line, check=False, capture_output=True, text=True).stdout
    return {each for each in said.splitlines() if "ffmpeg" in each}


def write_again_and_again(facts, sound, output, progress):
    while True:
        mux(facts, sound, output, progress=progress)
        output.unlink()


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.3])
def test_cancelled_leaves_no_file_and_no_process(tmp_path, delay):
    film = make_film(tmp_path / "film.mp4", seconds=120, rate="5", size=(64, 64))
    facts = probe(film)
    sound = mix_of(tmp_path / "mix.wav", facts)
    out = tmp_path / "out"
    out.mkdir()
    progress, before = Progress(), our_children()
    threading.Timer(delay, progress.cancel).start()
    with pytest.raises(Cancelled):
        write_again_and_again(facts, sound, out / "film.mp4", progress)
    assert leftovers(out) == []
    assert our_children() <= before


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".wav"])
def test_a_full_disk_leaves_nothing_behind(tmp_path, suffix):
    film = make_film(tmp_path / "film.mp4", seconds=20, rate="5", size=(64, 64))
    facts = probe(film)
    sound = written(tmp_path / "mix.wav", noise(20, 0.2))
    out = tmp_path / "out"
    out.mkdir()
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(DiskFull):
            mux(facts, sound, out / f"film{suffix}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert leftovers(out) == []


def test_what_was_there_stays_when_it_fails(tmp_path):
    film = make_film(tmp_path / "film.mp4", seconds=1)
    output = tmp_path / "out.mp4"
    output.write_bytes(b"precious")
    (tmp_path / "mix.wav").write_bytes(b"no sound")
    with pytest.raises(RenderError, match="writing the film"):
        mux(probe(film), tmp_path / "mix.wav", output)
    assert output.read_bytes() == b"precious"


@pytest.mark.long
def test_an_hour_shows_no_growth(tmp_path):
    film = make_film(tmp_path / "film.mp4", seconds=3600, rate="24000/1001", size=(32, 32), extra=["-g", "600"])
    facts = probe(film)
    times = [Fraction(n * 1001, 24_000) for n in range(50, 86_000, 4_321)]
    work = project(facts, *(hit_at(n, tmp_path, each) for n, each in enumerate(times, 1)))
    sound = render_sound(work, MixSettings(), tmp_path)
    places = [to_samples(each) for each in times]
    stem = [read_wav(path, place - 1500, 3000)[0] for path in [tmp_path / "film_FX_v1.wav"] for place in places]
    assert {int(np.argmax(np.abs(part[0]))) for part in stem} == {1500}
    output = mux(facts, sound.mix, tmp_path / "out.mp4")
    for path in tmp_path.glob("film_*.wav"):
        path.unlink()
    decoded = decoded_sound(output, tmp_path)
    assert max(map(abs, hit_errors(decoded, places))) <= RATE // 1000
    assert packet_times(output) == packet_times(film)

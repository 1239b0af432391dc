"""Facts of films and photographs, against films whose facts are known."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.footage import ffmpeg, make_film, real_clip, variable_times
from v2a_foley.errors import MediaNotFound, MediaUnreadable, NoPicture
from v2a_foley.ffmpeg import file_url
from v2a_foley.timebase import Timecode
from v2a_foley.video.probe import frame_clock, probe

RATES = {"24000/1001": 48, "24": 48, "25": 50, "30000/1001": 60, "50": 100, "60000/1001": 120, "12": 24}


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".ts", ".flv", ".avi"])
@pytest.mark.parametrize("rate", RATES)
def test_rate_count_and_length_are_exact_in_every_container(tmp_path, suffix, rate):
    picture = probe(make_film(tmp_path / f"a{suffix}", rate=rate)).picture
    assert picture.rate == Fraction(rate)
    assert not picture.variable_rate
    assert picture.frames == RATES[rate]
    assert picture.duration == RATES[rate] / Fraction(rate)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_a_variable_rate_keeps_its_true_times(tmp_path, suffix):
    facts = probe(make_film(tmp_path / f"a{suffix}", variable=True, sound="tone"))
    times = variable_times(2.0, "25")
    assert facts.picture.variable_rate
    assert facts.picture.rate == 25
    assert facts.picture.frames == len(times)
    assert frame_clock(facts).times() == tuple(times)


def test_times_that_lie_on_no_grid_are_taken_as_they_are(tmp_path):
    film = tmp_path / "a.mp4"
    jitter = "settb=1/90000,setpts='(N+0.3*sin(N*N))/(25*TB)'"
    source = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=2"]
    ffmpeg(*source, "-vf", jitter, "-fps_mode", "passthrough", "-enc_time_base", "1/90000", "-bf", "0", film)
    facts = probe(film)
    times = frame_clock(facts).times()
    assert facts.picture.variable_rate
    assert max(abs(float(t) - (n + 0.3 * np.sin(n * n)) / 25) for n, t in enumerate(times)) < 0.001


@pytest.mark.parametrize(("turn", "shown"), [(0, (320, 180)), (90, (180, 320)), (180, (320, 180)), (270, (180, 320))])
def test_rotation(tmp_path, turn, shown):
    picture = probe(make_film(tmp_path / "a.mp4", rotation=turn)).picture
    assert (picture.width, picture.height, picture.rotation) == (320, 180, turn)
    assert picture.display_size == shown


def test_pixel_aspect(tmp_path):
    picture = probe(make_film(tmp_path / "a.mp4", size=(720, 576), pixel_aspect="16/15", seconds=0.2)).picture
    assert picture.pixel_aspect == Fraction(16, 15)
    assert picture.display_size == (768, 576)


def test_timecode_subtitles_chapters_and_channels(tmp_path):
    more = {"subtitles": True, "chapters": 3, "sound": "tone", "channels": 6}
    film = make_film(tmp_path / "a.mov", rate="30000/1001", timecode="01:00:00;00", **more)
    facts = probe(film)
    assert facts.timecode == Timecode.parse("01:00:00;00", Fraction(30000, 1001))
    assert facts.timecode.drop_frame
    assert (facts.subtitles, facts.chapters) == (1, 3)
    assert (facts.sound.channels, facts.sound.layout, facts.sound.sample_rate) == (6, "5.1", 48000)


def test_timecode_of_matroska_which_shouts_its_keys(tmp_path):
    plain, film = make_film(tmp_path / "plain.mkv"), tmp_path / "a.mkv"
    ffmpeg("-i", plain, "-c", "copy", "-metadata:s:v:0", "timecode=10:00:00:00", film)
    assert str(probe(film).timecode) == "10:00:00:00"


def test_timecode_of_mxf(tmp_path):
    film = make_film(tmp_path / "a.mxf", vcodec="mpeg2video", size=(720, 576), timecode="10:00:00:00", sound="tone")
    assert str(probe(film).timecode) == "10:00:00:00"


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("late", ["picture", "sound"])
def test_what_starts_later_starts_later(tmp_path, suffix, late):
    facts = probe(make_film(tmp_path / f"a{suffix}", sound="tone", **{f"{late}_offset": 0.48}))
    first, second = (facts.sound, facts.picture) if late == "picture" else (facts.picture, facts.sound)
    assert first.start == 0
    assert abs(second.start - Fraction(12, 25)) < Fraction(1, 20)
    assert facts.duration >= second.end


def test_the_zero_is_the_earlier_of_picture_and_sound(tmp_path):
    facts = probe(make_film(tmp_path / "a.ts", sound="tone"))
    assert facts.origin > 1
    assert min(facts.picture.start, facts.sound.start) == 0
    assert frame_clock(facts).time(0) == facts.picture.start


@pytest.mark.parametrize("seconds", [1.0, 3.0])
def test_sound_shorter_and_longer_than_the_picture(tmp_path, seconds):
    facts = probe(make_film(tmp_path / "a.mp4", sound="tone", sound_seconds=seconds))
    assert facts.sound.duration == Fraction(str(seconds))
    assert facts.duration == max(Fraction(2), Fraction(str(seconds)))


def test_an_edit_list_hides_what_it_cuts_off(tmp_path):
    whole = make_film(tmp_path / "a.mp4", seconds=4, extra=["-g", "25"])
    part = tmp_path / "b.mp4"
    ffmpeg("-ss", "1.4", "-i", whole, "-map", "0:v", "-c", "copy", part)
    picture = probe(part).picture
    assert picture.frames == 65
    assert picture.start == 0
    assert picture.duration == Fraction(65, 25)


def test_a_cover_is_not_the_picture(tmp_path):
    cover = tmp_path / "cover.png"
    Image.new("RGB", (400, 400), "red").save(cover)
    film = make_film(tmp_path / "a.mp4", sound="tone")
    both = tmp_path / "b.mp4"
    ffmpeg("-i", cover, "-i", film, "-map", "0", "-map", "1", "-c:v:0", "png", "-c:v:1", "copy", "-c:a", "copy",
           "-disposition:v:0", "attached_pic", both)  # fmt: skip
    assert probe(both).picture.codec == "h264"
    song = tmp_path / "c.m4a"
    ffmpeg("-i", cover, "-i", film, "-map", "0", "-map", "1:a", "-c:v", "png", "-c:a", "copy",
           "-disposition:v:0", "attached_pic", song)  # fmt: skip
    with pytest.raises(NoPicture):
        probe(song)


@pytest.mark.parametrize("sound", ["none", "tone"])
def test_one_frame_is_a_film(tmp_path, sound):
    picture = probe(make_film(tmp_path / "a.mp4", seconds=0.04, sound=sound)).picture
    assert (picture.frames, picture.duration, picture.variable_rate) == (1, Fraction(1, 25), False)


def test_real_clips():
    assert probe(real_clip("bikes.mp4")).picture.frames == 250
    bunny = probe(real_clip("bigbuckbunny.mp4"))
    assert (bunny.picture.frames, bunny.picture.rate, bunny.sound.codec) == (132, 25, "aac")


# Photographs


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff", "bmp", "gif"])
def test_photographs_are_still(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (64, 48), "green").save(path)
    facts = probe(path)
    assert facts.still
    assert facts.picture.display_size == (64, 48)
    assert (facts.picture.frames, facts.picture.rate, facts.sounds) == (1, 25, ())


def test_a_photograph_that_lies_on_its_side_is_turned(tmp_path):
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 48), "green").save(path, exif=exif)
    picture = probe(path).picture
    assert (picture.rotation, picture.display_size) == (90, (48, 64))


def test_a_moving_gif_is_a_film(tmp_path):
    facts = probe(make_film(tmp_path / "a.gif", vcodec="gif", pix_fmt="pal8", rate="10"))
    assert not facts.still
    assert facts.picture.frames == 20


def test_a_photograph_cut_short_is_unreadable(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 160, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(MediaUnreadable, match="photograph"):
        probe(path)


# What is no film


def test_missing_folder_and_empty(tmp_path):
    with pytest.raises(MediaNotFound, match="no file"):
        probe(tmp_path / "none.mp4")
    with pytest.raises(MediaNotFound, match="folder"):
        probe(tmp_path)
    with pytest.raises(MediaNotFound):
        probe(tmp_path / ("x" * 300 + ".mp4"))
    empty = tmp_path / "empty.mp4"
    empty.touch()
    with pytest.raises(MediaUnreadable, match="empty"):
        probe(empty)


@pytest.mark.parametrize(
    "text", ["Dear diary,\n" * 200, "#EXTM3U\n/etc/passwd\n", "1\n00:00:00,000 --> 00:00:01,000\nHi\n"]
)
@pytest.mark.parametrize("suffix", [".mp4", ".txt", ".mkv"])
def test_text_is_no_film(tmp_path, text, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_text(text)
    with pytest.raises((MediaUnreadable, NoPicture)) as caught:
        probe(path)
    assert caught.value.hint


def test_noise_is_no_film(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(np.random.default_rng(1).bytes(200_000))
    with pytest.raises((MediaUnreadable, NoPicture)):
        probe(path)


def test_sound_alone_has_no_picture(tmp_path):
    path = tmp_path / "a.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1", path)
    with pytest.raises(NoPicture, match="sound"):
        probe(path)


def test_no_permission(tmp_path):
    film = make_film(tmp_path / "a.mp4")
    film.chmod(0)
    for folder in (tmp_path, *tmp_path.parents):
        if "pytest-of-" in str(folder):
            folder.chmod(folder.stat().st_mode | 0o055)
    code = (
        "import os, sys, pathlib\n"
        "from v2a_foley.video.probe import probe\n"
        "from v2a_foley.errors import MediaUnreadable\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        "try: probe(pathlib.Path(sys.argv[1]))\n"
        "except MediaUnreadable as error: print(error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(film)], capture_output=True, text=True, check=False)
    assert "may not be read" in done.stdout, done.stderr


# Truncated


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_a_film_cut_short_plays_what_is_left_and_names_what_is_lost(tmp_path, suffix):
    extra = ["-movflags", "+faststart"] if suffix != ".mkv" else []
    film = make_film(tmp_path / f"a{suffix}", seconds=10, sound="tone", extra=["-g", "25", *extra])
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 6 // 10])
    facts = probe(film)
    [warning] = facts.warnings
    lost = 10 - float(facts.picture.end)
    assert 2 < lost < 6
    assert f"last {lost:.1f} s" in warning


def test_a_film_without_its_index_is_unreadable(tmp_path):
    film = make_film(tmp_path / "a.mp4", seconds=4)
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    with pytest.raises(MediaUnreadable) as caught:
        probe(film)
    assert caught.value.hint


# Names


NAMES = [
    "-i.mp4",
    "a:b.mp4",
    "100%d.mp4",
    "#1?.mp4",
    "file:x.mp4",
    "naïve — 映画.mp4",
    "x" * 250 + ".mp4",
    "a'\"b.mp4",
    " .mp4",
]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names(tmp_path, name, monkeypatch):
    film = make_film(tmp_path / "plain.mp4").rename(tmp_path / name)
    assert probe(film).picture.frames == 50
    monkeypatch.chdir(tmp_path)
    assert probe(Path(name)).picture.frames == 50
    assert file_url(Path(name)).startswith("file:")


def test_odd_names_of_photographs(tmp_path):
    path = tmp_path / "frame%03d.png"
    Image.new("RGB", (64, 48)).save(path)
    assert probe(path).still


def test_a_file_that_changes_is_studied_again(tmp_path):
    film = make_film(tmp_path / "a.mp4")
    assert probe(film).picture.frames == 50
    make_film(tmp_path / "a.mp4", seconds=1)
    assert probe(film).picture.frames == 25

from __future__ import annotations

import resource
import struct
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import soundfile

from tests.audio.sounds import RATE, decibels, noise, standard_true_peak
from tests.footage import ffmpeg, make_film
from tests.render.projects import bed, cue, facts, hit_at, project
from v2a_foley.audio.loudness import measure
from v2a_foley.audio.mix import MixSettings
from v2a_foley.audio.wav import read_wav
from v2a_foley.errors import Cancelled, DiskFull, RenderError
from v2a_foley.progress import Progress
from v2a_foley.project import Layer
from v2a_foley.render.stems import render_sound
from v2a_foley.timebase import Timecode, to_samples
from v2a_foley.video.probe import probe


def whole_numbers(path):
    return soundfile.read(path, dtype="int32", always_2d=True)[0].T >> 8


def hard_work(tmp_path, media):
    """Everything loud at once: the limiter cannot rest."""
    hits = [hit_at(k, tmp_path, Fraction(k, 5) + Fraction(1, 10), 0.9, gain=12) for k in range(1, 15)]
    beds = [bed(50, tmp_path, 0, 2, gain=14), bed(51, tmp_path, 2, 3, gain=14, seed=3)]
    steps = [hit_at(k, tmp_path, Fraction(k - 59, 7), 0.9, layer=Layer.FOLEY, gain=12) for k in range(60, 75)]
    return project(media, *hits, *beds, *steps)


@pytest.mark.parametrize("mode", ["mix", "duck", "replace"])
@pytest.mark.parametrize("loudness", [None, -12.0])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_stems_null_against_the_mix_with_the_limiter_working_hard(tmp_path, mode, loudness, channels):
    film = make_film(tmp_path / "film.mp4", seconds=3, sound="tone", channels=channels)
    work = hard_work(tmp_path, probe(film))
    sound = render_sound(work, MixSettings(original=mode, loudness=loudness), tmp_path)
    mix = read_wav(sound.mix)[0].astype(float)
    rest = mix - sum(read_wav(path)[0].astype(float) for path in sound.stems.values())
    assert decibels(np.abs(rest).max()) < -90
    assert mix.shape == (6 if channels == 6 else 2, to_samples(work.media.duration))
    assert standard_true_peak(sound.mix) <= -0.9
    assert sound.loudness.true_peak <= -0.9
    assert (Layer.ORIG in sound.stems) == (mode != "replace")
    assert {Layer.BG, Layer.FX, Layer.FOLEY} <= set(sound.stems)


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le"])
@pytest.mark.parametrize("mode", ["mix", "duck"])
def test_the_original_is_bit_identical_in_its_stem(tmp_path, codec, mode):
    soundfile.write(tmp_path / "own.wav", noise(3, 0.3).T, RATE, subtype="PCM_24" if "24" in codec else "PCM_16")
    film = tmp_path / "film.mov"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=64x64:d=3", "-i", tmp_path / "own.wav", "-c:a", codec, "-c:v", "mpeg4", film
    )
    sound = render_sound(hard_work(tmp_path, probe(film)), MixSettings(original=mode), tmp_path)
    own = soundfile.read(tmp_path / "own.wav", dtype="int32")[0].T >> 8
    np.testing.assert_array_equal(whole_numbers(sound.stems[Layer.ORIG]), own)


@pytest.mark.parametrize("rate", [Fraction(24_000, 1001), Fraction(25), Fraction(30_000, 1001)])
def test_hits_land_within_one_sample(tmp_path, rate):
    times = [Fraction(n) / rate for n in (3, 31, 77, 149)]
    work = project(facts(10, rate), *(hit_at(n, tmp_path, time) for n, time in enumerate(times, 1)))
    sound = render_sound(work, MixSettings(), tmp_path)
    effects = read_wav(sound.stems[Layer.FX])[0][0]
    for time in times:
        place = to_samples(time)
        assert abs(int(np.argmax(effects[place - 2000 : place + 2000])) - 2000) <= 1


@pytest.mark.parametrize("mode", ["mix", "replace"])
def test_loudness_of_the_finished_programme(tmp_path, mode):
    film = make_film(tmp_path / "film.mp4", seconds=3, sound="speech")
    work = hard_work(tmp_path, probe(film))
    sound = render_sound(work, MixSettings(original=mode, loudness=-23), tmp_path)
    assert measure(read_wav(sound.mix)[0]).integrated == pytest.approx(-23, abs=0.2)
    assert sound.loudness.integrated == pytest.approx(-23, abs=0.2)


def test_ducking_under_speech(tmp_path):
    film = make_film(tmp_path / "film.mp4", seconds=3, sound="speech")
    work = project(probe(film), bed(1, tmp_path, 0, 3))
    plain = read_wav(render_sound(work, MixSettings(), tmp_path).stems[Layer.BG])[0]
    ducked = read_wav(render_sound(work, MixSettings(original="duck"), tmp_path).stems[Layer.BG])[0]
    inside = slice(RATE // 2, 2 * RATE)
    ratio = np.sqrt((ducked[:, inside] ** 2).mean() / (plain[:, inside] ** 2).mean())
    assert decibels(ratio) == pytest.approx(-9, abs=0.5)


def test_six_channels_keep_the_four_that_foley_does_not_use(tmp_path):
    film = make_film(tmp_path / "film.mov", seconds=3, sound="tone", channels=6, acodec="pcm_s24le")
    sound = render_sound(hard_work(tmp_path, probe(film)), MixSettings(), tmp_path)
    mix, own = whole_numbers(sound.mix), whole_numbers(sound.stems[Layer.ORIG])
    np.testing.assert_array_equal(mix[2:], own[2:])
    assert not whole_numbers(sound.stems[Layer.FX])[2:].any()
    assert (mix[:2] != own[:2]).any()


def test_stems_know_their_name_and_when_the_film_starts(tmp_path):
    rate = Fraction(24_000, 1001)
    media = replace(facts(1, rate), timecode=Timecode.parse("01:00:00:00", rate))
    sound = render_sound(project(media), MixSettings(), tmp_path)
    assert sound.stems[Layer.BG] == tmp_path / "film_BG_v1.wav"
    assert sound.mix == tmp_path / "film_MIX_v1.wav"
    for path in (sound.mix, *sound.stems.values()):
        data = path.read_bytes()
        at = data.index(b"bext") + 8
        assert struct.unpack_from("<Q", data, at + 338)[0] == 172_972_800
        assert soundfile.info(path).subtype == "PCM_24"
        assert soundfile.info(path).frames == RATE
    assert b"film: FX" in sound.stems[Layer.FX].read_bytes()[:400]


def test_a_film_without_sound_or_cues_gets_silence(tmp_path):
    sound = render_sound(project(facts(1)), MixSettings(loudness=-23), tmp_path)
    assert not read_wav(sound.mix)[0].any()
    assert Layer.ORIG not in sound.stems
    assert str(sound.loudness) == "silent"


def leftovers(folder):
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_broken_take_leaves_nothing_behind(tmp_path):
    one = hit_at(1, tmp_path, 5)
    one.take.path.write_bytes(b"no sound")
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(RenderError, match=r"c1t1\.wav"):
        render_sound(project(facts(), one), MixSettings(), out)
    assert leftovers(out) == set()


@pytest.mark.parametrize("loudness", [None, -23])
def test_cancelled_at_any_block_leaves_nothing_behind(tmp_path, loudness):
    out = tmp_path / "out"
    out.mkdir()
    work = project(facts(20), bed(1, tmp_path, 0, 20))
    for after in (0, 3, 7):
        progress, seen = Progress(), []
        progress.listener = lambda event, p=progress, s=seen, n=after: (s.append(event), len(s) > n and p.cancel())
        with pytest.raises(Cancelled), progress.stage("mix", 20) as stage:
            render_sound(work, MixSettings(loudness=loudness), out, progress, stage)
        assert leftovers(out) == set()


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    """A limit on the size of files stands for the full disk: the operating system refuses in the same way."""
    import signal

    out = tmp_path / "out"
    out.mkdir()
    work = project(facts(20), bed(1, tmp_path, 0, 20))
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(DiskFull):
            render_sound(work, MixSettings(), out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert leftovers(out) == set()


def test_progress_reaches_the_films_length(tmp_path):
    progress, seen = Progress(), []
    progress.listener = seen.append
    with progress.stage("mix", 10) as stage:
        render_sound(
            project(facts(), cue(1, tmp_path, noise(1), 1, 2)), MixSettings(loudness=-20), tmp_path, progress, stage
        )
    assert seen[-1].done == 10
    done = [event.done for event in seen]
    assert done == sorted(done)
    assert {event.message for event in seen} >= {"measuring the loudness", "mixing"}

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.footage import make_film
from tests.projects import ENGINE, HAMMER, RAIN, film, take_for
from v2a_foley.errors import MediaUnreadable, RenderError, UsageError
from v2a_foley.project import Cue, Hit, Layer, Project
from v2a_foley.timebase import TimeRange, to_samples

HIT = Fraction(3, 2) + Fraction(1, 48_000)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Four seconds at 25 with a tone: a hammer whose only sample that is not zero is the hit's, a rain and a motor."""
    path = make_film(tmp_path / "film é.mp4", seconds=4, rate="25", sound="tone")
    media = film(path, Fraction(25), frames=100, size=(320, 180))
    hammer = Cue("c1", Layer.FX, TimeRange(Fraction(1), Fraction(2)), (1,), HAMMER, gain=-6.0, hits=(Hit(HIT),))
    rain = Cue("c2", Layer.BG, TimeRange(Fraction(2), Fraction(4)), (1,), RAIN)
    motor = Cue("c3", Layer.FX, TimeRange(Fraction(3), Fraction(4)), (1,), ENGINE, muted=True)
    cues = []
    for cue in (hammer, rain, motor):
        take = take_for(cue, tmp_path)
        sound = np.full((take.samples, take.channels), 0.25, np.float32)
        if cue is hammer:
            sound[:] = 0
            sound[take.before + to_samples(HIT) - to_samples(cue.range.start)] = 1
        soundfile.write(take.path, sound, 48_000, subtype="FLOAT")
        cues.append(cue.with_take(take))
    return Project(media, (), tuple(cues))


def heard(clip: object, start: int, samples: int) -> np.ndarray:
    """The clip's sound at 48 kHz."""
    return clip.audio.get_frame(np.arange(start, start + samples) / 48_000)


def test_the_clip_is_the_film_with_its_new_sound(project: Project):
    clip = project.to_moviepy()
    try:
        from moviepy import CompositeAudioClip

        assert clip.duration == pytest.approx(4)
        assert clip.fps == 25
        assert tuple(clip.size) == (320, 180)
        assert isinstance(clip.audio, CompositeAudioClip)
        assert len(clip.audio.clips) == 3
        assert clip.audio.fps == 48_000
        assert clip.get_frame(1).shape == (180, 320, 3)
    finally:
        clip.close()


def test_a_hit_is_heard_on_its_sample_at_its_level(project: Project):
    silent = replace(project, media=replace(project.media, sounds=()))
    clip = silent.to_moviepy()
    try:
        sound = heard(clip, 48_000, 48_000)
        at = np.flatnonzero(np.abs(sound[:, 0]) > 0.01)
        assert at.tolist() == [to_samples(HIT) - 48_000]
        assert sound[at[0]] == pytest.approx([10 ** (-6 / 20)] * 2, abs=1e-6)
    finally:
        clip.close()


def test_what_lasts_is_faded_trimmed_and_levelled_and_the_original_stays(project: Project):
    silent = replace(project, media=replace(project.media, sounds=()))
    clip, with_tone = silent.to_moviepy(), project.to_moviepy()
    try:
        sound = heard(clip, 90_000, 98_000)[:, 0]
        level = 0.25
        assert not sound[: 96_000 - 90_000].any()
        assert sound[96_000 - 90_000 + 720] == pytest.approx(level / 2, abs=1e-4)
        assert sound[10_000:60_000] == pytest.approx(np.full(50_000, level), abs=1e-6)
        tone = heard(with_tone, 10_000, 24_000)[:, 0]
        assert np.sqrt(np.square(tone).mean()) == pytest.approx(0.25 / np.sqrt(2), rel=0.03)
    finally:
        clip.close()
        with_tone.close()


def test_it_can_be_written_by_moviepy(project: Project, tmp_path: Path):
    clip = project.to_moviepy()
    try:
        clip.audio.write_audiofile(str(tmp_path / "out.wav"), logger=None)
    finally:
        clip.close()

    sound, rate = soundfile.read(tmp_path / "out.wav")
    assert rate == 48_000
    assert len(sound) == pytest.approx(4 * 48_000, abs=2)


def test_a_film_without_cues_keeps_its_sound_alone(project: Project):
    clip = project.with_cues([]).to_moviepy()
    try:
        assert len(clip.audio.clips) == 1
    finally:
        clip.close()


def test_a_late_picture_moves_the_sound_to_moviepys_zero(project: Project):
    late = replace(project.media, sounds=(), picture=replace(project.media.picture, start=Fraction(1, 2)))
    clip = replace(project, media=late).to_moviepy()
    try:
        sound = heard(clip, 36_000, 24_000)[:, 0]
        assert int(np.argmax(np.abs(sound))) == to_samples(HIT - Fraction(1, 2)) - 36_000
    finally:
        clip.close()


def test_what_is_missing_is_our_error(project: Project):
    project.cues[0].take.path.unlink()
    with pytest.raises(RenderError, match="c1"):
        project.to_moviepy()
    project.media.path.unlink()
    with pytest.raises(MediaUnreadable, match="film é"):
        project.to_moviepy()
    with pytest.raises(UsageError):
        replace(project, media=replace(project.media, still=True)).to_moviepy()


def test_slip_and_fades_of_its_own_are_heard(project: Project):
    """A trim at the start plays the later part, and a fade of the cue's own takes the usual one's place."""
    hammer, rain, _ = project.cues
    trimmed = replace(hammer, range=TimeRange(Fraction(5, 4), Fraction(2)), slip=Fraction(1, 4))
    hard = replace(rain, fade_in=Fraction(0), fade_out=Fraction(1, 2))
    clip = replace(project, cues=(trimmed, hard)).to_moviepy()
    before = project.to_moviepy()
    try:
        at = to_samples(HIT)
        np.testing.assert_allclose(heard(clip, at - 5, 10), heard(before, at - 5, 10), atol=1e-6)
        begin = to_samples(rain.range.start)
        assert np.abs(heard(clip, begin + 48, 1) - heard(before, begin + 4800, 1)).max() < 0.15
        assert np.abs(heard(before, begin + 48, 1)).max() < np.abs(heard(clip, begin + 48, 1)).max()
    finally:
        clip.close()
        before.close()

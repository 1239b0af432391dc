"""What follows the picture, and what does not, from the film to the mix and its stems."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests import scenes
from tests.footage import make_film
from v2a_foley import RunSettings, add_foley, describe, load_profile, make_takes, mix_down, open_film, spot
from v2a_foley.engine.describe import Seen
from v2a_foley.engine.profiles import Profile
from v2a_foley.errors import InputError
from v2a_foley.project import Kind, Layer
from v2a_foley.render.stems import RenderedSound
from v2a_foley.timebase import to_samples

pytestmark = pytest.mark.xdist_group("sync")  # what is costly to set up is set up once
RATE = "24"
WORDS = "a car engine and a cardboard box is set down and rain"
"""A lasting sound, an impulse and an ambience."""


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("pocket")


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    drawn = {
        "calm": scenes.still(RATE, seconds=1.5, grain=0),
        "moving": scenes.ball(RATE, seconds=1.5),
    }
    return {
        name: make_film(folder / f"{name}.mp4", seconds=1.5, rate=RATE, size=scenes.SIZE, frames=scene.frames)
        for name, scene in drawn.items()
    }


@pytest.fixture(scope="module")
def seen(profile, films) -> dict[str, Seen]:
    return {name: describe(open_film(path), profile) for name, path in films.items()}


def mixed(seen: Seen, profile: Profile, folder: Path, sync: str) -> RenderedSound:
    folder.mkdir()
    settings = RunSettings(sync=sync, handles=0, prompt=(WORDS,))
    project = spot(seen, profile, settings)
    assert {cue.event.kind for cue in project.cues} == set(Kind)
    return mix_down(make_takes(project, profile, folder, settings), folder, settings, dated=False)


def test_without_motion_there_is_nothing_to_follow_and_with_it_backgrounds_stay(seen, profile, tmp_path):
    calm, off, moving = (
        mixed(seen[film], profile, tmp_path / name, sync)
        for name, film, sync in (("calm", "calm", "auto"), ("off", "calm", "off"), ("moving", "moving", "auto"))
    )
    assert calm.mix.read_bytes() == off.mix.read_bytes() != moving.mix.read_bytes()
    levels = [np.sqrt(np.mean(np.square(soundfile.read(each.stems[Layer.BG])[0]))) for each in (calm, moving)]
    assert abs(20 * np.log10(levels[1] / levels[0])) < 1
    effects = [soundfile.read(each.stems[Layer.FX])[0] for each in (calm, moving)]
    assert not np.array_equal(*effects)


def test_listed_hits_sound_on_their_samples_in_the_stem(films, tmp_path):
    """The ball bounces at 0.54 s, and nothing sounds there."""
    listed = tmp_path / "hits.csv"
    listed.write_text("time,strength,event,x,y\n0.1234,0.8,cardboard_box,0.2,0.9\n00:00:01:03,,cardboard_box,,\n")
    result = add_foley(
        films["moving"], tmp_path / "out.mp4", profile="pocket", cues=str(listed), stems=tmp_path / "stems", handles=0
    )
    (cue,) = (each for each in result.project.cues if each.layer is not Layer.BG)
    assert [(hit.strength, hit.region is None) for hit in cue.hits] == [(0.8, False), (1.0, True)]
    stem = np.abs(soundfile.read(result.stems[cue.layer], always_2d=True)[0]).max(axis=1)
    first, second = (to_samples(hit.time) for hit in cue.hits)
    assert (first, second) == (5923, 54_000)
    assert abs(int(np.flatnonzero(stem > 1e-4)[0]) - first) <= 1
    assert stem[24_000:48_000].max() < 0.05 * stem[second:].max()
    assert abs(int(np.flatnonzero(stem[48_000:] > 1e-4)[0]) + 48_000 - second) <= 1


@pytest.mark.parametrize("typo", ["event", "shot", "hits.csv"])
def test_a_list_that_is_not_there_is_told_before_the_film_is_looked_at(typo, films, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=typo) as caught:
        add_foley(films["calm"], tmp_path / "out.mp4", profile="pocket", cues=typo)
    assert "events" in str(caught.value.hint)
    assert "shots" in str(caught.value.hint)
    assert list(tmp_path.iterdir()) == []

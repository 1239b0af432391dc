"""The demonstration's film through the paper's chain: open_clip, the diffusion mapper and AudioLDM, tiny and random."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from tests.demo.films import SIZE, short_parts
from tests.tiny.profile import write_profile
from v2a_foley import add_foley
from v2a_foley.demo.footage import build_film
from v2a_foley.demo.measure import difference, picture_hash
from v2a_foley.project import Kind, Layer

pytestmark = pytest.mark.xdist_group("full_demo")  # what is costly to set up is set up once


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return build_film(tmp_path_factory.mktemp("film") / "film.mp4", parts=short_parts(), size=SIZE)


@pytest.fixture(scope="module")
def result(film, tmp_path_factory):
    folder = tmp_path_factory.mktemp("full")
    tiny = write_profile(folder / "profile")
    return add_foley(
        film.path, folder / "out.mp4", profile=str(tiny), device="cpu", precision="float32", steps=2, handles=1,
        stems=folder / "stems", takes_folder=folder / "takes",
    )  # fmt: skip


def test_every_sound_is_the_networks(result):
    takes = [cue.take for cue in result.project.cues]
    assert len(takes) >= len(result.project.shots)
    assert {take.generator for take in takes} == {"audioldm"}
    assert all(len(shot.embedding) == 24 for shot in result.project.shots)


def test_picture_and_dialogue_are_untouched(result, film, tmp_path):
    assert picture_hash(result.output, tmp_path) == picture_hash(film.path, tmp_path)
    assert difference(result.stems[Layer.ORIG], film.path, film.speech, tmp_path) == 0


def test_sounds_are_placed_levelled_and_add_up(result):
    for cue in result.project.cues:
        assert cue.take.lufs == pytest.approx(cue.event.level, abs=0.5)
        sound = soundfile.read(cue.take.path, dtype="float32", always_2d=True)[0].T
        if cue.event.kind is Kind.IMPULSE:
            first = int(np.argmax(np.abs(sound).max(axis=0) > 0))
            starts = [cue.take.before + round((hit.time - cue.range.start) * 48_000) for hit in cue.hits]
            assert not starts or abs(first - min(starts)) <= 2
    assert result.true_peak <= -0.9
    stems = [soundfile.read(path, always_2d=True)[0] for path in result.stems.values()]
    assert sum(np.abs(stem).max() for stem in stems) > 0.05
    assert len({len(stem) for stem in stems}) == 1


def test_it_says_what_was_spent(result):
    assert {"load", "look", "gaze", "understand", "spot", "voice", "generate", "mix", "mux"} <= set(result.seconds)
    assert result.peak_memory > 0

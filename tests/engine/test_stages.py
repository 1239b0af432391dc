"""The stages one by one: what each refuses, and what it hands to the next."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.footage import make_film
from v2a_foley import Progress, RunSettings, add_foley, describe, load_profile, open_film, spot
from v2a_foley.embed import normalised
from v2a_foley.engine import stages
from v2a_foley.engine.job import settings_from
from v2a_foley.engine.makers import generators
from v2a_foley.engine.translate import audio_embeddings
from v2a_foley.errors import LibraryError, MediaNotFound, UsageError


@pytest.fixture(scope="module")
def profile():
    return load_profile()


@pytest.fixture(scope="module")
def seen(profile, tmp_path_factory):
    path = make_film(tmp_path_factory.mktemp("seen") / "in.mp4", seconds=3, size=(160, 90), cuts=(25, 50), sound="tone")
    return describe(open_film(path), profile)


def test_opening_decodes_nothing_and_tells_the_stage(tmp_path):
    progress = Progress()
    project = open_film(make_film(tmp_path / "in.mp4", seconds=1, size=(160, 90)), progress)
    assert (project.shots, project.cues, list(progress.seconds)) == ((), (), ["open"])
    with pytest.raises(MediaNotFound):
        open_film(tmp_path / "gone.mp4")


def test_described_shots_cover_the_picture_and_carry_their_embedding(seen, profile):
    shots = seen.project.shots
    assert [shot.index for shot in shots] == [1, 2, 3]
    assert shots[0].range.start == 0
    assert shots[-1].range.end == seen.project.media.picture.end
    assert all(one.range.end == other.range.start for one, other in pairwise(shots))
    for shot in shots:
        assert len(shot.embedding) == profile.eyes.space.size
        assert np.linalg.norm(shot.embedding) == pytest.approx(1, abs=1e-4)


def test_nothing_is_changed_in_place(seen, profile):
    before = seen.project
    after = spot(seen, profile, RunSettings(prompt=("rain",)))
    assert before.cues == ()
    assert after.cues
    assert after.shots == before.shots


def test_prompts_for_shots_that_do_not_exist_are_wrong_use(seen, profile):
    for wrong in ({"prompt": ("9=rain",)}, {"shots": "4"}):
        with pytest.raises(UsageError, match="no shot"):
            spot(seen, profile, RunSettings(**wrong))


def test_words_speak_alone_and_pictures_speak_with_the_event(seen, profile):
    asked = spot(seen, profile, RunSettings(prompt=("a bell rings",)))
    settings = RunSettings(takes=2)
    found = audio_embeddings(asked, profile, settings)
    assert set(found) == {(cue.id, number) for cue in asked.cues for number in (1, 2)}
    for cue in asked.cues:
        text = profile.words.encode_texts([cue.prompt or cue.event.caption])[0]
        nearness = float(found[cue.id, 1] @ text)
        assert nearness == pytest.approx(1, abs=1e-5) if cue.prompt else 0.5 < nearness < 1
    assert audio_embeddings(seen.project, profile, settings) == {}
    again = audio_embeddings(asked, profile, settings)
    assert all(np.array_equal(found[name], again[name]) for name in found)
    assert all(np.allclose(row, normalised(row[None])[0], atol=1e-6) for row in found.values())


def test_the_weight_of_a_prompt_leads_from_the_picture_to_the_words(seen, profile):
    asked = spot(seen, profile, RunSettings(prompt=("a bell rings",)))
    bell = next(cue for cue in asked.cues if cue.prompt)
    text = profile.ears.encode_texts([bell.prompt])[0]
    near = []
    for weight in (0, 0.25, 0.5, 0.75, 1):
        found = audio_embeddings(asked, profile, RunSettings(prompt_weight=weight))
        near.append(float(np.arccos(np.clip(found[bell.id, 1] @ text, -1, 1))))
    steps = -np.diff(near)
    assert near[-1] < 1e-3
    np.testing.assert_allclose(steps, steps.mean(), atol=2e-3)  # even steps along the great circle


def test_a_shot_as_a_whole_is_one_cue_that_the_picture_alone_speaks_for(seen, profile):
    settings = RunSettings(cues="shots", shots="1,3")
    whole = spot(seen, profile, settings)
    assert [(cue.id, cue.shots, cue.range) for cue in whole.cues] == [
        ("c1", (1,), seen.project.shots[0].range),
        ("c2", (3,), seen.project.shots[2].range),
    ]
    found = audio_embeddings(whole, profile, settings)
    vector = np.array([seen.project.shots[2].embedding], dtype=np.float32)
    np.testing.assert_allclose(found["c2", 1], profile.mapper.map(vector, [0])[0], atol=1e-6)


def test_the_users_library_comes_first(profile, tmp_path):
    import soundfile

    soundfile.write(tmp_path / "rain.wav", np.random.default_rng(0).normal(0, 0.1, 48_000), 48_000)
    names = {}
    for generator in ("auto", "library", "procedural"):
        settings = RunSettings(generator=generator, library=tmp_path)
        names[generator] = [maker.name for maker in generators(settings, profile, Progress())]
    assert names["auto"][0] == "library"
    assert names["auto"][-1] == "procedural"
    assert (names["library"], names["procedural"]) == (["library"], ["procedural"])
    with pytest.raises(LibraryError):
        generators(RunSettings(library=tmp_path / "none"), profile, Progress())


def test_loose_choices_become_settings():
    settings = settings_from({"prompt": "rain", "stems": "s", "loudness": -16.0, "library": "l"})
    assert settings == RunSettings(prompt=("rain",), stems=Path("s"), loudness="-16", library=Path("l"))
    assert settings_from({"cues": Path("h.csv"), "onsets": Path("n")}) == RunSettings(cues="h.csv", onsets="n")
    with pytest.raises(UsageError, match="volume"):
        settings_from({"volume": 3})
    with pytest.raises(UsageError):
        add_foley("in.mp4", "out.mp4", takes=0)


def test_a_silent_film_measures_nothing(seen, profile, tmp_path):
    """Every cue muted and no sound of its own: the mix is digital silence of the film's length."""
    project = spot(seen, profile)
    project = stages.make_takes(project, profile, tmp_path, RunSettings(handles=0))
    project = project.with_cues(replace(cue, muted=True) for cue in project.cues)
    sound = stages.mix_down(project, tmp_path, RunSettings(original="replace", loudness="-23"))
    assert sound.loudness.integrated == float("-inf")
    assert not np.any(np.frombuffer(sound.mix.read_bytes()[-1000:], np.uint8))


def test_a_films_own_texts_are_read_once_each_and_not_kept_on_disk():
    from types import SimpleNamespace

    from v2a_foley.embed.text_store import KNOWN_LIST

    asked = []

    def encode_texts(texts):
        asked.append(list(texts))
        return np.stack([np.eye(64, dtype=np.float32)[int(text)] for text in texts])

    cues = [
        SimpleNamespace(id=f"c{number}", prompt=str(number % 50), shots=(), event=SimpleNamespace(caption=""))
        for number in range(100)
    ]
    found = audio_embeddings(
        SimpleNamespace(cues=cues, shots=()), SimpleNamespace(ears=SimpleNamespace(encode_texts=encode_texts)),
        RunSettings(),
    )  # fmt: skip
    assert [int(found[f"c{number}", 1].argmax()) for number in range(100)] == [number % 50 for number in range(100)]
    assert sorted((text for texts in asked for text in texts), key=int) == [str(number) for number in range(50)]
    assert max(map(len, asked)) < KNOWN_LIST

import pytest

from v2a_foley.engine.parts import FULL, POCKET, Parts, parts_of, place, read_parts
from v2a_foley.errors import ModelMissing, UsageError
from v2a_foley.mapper.calibration import CLIP_CALIBRATION, POCKET_CALIBRATION, Calibration


def profile(folder, text):
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_built_in_profiles_have_names():
    assert parts_of("pocket") == POCKET
    assert parts_of("full") == FULL
    assert (FULL.frames, FULL.weighting) == (64, "mean")  # as in the paper


def test_auto_is_full_only_where_all_of_it_is_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path))
    assert parts_of("auto") == POCKET
    from v2a_foley import models

    monkeypatch.setattr(models, "installed_path", lambda name: tmp_path if name == FULL.eyes else None)
    assert parts_of("auto") == POCKET
    monkeypatch.setattr(models, "installed_path", lambda name: tmp_path)
    assert parts_of("auto") == FULL


def test_an_empty_file_is_the_pocket_profile_under_the_folders_name(tmp_path):
    parts = read_parts(profile(tmp_path, ""))
    assert parts == Parts(tmp_path.name, base=tmp_path)
    assert parts_of(str(tmp_path)) == parts_of(str(tmp_path / "profile.toml")) == parts


def test_a_file_may_name_any_part(tmp_path):
    parts = read_parts(
        profile(
            tmp_path,
            """
            name = "mine"
            [eyes]
            model = "clip"
            frames = 16
            weighting = "mean"
            [ears]
            model = "clap"
            listener = "clap"
            [mapper]
            model = "trained"
            [voice]
            model = "voice"
            [events]
            scale = 50
            none = 0.2
            """,
        )
    )
    assert parts == Parts(
        "mine", tmp_path, "clip", 16, "mean", "clap", "clap", "trained", "voice",
        Calibration(50, 0.2, CLIP_CALIBRATION.threshold, CLIP_CALIBRATION.ambience_none, CLIP_CALIBRATION.same_place),
    )  # fmt: skip


def test_the_calibration_goes_with_the_eyes(tmp_path):
    assert read_parts(profile(tmp_path, "[eyes]\nmodel='pocket'")).calibration == POCKET_CALIBRATION
    assert read_parts(profile(tmp_path, "[eyes]\nmodel='clip'")).calibration == CLIP_CALIBRATION


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[eyes", "cannot be read"),
        ("[nose]\nmodel='x'", "nose"),
        ("eyes = 'clip'", "eyes"),
        ("[eyes]\ncolour='blue'", "eyes.colour"),
        ("[eyes]\nmodel=3", "eyes.model"),
        ("[eyes]\nmodel=' '", "eyes.model"),
        ("[eyes]\nframes=-1", "eyes.frames"),
        ("[eyes]\nframes=true", "eyes.frames"),
        ("[eyes]\nweighting='most'", "eyes.weighting"),
        ("[events]\nthreshold=2", "events.threshold"),
        ("[events]\nscale=nan", "events.scale"),
        ("name = ''", "name"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path, text, said):
    with pytest.raises(UsageError) as caught:
        read_parts(profile(tmp_path, text))
    assert said in caught.value.message
    assert caught.value.hint


def test_there_is_no_such_profile(tmp_path):
    for name in ("huge", str(tmp_path), str(tmp_path / "gone.toml")):
        with pytest.raises(UsageError, match="There is no profile"):
            parts_of(name)


def test_a_part_is_a_folder_beside_the_profile_or_an_installed_model(tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path / "models"))
    (tmp_path / "clip").mkdir()
    assert place("clip", tmp_path) == tmp_path / "clip"
    assert place(str(tmp_path / "clip"), tmp_path / "elsewhere") == tmp_path / "clip"
    with pytest.raises(ModelMissing) as caught:
        place(FULL.voice, tmp_path)
    assert f"v2a-foley models pull {FULL.voice}" in caught.value.hint
    with pytest.raises(ModelMissing, match="no model of that name"):
        place("nonsense", tmp_path)


def test_a_home_of_nobody_is_a_missing_model(tmp_path):
    with pytest.raises(ModelMissing, match="nobody"):
        place("~nobody-of-that-name/clip", tmp_path)

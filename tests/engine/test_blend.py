import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.footage import make_film, real_clip
from v2a_foley import Progress, RunSettings
from v2a_foley.engine.blend import blend, ingredient, mixtures
from v2a_foley.errors import MediaNotFound, MissingError, OutputError, UsageError


def test_files_are_files_and_the_rest_is_words(tmp_path):
    film = make_film(tmp_path / "in#2.mp4", seconds=1, size=(160, 90), sound="tone")
    soundfile.write(tmp_path / "a.wav", [0.0] * 4800, 48_000)
    found = [ingredient(str(each)) for each in (film, f"{film}#3", tmp_path / "a.wav", "rain on a roof", "c#4")]
    assert [(each.kind, each.shot) for each in found] == [
        ("picture", None), ("picture", 3), ("sound", None), ("words", None), ("words", None),
    ]  # fmt: skip
    assert ingredient(str(real_clip("bikes.mp4"))).kind == "picture"


@pytest.mark.parametrize("text", ["gone.mp4", "gone.mp4#2", "folder/gone", "gone.JPG"])
def test_what_looks_like_a_file_must_be_one(text):
    with pytest.raises(MediaNotFound):
        ingredient(text)


def test_sounds_have_no_shots_and_nothing_is_no_ingredient(tmp_path):
    soundfile.write(tmp_path / "a.wav", [0.0] * 4800, 48_000)
    for wrong in (f"{tmp_path / 'a.wav'}#1", "", "  "):
        with pytest.raises(UsageError):
            ingredient(wrong)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=6).filter(lambda weights: sum(weights) > 1e-3))
def test_weights_are_shares(weights):
    (mix,) = mixtures(len(weights), weights, None)
    assert sum(mix) == pytest.approx(1)
    assert all(share * sum(weights) == pytest.approx(weight) for share, weight in zip(mix, weights, strict=True))


def test_a_path_leads_from_one_to_the_other():
    assert mixtures(2, None, 3) == [(1, 0), (0.5, 0.5), (0, 1)]
    assert mixtures(4, None, None) == [(0.25,) * 4]


@pytest.mark.parametrize(
    ("count", "weights", "path"),
    [(1, None, None), (2, [1], None), (2, [0, 0], None), (2, [-1, 2], None), (2, [float("nan"), 1], None),
     (3, None, 4), (2, None, 1), (2, None, 65), (2, [1, 1], 3)],
)  # fmt: skip
def test_numbers_that_do_not_fit_are_wrong_use(count, weights, path):
    with pytest.raises(UsageError) as caught:
        mixtures(count, weights, path)
    assert caught.value.hint


def test_the_pocket_profile_blends_words_into_what_lies_between(tmp_path):
    made = blend(
        ["rain falls on leaves", "a car engine idles"], tmp_path / "out.wav",
        RunSettings(profile="pocket", duration=1.0), Progress(), path=3,
    )  # fmt: skip
    assert [each.path.name for each in made] == ["out-01.wav", "out-02.wav", "out-03.wav"]
    for each in made:
        sound, rate = soundfile.read(each.path)
        assert (rate, len(sound)) == (48_000, 48_000)
        assert abs(sound).max() > 0.001
    assert "rain" in made[0].take.source
    assert "engine" in made[2].take.source
    with pytest.raises(UsageError, match="exists"):
        blend(["rain", "wind"], made[0].path, RunSettings(profile="pocket"), Progress())


def test_the_pocket_profile_cannot_hear(tmp_path):
    soundfile.write(tmp_path / "a.wav", [0.1] * 4800, 48_000)
    with pytest.raises(UsageError, match="ears that hear"):
        blend(["rain", str(tmp_path / "a.wav")], tmp_path / "o.wav", RunSettings(profile="pocket"), Progress())
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_outputs_are_checked_before_any_work(tmp_path):
    for output in (tmp_path / "none" / "out.wav", tmp_path / "out.mp4"):
        with pytest.raises((OutputError, UsageError)):
            blend(["rain", "wind"], output, RunSettings(profile="pocket"), Progress())


def test_words_may_be_longer_than_any_files_name():
    assert ingredient("rain on a roof and " * 40).kind == "words"


def test_weights_without_bounds_are_wrong_use():
    with pytest.raises(UsageError):
        mixtures(2, [1e308, 1e308], None)


def test_a_library_that_has_nothing_on_the_way_says_so(tmp_path):
    (tmp_path / "library").mkdir()
    soundfile.write(tmp_path / "library" / "rain.wav", np.random.default_rng(0).uniform(-0.3, 0.3, 96_000), 48_000)
    settings = RunSettings(profile="pocket", duration=1.0, library=tmp_path / "library", generator="library")
    with pytest.raises(MissingError):
        blend(["rain falling", "a dog barks"], tmp_path / "out.wav", settings, Progress(), path=4)
    assert [each.name for each in tmp_path.iterdir()] == ["library"]

"""What holds for every backbone, whichever network listens: shapes, order, independence of the company, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiny.backbones import backbone, weights_of
from v2a_foley.errors import ModelMissing, UsageError
from v2a_foley.evaluate.backbones import KEYS, load_backbone
from v2a_foley.evaluate.backbones.hearing import checked

LONG = {"panns", "panns-16k", "passt"}
ROWS = {"panns": 2048, "panns-16k": 2048, "vggish": 128, "vggish-pca": 128, "passt": 768, "clap": 32, "wav2clip": 512,
        "logmel": 128}  # fmt: skip
CLASSIFY = {"panns", "panns-16k", "passt"}
EXACT = 2e-5

each = pytest.mark.parametrize(
    "key", [pytest.param(key, marks=pytest.mark.long if key in LONG else []) for key in KEYS]
)
pytestmark = pytest.mark.xdist_group("backbones")


def noises(rate, *seconds):
    drawn = np.random.default_rng(5)
    made = [drawn.standard_normal(max(1, round(rate * length))) * 0.1 for length in seconds]
    for number, wave in enumerate(made):
        made[number] = np.convolve(wave, np.ones(number + 1) / (number + 1), mode="same").astype(np.float32)
    return made


def close(one, other):
    """Tell how far two sets of rows lie apart, as a share of the rows' size."""
    return np.abs(one - other).max() / np.abs(other).max()


@each
def test_every_sound_gets_its_rows(key):
    ears = backbone(key)
    heard = ears.listen(noises(ears.sample_rate, 2.0, 1.0, 2.0))
    assert heard.embeddings.dtype == np.float32
    assert heard.embeddings.shape == (len(heard.of), ROWS[key])
    assert np.isfinite(heard.embeddings).all()
    expected = [0, 0, 1, 2, 2] if key.startswith("vggish") else [0, 1, 2]
    assert heard.of.tolist() == expected
    assert heard.of.dtype == np.int64
    if key in CLASSIFY:
        assert heard.probabilities.shape == (3, 527)
        assert heard.probabilities.dtype == np.float64
        np.testing.assert_allclose(heard.probabilities.sum(axis=1), 1.0, atol=1e-12)
        assert (heard.probabilities >= 0).all()
    else:
        assert heard.probabilities is None


@each
def test_a_sound_is_heard_the_same_in_any_company_and_order(key):
    ears = backbone(key)
    sounds = noises(ears.sample_rate, 1.0, 1.5, 1.0, 1.0, 0.7)
    together = ears.listen(sounds)
    order = [3, 1, 4, 0, 2]
    turned = ears.listen([sounds[row] for row in order])
    for row, sound in enumerate(sounds):
        alone = ears.listen([sound])
        rows = together.embeddings[together.of == row]
        assert close(rows, alone.embeddings) < EXACT
        assert close(turned.embeddings[turned.of == order.index(row)], alone.embeddings) < EXACT
        if key in CLASSIFY:
            np.testing.assert_allclose(together.probabilities[row], alone.probabilities[0], rtol=1e-4)


def test_what_is_too_short_is_followed_by_silence():
    (sound,) = checked([np.array([0.5, -0.25])], least=4)
    np.testing.assert_array_equal(sound, np.array([0.5, -0.25, 0, 0], np.float32))
    (whole,) = checked([np.ones(5)], least=4)
    assert len(whole) == 5


@each
def test_different_sounds_are_heard_differently(key):
    ears = backbone(key)
    heard = ears.listen(noises(ears.sample_rate, 1.0, 1.0, 1.0))
    first, _, last = (heard.embeddings[heard.of == row] for row in range(3))
    assert close(first, last) > 100 * EXACT


@each
def test_silence_and_a_single_sample_can_be_heard(key):
    ears = backbone(key)
    silence = np.zeros(ears.sample_rate, dtype=np.float32)
    heard = ears.listen([silence, np.array([0.5], dtype=np.float32), silence])
    assert np.isfinite(heard.embeddings).all()
    assert set(heard.of.tolist()) == {0, 1, 2}
    assert close(heard.embeddings[heard.of == 0], heard.embeddings[heard.of == 2]) < EXACT


@each
def test_nothing_gives_nothing(key):
    heard = backbone(key).listen([])
    assert heard.embeddings.shape == (0, ROWS[key])
    assert heard.of.shape == (0,)


@each
@pytest.mark.parametrize(
    "wrong", [np.zeros((2, 16000), np.float32), np.zeros(0, np.float32), np.array([0.1, np.nan], np.float32)]
)
def test_what_is_no_mono_sound_is_refused(key, wrong):
    with pytest.raises(UsageError):
        backbone(key).listen([wrong])


@each
def test_the_name_says_what_decides_its_values(key):
    ears = backbone(key)
    assert ears.key == key
    again = load_backbone(key, weights_of(key))
    assert again.name == ears.name
    assert ("weights " in ears.name) or key in {"clap", "logmel"}


@each
def test_loading_leaves_the_callers_random_numbers_alone(key):
    import torch

    ears = load_backbone(key, weights_of(key))
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    ears.listen(noises(ears.sample_rate, 1.0))
    assert torch.equal(torch.rand(4), expected)


@pytest.mark.parametrize("key", [key for key in KEYS if key != "logmel"])
def test_weights_that_are_not_there_are_asked_for_by_name(key, tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path))
    with pytest.raises(ModelMissing) as caught:
        load_backbone(key)
    assert caught.value.hint


@pytest.mark.parametrize("key", ["vggish", "wav2clip"])
def test_weights_are_found_in_the_models_folder(key, tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path))
    folder = tmp_path / "backbones"
    folder.mkdir()
    (folder / weights_of(key).name).symlink_to(weights_of(key))
    assert load_backbone(key).name == backbone(key).name


def test_an_unknown_backbone_is_refused():
    with pytest.raises(UsageError, match="no backbone 'yamnet'"):
        load_backbone("yamnet")


def test_weights_for_what_has_none_are_refused(tmp_path):
    with pytest.raises(UsageError, match="has no weights"):
        load_backbone("logmel", tmp_path)


@settings(max_examples=25, deadline=None)
@given(lengths=st.lists(st.integers(1, 20_000), min_size=1, max_size=6), gain=st.floats(0.0, 1.0))
def test_rows_follow_the_sounds_whatever_their_lengths(lengths, gain):
    drawn = np.random.default_rng(1)
    sounds = [(gain * drawn.standard_normal(length)).astype(np.float32) for length in lengths]
    heard = backbone("logmel").listen(sounds)
    assert heard.of.tolist() == list(range(len(lengths)))
    alone = backbone("logmel").listen(sounds[-1:])
    np.testing.assert_allclose(heard.embeddings[-1], alone.embeddings[0], atol=1e-4)

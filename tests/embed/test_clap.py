import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiny.clap import tiny_clap, write_clap, write_clap_text, write_tokenizer
from v2a_foley.compute import Compute
from v2a_foley.embed import Space
from v2a_foley.embed.clap import ClapTextTower, TransformersClap, load_clap
from v2a_foley.embed.clap_windows import WINDOW, averaged, windows
from v2a_foley.embed.fingerprint import (
    ANCHORS,
    anchor_sounds,
    ears_fingerprint,
    fingerprint,
    require_same_texts,
    same_space,
)
from v2a_foley.errors import ModelDamaged, ModelMissing, SpaceMismatch, UsageError

TEXTS = ["a dog barks in the yard", "", "rain", "heavy rain falls on the roof of an old barn"]
HALF = Compute("cpu", "bfloat16")


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_clap(folder / "whole")
    write_clap(folder / "other", seed=1)
    write_clap_text(folder / "voice")
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("V2A_FOLEY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "texts"


@pytest.fixture
def voice(models, tmp_path) -> Path:
    return Path(shutil.copytree(models / "voice", tmp_path / "voice"))


@pytest.fixture
def whole(models, tmp_path) -> Path:
    return Path(shutil.copytree(models / "whole", tmp_path / "whole"))


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)


def test_texts_are_what_the_stock_pipeline_conditions_on(models):
    from diffusers import AudioLDMPipeline
    from transformers import ClapTextModelWithProjection, RobertaTokenizer

    stock = object.__new__(AudioLDMPipeline)
    stock.__dict__ = {
        "text_encoder": ClapTextModelWithProjection.from_pretrained(models / "voice" / "text_encoder"),
        "tokenizer": RobertaTokenizer.from_pretrained(models / "voice" / "tokenizer"),
    }
    expected = stock._encode_prompt(TEXTS, "cpu", 1, True, ["", "", "", ""]).detach().numpy()
    tower = ClapTextTower(models / "voice")
    np.testing.assert_allclose(tower.encode_texts(TEXTS), expected[4:], atol=1e-6)
    np.testing.assert_allclose(tower.encode_texts([""]), expected[:1], atol=1e-6)
    assert np.abs(expected[4] - expected[6]).max() > 0.01


def test_texts_keep_their_order_and_length_does_not_matter(models):
    tower = ClapTextTower(models / "voice")
    together = tower.encode_texts(TEXTS)
    alone = np.concatenate([tower.encode_texts([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-6)
    assert together.dtype == np.float32
    assert tower.encode_texts([]).shape == (0, 32)


def test_more_pieces_than_there_are_positions_are_cut(models):
    tower = ClapTextTower(models / "voice")
    assert np.all(np.isfinite(tower.encode_texts(["xyz " * 1000])))
    np.testing.assert_array_equal(tower.encode_texts(["xyz " * 1000]), tower.encode_texts(["xyz " * 1001]))


def test_the_whole_model_and_its_text_side_share_their_space(models):
    whole, tower = load_clap(models / "whole"), ClapTextTower(models / "voice")
    assert isinstance(whole, TransformersClap)
    np.testing.assert_array_equal(whole.encode_texts(TEXTS), tower.encode_texts(TEXTS))
    whole.space.require(tower.space, what="The voice")
    assert require_same_texts(tower, whole, what="The listener") > 0.999


def test_another_model_of_the_same_size_is_refused_by_name(models):
    other, tower = load_clap(models / "other"), ClapTextTower(models / "voice")
    with pytest.raises(SpaceMismatch, match=r"CLAP \(voice\).*CLAP \(other\)"):
        other.space.require(tower.space, what="The voice")
    with pytest.raises(SpaceMismatch, match=r"The listener reads texts into CLAP \(other\).*CLAP \(voice\).*cosine"):
        require_same_texts(tower, other, what="The listener")


def test_a_model_of_another_size_is_refused_by_its_dimensions(models, tmp_path):
    other, tower = load_clap(write_clap(tmp_path / "small", size=16)), ClapTextTower(models / "voice")
    with pytest.raises(SpaceMismatch, match="32, 16 dimensions"):
        require_same_texts(tower, other, what="The listener")


def test_half_precision_is_the_same_space(models):
    exact, half = ClapTextTower(models / "voice"), ClapTextTower(models / "voice", HALF)
    assert half.compute.precision == "bfloat16"
    cosines = np.sum(exact.encode_texts(TEXTS) * half.encode_texts(TEXTS), axis=1)
    assert np.all(cosines > 0.999)
    assert np.any(cosines < 1 - 1e-7), "bfloat16 was not used"
    exact.space.require(half.space, what="The half")
    assert same_space(
        fingerprint(exact.encode_texts(ANCHORS).astype(np.float16).astype(np.float32)), exact.space.fingerprint
    )


def test_a_second_start_reads_no_weights(models, voice, cache, monkeypatch):
    mark = ClapTextTower(voice).space
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr("transformers.ClapTextModelWithProjection.from_pretrained", None)
    assert ClapTextTower(voice).space == mark


def test_other_weights_in_the_same_place_are_not_taken_for_the_old(models, voice):
    mark = ClapTextTower(voice).space.fingerprint
    weights = voice / "text_encoder" / "model.safetensors"
    write_clap_text(voice, seed=1)
    os.utime(weights, ns=(1, 1))
    assert not same_space(ClapTextTower(voice).space.fingerprint, mark)


def test_sounds_are_what_transformers_makes_of_them(models):
    import torch
    from transformers import ClapFeatureExtractor, ClapModel

    sounds = [noise(WINDOW), noise(100_000, 1), noise(WINDOW // 3, 2)]
    extractor, network = ClapFeatureExtractor.from_pretrained(models / "whole"), tiny_clap()
    assert isinstance(network, ClapModel)
    features = extractor(sounds, sampling_rate=48_000, return_tensors="pt")
    with torch.inference_mode():
        expected = network.get_audio_features(**features).pooler_output.numpy()
    found = load_clap(models / "whole").encode_audio(sounds)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(expected[0] - expected[1]).max() > 1e-4


def test_long_sounds_are_the_mean_of_their_windows_and_never_a_matter_of_chance(models):
    ears = load_clap(models / "whole", HALF)
    sound = np.concatenate([noise(WINDOW), np.sin(np.arange(WINDOW + 5) * 0.1).astype(np.float32)])
    found = ears.encode_audio([sound, sound[:WINDOW]])
    parts = ears.encode_audio([sound[:WINDOW], sound[(WINDOW + 5) // 2 : (WINDOW + 5) // 2 + WINDOW], sound[-WINDOW:]])
    mean = parts.mean(axis=0)
    np.testing.assert_allclose(found[0], mean / np.linalg.norm(mean), atol=1e-5)
    np.testing.assert_array_equal(found, ears.encode_audio([sound, sound[:WINDOW]]))
    assert ears.sample_rate == 48_000
    assert ears.encode_audio([]).shape == (0, 32)


def test_silence_has_an_answer_and_what_is_no_sound_an_error(models):
    ears = load_clap(models / "whole")
    np.testing.assert_allclose(np.linalg.norm(ears.encode_audio([np.zeros(4800, np.float32)])), 1.0, atol=1e-5)
    with pytest.raises(UsageError, match="without samples"):
        ears.encode_audio([np.zeros(0, np.float32)])
    with pytest.raises(UsageError, match="not mono"):
        ears.encode_audio([np.zeros((2, 4800), np.float32)])
    with pytest.raises(UsageError, match="no numbers"):
        ears.encode_audio([np.full(4800, np.nan, np.float32)])


@given(st.integers(1, 6 * WINDOW))
@settings(max_examples=50, deadline=None)
def test_windows_are_whole_and_cover_every_sample(samples):
    sound = np.arange(samples, dtype=np.int32).view(np.float32)
    parts = [part.view(np.int32) for part in windows(sound)]
    assert len(parts) == -(-samples // WINDOW)
    assert all(len(part) == min(samples, WINDOW) for part in parts)
    assert parts[0][0] == 0
    assert parts[-1][-1] == samples - 1
    assert all(later[0] <= former[-1] + 1 for former, later in pairwise(parts))


def test_a_mean_without_direction_is_damage():
    axis = np.eye(1, 4, dtype=np.float32)
    with pytest.raises(ModelDamaged, match="gives no numbers"):
        averaged(lambda batch: np.concatenate([axis, -axis]), [[noise(3), noise(3)]], 4, "The model", Compute())


def test_ears_without_words_have_a_fingerprint_of_sounds(models):
    whole, other = load_clap(models / "whole"), load_clap(models / "other")
    mark = ears_fingerprint(whole)
    assert mark == ears_fingerprint(load_clap(models / "whole"))
    assert not same_space(mark, ears_fingerprint(other))
    assert not same_space(mark, whole.space.fingerprint)


def test_the_anchor_sounds_are_always_the_same():
    """A change here makes every checkpoint that carries such a fingerprint unusable."""
    sounds = anchor_sounds(8000)
    assert [sound.shape for sound in sounds] == [(16_000,)] * 24
    assert all(0.05 < np.abs(sound).max() <= 0.6 for sound in sounds)
    sums = np.array([float(np.abs(sound).sum()) for sound in sounds])
    assert len(set(np.round(sums[8:], 2))) == 16
    np.testing.assert_allclose(sums[[0, 8, 16, 23]], [5092.8535, 250.1848, 3061.3311, 3393.9238], rtol=1e-5)


@pytest.mark.parametrize(
    "missing",
    ["text_encoder", "tokenizer", "text_encoder/config.json", "text_encoder/model.safetensors", "tokenizer/vocab.json"],
)
def test_a_missing_file_is_named(voice, missing):
    (voice / "tokenizer" / "tokenizer.json").unlink()
    gone = voice / missing
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    with pytest.raises(ModelMissing, match="models pull"):
        ClapTextTower(voice)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def test_truncated_weights_are_damage(voice):
    cut(voice / "text_encoder" / "model.safetensors")
    with pytest.raises(ModelDamaged, match="'voice' is damaged"):
        ClapTextTower(voice).load()


def test_weights_that_lack_a_part_are_damage_rather_than_drawn_anew(voice):
    from safetensors.torch import load_file, save_file

    path = voice / "text_encoder" / "model.safetensors"
    state = load_file(path)
    del state["text_projection.linear2.weight"]
    save_file(state, path, metadata={"format": "pt"})
    with pytest.raises(ModelDamaged, match=r"lacks 1 of its weights, among them text_projection\.linear2\.weight"):
        ClapTextTower(voice).load()


def test_weights_of_other_shapes_are_damage(voice):
    config = voice / "text_encoder" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "projection_dim": 48}))
    with pytest.raises(ModelDamaged):
        ClapTextTower(voice).load()


def test_weights_that_are_no_numbers_are_damage(voice):
    import torch
    from safetensors.torch import load_file, save_file

    path = voice / "text_encoder" / "model.safetensors"
    state = {
        name: torch.full_like(value, torch.nan) if value.is_floating_point() else value
        for name, value in load_file(path).items()
    }
    save_file(state, path, metadata={"format": "pt"})
    with pytest.raises(ModelDamaged, match="gives no numbers"):
        ClapTextTower(voice).encode_texts(TEXTS)


def test_a_text_that_overflows_half_precision_is_read_in_float32(voice, caplog):
    from safetensors.torch import load_file, save_file

    path = voice / "text_encoder" / "model.safetensors"
    state = load_file(path)
    state["text_projection.linear2.weight"] *= 1e6
    save_file(state, path, metadata={"format": "pt"})
    half = ClapTextTower(voice, Compute("cpu", "float16"))
    np.testing.assert_array_equal(half.encode_texts(TEXTS), ClapTextTower(voice).encode_texts(TEXTS))
    assert "gives no numbers in float16; float32 is used" in caplog.text
    assert half.compute.precision == "float32"


def test_a_configuration_that_is_none_is_damage(voice):
    (voice / "text_encoder" / "config.json").write_text("{ no")
    with pytest.raises(ModelDamaged, match="configuration"):
        ClapTextTower(voice)


def test_the_tokenizer_of_another_network_is_damage(voice):
    shutil.rmtree(voice / "tokenizer")
    write_tokenizer(voice / "tokenizer", 700)
    with pytest.raises(ModelDamaged, match=r"reads 276 pieces, but its tokenizer makes 700"):
        ClapTextTower(voice).load()


@pytest.mark.parametrize("audio", [None, [], 3])
def test_a_configuration_without_ears_is_damage(whole, audio):
    config = json.loads((whole / "config.json").read_text())
    (whole / "config.json").write_text(json.dumps(config | {"audio_config": audio}))
    with pytest.raises(ModelDamaged):
        load_clap(whole).load()


def test_fusion_models_are_refused(whole):
    config = json.loads((whole / "config.json").read_text())
    config["audio_config"]["enable_fusion"] = True
    (whole / "config.json").write_text(json.dumps(config))
    with pytest.raises(UsageError, match="fusion"):
        load_clap(whole)


def test_ears_for_another_rate_are_refused(whole):
    path = whole / "preprocessor_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "sampling_rate": 16_000}))
    with pytest.raises(ModelDamaged, match="16000 Hz"):
        load_clap(whole).load()


def test_weights_saved_by_torch_are_read_without_unpickling(models, whole):
    import torch
    from safetensors.torch import load_file

    state = load_file(whole / "model.safetensors")
    (whole / "model.safetensors").unlink()
    torch.save(state, whole / "pytorch_model.bin")
    found = load_clap(whole).encode_texts(TEXTS)
    np.testing.assert_array_equal(found, load_clap(models / "whole").encode_texts(TEXTS))
    torch.save({**state, "more": Path("evil")}, whole / "pytorch_model.bin")
    with pytest.raises(ModelDamaged):
        load_clap(whole).load()


def test_what_is_no_model_is_said_to_be_none(models, tmp_path):
    with pytest.raises(ModelMissing, match="no CLAP model"):
        load_clap(tmp_path / "nothing")
    with pytest.raises(ModelMissing, match="text side of CLAP alone"):
        load_clap(models / "voice")
    with pytest.raises(UsageError, match="engine 'other'"):
        load_clap(models / "whole", engine="other")


def test_spaces_carry_the_name_of_their_folder(models):
    assert ClapTextTower(models / "voice").space == Space(
        "CLAP (voice)", 32, fingerprint(ClapTextTower(models / "voice").encode_texts(ANCHORS))
    )


@pytest.mark.long
def test_half_precision_is_the_same_space_at_real_size(tmp_path):
    """The text tower of AudioLDM has 125 million parameters; here with weights drawn from a seed."""
    from transformers import ClapTextConfig, ClapTextModelWithProjection

    from tests.tiny.weights import lively

    model = ClapTextModelWithProjection(ClapTextConfig())
    model.load_state_dict(lively(model.state_dict(), 0))
    model.save_pretrained(tmp_path / "text_encoder")
    write_tokenizer(tmp_path / "tokenizer", 50_265)
    exact, half = ClapTextTower(tmp_path), ClapTextTower(tmp_path, HALF)
    assert exact.space.size == 512
    exact.space.require(half.space, what="The half")
    assert require_same_texts(exact, half, what="The half") > 0.999

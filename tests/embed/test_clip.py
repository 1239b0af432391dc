import json
import logging
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from tests.tiny.clip import write_clip
from tests.tiny.weights import lively
from v2a_foley.compute import Compute
from v2a_foley.embed.clip import load_clip
from v2a_foley.embed.clip_frames import batch_preparation
from v2a_foley.embed.fingerprint import ANCHORS, fingerprint, same_space
from v2a_foley.errors import ModelDamaged, ModelMissing, SpaceMismatch, UsageError

TEXTS = ["a dog barks in the yard", "", "rain", "a very long text " * 60]
HALF = Compute("cpu", "bfloat16")
PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png")


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    return write_clip(tmp_path_factory.mktemp("models") / "eyes")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("V2A_FOLEY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "texts"


@pytest.fixture
def eyes_folder(model, tmp_path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "eyes"))


@pytest.fixture(scope="module")
def photographs() -> list[np.ndarray]:
    """Real photographs of several shapes, one of them upright."""
    folder = Path(skimage.data.__file__).parent
    found = [np.array(Image.open(folder / name).convert("RGB")) for name in PHOTOGRAPHS]
    return [*found, np.ascontiguousarray(found[2].transpose(1, 0, 2))]


def reference(folder: Path):
    """Return open_clip's own model of a folder, and its own transform."""
    import open_clip

    network, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    return network.eval(), transform


def stock_images(folder: Path, pictures: list[np.ndarray]) -> np.ndarray:
    import torch

    network, transform = reference(folder)
    with torch.inference_mode():
        return network.encode_image(
            torch.stack([transform(Image.fromarray(picture)) for picture in pictures]), normalize=True
        ).numpy()


def test_photographs_are_seen_as_open_clip_sees_them(model, photographs):
    expected = stock_images(model, photographs)
    eyes = load_clip(model).eyes
    found = np.concatenate([eyes.encode_images(picture[None]) for picture in photographs])
    assert np.all(np.sum(found * expected, axis=1) > 0.99999)
    assert np.min(expected @ expected.T) < 0.99, "the photographs look alike to this model: the test shows nothing"


@pytest.mark.parametrize("size", [32, 224])
@pytest.mark.parametrize("mode", ["bicubic", "bilinear"])
@pytest.mark.parametrize("how", ["shortest", "squash"])
def test_pixels_differ_from_open_clips_by_single_levels(photographs, size, mode, how):
    from open_clip.transform import PreprocessCfg, image_transform_v2

    settings = {"size": size, "interpolation": mode, "resize_mode": how}
    stock = image_transform_v2(PreprocessCfg(**settings, mean=(0, 0, 0), std=(1, 1, 1)), is_train=False)
    prepare = batch_preparation(settings)
    for picture in photographs:
        expected = (stock(Image.fromarray(picture)) * 255.0).round().numpy()
        found = prepare(picture[None])[0].numpy()
        assert found.shape == (3, size, size)
        assert np.abs(found - expected).max() <= 1
        assert np.mean(found != expected) < 0.02


@pytest.mark.parametrize(
    "preprocess", [{"resize_mode": "longest"}, {"interpolation": "bilinear"}, {"mean": [0, 0, 0], "std": [0.5, 1, 2]}]
)
def test_a_model_with_a_preparation_of_its_own_is_obeyed(tmp_path, photographs, preprocess):
    folder = write_clip(tmp_path / "model", preprocess=preprocess)
    expected = stock_images(folder, photographs[1:2])
    np.testing.assert_allclose(load_clip(folder).eyes.encode_images(photographs[1][None]), expected, atol=1e-3)
    plain = load_clip(write_clip(tmp_path / "plain")).eyes.encode_images(photographs[1][None])
    assert np.abs(plain - expected).max() > 2e-3


def test_frames_already_small_enough_are_not_resampled(model):
    frames = np.random.default_rng(0).integers(0, 256, (3, 32, 40, 3), dtype=np.uint8)
    pixels = batch_preparation({"size": 32, "interpolation": "bicubic", "resize_mode": "shortest"})(frames)
    np.testing.assert_array_equal(pixels.numpy(), frames[:, :, 4:36].transpose(0, 3, 1, 2))


def test_any_number_of_frames_and_read_only_ones(model):
    eyes = load_clip(model).eyes
    frames = np.random.default_rng(1).integers(0, 256, (70, 36, 48, 3), dtype=np.uint8)
    frames.flags.writeable = False
    found = eyes.encode_images(frames)
    assert found.shape == (70, 24)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(found[40:41], eyes.encode_images(frames[40:41]), atol=1e-6)
    np.testing.assert_array_equal(found, eyes.encode_images(frames))
    assert eyes.encode_images(frames[:0]).shape == (0, 24)
    assert eyes.frame_size == 32


@pytest.mark.parametrize("shape", [(36, 48, 3), (1, 36, 48, 4), (1, 0, 48, 3)])
def test_what_is_no_frame_is_refused(model, shape):
    with pytest.raises(UsageError, match="cannot be looked at"):
        load_clip(model).eyes.encode_images(np.zeros(shape, np.uint8))
    with pytest.raises(UsageError, match="float32"):
        load_clip(model).eyes.encode_images(np.zeros((1, 36, 48, 3), np.float32))


def test_texts_are_read_as_open_clip_reads_them(model):
    import open_clip
    import torch

    network, _ = reference(model)
    with torch.inference_mode():
        pieces = open_clip.get_tokenizer(f"local-dir:{model}")(TEXTS)
        expected = network.encode_text(pieces, normalize=True).numpy()
    words = load_clip(model).words
    np.testing.assert_allclose(words.encode_texts(TEXTS), expected, atol=1e-6)
    assert np.abs(expected[0] - expected[2]).max() > 0.01
    assert words.encode_texts([]).shape == (0, 24)


def test_eyes_and_words_share_one_model_and_its_space(model, monkeypatch):
    import open_clip

    made, create = [], open_clip.create_model
    monkeypatch.setattr("open_clip.create_model", lambda *names, **more: made.append(names) or create(*names, **more))
    clip = load_clip(model)
    assert made == []
    starts = [threading.Thread(target=clip.eyes.load) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    clip.words.encode_texts(TEXTS)
    assert len(made) == 1
    assert clip.eyes.space == clip.words.space
    assert clip.eyes.space.name == "CLIP (eyes)"


def test_half_precision_is_the_same_space(model, photographs):
    exact, half = load_clip(model), load_clip(model, HALF)
    for picture in photographs:
        cosine = float(np.sum(exact.eyes.encode_images(picture[None]) * half.eyes.encode_images(picture[None])))
        assert cosine > 0.999
    read = np.sum(exact.words.encode_texts(TEXTS) * half.words.encode_texts(TEXTS), axis=1)
    assert np.all(read > 0.999)
    assert np.any(read < 1 - 1e-7), "bfloat16 was not used"
    exact.eyes.space.require(half.eyes.space, what="The half")
    rounded = exact.words.encode_texts(ANCHORS).astype(np.float16).astype(np.float32)
    assert same_space(fingerprint(rounded), exact.eyes.space.fingerprint)


def test_another_model_of_the_same_size_is_another_space(model, tmp_path):
    other = load_clip(write_clip(tmp_path / "other", seed=1))
    with pytest.raises(SpaceMismatch, match=r"CLIP \(other\).*CLIP \(eyes\)"):
        load_clip(model).eyes.space.require(other.eyes.space, what="The mapper")


def test_a_second_start_reads_no_weights(eyes_folder, cache, monkeypatch):
    mark = load_clip(eyes_folder).eyes.space
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr("open_clip.create_model", None)
    assert load_clip(eyes_folder).eyes.space == mark


def test_what_overflows_half_precision_is_looked_at_in_float32(eyes_folder, photographs, caplog):
    from safetensors.torch import load_file, save_file

    path = eyes_folder / "open_clip_model.safetensors"
    state = load_file(path)
    state["visual.proj"] *= 1e6
    save_file(state, path, metadata={"format": "pt"})
    clip = load_clip(eyes_folder, Compute("cpu", "float16"))
    expected = load_clip(eyes_folder).eyes.encode_images(photographs[0][None])
    np.testing.assert_array_equal(clip.eyes.encode_images(photographs[0][None]), expected)
    assert "gives no numbers in float16; float32 is used" in caplog.text


def test_loading_leaves_the_programs_log_alone(model):
    root = logging.getLogger()
    kept, root.handlers = root.handlers, []
    try:
        load_clip(model).eyes.load()
        assert root.handlers == []
    finally:
        root.handlers = kept


def named_weights(folder: Path, name: str) -> Path:
    """Write seeded weights of an architecture that open_clip knows by name."""
    import open_clip
    from safetensors.torch import save_file

    folder.mkdir(exist_ok=True)
    save_file(lively(open_clip.create_model(name).state_dict(), 0), folder / "weights.safetensors")
    return folder / "weights.safetensors"


@pytest.mark.long
def test_a_named_architecture_takes_its_weights_from_a_file_and_its_activation_from_a_tag(tmp_path):
    """The true ViT-B-32: OpenAI's weights need another activation than the architecture's own."""
    weights = named_weights(tmp_path / "named", "ViT-B-32")
    frames = np.random.default_rng(0).integers(0, 256, (4, 240, 320, 3), dtype=np.uint8)
    plain = load_clip("ViT-B-32", weights=weights)
    tagged = load_clip("ViT-B-32", weights=weights, tag="openai")
    quick = load_clip("ViT-B-32-quickgelu", weights=weights)
    seen = [clip.eyes.encode_images(frames) for clip in (plain, tagged, quick)]
    np.testing.assert_array_equal(seen[1], seen[2])
    assert np.abs(seen[0] - seen[1]).max() > 1e-3
    assert tagged.eyes.frame_size == 224
    assert tagged.eyes.space.name == "CLIP (ViT-B-32 openai)"
    del plain, tagged
    half = load_clip("ViT-B-32-quickgelu", HALF, weights=weights)
    assert np.all(np.sum(seen[2] * half.eyes.encode_images(frames), axis=1) > 0.999)
    quick.eyes.space.require(half.eyes.space, what="The half")


def test_a_name_without_weights_on_this_machine_is_missing_and_never_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", None)
    with pytest.raises(ModelMissing, match="models pull clip-vit-b-32"):
        load_clip("ViT-B-32")
    with pytest.raises(ModelMissing, match="models pull clip-vit-b-32"):
        load_clip("ViT-B-32", weights=tmp_path / "none.safetensors", tag="openai")


def test_names_that_open_clip_does_not_know_are_refused(tmp_path):
    with pytest.raises(UsageError, match="no architecture 'ViT-Z-1'"):
        load_clip("ViT-Z-1", weights=tmp_path / "any")
    with pytest.raises(UsageError, match="no architecture 'hf-hub:a/b'"):
        load_clip("hf-hub:a/b", weights=tmp_path / "any")
    with pytest.raises(UsageError, match=r"no weights 'mine' of ViT-B-32.*openai"):
        load_clip("ViT-B-32", weights=tmp_path / "any", tag="mine")


@pytest.mark.parametrize("gone", ["open_clip_config.json", "open_clip_model.safetensors", "."])
def test_a_missing_file_is_missing_and_the_way_to_get_it_named(eyes_folder, gone):
    path = eyes_folder / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(ModelMissing, match="v2a-foley models pull clip-vit-b-32"):
        load_clip(eyes_folder)


@pytest.mark.parametrize(
    "text",
    ["{ no", "[]", '{"vision": 1}', '{"model_cfg": {"embed_dim": 24}}', "[" * 100_000]
    + ['{{"model_cfg": {{"embed_dim": {}, "vision_cfg": {{"image_size": {}}}, "text_cfg": {{}}}}}}'.format(*each)
       for each in (('"x"', "32"), ("24", "null"), ("24", "[32]"), ("24", '"x"'))],
)  # fmt: skip
def test_a_configuration_that_is_none_is_damage(eyes_folder, text):
    (eyes_folder / "open_clip_config.json").write_text(text)
    with pytest.raises(ModelDamaged, match=r"open_clip_config\.json"):
        load_clip(eyes_folder)


@pytest.mark.parametrize("damage", [lambda whole: whole[:-1000], lambda whole: b"", lambda whole: b"no weights" * 100])
def test_truncated_and_foreign_weights_are_damage(eyes_folder, damage):
    path = eyes_folder / "open_clip_model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ModelDamaged, match="CLIP model 'eyes' is damaged"):
        load_clip(eyes_folder).eyes.load()


def test_weights_of_another_network_are_damage(eyes_folder, tmp_path):
    config = eyes_folder / "open_clip_config.json"
    content = json.loads(config.read_text())
    content["model_cfg"]["embed_dim"] = 48
    config.write_text(json.dumps(content))
    with pytest.raises(ModelDamaged):
        load_clip(eyes_folder).eyes.load()


def test_weights_that_are_no_numbers_are_damage(eyes_folder, photographs):
    import torch
    from safetensors.torch import load_file, save_file

    path = eyes_folder / "open_clip_model.safetensors"
    save_file({**load_file(path), "visual.proj": torch.full((32, 24), torch.nan)}, path)
    with pytest.raises(ModelDamaged, match="gives no numbers"):
        load_clip(eyes_folder).eyes.encode_images(photographs[0][None])


def test_a_folder_that_would_fetch_its_words_from_the_hub_is_not_let(eyes_folder):
    config = eyes_folder / "open_clip_config.json"
    content = json.loads(config.read_text())
    content["model_cfg"]["text_cfg"] = {"hf_model_name": "nobody/nothing", "hf_tokenizer_name": "nobody/nothing"}
    config.write_text(json.dumps(content))
    with pytest.raises(ModelDamaged, match="another kind"):
        load_clip(eyes_folder).eyes.load()

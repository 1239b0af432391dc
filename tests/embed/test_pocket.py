import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2a_foley.embed import PocketEyes, PocketWords, pocket, pocket_space, pocket_words
from v2a_foley.embed.labels import imagenet_labels
from v2a_foley.embed.weights import EYES_WEIGHTS
from v2a_foley.errors import ModelDamaged


@pytest.fixture(scope="module")
def eyes() -> PocketEyes:
    return PocketEyes()


@pytest.fixture(scope="module")
def cat() -> np.ndarray:
    import skimage.data

    return skimage.data.chelsea()


def test_eyes_and_words_share_one_space(eyes):
    assert eyes.space == pocket_words().space == pocket_space()
    assert eyes.space.size == 384


def test_a_cat_is_a_cat(eyes, cat):
    words = pocket_words().encode_texts(["a cat", "a truck on a road", "a bowl of soup"])
    assert np.argmax(words @ eyes.encode_images(cat[None])[0]) == 0
    best = imagenet_labels()[int(eyes.label_probabilities(cat[None])[0].argmax())]
    assert "cat" in best


def test_frames_do_not_depend_on_their_neighbours(eyes, cat):
    frames = np.stack([cat, cat[:, ::-1], cat // 2, cat[::-1], cat // 3])
    together = eyes.encode_images(frames)
    assert (together.shape, together.dtype) == ((5, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([eyes.encode_images(frame[None]) for frame in frames])
    np.testing.assert_allclose(together, alone, atol=1e-3)


def test_no_frames_give_no_embeddings(eyes):
    assert eyes.encode_images(np.zeros((0, 90, 160, 3), np.uint8)).shape == (0, 384)


@pytest.mark.parametrize("value", [0, 16, 128, 255])
def test_a_plain_frame_shows_nothing(eyes, value):
    frames = np.full((2, 90, 160, 3), value, np.uint8)
    nothing = pocket_words().encode_texts([pocket.NOTHING])
    np.testing.assert_allclose(eyes.encode_images(frames) @ nothing[0], 1, atol=1e-5)


@given(st.integers(1, 400), st.integers(1, 400))
@settings(max_examples=12, deadline=None)
def test_any_shape_of_frame_can_be_seen(height, width):
    frames = np.random.default_rng(height).integers(0, 256, (1, height, width, 3), dtype=np.uint8)
    assert np.isfinite(_EYES.encode_images(frames)).all()


_EYES = PocketEyes()


def test_frames_may_be_read_only_and_strided(eyes, cat):
    film = np.stack([cat] * 4)
    film.setflags(write=False)
    np.testing.assert_allclose(
        eyes.encode_images(film[::2, :, ::-1])[0], eyes.encode_images(cat[None, :, ::-1])[0], atol=1e-5
    )


def test_black_bars_are_not_looked_at(eyes, cat):
    boxed = np.zeros((1, 500, 600, 3), np.uint8)
    boxed[0, 100:400, 70:521] = cat
    np.testing.assert_allclose(eyes.encode_images(boxed), eyes.encode_images(cat[None]), atol=1e-5)
    assert pocket.without_bars(boxed).shape == (1, 300, 451, 3)


def test_a_dark_picture_with_one_light_is_left_whole():
    dark = np.zeros((1, 100, 100, 3), np.uint8)
    dark[0, 50:60, 50:60] = 255
    assert pocket.without_bars(dark).shape == dark.shape
    assert pocket.without_bars(dark * 0).shape == dark.shape


def test_the_eyes_leave_torch_its_threads(eyes, cat):
    import torch

    before = torch.get_num_threads()
    PocketEyes().encode_images(cat[None])
    assert torch.get_num_threads() == before


def test_shares_keep_the_best_labels_and_give_doubt_to_nothing():
    probabilities = np.random.default_rng(1).dirichlet(np.full(100, 0.3), 6).astype(np.float32)
    weights = pocket.shares(probabilities)
    assert weights.shape == (6, 101)
    assert (np.count_nonzero(weights[:, :-1], axis=1) <= 20).all()
    assert (weights[:, :-1].argmax(1) == probabilities.argmax(1)).all()
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)
    unseen = pocket.shares(np.zeros((1, 100), np.float32))
    assert np.flatnonzero(unseen[0]).tolist() == [100]


def test_texts_near_in_meaning_are_near():
    dog, hound, sea = pocket_words().encode_texts(["a dog barks", "a hound is barking", "waves of the ocean"])
    assert dog @ hound > 0.6 > dog @ sea


def test_texts_do_not_depend_on_their_neighbours():
    words = pocket_words()
    texts = ["rain", "a very long text about the weather in the mountains of the north", "", "é ü 雨 \u0000"]
    np.testing.assert_allclose(words.encode_texts(texts), [words.encode_texts([t])[0] for t in texts], atol=1e-5)
    assert words.encode_texts([]).shape == (0, 384)


def test_a_long_text_is_cut_at_its_256th_piece():
    words = pocket_words()
    texts = ["dog " * 300, "dog " * 254, "dog " * 253]
    long, exact, short = words.encode_texts(texts)
    np.testing.assert_allclose(long, exact, atol=1e-6)
    assert np.abs(exact - short).max() > 0


def test_known_lists_need_no_model_the_second_time(monkeypatch, tmp_path):
    monkeypatch.setenv("V2A_FOLEY_CACHE", str(tmp_path))
    texts = [f"sound number {n}" for n in range(30)]
    first = PocketWords().encode_texts(texts)
    again = PocketWords()
    np.testing.assert_array_equal(again.encode_texts(texts), first)
    assert again._loaded is None


def test_damaged_weights_are_an_error_of_ours(monkeypatch, tmp_path):
    broken = tmp_path / "weights.pth"
    broken.write_bytes(b"\x80\x02junk")
    monkeypatch.setattr(pocket, "verified", lambda wanted: broken)
    with pytest.raises(ModelDamaged, match=r"weights\.pth"):
        PocketEyes().encode_images(np.zeros((1, 32, 32, 3), np.uint8))
    assert EYES_WEIGHTS.licence == "Apache-2.0"


def test_importing_the_room_loads_no_engine():
    code = (
        "import sys, v2a_foley.embed, v2a_foley.mapper;"
        "print([m for m in ('torch', 'timm', 'transformers') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_seeing_loads_neither_timm_nor_transformers():
    code = (
        "import sys, numpy as np; from v2a_foley.embed import PocketEyes;"
        "PocketEyes().encode_images(np.full((1, 64, 64, 3), 9, np.uint8));"
        "print([m for m in ('torchvision', 'timm', 'transformers') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

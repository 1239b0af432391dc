import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.embed import Space, normalised, pocket_words
from v2a_foley.mapper import Bridge, Mapper
from v2a_foley.project.events import default_vocabulary

EYES, EARS = Space("eyes", 16, "eyes"), Space("ears", 24, "ears")


def captions(seed: int, count: int, size: int) -> np.ndarray:
    return normalised(np.random.default_rng(seed).standard_normal((count, size)))


HERE, THERE = captions(1, 10, 16), captions(2, 10, 24)


def test_it_is_a_mapper_between_its_spaces():
    bridge: Mapper = Bridge(EYES, EARS, HERE, THERE)
    assert (bridge.source, bridge.target) == (EYES, EARS)


def test_a_cold_bridge_goes_to_the_nearest_caption():
    bridge = Bridge(EYES, EARS, HERE, THERE, temperature=1e-3)
    np.testing.assert_allclose(bridge.map(HERE, range(10)), THERE, atol=1e-5)
    alone = Bridge(EYES, EARS, HERE, THERE, temperature=10, top_k=1)
    np.testing.assert_allclose(alone.map(HERE, range(10)), THERE, atol=1e-5)


def test_the_weights_are_a_softmax_over_the_nearest():
    image = normalised(HERE[0] + 0.8 * HERE[1])[None]
    similar = (image @ HERE.T)[0]
    best = np.argsort(-similar)[:3]
    weights = np.exp(similar[best] / 0.2)
    bridge = Bridge(EYES, EARS, HERE, THERE, temperature=0.2, top_k=3)
    np.testing.assert_allclose(bridge.map(image, [0])[0], normalised(weights @ THERE[best]), atol=1e-5)


@given(st.integers(0, 1000), st.integers(1, 12), st.floats(0.001, 100), st.integers(0, 6))
def test_it_gives_unit_vectors_row_by_row_whatever_the_seeds(seed, top_k, temperature, rows):
    bridge = Bridge(EYES, EARS, HERE, THERE, temperature=temperature, top_k=top_k)
    images = captions(seed, rows, 16)
    kept = images.copy()
    mapped = bridge.map(images, range(rows))
    assert (mapped.shape, mapped.dtype) == ((rows, 24), np.float32)
    np.testing.assert_allclose(np.linalg.norm(mapped, axis=1), 1, atol=1e-4)
    np.testing.assert_array_equal(images, kept)
    for row in range(rows):
        np.testing.assert_allclose(bridge.map(images[row : row + 1], [99])[0], mapped[row], atol=1e-5)


def test_over_one_space_the_caption_stays_the_nearest():
    words, texts = pocket_words(), default_vocabulary().captions
    bridge = Bridge.over(texts, words, words)
    embedded = words.encode_texts(texts)
    mapped = bridge.map(embedded, range(len(texts)))
    assert (np.argmax(mapped @ embedded.T, axis=1) == np.arange(len(texts))).mean() > 0.97


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Bridge(EYES, EARS, THERE, HERE),
        lambda: Bridge(EYES, EARS, HERE[:4], THERE),
        lambda: Bridge(EYES, EARS, HERE[:0], THERE[:0]),
        lambda: Bridge(EYES, EYES, HERE, THERE),
        lambda: Bridge(EYES, EARS, HERE, THERE, temperature=0),
        lambda: Bridge(EYES, EARS, HERE, THERE, top_k=0),
        lambda: Bridge(EYES, EARS, HERE, THERE).map(HERE, [1]),
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(ValueError, match=r".+"):
        wrong()

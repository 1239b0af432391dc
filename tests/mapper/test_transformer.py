import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from v2a_foley.mapper.transformer import Transformer, TransformerConfig, bucket_of, turned_by, turns

SMALL = TransformerConfig(width=12, depth=2, heads=3, head_size=8, rotary=4, expansion=2, buckets=8, furthest=16)


def small(seed: int = 0) -> Transformer:
    torch.manual_seed(seed)
    return Transformer(SMALL).requires_grad_(False)


def weights(tensor: torch.Tensor) -> np.ndarray:
    return tensor.numpy().astype(np.float64)


def norm(x: np.ndarray, gain: torch.Tensor) -> np.ndarray:
    return (x - x.mean()) / np.sqrt(x.var() + 1e-5) * weights(gain)


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x)


def turned(x: np.ndarray, position: int, rotary: int = SMALL.rotary) -> np.ndarray:
    x = x.copy()
    for pair in range(rotary // 2):
        angle = position * 10_000 ** (-2 * pair / rotary)
        one, other = x[2 * pair], x[2 * pair + 1]
        x[2 * pair] = one * math.cos(angle) - other * math.sin(angle)
        x[2 * pair + 1] = one * math.sin(angle) + other * math.cos(angle)
    return x


def as_the_page_says(model: Transformer, tokens: np.ndarray) -> np.ndarray:
    """The transformer again, one token, one head and one key at a time, in float64."""
    config, size = model.config, model.config.head_size
    x = [row.astype(np.float64) for row in tokens]
    for block in model.layers():
        attention, forward = block.attention, block.feed_forward
        keys, values = [unit(weights(attention.null[0]))], [weights(attention.null[1])]
        for position, token in enumerate(x):
            projected = weights(attention.project.weight) @ norm(token, attention.norm.gain)
            keys.append(unit(turned(projected[-2 * size : -size], position)))
            values.append(projected[-size:])
        after = []
        for position, token in enumerate(x):
            projected = weights(attention.project.weight) @ norm(token, attention.norm.gain)
            gathered = []
            for head in range(config.heads):
                query = unit(turned(projected[head * size : (head + 1) * size], position))
                scores = []
                for key in range(position + 2):  # the null key, all before, and itself, which is key position + 1
                    row = int(bucket_of(torch.tensor(position - key), config.buckets, config.furthest))
                    scores.append(config.similarity_scale * query @ keys[key] + weights(model.bias)[row, head])
                shares = np.exp(scores - np.max(scores))
                gathered.append(sum(s * v for s, v in zip(shares / shares.sum(), values, strict=False)))
            heard = token + norm(weights(attention.out.weight) @ np.concatenate(gathered), attention.out_norm.gain)
            value, gate = np.split(weights(forward.up.weight) @ norm(heard, forward.norm.gain), 2)
            inside = norm(value * gate / (1 + np.exp(-gate)), forward.inner_norm.gain)
            after.append(heard + weights(forward.down.weight) @ inside)
        x = after
    return np.stack([norm(token, model.norm.gain) for token in x])


def test_it_does_what_the_page_says():
    model = small()
    for part in model.modules():  # gains of one would hide a gain in the wrong place
        if hasattr(part, "gain"):
            torch.nn.init.uniform_(part.gain, 0.5, 1.5)
    tokens = torch.randn(2, 21, SMALL.width)
    expected = np.stack([as_the_page_says(model, row.numpy()) for row in tokens])
    np.testing.assert_allclose(model(tokens).numpy(), expected, atol=2e-5)


def test_no_token_sees_what_comes_after_it():
    model, tokens = small(), torch.randn(1, 9, SMALL.width)
    changed = tokens.clone()
    changed[:, 5:] += torch.randn(1, 4, SMALL.width)
    before, after = model(tokens), model(changed)
    torch.testing.assert_close(before[:, :5], after[:, :5])
    assert (before[:, 5:] - after[:, 5:]).abs().amax(-1).min() > 0.01


def test_near_distances_have_a_row_each_and_far_ones_share():
    rows = bucket_of(torch.arange(-3, 300), 32, 128).tolist()
    assert rows[:3] == [0, 0, 0]
    assert rows[3:19] == list(range(16))
    assert rows == sorted(rows)
    assert rows[3 + 127] == rows[-1] == 31
    assert bucket_of(torch.tensor([16, 22, 45, 64, 90]), 32, 128).tolist() == [16, 18, 23, 26, 29]


@settings(max_examples=30, deadline=None)
@given(first=st.integers(0, 90), second=st.integers(0, 90), shift=st.integers(0, 90))
def test_turned_heads_know_their_distance_alone(first, second, shift):
    torch.manual_seed(1)
    query, key = torch.randn(2, 1, 1, 1, 16)
    here = [turned_by(each, turns(at, 1, 8, torch.device("cpu"))) for each, at in ((query, first), (key, second))]
    there = [
        turned_by(each, turns(at + shift, 1, 8, torch.device("cpu"))) for each, at in ((query, first), (key, second))
    ]
    torch.testing.assert_close((here[0] * here[1]).sum(), (there[0] * there[1]).sum(), atol=1e-4, rtol=0)
    torch.testing.assert_close(here[0].norm(), query.norm())


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0},
        {"width": True},
        {"width": "wide"},
        {"width": 10**9},
        {"depth": 10**9},
        {"heads": 2.5},
        {"rotary": 3},
        {"rotary": 128},
        {"buckets": 7},
        {"furthest": 16},
        {"similarity_scale": math.nan},
    ],
)
def test_a_shape_that_cannot_be_built_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        TransformerConfig(**wrong)

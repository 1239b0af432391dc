"""Both networks are held equal to the libraries that they stand in for."""

import re

import pytest
import timm
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

from v2a_foley.embed.pocket_networks import EfficientNetLite0, MiniLM
from v2a_foley.embed.weights import EYES_WEIGHTS, WORDS_WEIGHTS, locate


@pytest.fixture(autouse=True)
def one_thread():
    """Let no other program's load on the cores make torch wait for its threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


_TOP = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
_FIRST = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
_OTHERS = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


def timm_key(key: str) -> str:
    places = [(stage, row) for stage, rows in enumerate((1, 2, 2, 3, 3, 4, 1)) for row in range(rows)]
    inside = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", key)
    if inside is None:
        name, _, kind = key.partition(".")
        return f"{_TOP[name]}.{kind}"
    stage, row = places[int(inside[1])]
    return f"blocks.{stage}.{row}.{(_FIRST if stage == 0 else _OTHERS)[inside[2]]}.{inside[3]}"


@pytest.mark.parametrize("size", [(224, 224), (160, 320), (215, 301), (64, 64)], ids=str)
def test_the_classifier_equals_timm(size):
    weights = torch.load(locate(EYES_WEIGHTS), weights_only=True)
    assert len(weights) == 296
    theirs = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    theirs.load_state_dict({timm_key(key): value for key, value in weights.items()}, strict=True)
    pixels = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(EfficientNetLite0(weights)(pixels), theirs(pixels), atol=1e-4, rtol=1e-4)


def test_the_sentence_encoder_equals_transformers():
    weights = load_file(locate(WORDS_WEIGHTS))
    theirs = BertModel(
        BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536),
        add_pooling_layer=True,
    ).eval()
    unknown = theirs.load_state_dict({k: v for k, v in weights.items() if "position_ids" not in k}, strict=False)
    assert (unknown.unexpected_keys, unknown.missing_keys) == ([], [])
    pieces = torch.randint(1000, 20000, (3, 12), generator=torch.Generator().manual_seed(2))
    there = torch.ones(3, 12, dtype=torch.bool)
    there[1, 7:] = False
    there[2, 1:] = False
    with torch.inference_mode():
        states = theirs(input_ids=pieces, attention_mask=there.long()).last_hidden_state
        mean = (states * there[:, :, None]).sum(1) / there.sum(1, keepdim=True)
        ours = MiniLM(weights)(pieces, there)
    torch.testing.assert_close(ours, torch.nn.functional.normalize(mean, dim=1), atol=1e-5, rtol=1e-4)


def test_missing_tensors_are_named():
    with pytest.raises(KeyError, match="_conv_stem"):
        EfficientNetLite0({})
    with pytest.raises(KeyError, match="LayerNorm"):
        MiniLM({})

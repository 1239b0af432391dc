import hashlib

import pytest
import torch
from safetensors.torch import load_file, save_file

from v2a_foley.errors import ModelDamaged, ModelMissing
from v2a_foley.sync.onsets.network import NetConfig, OnsetNet
from v2a_foley.sync.onsets.trained import FORMAT, TrainedOnsets, load_onsets, save_onsets


@pytest.fixture
def saved(tmp_path):
    torch.manual_seed(0)
    network = OnsetNet(NetConfig(4, 8))
    path = tmp_path / "net.safetensors"
    digest = save_onsets(path, TrainedOnsets(network, 0.35, early=True, details={"kinds": ["ball"]}))
    return path, digest, network


def test_what_was_saved_is_loaded_in_half_precision(saved):
    path, digest, network = saved
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    loaded = load_onsets(path, sha256=digest)
    assert (loaded.threshold, loaded.early, loaded.details) == (0.35, True, {"kinds": ["ball"]})
    assert not loaded.network.training
    for name, each in loaded.network.state_dict().items():
        torch.testing.assert_close(each, network.state_dict()[name].half().to(each.dtype), rtol=0, atol=0)


def test_what_is_no_net_is_refused_by_name(saved, tmp_path):
    path, _, _ = saved
    with pytest.raises(ModelMissing, match="nowhere"):
        load_onsets(tmp_path / "nowhere.safetensors")
    with pytest.raises(ModelDamaged, match="SHA-256"):
        load_onsets(path, sha256="0" * 64)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelDamaged):
        load_onsets(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "else"}, "another format"),
        ({"cells": "u,v"}, "other traits"),
        ({"threshold": "nan"}, "threshold"),
        ({"config": '{"width": 4, "depth": 16}'}, "no onset net"),
        ({"config": '{"width": 4, "depth": 1000000}'}, "size"),
    ],
)
def test_a_net_made_for_something_else_is_refused(saved, change, said):
    from safetensors import safe_open

    path, _, _ = saved
    with safe_open(path, "pt") as opened:
        metadata = opened.metadata()
    assert metadata["format"] == FORMAT
    save_file(load_file(path), path, metadata | change)
    with pytest.raises(ModelDamaged, match=said):
        load_onsets(path)

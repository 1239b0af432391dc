"""Weights and packages that are not what they should be: sentences of ours, whatever torch would say."""

import importlib
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.tiny.backbones import backbone, weights_of
from v2a_foley.errors import DependencyMissing, ModelDamaged, ModelMissing
from v2a_foley.evaluate.backbones import load_backbone
from v2a_foley.evaluate.backbones.packages import module_inside
from v2a_foley.evaluate.backbones.vggish import FILE, PCA_FILE
from v2a_foley.evaluate.backbones.weights import fill, read_weights

pytestmark = pytest.mark.xdist_group("backbones")
SOUND = np.sin(np.arange(16_000) / 20).astype(np.float32)


def altered(tmp_path, change):
    """Return a Wav2CLIP whose weights were changed."""
    held = torch.load(weights_of("wav2clip"), weights_only=True)
    torch.save(change(held), tmp_path / "Wav2CLIP.pt")
    return load_backbone("wav2clip", tmp_path / "Wav2CLIP.pt")


def test_a_file_that_was_cut_off_is_damaged(tmp_path):
    cut = tmp_path / "Wav2CLIP.pt"
    cut.write_bytes(weights_of("wav2clip").read_bytes()[:1_000_000])
    with pytest.raises(ModelDamaged, match=r"Wav2CLIP\.pt") as caught:
        load_backbone("wav2clip", cut).listen([SOUND])
    assert "again" in caught.value.hint


def test_an_empty_file_is_damaged(tmp_path):
    (tmp_path / "Wav2CLIP.pt").touch()
    with pytest.raises(ModelDamaged):
        load_backbone("wav2clip", tmp_path / "Wav2CLIP.pt").listen([SOUND])


def test_a_file_that_would_run_something_is_damaged_and_runs_nothing(tmp_path):
    class Runs:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "it ran",))

    torch.save({"model": Runs()}, tmp_path / "Wav2CLIP.pt", pickle_module=pickle)
    with pytest.raises(ModelDamaged):
        load_backbone("wav2clip", tmp_path / "Wav2CLIP.pt").listen([SOUND])
    assert not (tmp_path / "it ran").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: {n: v for n, v in held.items() if n != "audio_encoder.layer1.0.conv1.weight"}, "lack layer1"),
        (lambda held: held | {"audio_encoder.layer9.weight": torch.zeros(1)}, "unknown layer9"),
        (lambda held: held | {"audio_transform.sequential.0.bias": torch.zeros(3)}, "another shape"),
        (lambda held: {"image_encoder.x": torch.zeros(1)}, "lack conv1.weight and"),
        (lambda held: list(held.values()), "another kind"),
        (lambda held: held | {"audio_transform.sequential.0.bias": "no tensor"}, "another shape"),
    ],
)
def test_weights_of_another_network_are_damaged(tmp_path, change, said):
    with pytest.raises(ModelDamaged, match=said):
        altered(tmp_path, change).listen([SOUND])


def test_weights_that_give_no_numbers_are_damaged(tmp_path):
    def spoiled(held):
        return held | {"audio_transform.sequential.3.bias": torch.full((512,), float("nan"))}

    with pytest.raises(ModelDamaged, match="gives no numbers"):
        altered(tmp_path, spoiled).listen([SOUND])


def test_counters_of_training_may_be_missing(tmp_path):
    def older(held):
        return {name: value for name, value in held.items() if not name.endswith("num_batches_tracked")}

    heard = altered(tmp_path, older).listen([SOUND])
    np.testing.assert_allclose(heard.embeddings, backbone("wav2clip").listen([SOUND]).embeddings, atol=1e-6)


def test_files_that_torch_wrote_before_its_zip_form_can_be_read(tmp_path):
    held = torch.load(weights_of("wav2clip"), weights_only=True)
    torch.save(held, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    heard = load_backbone("wav2clip", tmp_path / "old.pt").listen([SOUND])
    np.testing.assert_allclose(heard.embeddings, backbone("wav2clip").listen([SOUND]).embeddings, atol=1e-6)


def test_other_weights_have_another_name(tmp_path):
    other = altered(tmp_path, lambda held: held | {"audio_transform.sequential.0.bias": torch.ones(512)})
    assert other.name != backbone("wav2clip").name
    assert other.name[:-8] == backbone("wav2clip").name[:-8]


def test_the_pca_must_lie_beside_vggish(tmp_path):
    (tmp_path / FILE).symlink_to(weights_of("vggish"))
    with pytest.raises(ModelMissing, match=PCA_FILE):
        load_backbone("vggish-pca", tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"pca_eigen_vectors": np.zeros((3, 3), np.float32), "pca_means": np.zeros(128, np.float32)},
        {"pca_eigen_vectors": np.zeros((128, 128), np.float32), "pca_means": np.zeros(5, np.float32)},
        [1, 2],
    ],
)
def test_a_pca_of_another_kind_is_damaged(tmp_path, wrong):
    (tmp_path / FILE).symlink_to(weights_of("vggish"))
    torch.save(wrong, tmp_path / PCA_FILE)
    with pytest.raises(ModelDamaged, match="PCA"):
        load_backbone("vggish-pca", tmp_path).listen([SOUND])


def test_arrays_of_numbers_can_be_read(tmp_path):
    torch.save({"a": np.arange(3.0), "b": np.float32(2), "c": [1, "x"]}, tmp_path / "x.pth")
    held = read_weights(tmp_path / "x.pth", "X", "hint")
    assert held["a"].tolist() == [0, 1, 2]
    assert held["c"] == [1, "x"]


def test_a_filled_network_is_ready_to_listen():
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Dropout())
    fill(network, network.state_dict(), "X", "hint")
    assert not network.training
    assert not any(weight.requires_grad for weight in network.parameters())


@pytest.mark.parametrize(("key", "package"), [("vggish", "torchvggish"), ("panns", "panns_inference")])
def test_a_package_that_is_not_installed_is_named(key, package, tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith(f"_v2a_foley_inside_{package}")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path))
    (tmp_path / "any.pth").touch()
    with pytest.raises(DependencyMissing, match=package) as caught:
        load_backbone(key, tmp_path / "any.pth").listen([SOUND])
    assert f"{package}" in caught.value.hint
    assert "pip install" in caught.value.hint


def test_what_a_package_lacks_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("_v2a_foley_inside_panns_inference")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torchlibrosa", None)
    monkeypatch.setitem(sys.modules, "torchlibrosa.stft", None)
    with pytest.raises(DependencyMissing, match="torchlibrosa"):
        module_inside("panns_inference", "models", install="pip install panns_inference")


def test_a_package_is_not_started_for_one_module_inside_it(tmp_path, monkeypatch):
    folder = tmp_path / "shouting_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('it would fetch something here')")
    (folder / "near.py").write_text("SAID = 'quiet'")
    (folder / "models.py").write_text("from .near import SAID")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert module_inside("shouting_package", "models", install="").SAID == "quiet"
    assert "shouting_package" not in sys.modules
    with pytest.raises(RuntimeError, match="fetch"):
        importlib.import_module("shouting_package")


@pytest.mark.long
def test_no_package_is_started_and_nothing_downloaded(tmp_path):
    """``panns_inference`` would fetch a list of names into the home folder as soon as it is imported."""
    code = """
import sys
from v2a_foley.evaluate.backbones.packages import module_inside
for package, name in (("panns_inference", "models"), ("torchvggish", "torchvggish"), ("hear21passt", "models.passt")):
    module_inside(package, name, install="")
    assert package not in sys.modules, package
assert "resampy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={"HOME": str(tmp_path), "MPLCONFIGDIR": str(tmp_path)})
    assert not (tmp_path / "panns_data").exists()


def test_the_registry_is_light():
    code = (
        "import sys, v2a_foley.evaluate.backbones; "
        "assert not {'torch', 'transformers', 'laion_clap', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

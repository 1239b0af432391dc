"""Writes random weights under the names and in the forms in which the backbones' weights are published."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import torch

from tests.tiny.clap import write_clap
from v2a_foley.evaluate.backbones import load_backbone
from v2a_foley.evaluate.backbones.packages import module_inside
from v2a_foley.evaluate.backbones.panns import CNN14, CNN14_16K

_KEPT = tempfile.TemporaryDirectory(prefix="v2a-foley-backbones-")
"""Where weights stay while the tests run; gone with the process."""


def write_cnn14(folder: Path, variant, seed: int = 0) -> Path:
    """Write PANNs' Cnn14 as its training saved it: an iteration and a model. Returns the file."""
    models = module_inside("panns_inference", "models", install="")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = models.Cnn14(
            sample_rate=variant.sample_rate,
            window_size=variant.window,
            hop_size=variant.hop,
            mel_bins=64,
            fmin=50,
            fmax=variant.highest,
            classes_num=527,
        )
    network.bn0.running_mean.fill_(-40.0)
    network.bn0.running_var.fill_(400.0)
    path = folder / variant.file
    torch.save({"iteration": 600000, "model": network.state_dict()}, path)
    return path


def write_vggish(folder: Path, seed: int = 0) -> Path:
    """Write VGGish's state dict, and beside it the PCA's numpy arrays. Returns the file of the weights."""
    from v2a_foley.evaluate.backbones.vggish import FILE, PCA_FILE

    package = module_inside("torchvggish", "torchvggish", install="")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = package.VGG(package.make_layers(), postprocess=False)
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.normal_(layer.weight, std=(2.0 / layer.weight[0].numel()) ** 0.5)
        elif isinstance(layer, torch.nn.Linear):
            torch.nn.init.normal_(layer.weight, std=(2.0 / layer.in_features) ** 0.5)
    torch.save(network.state_dict(), folder / FILE)
    drawn = np.random.default_rng(seed)
    pca = {
        "pca_eigen_vectors": drawn.standard_normal((128, 128)).astype(np.float32) / 128,
        "pca_means": drawn.standard_normal(128).astype(np.float32) / 10,
    }
    torch.save(pca, folder / PCA_FILE)
    return folder / FILE


def write_passt(folder: Path, seed: int = 0) -> Path:
    """Write PaSST-S' state dict. Returns the file."""
    from v2a_foley.evaluate.backbones.passt import FILE

    package = module_inside("hear21passt", "models.passt", install="")
    shape = {"embed_dim": 768, "depth": 12, "num_heads": 12, "distilled": True}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = package.PaSST(img_size=(128, 998), patch_size=16, stride=(10, 10), num_classes=527, **shape)
        for name, weight in network.named_parameters():
            if name.endswith("weight") and weight.dim() > 1:
                torch.nn.init.normal_(weight, std=weight[0].numel() ** -0.5)
    torch.save(network.state_dict(), folder / FILE)
    return folder / FILE


def write_wav2clip(folder: Path, seed: int = 0) -> Path:
    """Write Wav2CLIP's checkpoint: encoder and layers under their prefixes, and the window. Returns the file."""
    from torchvision.models import resnet18

    from v2a_foley.evaluate.backbones.wav2clip import FILE

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder = resnet18()
        encoder.conv1 = torch.nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
        layers = {0: torch.nn.Linear(512, 512), 3: torch.nn.Linear(512, 512)}
    held = {f"audio_encoder.{name}": value for name, value in encoder.state_dict().items() if not name.startswith("fc")}
    held["audio_encoder.spectrogram.window"] = torch.hann_window(512)
    for number, layer in layers.items():
        held |= {f"audio_transform.sequential.{number}.{name}": value for name, value in layer.state_dict().items()}
    torch.save(held, folder / FILE)
    return folder / FILE


@cache
def weights_of(key: str) -> Path | None:
    """Write a backbone's weights, once a process, and return their file."""
    folder = Path(_KEPT.name) / key
    folder.mkdir()
    match key:
        case "panns":
            return write_cnn14(folder, CNN14)
        case "panns-16k":
            return write_cnn14(folder, CNN14_16K)
        case "vggish":
            return write_vggish(folder)
        case "vggish-pca":
            return weights_of("vggish")
        case "passt":
            return write_passt(folder)
        case "wav2clip":
            return write_wav2clip(folder)
        case "clap":
            return write_clap(folder)
    return None


@cache
def backbone(key: str):
    """Return a backbone with random weights, loaded once a process."""
    return load_backbone(key, weights_of(key))

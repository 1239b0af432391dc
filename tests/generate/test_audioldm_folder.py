"""What is read from a model's folder, and what is said when it is not what it should be."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from v2a_foley.compute import Compute
from v2a_foley.errors import ModelDamaged, ModelMissing
from v2a_foley.generate.audioldm.folder import hushed, load_networks, read_schedule, read_sizes, require_complete
from v2a_foley.generate.audioldm.parts import AudioLdm

from . import tiny_voice

pytestmark = pytest.mark.usefixtures("calm")
UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(tiny_voice.folder(), tmp_path / "model")


def configure(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def reweigh(path, change):
    weights = load_file(path)
    change(weights)
    save_file(weights, path, metadata={"format": "pt"})


def test_sizes_come_from_the_configs():
    sizes = read_sizes(tiny_voice.folder())
    assert (sizes.sample_rate, sizes.hop, sizes.mel_bins, sizes.channels) == (16_000, 160, 32, 4)
    assert (sizes.reduction, sizes.bins, sizes.stride, sizes.multiple) == (4, 8, 640, 4)
    assert (sizes.scaling, sizes.embedding) == (0.9227914214134216, 32)


@pytest.mark.parametrize(("samples", "frames"), [(1, 4), (2560, 4), (2561, 8), (163_840, 256), (163_841, 260)])
def test_frames_are_enough_and_can_be_halved(samples, frames):
    sizes = read_sizes(tiny_voice.folder())
    assert sizes.frames(samples) == frames
    assert sizes.samples(frames) >= samples


def test_other_sizes_are_followed(folder):
    configure(folder / "vocoder" / "config.json", sampling_rate=32_000, upsample_rates=[5, 4, 2])
    configure(folder / "vae" / "config.json", scaling_factor=0.5)
    sizes = read_sizes(folder)
    assert (sizes.sample_rate, sizes.hop, sizes.stride, sizes.scaling) == (32_000, 40, 160, 0.5)


def test_the_schedule_is_the_stock_schedulers():
    from diffusers import DDIMScheduler

    stock = DDIMScheduler.from_pretrained(tiny_voice.folder() / "scheduler")
    schedule = read_schedule(tiny_voice.folder())
    assert torch.equal(torch.from_numpy(schedule.alphas_cumprod), stock.alphas_cumprod)
    assert (schedule.prediction, schedule.spacing, schedule.offset, schedule.clip) == ("epsilon", "leading", 1, None)
    assert schedule.final_alpha == float(stock.alphas_cumprod[0])


def test_the_tiny_vocoder_is_heard():
    """A fresh random one stays under 0.01, and comparing its waveforms would prove nothing."""
    model = tiny_voice.model()
    for seed in range(4):
        made = model.vocode(model.decode(model.noise([seed], 12)), 7680)
        assert 0.1 < abs(made).max() < 1
        assert made.std() > 0.01


@pytest.mark.filterwarnings("error")
def test_loading_is_quiet(folder, capfd):
    load_networks(folder)
    AudioLdm.load(folder, Compute("cpu", "bfloat16"))
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_hushed_puts_the_voices_back():
    from diffusers.utils import logging

    before = logging.get_verbosity()
    with pytest.raises(RuntimeError), hushed():
        raise RuntimeError
    assert logging.get_verbosity() == before
    assert logging.is_progress_bar_enabled()


def test_torchs_own_weight_files_are_read(folder):
    weights = load_file(folder / UNET)
    torch.save(weights, folder / "unet" / "diffusion_pytorch_model.bin")
    (folder / UNET).unlink()
    found = load_networks(folder).unet.state_dict()
    assert all(torch.equal(found[name], weight) for name, weight in weights.items())


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ModelMissing, match="nowhere"):
        AudioLdm.load(tmp_path / "nowhere", Compute())


@pytest.mark.parametrize(
    "path",
    [
        "model_index.json",
        "unet/config.json",
        UNET,
        "vae/diffusion_pytorch_model.safetensors",
        "vocoder/model.safetensors",
        "scheduler/scheduler_config.json",
        "text_encoder/model.safetensors",
    ],
)
def test_what_is_missing_is_named(folder, path):
    (folder / path).unlink()
    with pytest.raises(ModelMissing, match=path) as caught:
        AudioLdm.load(folder, Compute())
    assert "models pull" in caught.value.hint


def test_everything_that_is_missing_is_named_at_once(folder):
    (folder / UNET).unlink()
    shutil.rmtree(folder / "tokenizer")
    with pytest.raises(ModelMissing, match=r"unet/.*tokenizer/"):
        require_complete(folder)


@pytest.mark.parametrize(
    "path", [UNET, "vae/diffusion_pytorch_model.safetensors", "vocoder/model.safetensors", "unet/config.json"]
)
@pytest.mark.parametrize("keep", [0, 7, 300])
def test_truncated_files_are_damaged(folder, path, keep):
    (folder / path).write_bytes((folder / path).read_bytes()[:keep])
    with pytest.raises(ModelDamaged, match=path.partition("/")[0]):
        AudioLdm.load(folder, Compute())


def test_a_cut_end_is_damage(folder):
    (folder / UNET).write_bytes((folder / UNET).read_bytes()[:-1000])
    with pytest.raises(ModelDamaged, match="unet"):
        AudioLdm.load(folder, Compute())


@pytest.mark.parametrize("part", ["unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "vocoder/model"])
@pytest.mark.parametrize(
    "change",
    [
        lambda weights: weights.pop(min(weights)),
        lambda weights: weights.update(intruder=torch.zeros(3)),
        lambda weights: weights.update({min(weights): torch.zeros(5, 5)}),
        lambda weights: weights[max(weights)].view(-1)[:1].fill_(float("nan")),
        lambda weights: weights[max(weights)].view(-1)[:1].fill_(float("inf")),
    ],
    ids=["key missing", "key too many", "wrong shape", "not a number", "infinite"],
)
def test_wrong_weights_are_damage(folder, part, change):
    reweigh(folder / f"{part}.safetensors", change)
    with pytest.raises(ModelDamaged, match=part.partition("/")[0]):
        AudioLdm.load(folder, Compute())


@pytest.mark.parametrize(
    ("path", "changes", "said"),
    [
        ("model_index.json", {"_class_name": "AudioLDM2Pipeline"}, "AudioLDM2Pipeline"),
        ("unet/config.json", {"_class_name": "UNet2DModel"}, "UNet2DModel"),
        ("unet/config.json", {"class_embed_type": None}, "not conditioned by a vector"),
        ("unet/config.json", {"in_channels": 8}, "channels"),
        ("vae/config.json", {"latent_channels": 8}, "channels"),
        ("unet/config.json", {"projection_class_embeddings_input_dim": None}, "configs"),
        ("vocoder/config.json", {"architectures": ["UnivNetModel"]}, "UnivNetModel"),
        ("vocoder/config.json", {"upsample_rates": "many"}, "configs"),
        ("scheduler/scheduler_config.json", {"thresholding": True}, "thresholding"),
        ("scheduler/scheduler_config.json", {"beta_schedule": "unheard of"}, "scheduler"),
    ],
)
def test_other_models_are_refused(folder, path, changes, said):
    configure(folder / path, **changes)
    with pytest.raises(ModelDamaged, match=said):
        AudioLdm.load(folder, Compute())


def test_attention_under_its_names_of_2023_is_read(folder):
    """The hub's AudioLDM folders were saved when the VAE's attention still had its first names."""
    path, plain = folder / "vae" / "diffusion_pytorch_model.safetensors", load_networks(folder).vae.state_dict()
    names = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}

    def rename(weights):
        for name in [name for name in weights if ".attentions." in name]:
            new = name
            for now, before in names.items():
                new = new.replace(f".{now}.", f".{before}.")
            weights[new] = weights.pop(name)

    reweigh(path, rename)
    assert any(".proj_attn." in name for name in load_file(path))
    found = load_networks(folder).vae.state_dict()
    assert found.keys() == plain.keys()
    assert all(torch.equal(found[name], plain[name]) for name in plain)


def test_weights_kept_in_half_precision_are_read(folder):
    reweigh(folder / UNET, lambda weights: weights.update({name: value.half() for name, value in weights.items()}))
    assert {weight.dtype for weight in load_networks(folder).unet.state_dict().values()} == {torch.float32}


@pytest.mark.parametrize(
    ("part", "changes"),
    [("vocoder", {"sampling_rate": 0}), ("vocoder", {"sampling_rate": -16_000}), ("vocoder", {"upsample_rates": [0]}),
     ("vae", {"scaling_factor": 0}), ("vae", {"scaling_factor": float("nan")})],
)  # fmt: skip
def test_sizes_that_cannot_be_are_damage(folder, part, changes):
    configure(folder / part / "config.json", **changes)
    with pytest.raises(ModelDamaged, match="not above 0"):
        read_sizes(folder)


@pytest.mark.parametrize(
    "changes", [{"beta_end": 2.0}, {"num_train_timesteps": 1}, {"prediction_type": "flow"}, {"beta_start": -0.1}]
)
def test_noise_levels_that_cannot_be_are_damage(folder, changes):
    configure(folder / "scheduler" / "scheduler_config.json", **changes)
    with pytest.raises(ModelDamaged):
        read_schedule(folder)


def test_a_config_without_end_is_damage(folder):
    (folder / "vocoder" / "config.json").write_text("[" * 100_000)
    with pytest.raises(ModelDamaged, match="cannot be read"):
        read_sizes(folder)

"""Writes a tiny AudioLDM in the hub's layout: the stock ``AudioLDMPipeline.from_pretrained`` loads it as it is."""

import json
from pathlib import Path

from tests.tiny.clap import write_clap_text

LOUDEST = 0.5
"""Peak that the vocoder is brought to; a fresh random one is near silence, and comparing silence proves nothing."""


def write_audioldm(folder: Path, *, embedding: int = 32, seed: int = 0) -> Path:
    """Write the model and return its folder.

    The rates and the vocoder's kernels are those of the real one (16 kHz, hop 160, 32 samples too many), the VAE
    divides by 4 and the UNet halves twice.
    """
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        unet = UNet2DConditionModel(
            sample_size=16,
            in_channels=4,
            out_channels=4,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            block_out_channels=(16, 32, 32),
            layers_per_block=1,
            norm_num_groups=8,
            attention_head_dim=2,
            cross_attention_dim=(16, 32, 32),
            class_embed_type="simple_projection",
            projection_class_embeddings_input_dim=embedding,
            class_embeddings_concat=True,
        )
        vae = AutoencoderKL(
            in_channels=1,
            out_channels=1,
            down_block_types=("DownEncoderBlock2D",) * 3,
            up_block_types=("UpDecoderBlock2D",) * 3,
            block_out_channels=(8, 16, 16),
            layers_per_block=1,
            latent_channels=4,
            norm_num_groups=4,
            scaling_factor=0.9227914214134216,
            sample_size=64,
        )
        vocoder = SpeechT5HifiGan(
            SpeechT5HifiGanConfig(
                model_in_dim=32,
                sampling_rate=16_000,
                upsample_initial_channel=32,
                upsample_rates=[5, 4, 2, 2, 2],
                upsample_kernel_sizes=[16, 16, 8, 4, 4],
                resblock_kernel_sizes=[3, 7],
                resblock_dilation_sizes=[[1, 3], [1, 3]],
                normalize_before=False,
            )
        )
        with torch.no_grad():
            make_audible(vae, vocoder, latents=torch.randn(1, 4, 32, 8))
    scheduler = DDIMScheduler(
        beta_start=0.0015,
        beta_end=0.0195,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    for name, part in {"unet": unet, "vae": vae, "vocoder": vocoder, "scheduler": scheduler}.items():
        part.save_pretrained(folder / name)
    write_clap_text(folder, embedding, seed)
    write_index(folder)
    return folder


def make_audible(vae, vocoder, latents) -> None:
    """Rescale the vocoder's last layer so that these latents sound with a peak of ``LOUDEST`` (before its tanh)."""
    heard = []
    hook = vocoder.conv_post.register_forward_hook(lambda _module, _given, made: heard.append(made))
    vocoder(vae.decode(latents / vae.config.scaling_factor).sample[:, 0])
    hook.remove()
    centre = heard[0].mean()
    scale = LOUDEST / (heard[0] - centre).abs().max()
    vocoder.conv_post.bias.sub_(centre).mul_(scale)
    vocoder.conv_post.weight.mul_(scale)


def write_index(folder: Path) -> None:
    """Write the ``model_index.json`` of an AudioLDM folder."""
    index = {
        "_class_name": "AudioLDMPipeline",
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "ClapTextModelWithProjection"],
        "tokenizer": ["transformers", "RobertaTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "vocoder": ["transformers", "SpeechT5HifiGan"],
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2), encoding="utf-8")

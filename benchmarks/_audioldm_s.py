"""Writes AudioLDM-S at its real size with seeded random weights, for benchmarks: cost does not depend on the values."""

from __future__ import annotations

from pathlib import Path

from tests.tiny.audioldm import make_audible, write_index
from tests.tiny.clap import write_clap_text

EMBEDDING = 512
UNET = {
    "sample_size": 128,
    "in_channels": 8,
    "out_channels": 8,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "block_out_channels": (128, 256, 384, 640),
    "layers_per_block": 2,
    "attention_head_dim": 8,
    "cross_attention_dim": (128, 256, 384, 640),
    "class_embed_type": "simple_projection",
    "projection_class_embeddings_input_dim": EMBEDDING,
    "class_embeddings_concat": True,
}
VAE = {
    "sample_size": 512,
    "in_channels": 1,
    "out_channels": 1,
    "down_block_types": ("DownEncoderBlock2D",) * 3,
    "up_block_types": ("UpDecoderBlock2D",) * 3,
    "block_out_channels": (128, 256, 512),
    "layers_per_block": 2,
    "latent_channels": 8,
    "scaling_factor": 0.9392935633659363,
}
VOCODER = {
    "model_in_dim": 64,
    "sampling_rate": 16_000,
    "upsample_initial_channel": 1024,
    "upsample_rates": [5, 4, 2, 2, 2],
    "upsample_kernel_sizes": [16, 16, 8, 4, 4],
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "normalize_before": False,
}
SCHEDULER = {
    "beta_start": 0.0015,
    "beta_end": 0.0195,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}


def networks() -> dict:
    """Return the three networks as the configs describe them, with the weights of torch's present seed and device."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    return {
        "unet": UNet2DConditionModel(**UNET).eval(),
        "vae": AutoencoderKL(**VAE).eval(),
        "vocoder": SpeechT5HifiGan(SpeechT5HifiGanConfig(**VOCODER)).eval(),
    }


def write_real(folder: Path) -> Path:
    """Write the model once and return its folder; the text tower is a small one of the right size of embedding.

    It is complete when its index is there, which is written last.
    """
    import torch
    from diffusers import DDIMScheduler

    if (folder / "model_index.json").is_file():
        return folder
    torch.manual_seed(0)
    parts = networks()
    with torch.no_grad():
        make_audible(parts["vae"], parts["vocoder"], torch.randn(1, UNET["in_channels"], 32, 16))
    for name, part in (parts | {"scheduler": DDIMScheduler(**SCHEDULER)}).items():
        part.save_pretrained(folder / name)
    write_clap_text(folder, EMBEDDING)
    write_index(folder)
    return folder

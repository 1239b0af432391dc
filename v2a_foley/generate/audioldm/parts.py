"""Runs the networks of AudioLDM: noise, guided prediction, latents to mel to waveform and back, and its text tower.

Knows nothing of steps (``schedule``, ``solvers``, ``denoise``), shots or takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from v2a_foley.compute import Compute, memory_guard
from v2a_foley.embed import TextEncoder
from v2a_foley.generate.audioldm import mel
from v2a_foley.generate.audioldm.denoise import Predict
from v2a_foley.generate.audioldm.folder import (
    NETWORKS,
    Network,
    Networks,
    Sizes,
    hushed,
    load_networks,
    read_schedule,
    read_sizes,
)
from v2a_foley.generate.audioldm.schedule import Schedule
from v2a_foley.generate.audioldm.vocoder import FlatVocoder

Floats = NDArray[np.float32]
Check = Callable[[], None]
"""Asks whether to stop: raises ``Cancelled`` if so."""


@dataclass(frozen=True)
class Heard:
    """Sounds as the encoder hears them.

    Attributes:
        latents: clean, ``float32 (n, channels, frames, bins)``, on the model's device.
        gains: what brings a decoded sound back to the level of the one that came in, one a row.
    """

    latents: torch.Tensor
    gains: tuple[float, ...]


class AudioLdm:
    """AudioLDM's networks, loaded from a folder in the hub's layout.

    Use ``load``. Latents are float32 outside the networks, whatever these run in.

    Attributes:
        folder: where it came from.
        compute: where it runs, and in which arithmetic the UNet and the VAE do.
        sizes: what its configs say.
        schedule: the noise levels that it was trained on.
        offload: only the network at work is on the GPU.
    """

    def __init__(
        self, folder: Path, compute: Compute, networks: Networks, *, draft: bool, offload: bool, compiled: bool
    ) -> None:
        """Bring the networks into the arithmetic asked for, and to the device; ``load`` calls this."""
        self.folder, self.compute, self.offload = folder, compute, offload
        self.sizes: Sizes = read_sizes(folder)
        self.schedule: Schedule = read_schedule(folder)
        self._vocoder_dtype = compute.dtype if draft else torch.float32
        pixels = torch.contiguous_format if compute.precision == "float32" else torch.channels_last
        with hushed():
            self._networks = {
                "unet": networks.unet.to(dtype=compute.dtype, memory_format=pixels),
                "vae": networks.vae.to(dtype=compute.dtype, memory_format=pixels),
                "vocoder": networks.vocoder.to(dtype=self._vocoder_dtype),
            }
        if compute.on_cpu and compute.precision != "float32":
            self._networks["vocoder"] = FlatVocoder(self._networks["vocoder"])
        if compiled and compute.device.startswith("cuda"):
            self._networks["unet"].compile(dynamic=True)
        if offload:
            return
        with memory_guard(f"Holding AudioLDM on {compute.device}"):
            for network in self._networks.values():
                network.to(compute.device)

    @classmethod
    def load(
        cls, folder: Path, compute: Compute, *, draft: bool = False, offload: bool = False, compiled: bool = False
    ) -> AudioLdm:
        """Load a model.

        Args:
            folder: in the hub's diffusers layout: ``cvssp/audioldm-s-full-v2`` or any other of the kind.
            compute: where it runs; the UNet and the VAE run in its precision.
            draft: let the vocoder run in that precision too; else it runs in float32.
            offload: keep on the GPU only the network at work, for GPUs with little memory.
            compiled: compile the UNet on CUDA; elsewhere it costs minutes and gains nothing, and is not done.

        Raises:
            ModelMissing: files are missing.
            ModelDamaged: files are damaged, or of another model.
            OutOfMemory: the machine or its GPU cannot hold it; ``offload`` needs least.
        """
        networks = load_networks(folder)
        return cls(folder, compute, networks, draft=draft, offload=offload, compiled=compiled)

    def in_float32(self) -> AudioLdm:
        """Return the same model in float32, loaded again: for rows that half precision could not hold."""
        return AudioLdm.load(self.folder, replace(self.compute, precision="float32"), offload=self.offload)

    @cached_property
    def words(self) -> TextEncoder:
        """The model's own CLAP text tower."""
        from v2a_foley.embed.clap_transformers import ClapTextTower

        return ClapTextTower(
            self.folder, Compute("cpu") if self.offload else replace(self.compute, precision="float32")
        )

    @cached_property
    def unconditional(self) -> Floats:
        """What stands for no condition: the embedding of the empty text, ``float32 (d,)`` of unit length."""
        return np.asarray(self.words.encode_texts([""])[0], dtype=np.float32)

    def noise(self, seeds: Sequence[int], frames: int) -> torch.Tensor:
        """Return gaussian noise ``float32 (n, channels, frames, bins)`` on the device.

        Each row comes from its own generator on the CPU, and so depends on its own seed alone.
        """
        shape = (1, self.sizes.channels, frames, self.sizes.bins)
        rows = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        return torch.cat(rows).to(self.compute.device)

    def predictor(self, embeddings: Floats, negatives: Floats, guidance: Sequence[float]) -> Predict:
        """Return the guided UNet for these rows.

        Args:
            embeddings: what should sound, ``float32 (n, d)`` of unit length.
            negatives: what should not, or ``unconditional``, ``float32 (n, d)`` of unit length.
            guidance: for each row how far to go away from the negative, past the embedding; 1 or less: no guidance.
        """
        device, dtype = self.compute.device, self.compute.dtype
        scale = torch.tensor([max(1.0, value) for value in guidance], device=device).view(-1, 1, 1, 1)
        guided = any(value > 1 for value in guidance)
        stacked = np.concatenate([negatives, embeddings]) if guided else embeddings
        labels = torch.from_numpy(np.ascontiguousarray(stacked, dtype=np.float32)).to(device, dtype)

        def predict(latents: torch.Tensor, timestep: float) -> torch.Tensor:
            unet = self._network("unet")
            given = torch.cat([latents, latents]) if guided else latents
            when = torch.tensor(timestep, dtype=torch.float32, device=device)
            found: torch.Tensor = unet(
                given.to(dtype), when, encoder_hidden_states=None, class_labels=labels, return_dict=False
            )[0].float()
            if not guided:
                return found
            without, with_it = found.chunk(2)
            return without + scale * (with_it - without)

        return predict

    def decode(self, latents: torch.Tensor, check: Check = lambda: None) -> torch.Tensor:
        """Return the log-mel spectrograms ``float32 (n, mel frames, mel bins)`` of clean latents.

        ``check`` is called before every call of the network, and may raise ``Cancelled``.
        """
        vae = self._network("vae")
        scaled = (1 / self.sizes.scaling * latents).to(self.compute.dtype)
        rows = []
        for row in torch.split(scaled, self._rows):
            check()
            rows.append(vae.decode(row, return_dict=False)[0][:, 0].float())
        return torch.cat(rows)

    def vocode(self, spectrograms: torch.Tensor, samples: int, check: Check = lambda: None) -> Floats:
        """Return waveforms ``float32 (n, samples)`` at the model's sample rate.

        Args:
            spectrograms: log-mel, ``float32 (n, mel frames, mel bins)``.
            samples: how many of them, from the start; at most the frames times the hop.
            check: called before every call of the network; may raise ``Cancelled``.
        """
        vocoder = self._network("vocoder")
        rows = []
        for row in torch.split(spectrograms, self._rows):
            check()
            rows.append(vocoder(row.to(self._vocoder_dtype))[:, :samples].float().cpu())
        return torch.cat(rows).numpy()

    def encode(self, waves: Sequence[Floats], frames: int, *, levelled: bool = False) -> Heard:
        """Return the latents of sounds: the mode of what the encoder hears.

        Args:
            waves: mono ``float32 (samples,)`` each, at the model's sample rate; silence follows where they are
                shorter than the frames, and what is longer is cut.
            frames: latent frames.
            levelled: whether they are at the level of the training sounds already: stretches of one longer sound.
        """
        vae, sizes = self._network("vae"), self.sizes
        padded = np.zeros((len(waves), sizes.samples(frames)), dtype=np.float32)
        gains = []
        for row, wave in zip(padded, waves, strict=True):
            level, gain = (wave[: row.size], 1.0) if levelled else mel.levelled(wave[: row.size])
            row[: level.size] = level
            gains.append(gain)
        heard = mel.log_mel(
            torch.from_numpy(padded), sample_rate=sizes.sample_rate, hop=sizes.hop, bins=sizes.mel_bins
        ).to(self.compute.device, self.compute.dtype)
        rows = [vae.encode(row[:, None]).latent_dist.mode().float() for row in torch.split(heard, self._rows)]
        return Heard(torch.cat(rows) * sizes.scaling, tuple(gains))

    @property
    def _rows(self) -> int:
        """How many rows go through the VAE and the vocoder at once: a CPU gains nothing from more than one."""
        return 1 if self.compute.on_cpu else 8

    def _network(self, name: str) -> Network:
        """Return a network where it can run; when offloading, the others leave the GPU."""
        if self.offload:
            for other in NETWORKS:
                if other != name:
                    self._networks[other].to("cpu")
            self._networks[name].to(self.compute.device)
        return self._networks[name]

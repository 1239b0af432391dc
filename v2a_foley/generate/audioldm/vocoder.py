"""The vocoder's arithmetic in the order of memory that CPUs work fastest in: channels last, one row of pixels.

The weights stay those of the library's ``SpeechT5HifiGan`` (HiFi-GAN, Kong et al. 2020). Results differ from its own by
rounding, so that float32 on a CPU, which promises the stock pipeline's bits, does without.
"""

from __future__ import annotations

import torch
from torch.nn import functional

from v2a_foley.generate.audioldm.folder import Network


class FlatVocoder(torch.nn.Module):
    """Log-mel ``(n, frames, bins)`` to waveform ``(n, samples)``, as ``SpeechT5HifiGan`` computes it.

    Args:
        stock: the library's vocoder; its weights are taken over, in its precision.
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, stock: Network) -> None:
        """Turn every convolution over time into one over an image of height 1."""
        super().__init__()
        self._slope = float(stock.config.leaky_relu_slope)
        self._kernels = len(stock.config.resblock_kernel_sizes)
        self._normalise = bool(stock.config.normalize_before)
        self.register_buffer("mean", stock.mean.detach())
        self.register_buffer("scale", stock.scale.detach())
        self.first, self.last = _flat(stock.conv_pre), _flat(stock.conv_post)
        self.rises = torch.nn.ModuleList(_flat(layer) for layer in stock.upsampler)
        self.blocks = torch.nn.ModuleList(
            torch.nn.ModuleList(_flat(layer) for pair in zip(block.convs1, block.convs2, strict=True) for layer in pair)
            for block in stock.resblocks
        )
        self.to(memory_format=torch.channels_last)

    def forward(self, spectrogram: torch.Tensor) -> torch.Tensor:
        """Return the waveform, −1 to 1."""
        if self._normalise:
            spectrogram = (spectrogram - self.mean) / self.scale
        hidden = spectrogram.transpose(1, 2)[:, :, None].contiguous(memory_format=torch.channels_last)
        hidden = self.first(hidden)
        for stage, rise in enumerate(self.rises):
            hidden = rise(functional.leaky_relu_(hidden, self._slope))
            found = [
                self._block(hidden, number) for number in range(stage * self._kernels, (stage + 1) * self._kernels)
            ]
            hidden = sum(found[1:], start=found[0]) / self._kernels
        wave: torch.Tensor = torch.tanh(self.last(functional.leaky_relu_(hidden)))
        return wave[:, 0, 0]

    def _block(self, hidden: torch.Tensor, number: int) -> torch.Tensor:
        layers: Network = self.blocks[number]
        for spread, close in zip(layers[::2], layers[1::2], strict=True):
            inner = functional.leaky_relu_(spread(functional.leaky_relu(hidden, self._slope)), self._slope)
            hidden = close(inner).add_(hidden)
        return hidden


def _flat(layer: Network) -> torch.nn.Module:
    """Return a convolution over time as one over an image of height 1, with the same weights."""
    kind = torch.nn.ConvTranspose2d if isinstance(layer, torch.nn.ConvTranspose1d) else torch.nn.Conv2d
    made = kind(
        layer.in_channels,
        layer.out_channels,
        (1, *layer.kernel_size),
        stride=(1, *layer.stride),
        padding=(0, *layer.padding),
        dilation=(1, *layer.dilation),
        device="meta",
    )
    made.weight = torch.nn.Parameter(layer.weight.detach()[:, :, None], requires_grad=False)
    made.bias = torch.nn.Parameter(layer.bias.detach(), requires_grad=False)
    return made

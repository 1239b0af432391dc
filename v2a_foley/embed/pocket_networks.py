"""The two networks of the pocket profile, EfficientNet-Lite0 and MiniLM, written out for inference alone.

Written here rather than taken from timm and transformers because importing these costs 1 to 4 s and 190 to 240 MB; the
tests hold both equal to them. Nothing here knows frames, texts or files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

Weights = Mapping[str, Tensor]

_LITE0_STAGES = (  # expansion, width, repeats, stride of the first, kernel
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


@dataclass(frozen=True)
class _Convolution:
    """A convolution with its batch normalisation folded in, padded as TensorFlow pads (``SAME``)."""

    weight: Tensor
    bias: Tensor
    stride: int = 1
    groups: int = 1
    bounded: bool = True

    @staticmethod
    def folded(
        weights: Weights, name: str, norm: str, *, stride: int = 1, depthwise: bool = False, bounded: bool = True
    ) -> _Convolution:
        weight = weights[f"{name}.weight"]
        gain = weights[f"{norm}.weight"] / torch.sqrt(weights[f"{norm}.running_var"] + 1e-3)
        bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * gain
        scaled = (weight * gain[:, None, None, None]).contiguous(memory_format=torch.channels_last)
        return _Convolution(scaled, bias, stride, weight.shape[0] if depthwise else 1, bounded)

    def __call__(self, x: Tensor) -> Tensor:
        kernel = self.weight.shape[-1]
        short = [max((-(-side // self.stride) - 1) * self.stride + kernel - side, 0) for side in x.shape[-2:]]
        if short[0] % 2 or short[1] % 2:
            x = functional.pad(x, (short[1] // 2, short[1] - short[1] // 2, short[0] // 2, short[0] - short[0] // 2))
            short = [0, 0]
        padding = (short[0] // 2, short[1] // 2)
        x = functional.conv2d(x, self.weight, self.bias, self.stride, padding, 1, self.groups)
        return x.clamp_(0.0, 6.0) if self.bounded else x


class EfficientNetLite0:
    """The image classifier EfficientNet-Lite0 (the TensorFlow variant: SAME padding, batch norm epsilon 1e-3).

    Args:
        weights: the tensors under the names of the published checkpoint (``_blocks.0._depthwise_conv.weight``).

    Raises:
        KeyError: a tensor is missing.
    """

    def __init__(self, weights: Weights) -> None:
        """Fold the normalisations into the convolutions."""
        self._stem = _Convolution.folded(weights, "_conv_stem", "_bn0", stride=2)
        self._blocks: list[tuple[list[_Convolution], bool]] = []
        for expansion, _, repeats, first_stride, _ in _LITE0_STAGES:
            for repeat in range(repeats):
                name = f"_blocks.{len(self._blocks)}"
                stride = first_stride if repeat == 0 else 1
                layers = [
                    _Convolution.folded(
                        weights, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, depthwise=True
                    ),
                    _Convolution.folded(weights, f"{name}._project_conv", f"{name}._bn2", bounded=False),
                ]
                if expansion > 1:
                    layers.insert(0, _Convolution.folded(weights, f"{name}._expand_conv", f"{name}._bn0"))
                self._blocks.append((layers, repeat > 0))
        self._head = _Convolution.folded(weights, "_conv_head", "_bn1")
        self._classes = (weights["_fc.weight"], weights["_fc.bias"])

    def __call__(self, pixels: Tensor) -> Tensor:
        """Return logits ``float32 (n, 1000)`` of pixels ``float32 (n, 3, h, w)`` scaled by (x − 127) / 128."""
        x = self._stem(pixels.contiguous(memory_format=torch.channels_last))
        for layers, keeps in self._blocks:
            before = x
            for layer in layers:
                x = layer(x)
            if keeps:
                x = x.add_(before)
        return functional.linear(self._head(x).mean(dim=(2, 3)), *self._classes)


class MiniLM:
    """The sentence encoder all-MiniLM-L6-v2: six layers of BERT, the mean over the words, unit length.

    Args:
        weights: the tensors under the names of the published checkpoint (``encoder.layer.0.output.dense.weight``).

    Raises:
        KeyError: a tensor is missing.
    """

    size = 384
    longest = 256
    """Word pieces that a text may have, with the first and last mark."""

    def __init__(self, weights: Weights) -> None:
        """Keep the tensors."""
        self._weights = weights
        self._layers = [f"encoder.layer.{index}" for index in range(6)]
        for name in [*(f"{layer}.output.LayerNorm.bias" for layer in self._layers), "embeddings.LayerNorm.bias"]:
            if name not in weights:
                raise KeyError(name)

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(
            x, (self.size,), self._weights[f"{name}.weight"], self._weights[f"{name}.bias"], 1e-12
        )

    def __call__(self, pieces: Tensor, there: Tensor) -> Tensor:
        """Return embeddings ``float32 (n, 384)`` of word pieces.

        Args:
            pieces: ``int64 (n, length)``, numbers of word pieces, padded on the right.
            there: ``bool (n, length)``, False on the padding.
        """
        words = self._weights["embeddings.word_embeddings.weight"][pieces]
        places = self._weights["embeddings.position_embeddings.weight"][: pieces.shape[1]]
        x = self._norm(
            words + places + self._weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm"
        )
        mask = there[:, None, None, :]
        for layer in self._layers:
            queries, keys, values = (
                self._linear(x, f"{layer}.attention.self.{part}").view(*pieces.shape, 12, 32).transpose(1, 2)
                for part in ("query", "key", "value")
            )
            heads = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
            mixed = self._linear(heads.transpose(1, 2).flatten(2), f"{layer}.attention.output.dense")
            x = self._norm(x + mixed, f"{layer}.attention.output.LayerNorm")
            wide = functional.gelu(self._linear(x, f"{layer}.intermediate.dense"))
            x = self._norm(x + self._linear(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        weight = there[:, :, None].to(x.dtype)
        return functional.normalize((x * weight).sum(1) / weight.sum(1).clamp_min(1.0), dim=-1)

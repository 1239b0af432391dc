"""The causal transformer that the mappers are built from: its blocks, and where every token may look.

Attention as in a DALL·E 2 prior: many query heads share one key and value head, similarities are cosines, and every
token may also look at a learned null key. What the tokens mean stands in ``network.py`` and ``regression.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_NORM_EPSILON = 1e-5
_ROTARY_BASE = 10_000.0
_LARGEST = 65_536
_DEEPEST = 256


def check_numbers(config: DataclassInstance) -> None:
    """Refuse a shape whose numbers are of the wrong kind, below 1, or too large to be meant.

    Raises:
        ValueError: a number is out of its range.
    """
    for field in fields(config):
        value, whole = getattr(config, field.name), isinstance(field.default, int)
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise ValueError(f"{field.name} is {value!r}, not a {'whole number' if whole else 'number'}")  # noqa: TRY004 - read from files
        most = _DEEPEST if field.name == "depth" else _LARGEST
        if not 0 < value <= most:
            raise ValueError(f"{field.name} is {value}, outside 1 to {most}")


@dataclass(frozen=True)
class TransformerConfig:
    """The shape of the transformer.

    Attributes:
        width: size of a token.
        depth: number of blocks.
        heads: query heads; there is one key and value head.
        head_size: dimensions of a head.
        rotary: dimensions of a head that are turned by their position, even, at most ``head_size``.
        expansion: how many times wider than a token the feed-forward's inside is.
        buckets: rows of the table of relative biases.
        furthest: the distance from which all keys share the last bucket.
        similarity_scale: what cosines are multiplied by before the softmax.
    """

    width: int = 512
    depth: int = 12
    heads: int = 12
    head_size: int = 64
    rotary: int = 32
    expansion: int = 4
    buckets: int = 32
    furthest: int = 128
    similarity_scale: float = 16.0

    def __post_init__(self) -> None:
        """Refuse what cannot be built.

        Raises:
            ValueError: a number is out of its range.
        """
        check_numbers(self)
        if self.rotary % 2 or self.rotary > self.head_size:
            raise ValueError(f"rotary is {self.rotary}: it must be even and at most head_size, {self.head_size}")
        if self.buckets % 2 or self.furthest <= self.buckets // 2:
            raise ValueError(f"buckets is {self.buckets}, furthest {self.furthest}: even, and more than half of it")


class Linear(nn.Linear):
    """A matrix without bias, in whatever precision its weight is; it takes float32 and rounds it itself."""

    def __init__(self, inward: int, outward: int) -> None:
        """Make the matrix with torch's default start."""
        super().__init__(inward, outward, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Multiply ``(…, inward)`` to ``(…, outward)`` in the weight's precision."""
        return functional.linear(x.to(self.weight.dtype), self.weight)


class Norm(nn.Module):
    """Layer normalisation with a gain and no bias; always in float32."""

    def __init__(self, size: int) -> None:
        """Start with a gain of one."""
        super().__init__()
        self.gain = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the last dimension of ``x``; float32 comes out."""
        return functional.layer_norm(x.float(), self.gain.shape, self.gain, eps=_NORM_EPSILON)


class Attention(nn.Module):
    """Cosine attention with one shared key and value head, and a learned null key and value before all others."""

    def __init__(self, config: TransformerConfig) -> None:
        """Make the matrices."""
        super().__init__()
        self.heads, self.head_size, self.scale = config.heads, config.head_size, config.similarity_scale
        self.norm = Norm(config.width)
        self.project = Linear(config.width, (config.heads + 2) * config.head_size)
        self.null = nn.Parameter(torch.randn(2, config.head_size))
        self.out = Linear(config.heads * config.head_size, config.width)
        self.out_norm = Norm(config.width)

    def project_heads(self, x: Tensor, turn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values of tokens ``(b, n, width)``, all float32.

        Args:
            x: the tokens.
            turn: cosines and sines of their positions, from ``turns``: ``(2, n, 1, rotary / 2)``.

        Returns:
            Queries ``(b, n · heads, head_size)`` that hold the scale, unit keys and values ``(b, n, head_size)``.
        """
        both = self.project(self.norm(x)).float().unflatten(-1, (self.heads + 2, self.head_size))
        turned = functional.normalize(turned_by(both[:, :, :-1], turn), dim=-1)
        return (turned[:, :, :-1] * self.scale).flatten(1, 2), turned[:, :, -1], both[:, :, -1]

    def null_pair(self) -> tuple[Tensor, Tensor]:
        """Return the null key, of unit length, and the null value: ``(head_size,)`` each. No position turns them."""
        return functional.normalize(self.null[0], dim=-1), self.null[1]

    def attend(self, queries: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> Tensor:
        """Return what the tokens gather, ``(b, n, width)``.

        Args:
            queries: ``(b, n · heads, head_size)``.
            keys: ``(b, m, head_size)`` or, shared by all, ``(1, m, head_size)``.
            values: of the keys' shape.
            bias: ``(n · heads, m)``, minus infinity where a token may not look.
        """
        shape = len(queries), 1, *keys.shape[1:]
        found = functional.scaled_dot_product_attention(
            queries[:, None], keys[:, None].expand(shape), values[:, None].expand(shape), attn_mask=bias, scale=1.0
        )
        gathered = found.reshape(len(queries), -1, self.heads * self.head_size)
        return torch.as_tensor(self.out_norm(self.out(gathered)))


class FeedForward(nn.Module):
    """SwiGLU, with a norm after the activation."""

    def __init__(self, width: int, expansion: int) -> None:
        """Make the matrices."""
        super().__init__()
        self.norm = Norm(width)
        self.up = Linear(width, 2 * expansion * width)
        self.inner_norm = Norm(expansion * width)
        self.down = Linear(expansion * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is to be added to the tokens ``(…, width)``."""
        value, gate = self.up(self.norm(x)).chunk(2, dim=-1)
        return torch.as_tensor(self.down(self.inner_norm(value * functional.silu(gate))))


class Block(nn.Module):
    """Attention, then the feed-forward, each added to the tokens."""

    def __init__(self, config: TransformerConfig) -> None:
        """Make both."""
        super().__init__()
        self.attention = Attention(config)
        self.feed_forward = FeedForward(config.width, config.expansion)

    def heads(self, x: Tensor, turn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values of the tokens; see ``Attention.project_heads``."""
        return self.attention.project_heads(x, turn)

    def finish(self, x: Tensor, queries: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> Tensor:
        """Return the tokens ``(b, n, width)`` after this block; the keys include the null key."""
        x = x + self.attention.attend(queries, keys, values, bias)
        return torch.as_tensor(x + self.feed_forward(x))


class Transformer(nn.Module):
    """The blocks, the table of relative biases that they share, and the final norm."""

    def __init__(self, config: TransformerConfig) -> None:
        """Make the blocks."""
        super().__init__()
        self.config = config
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.depth))
        self.bias = nn.Parameter(torch.randn(config.buckets, config.heads))
        self.norm = Norm(config.width)

    def layers(self) -> list[Block]:
        """Return the blocks, first to last."""
        return [block for block in self.blocks if isinstance(block, Block)]

    def bias_of(self, first: int, count: int) -> Tensor:
        """Return what is added to the similarities of the tokens ``first`` to ``first + count - 1``.

        The null key is key 0, and token j's own key is j + 1, for the distance as well as for the causal mask.

        Returns:
            ``(count, heads, first + count + 1)``, minus infinity where a token may not look.
        """
        token = torch.arange(first, first + count)[:, None]
        key = torch.arange(first + count + 1)[None]
        rows, ahead = bucket_of(token - key, self.config.buckets, self.config.furthest), (key > token + 1)[..., None]
        device = self.bias.device
        found = functional.embedding(rows.to(device), self.bias)  # unlike an index, learns in the same order every time
        return found.masked_fill(ahead.to(device), -torch.inf).transpose(1, 2)

    def turns(self, first: int, count: int) -> Tensor:
        """Return cosines and sines by which the tokens ``first`` … turn: ``(2, count, 1, rotary / 2)``."""
        return turns(first, count, self.config.rotary, self.bias.device)

    def forward(self, x: Tensor) -> Tensor:
        """Return the normed tokens ``(b, n, width)`` after all blocks, every token from itself and those before it."""
        count = x.shape[1]
        bias, turn = self.bias_of(0, count).flatten(0, 1), self.turns(0, count)
        for block in self.layers():
            queries, keys, values = block.heads(x, turn)
            null_key, null_value = (each.expand(len(x), 1, -1) for each in block.attention.null_pair())
            x = block.finish(x, queries, torch.cat((null_key, keys), 1), torch.cat((null_value, values), 1), bias)
        return torch.as_tensor(self.norm(x))


def bucket_of(distance: Tensor, buckets: int, furthest: int) -> Tensor:
    """Return the row of the bias table for each distance back, as in T5 (Raffel et al. 2020, one direction).

    Half of the rows are for the distances below ``buckets / 2``, one each; the others grow by a constant factor up to
    ``furthest``. What lies ahead counts as distance 0.
    """
    near = buckets // 2
    distance = distance.clamp(min=0)
    grown = (distance.clamp(min=near).double() / near).log() / math.log(furthest / near)
    far = (near + (grown * (buckets - near)).long()).clamp(max=buckets - 1)
    return torch.where(distance < near, distance, far)


def turns(first: int, count: int, rotary: int, device: torch.device) -> Tensor:
    """Return the cosines and sines of rotary positions (Su et al. 2021): ``float32 (2, count, 1, rotary / 2)``."""
    speeds = _ROTARY_BASE ** (-torch.arange(0, rotary, 2, dtype=torch.float64) / rotary)
    angles = torch.arange(first, first + count, dtype=torch.float64)[:, None, None] * speeds
    return torch.stack((angles.cos(), angles.sin())).float().to(device)


def turned_by(heads: Tensor, turn: Tensor) -> Tensor:
    """Return ``(b, n, heads, head_size)`` with neighbouring pairs of the first dimensions turned by their position."""
    cosine, sine = turn
    rotary = 2 * turn.shape[-1]
    even, odd = heads[..., :rotary:2], heads[..., 1:rotary:2]
    pairs = torch.stack((even * cosine - odd * sine, odd * cosine + even * sine), dim=-1).flatten(-2)
    return torch.cat((pairs, heads[..., rotary:]), dim=-1)

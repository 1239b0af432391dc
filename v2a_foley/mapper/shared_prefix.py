"""The networks' forward for training: what all rows of a batch share is computed once, with gradients.

Attention is causal. Without a text the first tokens of the generative mapper are the same for every row: they go
through the layers as a batch of one. In the last layer only the query is asked. Predictions and gradients are those of
the plain forward, up to the order of the sums; ``cached.py`` is the twin that remembers between a sampler's steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

from v2a_foley.mapper.network import DiffusionNetwork
from v2a_foley.mapper.regression import MlpRegressor, TransformerRegressor
from v2a_foley.mapper.transformer import Attention, Block, Transformer


def predicted(
    network: DiffusionNetwork, noised: Tensor, times: Tensor, condition: Tensor, dropped: Tensor | None = None
) -> Tensor:
    """Predict what ``network(noised, times, condition, dropped)`` does, ``float32 (b, target)``; see there.

    A step of 448 rows at the paper's size is 0.5 TFLOP instead of 10.5, forward and backward together. Matrices follow
    ``torch.autocast``; attention, norms and what is added up stay float32.
    """
    seen, heard = network.condition_in(condition).float(), network.target_in(noised).float()
    if dropped is not None:
        seen = torch.where(dropped[:, None], network.condition_null, seen)
        heard = torch.where(dropped[:, None], network.target_null, heard)
    time = functional.embedding(times, network.times)
    own = torch.stack((seen, time, heard, network.query.expand_as(seen)), dim=1)
    return torch.as_tensor(network.out(last_token(network.transformer, network.text_nulls, own)).float())


def regressed(network: TransformerRegressor | MlpRegressor, condition: Tensor) -> Tensor:
    """Predict what ``network(condition)`` does, ``float32 (b, target)``; see there."""
    if isinstance(network, MlpRegressor):
        return torch.as_tensor(network(condition))
    seen = network.condition_in(condition).float()
    own = torch.stack((seen, network.query.expand_as(seen)), dim=1)
    nobody = seen.new_empty((0, seen.shape[1]))
    return torch.as_tensor(network.out(last_token(network.transformer, nobody, own)).float())


def last_token(transformer: Transformer, shared: Tensor, own: Tensor) -> Tensor:
    """Return the last token after all blocks and the final norm, for every row.

    Args:
        transformer: the blocks.
        shared: the first tokens, which all rows share, ``float32 (s, width)``; there may be none.
        own: the tokens after them, each row's own, ``float32 (b, n, width)``.

    Returns:
        ``float32 (b, width)``: ``transformer(tokens)[:, -1]`` of the joined tokens.
    """
    first, (rows, count, _) = len(shared), own.shape
    bias = transformer.bias_of(0, first + count)
    turn = transformer.turns(0, first + count)
    turn = torch.cat((turn[:, :first], turn[:, first:].repeat(1, rows, 1, 1)), dim=1)
    # All tokens lie in one matrix, so that every weight is multiplied once a layer.
    x = torch.cat((shared, own.flatten(0, 1)))
    *blocks, last = transformer.layers()
    for block in blocks:
        heads = _Heads.of(block.attention, x, turn, first, count)
        found = heads.own(heads.queries[1], bias[first:])
        if first:
            found = torch.cat((heads.shared(bias[:first, :, : first + 1]), found))
        x = _finished(block, x, found)
    heads = _Heads.of(last.attention, x, turn, first, count)
    found = heads.own(heads.queries[1][:, -1:], bias[first + count - 1 :])
    x = _finished(last, torch.split(x, [first, rows * count])[1].view(rows, count, -1)[:, -1], found)
    return torch.as_tensor(transformer.norm(x))


@dataclass(frozen=True, eq=False)
class _Heads:
    """What tokens ask and offer in one layer; of each, what is shared ``(s, …)`` and what is own ``(b, n, …)``.

    ``project_heads`` and ``attend`` of ``Attention`` do the same. Here everything is parted by ``split``, whose
    gradient is a joining; that of a slice fills a tensor of the whole size with zeros first.
    """

    queries: tuple[Tensor, Tensor]
    """``(…, heads, head_size)``, holding the scale."""
    keys: tuple[Tensor, Tensor]
    """``(1 + s, head_size)`` with the null key, and ``(b, n, head_size)``."""
    values: tuple[Tensor, Tensor]
    """Of the keys' shapes."""

    @classmethod
    def of(cls, attention: Attention, x: Tensor, turn: Tensor, first: int, count: int) -> Self:
        """Project tokens ``(s + b · n, width)``; ``turn`` holds cosines and sines for each of them."""
        every, size, heads = len(x), attention.head_size, attention.heads
        both = attention.project(attention.norm(x)).float().view(every, heads + 2, size)
        turned, values = torch.split(both, [heads + 1, 1], dim=1)
        cosine, sine = turn
        rotary = 2 * turn.shape[-1]
        pairs, rest = torch.split(turned, [rotary, size - rotary], dim=-1)
        even, odd = pairs.reshape(every, heads + 1, rotary // 2, 2).unbind(-1)
        pairs = torch.stack((even * cosine - odd * sine, odd * cosine + even * sine), dim=-1).flatten(-2)
        turned = functional.normalize(torch.cat((pairs, rest), dim=-1), dim=-1)
        queries, keys = torch.split(turned, [heads, 1], dim=1)

        def parted(tokens: Tensor) -> tuple[Tensor, Tensor]:
            shared, own = torch.split(tokens, [first, every - first])
            return shared, own.reshape(-1, count, *tokens.shape[1:])

        null_key, null_value = attention.null_pair()
        (shared_keys, own_keys), (shared_values, own_values) = parted(keys[:, 0]), parted(values[:, 0])
        return cls(
            parted(queries * attention.scale),
            (torch.cat((null_key[None], shared_keys)), own_keys),
            (torch.cat((null_value[None], shared_values)), own_values),
        )

    def shared(self, bias: Tensor) -> Tensor:
        """Return what the shared tokens gather, ``(s, heads · head_size)``; ``bias`` is ``(s, heads, 1 + s)``."""
        queries = self.queries[0]
        with torch.autocast(queries.device.type, enabled=False):
            return torch.as_tensor((queries @ self.keys[0].T + bias).softmax(-1) @ self.values[0]).flatten(1)

    def own(self, queries: Tensor, bias: Tensor) -> Tensor:
        """Return what the last own tokens of each row gather, ``(b · q, heads · head_size)``.

        Args:
            queries: theirs, ``(b, q, heads, head_size)``.
            bias: ``(q, heads, 1 + s + n)``.
        """
        rows, asked, heads, size = queries.shape
        shared = len(self.keys[0])
        with torch.autocast(queries.device.type, enabled=False):
            flat = queries.reshape(rows, asked * heads, size)
            scores = torch.cat((flat @ self.keys[0].T, flat @ self.keys[1].transpose(1, 2)), dim=-1)
            weights = (scores + bias.flatten(0, 1)).softmax(-1)
            to_shared, to_own = torch.split(weights, [shared, weights.shape[-1] - shared], dim=-1)
            found = to_shared @ self.values[0] + to_own @ self.values[1]
        return found.reshape(rows * asked, heads * size)


def _finished(block: Block, x: Tensor, found: Tensor) -> Tensor:
    """Return tokens after what they gathered and the feed-forward were added."""
    attention = block.attention
    x = x + attention.out_norm(attention.out(found))
    return torch.as_tensor(x + block.feed_forward(x))

"""The networks' forward for training: what all rows of a batch share is computed once, with gradients.

Attention is causal. Without a text the first tokens of the generative mapper are the same for every row: they go
through the layers as a batch of one. In the last layer only the query is asked. Predictions and gradients are those of
the plain forward, up to the order of the sums; ``cached.py`` is the twin that remembers between a sampler's steps.
"""

from __future__ import annotations

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
        x = _block(block, x, first, count, turn, bias)
    queries, keys, values = _heads(last.attention, x, turn)
    asked = _own(queries, first, count)[:, -1:]
    found = _looked(last.attention, asked, keys, values, first, count, bias[first + count - 1 :])
    x = _finished(last, x[first:].view(rows, count, -1)[:, -1], found)
    return torch.as_tensor(transformer.norm(x))


def _block(block: Block, x: Tensor, first: int, count: int, turn: Tensor, bias: Tensor) -> Tensor:
    """Return all tokens after a block."""
    queries, keys, values = _heads(block.attention, x, turn)
    found = _looked(block.attention, _own(queries, first, count), keys, values, first, count, bias[first:])
    if first:
        null_key, null_value = block.attention.null_pair()
        together = bias[:first, :, : first + 1]
        with torch.autocast(x.device.type, enabled=False):
            scores = queries[:first] @ torch.cat((null_key[None], keys[:first])).T + together
            shared = scores.softmax(-1) @ torch.cat((null_value[None], values[:first]))
        found = torch.cat((shared.flatten(1), found))
    return _finished(block, x, found)


def _heads(attention: Attention, x: Tensor, turn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return queries ``(m, heads, head_size)`` and keys and values ``(m, head_size)`` of tokens ``(m, width)``."""
    queries, keys, values = attention.project_heads(x[None], turn)
    return queries[0].view(len(x), attention.heads, -1), keys[0], values[0]


def _own(tokens: Tensor, first: int, count: int) -> Tensor:
    """Return what belongs to the rows' own tokens, ``(b, n, …)``."""
    return tokens[first:].view(-1, count, *tokens.shape[1:])


def _looked(
    attention: Attention, queries: Tensor, keys: Tensor, values: Tensor, first: int, count: int, bias: Tensor
) -> Tensor:
    """Return what own tokens gather, ``(b · q, heads · head_size)``.

    Args:
        attention: for its null key and value.
        queries: of the last ``q`` own tokens of each row, ``(b, q, heads, head_size)``.
        keys: of all tokens, ``(s + b · n, head_size)``.
        values: of the keys' shape.
        first: s.
        count: n.
        bias: ``(q, heads, 1 + s + n)``.
    """
    null_key, null_value = attention.null_pair()
    rows, asked, heads, size = queries.shape
    with torch.autocast(queries.device.type, enabled=False):
        flat = queries.reshape(rows, asked * heads, size)
        to_shared = flat @ torch.cat((null_key[None], keys[:first])).T
        to_own = flat @ _own(keys, first, count).transpose(1, 2)
        weights = (torch.cat((to_shared, to_own), dim=-1) + bias.flatten(0, 1)).softmax(-1)
        found = weights[..., : first + 1] @ torch.cat((null_value[None], values[:first]))
        found = found + weights[..., first + 1 :] @ _own(values, first, count)
    return found.reshape(rows * asked, heads * size)


def _finished(block: Block, x: Tensor, found: Tensor) -> Tensor:
    """Return tokens after what they gathered and the feed-forward were added."""
    attention = block.attention
    x = x + attention.out_norm(attention.out(found))
    return torch.as_tensor(x + block.feed_forward(x))

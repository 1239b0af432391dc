"""The generative mapper's network with everything remembered that does not change from one step to the next.

Attention is causal, so a token never depends on what comes after it. Without a text the first tokens are constants of
the model, the condition's token is a constant of the clip, and the timestep's token does not see the noise: its keys
and values for many steps are made in one go. A step runs the noised target and the query alone. The predictions are
``DiffusionNetwork``'s, up to the order of the sums.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from v2a_foley.mapper.network import DiffusionNetwork

_ROWS_AT_ONCE = 1024
"""Timestep tokens that go through a layer together: enough for fast matrices, and no more memory than a step takes."""
_TABLE_ROWS = 64
"""Timesteps of the unconditional table that are computed together."""


class CachedNetwork:
    """A network with the keys and values of its constant tokens; of no use after its weights were changed.

    Args:
        network: the network, on its device and in its precision.

    Attributes:
        network: the same.
        prefix: keys and values of the null key and the text slots, ``float32 (layers, 2, constants, head_size)``.
    """

    def __init__(self, network: DiffusionNetwork) -> None:
        """Run the text slots through all layers, once."""
        self.network = network
        with torch.inference_mode():
            self.prefix = self._run_prefix()
        self._unconditional: dict[int, Tensor] = {}

    def _run_prefix(self) -> Tensor:
        transformer = self.network.transformer
        x = self.network.text_nulls[None]
        turn, bias = transformer.turns(0, x.shape[1]), transformer.bias_of(0, x.shape[1]).flatten(0, 1)
        kept = []
        for number, block in enumerate(transformer.layers(), start=1):
            queries, keys, values = block.heads(x, turn)
            null_key, null_value = block.attention.null_pair()
            keys, values = torch.cat((null_key[None, None], keys), 1), torch.cat((null_value[None, None], values), 1)
            kept.append(torch.cat((keys, values)))
            if number < self.network.config.depth:
                x = block.finish(x, queries, keys, values, bias)
        return torch.stack(kept)

    def clips(self, condition: Tensor) -> Clips:
        """Return what is remembered of a batch of clips, from their image embeddings ``float32 (b, source)``."""
        with torch.inference_mode():
            return Clips(self, self.network.condition_in(condition).float())

    def unconditional(self, times: Sequence[int]) -> Tensor:
        """Return the predictions that know neither the clip nor the noise: ``float32 (len(times), target)``.

        They are computed when first asked for, and remembered.
        """
        missing = sorted(set(times) - self._unconditional.keys())
        with torch.inference_mode():
            for start in range(0, len(missing), _TABLE_ROWS):
                self._fill_table(missing[start : start + _TABLE_ROWS])
            return torch.stack([self._unconditional[time] for time in times])

    def _fill_table(self, times: Sequence[int]) -> None:
        """Compute some rows of the table: a batch of clips that know nothing, each at a timestep of its own."""
        network = self.network
        steps = Clips(self, network.condition_null[None]).at_times(times)
        nobody = Clips(self, network.condition_null.expand(len(times), -1))
        found = nobody.predicted(network.target_null.expand(len(times), -1), steps[..., 0, :].movedim(0, 2))
        self._unconditional.update(zip(times, found, strict=True))


class Clips:
    """Keys and values of a batch of clips, and the predictions made with them.

    Args:
        model: the network and its constants.
        condition: the condition's tokens, ``float32 (b, width)``.
    """

    def __init__(self, model: CachedNetwork, condition: Tensor) -> None:
        """Run the condition through all layers, once."""
        self._network = network = model.network
        transformer, at = network.transformer, network.config.condition_at
        self._blocks = transformer.layers()
        layers, _, constants, size = model.prefix.shape
        self._known = constants + 1
        """Keys that no step changes: the null key, the text slots and the condition."""
        self._time_turn, self._time_bias = transformer.turns(at + 1, 1), transformer.bias_of(at + 1, 1)[0]
        self._last_turn, self._last_bias = transformer.turns(at + 2, 2), transformer.bias_of(at + 2, 2).flatten(0, 1)
        self._store = model.prefix.new_empty((layers, 2, len(condition), self._known + 3, size))
        self._store[..., :constants, :] = model.prefix[:, :, None]
        x, turn, bias = condition[:, None], transformer.turns(at, 1), transformer.bias_of(at, 1)[0]
        for block, (keys, values) in zip(self._blocks, self._store, strict=True):
            queries, keys[:, constants, None], values[:, constants, None] = block.heads(x, turn)
            if block is not self._blocks[-1]:
                x = block.finish(x, queries, keys[:, : self._known], values[:, : self._known], bias)

    def together(self) -> int:
        """Return how many timesteps ``at_times`` should be given at once."""
        return max(1, _ROWS_AT_ONCE // self._store.shape[2])

    def at_times(self, times: Sequence[int]) -> Tensor:
        """Return the timestep tokens' keys and values, ``(len(times), layers, 2, b, head_size)``.

        The tokens lie side by side in one sequence, and each sees what is known of the clip, and itself.
        """
        with torch.inference_mode():
            count, known = len(times), self._known
            heads = self._network.config.heads
            apart = torch.eye(count, dtype=torch.bool, device=self._store.device)[:, None]
            own = torch.where(apart, self._time_bias[:, known:], -torch.inf)
            bias = torch.cat((self._time_bias[:, :known].expand(count, heads, known), own), dim=2).flatten(0, 1)
            x = self._network.times[list(times)].expand(self._store.shape[2], -1, -1)
            found = []
            for block, store in zip(self._blocks, self._store, strict=True):
                queries, keys, values = block.heads(x, self._time_turn)
                found.append(torch.stack((keys, values)))
                if block is not self._blocks[-1]:
                    seen, heard = torch.cat((store[:, :, :known], found[-1]), dim=2)
                    x = block.finish(x, queries, seen, heard, bias)
            return torch.stack(found).movedim(3, 0)

    def predict(self, noised: Tensor, at_time: Tensor) -> Tensor:
        """Predict the clean targets ``float32 (b, target)``.

        Args:
            noised: ``float32 (b, target)``.
            at_time: what ``at_times`` returned for this timestep, ``(layers, 2, b, head_size)``.
        """
        with torch.inference_mode():
            return self.predicted(self._network.target_in(noised).float(), at_time)

    def predicted(self, target: Tensor, at_time: Tensor) -> Tensor:
        """Return the prediction for the noised targets' tokens ``float32 (b, width)``; see ``predict``."""
        network = self._network
        self._store[..., self._known, :] = at_time
        x = torch.stack((target, network.query.expand_as(target)), dim=1)
        heads = network.config.heads
        for block, (keys, values) in zip(self._blocks, self._store, strict=True):
            queries, keys[:, self._known + 1 :], values[:, self._known + 1 :] = block.heads(x, self._last_turn)
            if block is self._blocks[-1]:  # only the query is asked from here on
                x = block.finish(x[:, 1:], queries[:, heads:], keys, values, self._last_bias[heads:])
            else:
                x = block.finish(x, queries, keys, values, self._last_bias)
        return torch.as_tensor(network.out(network.transformer.norm(x[:, 0])).float())

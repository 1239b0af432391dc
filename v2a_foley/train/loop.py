"""One step of learning after the other: forward, backward, the sum over processes, clipping, AdamW, the average.

Where batches come from, when to look at the validation loss, and what is saved when, stand elsewhere.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from v2a_foley.compute import ran_out
from v2a_foley.errors import DependencyMissing, OutOfMemory
from v2a_foley.mapper.precision import in_precision
from v2a_foley.train.batches import Batch
from v2a_foley.train.ema import Average
from v2a_foley.train.objective import Loss, Network, arithmetic, matrices_of, row_losses
from v2a_foley.train.processes import Processes
from v2a_foley.train.settings import TrainSettings

_EPSILON, _BETA1 = 1e-8, 0.9


@dataclass(frozen=True)
class Outcome:
    """What a step came to.

    Attributes:
        step: its number, from 0.
        loss: mean over the whole batch.
        norm: length of the gradient before it was shortened.
        rate: the learning rate.
        stop: whether some process was asked to stop.
    """

    step: int
    loss: float
    norm: float
    rate: float
    stop: bool = False

    @property
    def finite(self) -> bool:
        """Whether loss and gradient are numbers."""
        return math.isfinite(self.loss) and math.isfinite(self.norm)


class Learner:
    """A network that learns, with all that changes while it does.

    A step whose loss or gradient is no number changes no weight. On a GPU the outcome of a step is read while the next
    one runs, so that neither waits for the other.

    Args:
        network: with its start, on the CPU.
        settings: how it learns.
        processes: with whom, and where.
        total: how many steps there will be, for the learning rate.
        lag: how many steps may run before an outcome is read; by default 1 on CUDA, else 0.

    Attributes:
        network: the same on its device.
        average: of its weights.
        steps: how many steps it has learned.
    """

    def __init__(
        self, network: Network, settings: TrainSettings, processes: Processes, *, total: int, lag: int | None = None
    ) -> None:
        """Move the network to where it learns.

        Raises:
            OutOfMemory: there is no room for it.
        """
        self.compute, self.settings, self._processes, self._total = processes.compute, settings, processes, total
        with _translated("A network of this size", "Choose a smaller --size, or another --device."):
            self.network: Network = network.to(self.compute.device).train()
            self.average = Average(self.network, settings.ema)
        self.steps = 0
        self._parameters = list(self.network.parameters())
        matrices, others = matrices_of(self.network)
        groups: list[dict[str, Any]] = [{"params": matrices}, {"params": others, "weight_decay": 0.0}]
        self._optimiser = torch.optim.AdamW(
            groups,
            lr=settings.lr,
            betas=(_BETA1, settings.beta2),
            eps=_EPSILON,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self._lag = int(self.compute.device.startswith("cuda")) if lag is None else lag
        self._coming: deque[tuple[int, float, Callable[[], list[float]]]] = deque()
        self._losses: Loss = torch.compile(row_losses, dynamic=False) if settings.compile else row_losses

    def step(self, batch: Batch, *, stop: bool = False) -> list[Outcome]:
        """Learn from this process's part of a batch, and return the outcomes that are known by now, in order.

        Args:
            batch: on the CPU.
            stop: whether this process was asked to stop; everybody will know from the outcome.

        Raises:
            OutOfMemory: the device or the machine has none left.
            DependencyMissing: nothing here can compile the network.
        """
        rate = self.settings.rate(self.steps, self._total)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        rows = self.settings.rows_at_once or max(1, len(batch))
        fewer = f"Give the same command with --rows-at-once {max(1, rows // 2)}: a step then takes more passes."
        with _translated(f"A step with {rows} pairs at once", fewer), _compiled(self.settings.compile):
            values = self._backward(batch, stop)
            if self.settings.clip:
                clip_grads_with_norm_(self._parameters, self.settings.clip, values[1])
            read = _reader(values)
            if self._lag or all(map(math.isfinite, read())):
                if (
                    self._lag
                ):  # nobody looked yet: the optimiser itself leaves all as it is where something is no number
                    vars(self._optimiser)["found_inf"] = (~values[:2].isfinite().all()).float()
                    vars(self._optimiser)["grad_scale"] = None
                self._optimiser.step()
                self.average.update(self.network, self.steps)
        self._optimiser.zero_grad()
        self._coming.append((self.steps, rate, read))
        self.steps += 1
        return self._known(self._lag)

    def settled(self) -> list[Outcome]:
        """Return the outcomes of all steps that are not known yet."""
        return self._known(0)

    def _known(self, waiting: int) -> list[Outcome]:
        found = []
        while len(self._coming) > waiting:
            step, rate, read = self._coming.popleft()
            loss, norm, stop = read()
            found.append(Outcome(step, loss, norm, rate, stop > 0))
        return found

    def _backward(self, batch: Batch, stop: bool) -> Tensor:
        """Leave the gradients of everybody's batch, and return loss, length of the gradient, and whether to stop."""
        total = self._gradients(batch, self._losses, arithmetic_of=self._processes)
        asked = torch.full((1,), float(stop), device=total.device)  # a copy from here would wait for the device
        gradients = [each.grad for each in self._parameters if each.grad is not None]
        if self._processes.count > 1:
            flat = self._processes.total(torch.cat([*(each.flatten() for each in gradients), total[None], asked]))
            *parts, total, asked = torch.split(flat, [*(each.numel() for each in gradients), 1, 1])
            for gradient, part in zip(gradients, parts, strict=True):
                gradient.copy_(part.view_as(gradient))
        return torch.stack((total.squeeze(), get_total_norm(gradients), asked.squeeze()))

    def _gradients(self, batch: Batch, losses: Loss, arithmetic_of: Processes) -> Tensor:
        """Add the gradients of a batch to the parameters', some rows at a time; return its part of the loss."""
        compute = arithmetic_of.compute
        size = self.settings.rows_at_once or max(1, len(batch))
        total = torch.zeros((), device=compute.device)
        for first in range(0, len(batch), size):
            some = batch.part(slice(first, first + size)).to(compute.device)
            with arithmetic(compute):
                loss = losses(self.network, some).sum() / self.settings.batch
            torch.autograd.backward(loss)
            total += loss.detach()
        return total

    def finite_in_float32(self, batch: Batch) -> bool:
        """Tell whether a step has a loss and a gradient in float32, with the weights of now; asks nobody else.

        Where there is no memory for it, nobody can tell, and it counts as no.
        """
        exactly = replace(self._processes, compute=replace(self.compute, precision="float32"))
        try:
            loss = self._gradients(batch, row_losses, exactly)
            norm = get_total_norm([each.grad for each in self._parameters if each.grad is not None])
            return bool(loss.isfinite() and norm.isfinite())
        except (RuntimeError, MemoryError) as error:
            if not ran_out(error):
                raise
            return False
        finally:
            self._optimiser.zero_grad()

    def watched(self, batch: Batch) -> float:
        """Return the mean loss of the averaged weights on pairs that are not learned from, the same for everybody.

        Raises:
            OutOfMemory: there is none left.
        """
        processes = self._processes
        size = self.settings.rows_at_once or self.settings.batch
        fewer = f"Give the same command with --rows-at-once {max(1, size // 2)}."
        total = torch.zeros((), dtype=torch.float64, device="cpu")
        with torch.inference_mode(), _translated(f"A look at {size} pairs at once", fewer):
            network = in_precision(self.average.network, self.compute)
            for number, first in enumerate(range(0, len(batch), size)):
                if number % processes.count == processes.index:
                    some = batch.part(slice(first, first + size)).to(self.compute.device)
                    total += row_losses(network, some).double().sum().cpu()
        total = processes.total(total.to(self.compute.device)) if processes.count > 1 else total
        return float(total) / len(batch)

    def tensors(self) -> dict[str, Tensor]:
        """Return all that a resumed run needs, by name: weights, average, and AdamW's two moments."""
        found: dict[str, Tensor] = {}
        averages = self.average.network.parameters()
        for (name, weight), average in zip(self.network.named_parameters(), averages, strict=True):
            found[f"weights.{name}"], found[f"average.{name}"] = weight.detach(), average
            moments: Mapping[str, Tensor] = self._optimiser.state[weight]
            for moment in ("exp_avg", "exp_avg_sq"):
                found[f"{moment}.{name}"] = moments[moment] if moments else torch.zeros_like(weight)
        return found

    def restore(self, tensors: Mapping[str, Tensor], steps: int) -> None:
        """Go on from what ``tensors`` returned after so many steps.

        Raises:
            KeyError, RuntimeError: they are another network's.
        """
        with torch.no_grad():
            averages = self.average.network.parameters()
            for (name, weight), average in zip(self.network.named_parameters(), averages, strict=True):
                weight.copy_(tensors[f"weights.{name}"])
                average.copy_(tensors[f"average.{name}"])
                if steps:
                    state: dict[str, Any] = self._optimiser.state[weight]
                    state["step"] = torch.tensor(float(steps), device=weight.device)
                    state |= {
                        moment: tensors[f"{moment}.{name}"].to(weight, copy=True).contiguous()
                        for moment in ("exp_avg", "exp_avg_sq")
                    }
        self.steps = steps


@contextmanager
def _translated(what: str, hint: str) -> Iterator[None]:
    """Turn a lack of memory inside the block into an error of ours that says what needed it."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not ran_out(error):
            raise
        raise OutOfMemory(f"{what} needs more memory than there is.", hint=hint) from error


@contextmanager
def _compiled(asked: bool) -> Iterator[None]:
    """Turn what the compiler of networks cannot do inside the block into an error of ours, where it was asked for."""
    if not asked:
        yield
        return
    from torch._dynamo.exc import TorchDynamoException

    try:
        yield
    except TorchDynamoException as error:
        why = " ".join(str(error).partition("\n\n")[0].split())[:200]  # what follows is for torch's makers
        raise DependencyMissing(
            f"The network cannot be compiled here: {why.rstrip('.')}.",
            hint="Leave out --compile, or install a C++ compiler, and Triton where a GPU computes.",
        ) from error


def _reader(values: Tensor) -> Callable[[], list[float]]:
    """Return what reads some numbers; from CUDA they are on their way at once, without waiting for later work."""
    if values.device.type != "cuda":
        return lambda: [float(each) for each in values]
    here = torch.empty(values.shape, dtype=values.dtype, pin_memory=True)
    here.copy_(values, non_blocking=True)
    arrived = torch.cuda.Event()  # type: ignore[no-untyped-call] # torch declares none
    arrived.record(torch.cuda.current_stream(values.device))  # cuda:1 has another than the current device

    def read() -> list[float]:
        arrived.synchronize()
        return [float(each) for each in here]

    return read

"""Everything that a user can choose about training a mapper, in one dataclass, and what a resumed run must share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any

from v2a_foley.errors import UsageError
from v2a_foley.options import Option, check_options

KINDS = ("diffusion", "mlp", "transformer")
SIZES = ("paper", "small", "tiny")
SCHEDULES = ("constant", "cosine")
PRECISIONS = ("auto", "float32", "bfloat16")
MAY_CHANGE = (
    "epochs", "steps", "patience", "device", "precision", "rows_at_once", "compile", "save_minutes", "save_steps",
    "no_tensorboard", "licence", "overwrite",
)  # fmt: skip
"""Settings that a resumed run may have otherwise: they change when it ends and how it computes, not what."""


@dataclass(frozen=True)
class TrainSettings:
    """How to train a mapper. The defaults are the paper's where it says something.

    Raises:
        UsageError: a value lies outside its range or is none of its choices.
    """

    kind: Annotated[
        str, Option("What kind of mapper: the paper's, or one of its rivals.", "Network", choices=KINDS)
    ] = "diffusion"
    size: Annotated[
        str, Option("Its size: the paper's 48.8 million weights, or one for experiments.", "Network", choices=SIZES)
    ] = "paper"
    width: Annotated[int | None, Option("Its width, in place of the size's own.", "Network", least=8, most=4096)] = None
    depth: Annotated[int | None, Option("Its blocks, in place of the size's own.", "Network", least=1, most=64)] = None
    heads: Annotated[
        int | None, Option("Its attention's heads, in place of the size's own.", "Network", least=1, most=64)
    ] = None
    timesteps: Annotated[
        int, Option("Steps of the cosine noise schedule (diffusion).", "Network", least=2, most=1000)
    ] = 1000
    batch: Annotated[int, Option("Pairs a step.", "Learning", least=1, most=65536)] = 448
    epochs: Annotated[float, Option("How often to go through the pairs.", "Learning", least=0.001, most=100_000)] = (
        100.0
    )
    steps: Annotated[
        int | None, Option("How many steps, in place of epochs.", "Learning", least=1, most=100_000_000)
    ] = None
    lr: Annotated[float, Option("Learning rate of AdamW.", "Learning", least=1e-9, most=10)] = 1.1e-4
    schedule: Annotated[
        str, Option("The learning rate after its warm-up: constant, or falling to 0.", "Learning", choices=SCHEDULES)
    ] = "constant"
    warm_up: Annotated[
        int, Option("Steps until the learning rate is reached.", "Learning", least=0, most=1_000_000)
    ] = 500
    weight_decay: Annotated[
        float,
        Option("Decay of the matrices; gains, tables and learned tokens keep theirs.", "Learning", least=0, most=10),
    ] = 6.02e-2
    beta2: Annotated[float, Option("How long AdamW remembers squares.", "Learning", least=0, most=0.99999)] = 0.99
    clip: Annotated[
        float, Option("Longest gradient; longer ones are shortened, 0 lets all pass.", "Learning", least=0, most=1e6)
    ] = 0.5
    ema: Annotated[
        float, Option("Decay of the averaged weights, which are the result.", "Learning", least=0, most=0.9999999)
    ] = 0.9999
    condition_drop: Annotated[
        float, Option("Share of pairs whose picture is hidden, for guidance (diffusion).", "Learning", least=0, most=1)
    ] = 0.1
    seed: Annotated[int, Option("Decides all that is random.", "Learning", least=0, most=2**31 - 1)] = 0
    validation: Annotated[
        float,
        Option("Share of the clips to watch on, where the store names none.", "Watching", least=0.0001, most=0.9),
    ] = 0.05
    validate_every: Annotated[
        int | None,
        Option(
            "Steps between two looks at the validation loss; an epoch, at least 100, by default.",
            "Watching",
            least=1,
            most=10_000_000,
        ),
    ] = None
    patience: Annotated[
        int, Option("Stop after so many looks without a better one; 0 goes on.", "Watching", least=0, most=1_000_000)
    ] = 20
    device: Annotated[str, Option("Where the network runs.", "Machine", metavar="auto|cpu|cuda[:N]|mps")] = "auto"
    precision: Annotated[
        str, Option("Arithmetic of the matrices; auto is bfloat16 where native.", "Machine", choices=PRECISIONS)
    ] = "auto"
    rows_at_once: Annotated[
        int | None,
        Option("Pairs a pass, where a whole batch needs too much memory.", "Machine", least=1, most=65536),
    ] = None
    compile: Annotated[bool, Option("Compile the network first: costs minutes, pays on a GPU.", "Machine")] = False
    save_minutes: Annotated[float, Option("Minutes between two saved states.", "Machine", least=0.001, most=10_000)] = (
        10.0
    )
    save_steps: Annotated[
        int | None, Option("Save the state every so many steps as well.", "Machine", least=1, most=100_000_000)
    ] = None
    no_tensorboard: Annotated[bool, Option("Write no scalars for TensorBoard.", "Machine")] = False
    licence: Annotated[
        str, Option("The mapper's licence, for its card; it depends on the data.", "Result", metavar="SPDX")
    ] = "unknown"
    overwrite: Annotated[
        bool, Option("Replace a finished mapper, or an unfinished one with other settings.", "Result")
    ] = False

    def __post_init__(self) -> None:
        """Refuse values that cannot be used.

        Raises:
            UsageError: a value lies outside its range or is none of its choices, or two contradict each other.
        """
        check_options(self)
        if self.rows_at_once is not None and self.rows_at_once > self.batch:
            raise UsageError(
                f"--rows-at-once {self.rows_at_once} is more than --batch {self.batch}.",
                hint="Choose at most the batch; it divides the work of a step and changes nothing else.",
            )
        if self.kind == "mlp" and self.heads is not None:
            raise UsageError("--heads means nothing with --kind mlp.", hint="Leave it out, or choose another kind.")

    def total(self, pairs: int) -> int:
        """Return how many steps there are in all, from the number of pairs that are learned from."""
        return self.steps if self.steps is not None else max(1, math.ceil(self.epochs * pairs / self.batch))

    def between_looks(self, pairs: int) -> int:
        """Return the steps between two looks at the validation loss."""
        return self.validate_every if self.validate_every is not None else max(100, math.ceil(pairs / self.batch))

    def rate(self, step: int, total: int) -> float:
        """Return the learning rate of a step, from 0: rising in a line at first, then constant or half a cosine."""
        if step < self.warm_up:
            return self.lr * (step + 1) / self.warm_up
        if self.schedule == "constant":
            return self.lr
        done = (step - self.warm_up) / max(1, total - self.warm_up)
        return self.lr * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

    def shape(self) -> Mapping[str, Any]:
        """Return the network's numbers that are not those of its defaults, as its config dataclass takes them."""
        chosen = {"width": self.width, "depth": self.depth, "heads": self.heads}
        values = {**_SHAPES[self.size], **{name: value for name, value in chosen.items() if value is not None}}
        return MappingProxyType({name: value for name, value in values.items() if self.kind != "mlp" or name in _MLP})


_SHAPES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "paper": {},
        "small": {"width": 256, "depth": 6, "heads": 6, "head_size": 32, "rotary": 16},
        "tiny": {"width": 48, "depth": 2, "heads": 3, "head_size": 16, "rotary": 8},
    }
)
_MLP = ("width", "depth")

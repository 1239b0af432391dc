"""Everything that a user can choose about training an onset net, in one dataclass."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Annotated, Any

from v2a_foley.compute import PRECISIONS
from v2a_foley.options import Option, check_options

MAY_CHANGE = ("minutes", "steps", "threads", "device", "precision", "save_minutes", "look_every", "overwrite")
"""Settings that a resumed run may have otherwise: they change when it ends and how it computes, not what it learns."""
NONE = "none"
"""What ``watch_kinds`` says for no kind at all."""


@dataclass(frozen=True)
class OnsetSettings:
    """How to train an onset net.

    Raises:
        UsageError: a value lies outside its range.
    """

    minutes: Annotated[
        float, Option("How long to learn; preparing the films comes on top.", "Learning", least=0.01, most=100_000)
    ] = 60.0
    steps: Annotated[
        int | None, Option("End after so many steps, if that is sooner.", "Learning", least=1, most=100_000_000)
    ] = None
    batch: Annotated[int, Option("Stretches of film a step.", "Learning", least=1, most=4096)] = 16
    frames: Annotated[int, Option("Frames a stretch.", "Learning", least=32, most=4096)] = 128
    lr: Annotated[float, Option("Learning rate of AdamW at its highest.", "Learning", least=1e-9, most=1)] = 2e-3
    warm_up: Annotated[int, Option("Steps until it is reached.", "Learning", least=0, most=1_000_000)] = 100
    weight_decay: Annotated[float, Option("Decay of AdamW.", "Learning", least=0, most=10)] = 0.02
    clip: Annotated[float, Option("Longest gradient; longer ones are shortened.", "Learning", least=1e-6, most=1e6)] = (
        1.0
    )
    ema: Annotated[
        float, Option("Decay of the averaged weights, which are the result.", "Learning", least=0, most=0.999999)
    ] = 0.998
    width: Annotated[int, Option("Features a cell of the picture.", "Network", least=4, most=128)] = 40
    depth: Annotated[int, Option("Features a frame.", "Network", least=4, most=256)] = 96
    seed: Annotated[int, Option("Decides all that is random.", "Learning", least=0, most=2**31 - 1)] = 0
    exclude_kinds: Annotated[
        str, Option("Kinds of scene to leave out altogether, with commas between.", "Films", metavar="KIND,…")
    ] = ""
    watch_kinds: Annotated[
        str,
        Option(
            "Kinds to watch on and not to learn from, with commas between, or none; one kind in five by default.",
            "Films",
            metavar="KIND,…",
        ),
    ] = ""
    validation: Annotated[
        float, Option("Share of the films of all other kinds to watch on.", "Films", least=0.01, most=0.9)
    ] = 0.1
    look_every: Annotated[int, Option("Steps between two looks.", "Films", least=1, most=1_000_000)] = 100
    threads: Annotated[int, Option("Threads to compute with.", "Machine", least=1, most=256)] = 2
    device: Annotated[str, Option("Where the network runs.", "Machine", metavar="auto|cpu|cuda[:N]|mps")] = "cpu"
    precision: Annotated[
        str, Option("Arithmetic of the matrices; auto is bfloat16 where native.", "Machine", choices=PRECISIONS)
    ] = "auto"
    save_minutes: Annotated[float, Option("Minutes between two saved states.", "Machine", least=0.001, most=10_000)] = (
        2.0
    )
    overwrite: Annotated[
        bool, Option("Replace a finished net, or an unfinished one with other settings or films.", "Result")
    ] = False

    def __post_init__(self) -> None:
        """Refuse values that cannot be used.

        Raises:
            UsageError: a value lies outside its range.
        """
        check_options(self)

    def fixed(self) -> dict[str, Any]:
        """Return what a resumed run must have in common with the one before."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name not in MAY_CHANGE}

    def done(self, step: int, seconds: float) -> float:
        """Return which part of the training is done, 0 to 1, after so many steps and so many seconds of learning."""
        by_steps = step / self.steps if self.steps else 0.0
        return min(1.0, max(by_steps, seconds / (60 * self.minutes)))

    def rate(self, step: int, done: float) -> float:
        """Return the learning rate of a step, from 0: rising in a line at first, and half a cosine to 0 over all."""
        rising = min(1.0, (step + 1) / self.warm_up) if self.warm_up else 1.0
        return self.lr * rising * 0.5 * (1 + math.cos(math.pi * done))

    def named(self, kinds: str) -> frozenset[str]:
        """Return the kinds that an option names."""
        return frozenset(name.strip() for name in kinds.split(",") if name.strip())

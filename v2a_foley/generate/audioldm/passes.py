"""From conditions to waveforms of one length: noise, steps, mel, wave, and float32 again for what half precision lost.

What the conditions are, and what becomes of the waveforms, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from v2a_foley.compute import Compute, free_memory
from v2a_foley.errors import ModelDamaged
from v2a_foley.generate.audioldm.denoise import Predict, denoise, not_finite
from v2a_foley.generate.audioldm.parts import AudioLdm
from v2a_foley.generate.audioldm.pieces import in_pieces
from v2a_foley.generate.audioldm.plan import SINGLE_PASS, WINDOW, Room, Window, on_grid, windows
from v2a_foley.generate.audioldm.schedule import DEFAULT_SOLVER, DEFAULT_STEPS, Ladder, SolverName, ladder
from v2a_foley.generate.audioldm.windows import decoded, vocoded, windowed
from v2a_foley.progress import Progress, Stage

Floats = NDArray[np.float32]

_PASS_BYTES = 400_000
_SOUND_BYTES = 1_500_000
_SHARE_OF_FREE = 0.7
_MOST_ON_CPU = 4
_MOST_ON_GPU = 32


@dataclass(frozen=True)
class Steps:
    """How the network goes from noise to sound.

    Attributes:
        solver: ``dpm++``, ``unipc`` or ``ddim``.
        count: steps of the whole way.
        guidance: how far each prediction goes past the embedding, away from its opposite; 1: none.
        strength: where it starts: 1 is noise alone; less needs something to start from.
    """

    solver: SolverName = DEFAULT_SOLVER
    count: int = DEFAULT_STEPS
    guidance: float = 2.5
    strength: float = 1.0


@dataclass(frozen=True)
class Conditions:
    """What each row of a batch should sound like.

    Attributes:
        embeddings: ``float32 (n, d)`` of unit length.
        negatives: what it goes away from: the embedding of nothing, or of what should not be heard, ``(n, d)``.
        seeds: each row's noise depends on its own alone.
    """

    embeddings: Floats
    negatives: Floats
    seeds: tuple[int, ...]

    def __len__(self) -> int:
        """Return the rows."""
        return len(self.seeds)

    def only(self, rows: tuple[int, ...]) -> Conditions:
        """Return some of the rows."""
        chosen = list(rows)
        return Conditions(self.embeddings[chosen], self.negatives[chosen], tuple(self.seeds[row] for row in rows))


@dataclass(frozen=True)
class Ground:
    """A sound that a run starts from, or keeps in part.

    Attributes:
        clean: its latents, ``float32 (n, channels, frames, bins)``; n is the rows, or 1 for all of them.
        fill: 1 at latents that are made anew, 0 at those that are kept, ``float32 (frames,)``; None: all are changed.
    """

    clean: torch.Tensor
    fill: torch.Tensor | None = None

    def only(self, rows: tuple[int, ...]) -> Ground:
        """Return the ground of some rows."""
        return self if len(self.clean) == 1 else Ground(self.clean[list(rows)], self.fill)


@dataclass
class Rooms:
    """How much fits at once, learnt as the work goes on.

    Attributes:
        steps: rows, or windows, in the UNet.
        sound: rows in the VAE and the vocoder.
    """

    steps: Room = field(default_factory=lambda: Room(_PASS_BYTES))
    sound: Room = field(default_factory=lambda: Room(_SOUND_BYTES))

    @classmethod
    def on(cls, compute: Compute, most: int = 0, *, steady: bool = False) -> Rooms:
        """Estimate from the memory that is free.

        Args:
            compute: where the networks run.
            most: rows that are never exceeded; 0: what suits the device.
            steady: begin with as many, whatever is free; what does not fit is halved as ever.
        """
        free = 0 if steady else int(_SHARE_OF_FREE * free_memory(compute))
        most = most or (_MOST_ON_CPU if compute.on_cpu else _MOST_ON_GPU)
        size = 1.0 if compute.precision == "float32" else 0.5
        return cls(Room(_PASS_BYTES * size, free, most), Room(_SOUND_BYTES * size, free, most))


@dataclass
class Work:
    """What a pass needs beside its conditions.

    Attributes:
        model: the networks.
        rooms: how much fits at once.
        progress: asked before every call of a network whether to stop; told of rows that were made again.
        stage: told of every step, one unit each; None: nothing is.
        precise: hands over the same networks in float32.
    """

    model: AudioLdm
    rooms: Rooms
    progress: Progress
    stage: Stage | None = None
    precise: Callable[[], AudioLdm] | None = None


def longest(model: AudioLdm) -> int:
    """Return the most latents that are made in one pass."""
    return on_grid(int(SINGLE_PASS * model.sizes.sample_rate / model.sizes.stride), model.sizes.multiple)


def laid_over(model: AudioLdm, frames: int) -> tuple[Window, ...]:
    """Return the windows in which a sound of so many latents, more than ``longest``, is made."""
    length = on_grid(int(WINDOW * model.sizes.sample_rate / model.sizes.stride), model.sizes.multiple)
    return windows(frames, length, model.sizes.multiple)


def waveforms(
    work: Work,
    conditions: Conditions,
    frames: int,
    samples: int,
    steps: Steps,
    *,
    ground: Ground | None = None,
) -> Floats:
    """Return waveforms ``float32 (n, samples)`` at the model's rate.

    Args:
        work: the networks, and how to use them.
        conditions: one row a sound; more than one only up to ``longest`` frames.
        frames: latents of every one of them.
        samples: at most what so many latents stand for.
        steps: how the network goes from noise to sound.
        ground: what to start from (``steps.strength`` below 1) or to keep in part.

    Raises:
        ModelDamaged: the networks give no numbers, not even in float32.
        Cancelled: the work was asked to stop.
    """
    latents = _latents(work, conditions, frames, steps, ground)
    check = work.progress.check
    mel = decoded(work.model, latents, longest=longest(work.model), room=work.rooms.sound, check=check)
    made = vocoded(work.model, mel, samples, room=work.rooms.sound, check=check)
    lost = tuple(sorted({*not_finite(latents), *not_finite(mel), *not_finite(torch.from_numpy(made))}))
    if lost:
        made[list(lost)] = _again(work, conditions.only(lost), frames, samples, steps, ground and ground.only(lost))
    return made


def _again(
    work: Work, conditions: Conditions, frames: int, samples: int, steps: Steps, ground: Ground | None
) -> Floats:
    """Make rows in float32 that half precision could not hold."""
    if work.model.compute.precision == "float32" or work.precise is None:
        raise ModelDamaged(
            f"The model in {work.model.folder} gives no numbers, not even in float32.",
            hint="Verify its files: v2a-foley models verify.",
        )
    work.progress.warn(
        f"{len(conditions)} sound(s) left the range of {work.model.compute.precision} and were made again in float32."
    )
    precise = Work(work.precise(), work.rooms, work.progress)
    return waveforms(precise, conditions, frames, samples, steps, ground=ground)


def _latents(work: Work, conditions: Conditions, frames: int, steps: Steps, ground: Ground | None) -> torch.Tensor:
    model = work.model
    noise = model.noise(conditions.seeds, frames)
    if ground is not None and steps.strength <= 0:
        return ground.clean.expand_as(noise).clone()
    rungs = ladder(model.schedule, solver=steps.solver, steps=steps.count, strength=steps.strength)
    start = noise if ground is None else rungs.noised(ground.clean, noise)
    if ground is not None and ground.fill is not None and steps.strength >= 1:
        start = torch.where(ground.fill[:, None].to(noise.device) > 0, noise, start)
    return denoise(
        start,
        rungs,
        _predict(work, conditions, frames, steps.guidance),
        solver=steps.solver,
        after=_keeping(rungs, ground, noise),
        stage=work.stage,
    )


def _keeping(
    rungs: Ladder, ground: Ground | None, noise: torch.Tensor
) -> Callable[[int, torch.Tensor], torch.Tensor] | None:
    """Return what puts the kept latents back after every step, at that step's level."""
    if ground is None or ground.fill is None:
        return None
    clean, fill = ground.clean, ground.fill[:, None].to(noise.device)
    return lambda rung, latents: fill * latents + (1 - fill) * rungs.noised(clean, noise, rung)


def _predict(work: Work, conditions: Conditions, frames: int, guidance: float) -> Predict:
    model, room, check = work.model, work.rooms.steps, work.progress.check
    if frames > longest(model):
        laid = laid_over(model, frames)
        return windowed(
            lambda count: model.predictor(
                np.repeat(conditions.embeddings, count, 0),
                np.repeat(conditions.negatives, count, 0),
                [guidance] * count,
            ),
            laid,
            room,
            check,
        )
    known: dict[range, Predict] = {}

    def predict(latents: torch.Tensor, timestep: float) -> torch.Tensor:
        def run(rows: range) -> torch.Tensor:
            check()
            if rows not in known:
                part = conditions.only(tuple(rows))
                known[rows] = model.predictor(part.embeddings, part.negatives, [guidance] * len(rows))
            return known[rows](latents[rows.start : rows.stop], timestep)

        return torch.cat(in_pieces(len(conditions), frames, room, run))

    return predict

"""How the voice makes sounds: one value with its ranges. Imports no network."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import UsageError
from v2a_foley.generate.audioldm.schedule import DEFAULT_SOLVER, DEFAULT_STEPS, SOLVERS, SolverName

INIT_RATE = 48_000
"""Rate of the sound to start from, hertz."""


@dataclass(frozen=True)
class VoiceOptions:
    """How the voice makes sounds.

    Attributes:
        scheduler: how the steps are taken: ``dpm++``, ``unipc`` or ``ddim``.
        steps: denoising steps, 1 to 1000.
        guidance: how closely a sound follows its embedding, 1 to 20; 1 is unguided.
        best_of: candidates that each sound is chosen from by ear, 1 to 32.
        init: mono sound at 48 kHz to start from instead of from noise, ``float32 (samples,)``, or None.
        strength: how far a sound may leave ``init``, 0 to 1.
        draft: let the vocoder run in the voice's precision too: faster, and meant for listening while editing.
        most: rows that share a batch at most; 0: what suits the device and its memory.
        steady: let the device alone decide how many share a batch, not the memory that happens to be free: the same
            requests then give the same bits at any time.
        offload: keep on the GPU only the network at work, for GPUs with little memory.
        compiled: compile the UNet on CUDA: costs a minute at first, pays for many sounds.
    """

    scheduler: str = DEFAULT_SOLVER
    steps: int = DEFAULT_STEPS
    guidance: float = 2.5
    best_of: int = 1
    init: NDArray[np.float32] | None = field(default=None, compare=False)
    strength: float = 0.5
    draft: bool = False
    most: int = 0
    steady: bool = False
    offload: bool = False
    compiled: bool = False

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            UsageError: a value is out of its range; the sentence names it.
        """
        if self.scheduler not in SOLVERS:
            raise UsageError(f"There is no scheduler {self.scheduler!r}.", hint=f"Choose one of {', '.join(SOLVERS)}.")
        for name, least, most in (("steps", 1, 1000), ("guidance", 1, 20), ("best_of", 1, 32), ("strength", 0, 1)):
            value = getattr(self, name)
            if not least <= value <= most:
                raise UsageError(f"{name} {value:g} is out of range.", hint=f"Choose {least} to {most}.")
        if self.most < 0:
            raise UsageError("A batch cannot hold fewer than no rows.", hint="Choose 0 for what suits the device.")
        if self.init is not None and (self.init.ndim != 1 or not self.init.size or not np.isfinite(self.init).all()):
            raise UsageError("The sound to start from is empty or no mono sound.", hint="Choose another file.")

    @property
    def solver(self) -> SolverName:
        """The scheduler as ``schedule`` names it."""
        return next(name for name in SOLVERS if name == self.scheduler)

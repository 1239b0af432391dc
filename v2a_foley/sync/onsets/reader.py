"""Runs the onset net while a film is looked at: of two hours it keeps a few numbers a frame, never the traits."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import memory_guard
from v2a_foley.embed.torch_threads import side_by_side, workers
from v2a_foley.sync.onsets.curve import OnsetCurve
from v2a_foley.video.traits import Traits

if TYPE_CHECKING:
    from v2a_foley.sync.onsets.network import OnsetNet

Values = NDArray[np.float32]

WINDOW = 192
"""Frames that are answered at once. Windows lie where they lie, however the frames come, so bits depend on nothing."""
_COLUMNS = 5
"""Numbers kept a frame: likelihood, early, strength, across, down."""


class OnsetReader:
    """Reads a film's traits, in order; a ``TraitReader``.

    Args:
        network: a trained net.
    """

    def __init__(self, network: OnsetNet) -> None:
        """Begin before the first frame."""
        from v2a_foley.sync.onsets.network import CONTEXT

        self._network = network.eval()
        self._context = CONTEXT
        self._times: list[Fraction] = []
        self._held: deque[tuple[Values, Values]] = deque()
        """Cells and frame values of frames that are still needed, in pieces."""
        self._first = 0
        """Number of the first frame that is held."""
        self._answered = 0
        self._answers: list[Values] = []

    def feed(self, traits: Traits) -> None:
        """Take in the next frames.

        Raises:
            OutOfMemory: the machine has none left.
        """
        self._times.extend(traits.times)
        if len(traits.times):
            self._held.append((traits.cells, traits.frame))
        if len(self._times) >= self._answered + workers() * WINDOW + self._context:
            self._answer(len(self._times) - self._context)

    def finish(self) -> OnsetCurve:
        """Answer for the frames that are left, and return all answers.

        Raises:
            OutOfMemory: the machine has none left.
        """
        self._answer(len(self._times), last=True)
        found = np.concatenate(self._answers) if self._answers else np.zeros((0, _COLUMNS), np.float32)
        likelihood, early, strength = (np.ascontiguousarray(found[:, column]) for column in range(3))
        return OnsetCurve(tuple(self._times), likelihood, early, strength, np.ascontiguousarray(found[:, 3:]))

    def _answer(self, until: int, *, last: bool = False) -> None:
        """Answer for all whole windows up to a frame; with ``last`` for the rest as well."""
        starts = [at for at in range(self._answered, until, WINDOW) if last or at + WINDOW <= until]
        if not starts:
            return
        cells, frame = (np.concatenate([piece[part] for piece in self._held]) for part in (0, 1))
        held = len(cells)

        def one(start: int) -> Values:
            end = min(start + WINDOW, until)
            low, high = max(0, start - self._context - self._first), min(held, end + self._context - self._first)
            answers = _run(self._network, cells[low:high], frame[low:high])
            return answers[start - self._first - low : end - self._first - low]

        with memory_guard("Finding what sounds"):
            self._answers.extend(side_by_side(one, starts))
        self._answered = min(starts[-1] + WINDOW, until)
        keep = max(0, self._answered - self._context - self._first)
        self._held = deque([(cells[keep:].copy(), frame[keep:].copy())])
        self._first += keep


def curve_of(network: OnsetNet, traits: Traits) -> OnsetCurve:
    """Return what a net says of traits that are in memory already."""
    reader = OnsetReader(network)
    reader.feed(traits)
    return reader.finish()


def _run(network: OnsetNet, cells: Values, frame: Values) -> Values:
    """Return the answers for a stretch of frames, ``float32 (n, 5)``."""
    import torch

    with torch.inference_mode():
        said = network(
            torch.from_numpy(np.ascontiguousarray(cells, np.float32))[None],
            torch.from_numpy(np.ascontiguousarray(frame, np.float32))[None],
        )
        columns = torch.stack([said.onset.sigmoid(), said.early, said.strength], dim=-1)
        return np.asarray(torch.cat([columns, said.place], dim=-1)[0].numpy(), np.float32)

"""The course of a training: step after step, looks at the validation loss, saved states, reasons to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from v2a_foley.errors import Cancelled, FoleyError, TrainingDiverged
from v2a_foley.progress import Progress
from v2a_foley.train.batches import Batch, Deck, dealt_ahead, share_of
from v2a_foley.train.curve import Curve
from v2a_foley.train.loop import Learner, Outcome
from v2a_foley.train.processes import Processes
from v2a_foley.train.state import State, write_state
from v2a_foley.train.watch import Watch

_SMALLER = "Begin anew with --overwrite and a smaller --lr, a longer --warm-up or a smaller --clip."


@dataclass
class Course:
    """What a training is made of, ready to run.

    Attributes:
        deck: deals the batches.
        watched: what the validation loss is measured on.
        learner: what learns.
        watch: what the looks saw.
        curve: where outcomes are written; None for processes that do not write.
        states: the folder of the saved states.
        run: what a resumed run must have in common.
        total: how many steps there are in all.
        processes: with whom.
        saved: the step of the newest saved state; 0 for none.
    """

    deck: Deck
    watched: Batch
    learner: Learner
    watch: Watch
    curve: Curve | None
    states: Path
    run: Mapping[str, Any]
    total: int
    processes: Processes
    saved: int = 0
    _since: float = field(default_factory=time.monotonic)

    def learn(self, progress: Progress) -> None:
        """Learn until all steps are done or the validation loss has not got better for too long; save the end.

        Raises:
            TrainingDiverged: the loss or a gradient is no number; what was saved before stands.
            OutOfMemory: a step needs more memory than there is.
            DiskFull: there is no room for a state; the one before stands.
            Cancelled: some process was asked to stop; the state was saved.
        """
        learner, settings, processes = self.learner, self.deck.settings, self.processes
        every = settings.between_looks(len(self.deck.rows))
        part = share_of(settings.batch, processes.count, processes.index)
        with progress.stage("train", self.total) as stage:
            if learner.steps == 0:
                self._look()
                if self.curve is not None:
                    self.curve.start(self.watch.loss)
            coming = range(learner.steps, 0 if self.watch.tired else self.total)
            pin = learner.compute.device.startswith("cuda")
            with closing(dealt_ahead(self.deck, coming, part, pin=pin)) as batches:
                for batch in batches:
                    outcomes = learner.step(batch, stop=progress.cancelled)
                    look = learner.steps % every == 0 or learner.steps == self.total
                    due = self._due()
                    if look or due:
                        outcomes += learner.settled()
                    self._note(outcomes, part, look=look)
                    if any(outcome.stop for outcome in outcomes):
                        self._note(learner.settled(), part)
                        self.save()
                        raise Cancelled(
                            f"Stopped after step {learner.steps:,} of {self.total:,}; the state is saved.",
                            hint="The same command goes on from there.",
                        )
                    if due:
                        self.save()
                    if self.watch.tired:
                        break
                    with suppress(Cancelled):  # everybody is told with the next step, so that all stop after the same
                        stage.tell(learner.steps, self._said(outcomes))
            self.save()

    def save(self) -> None:
        """Save the state of now, where it is not saved yet.

        Raises:
            DiskFull: there is no room for it; the one before stands.
            OutputError: the folder cannot be written to.
        """
        self._since = time.monotonic()
        if self.curve is None or self.learner.steps == self.saved:
            return
        watch = self.watch
        state = State(
            step=self.learner.steps,
            now=self.learner.tensors(),
            best=watch.best,
            best_step=watch.step,
            best_loss=watch.loss,
            first_loss=watch.first,
            looks=watch.looks,
            curve=self.curve.flushed(),
            run=self.run,
        )
        write_state(self.states, state)
        self.saved = state.step

    def _due(self) -> bool:
        settings, steps = self.deck.settings, self.learner.steps
        if self.curve is None:  # who does not save need not hurry: nobody may know of a stop before the one who saves
            return False
        counted = settings.save_steps is not None and steps % settings.save_steps == 0
        return counted or time.monotonic() - self._since >= 60 * settings.save_minutes

    def _look(self) -> float:
        loss = self.learner.watched(self.watched)
        if not math.isfinite(loss):
            raise TrainingDiverged(
                f"The validation loss after step {self.learner.steps:,} is no number; {self._stands()}.", hint=_SMALLER
            )
        self.watch.look(loss, self.learner.steps, dict(self.learner.average.network.named_parameters()))
        return loss

    def _note(self, outcomes: Sequence[Outcome], part: slice, *, look: bool = False) -> None:
        """Write outcomes down, the last one with the validation loss where it is time to look."""
        for outcome in outcomes:
            if not outcome.finite:
                raise self._diverged(outcome, part)
        for number, outcome in enumerate(outcomes, start=1):
            validation = self._look() if look and number == len(outcomes) else None
            if self.curve is not None:
                self.curve.add(outcome, validation)

    def _said(self, outcomes: Sequence[Outcome]) -> str:
        loss = f"loss {outcomes[-1].loss:.4f}, " if outcomes else ""
        return f"{loss}validation {self.watch.loss:.4f} at best"

    def _diverged(self, outcome: Outcome, part: slice) -> FoleyError:
        """Return the error for a step that gave no number, after a look at whether the precision is to blame."""
        what = "loss" if outcome.loss != outcome.loss or abs(outcome.loss) == float("inf") else "gradient"
        exact = self.learner.compute.precision == "float32"
        message = f"The {what} of step {outcome.step + 1:,} is no number any more; {self._stands()}."
        if not exact and self.learner.finite_in_float32(self.deck.dealt(outcome.step, part)):
            return TrainingDiverged(
                f"{message} In float32 the same step is a number.",
                hint="Give the same command with --precision float32.",
            )
        return TrainingDiverged(
            message,
            hint=_SMALLER if exact else f"{_SMALLER} Or give the same command with --precision float32.",
        )

    def _stands(self) -> str:
        return f"the state of step {self.saved:,} stands" if self.saved else "nothing was saved before"

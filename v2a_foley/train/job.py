"""Training a mapper, from stores to a folder that ``run --mapper`` reads: opening, going on, saving, finishing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import Compute, choose
from v2a_foley.errors import Cancelled, StoreError, UsageError
from v2a_foley.mapper.card import Card, read_card
from v2a_foley.mapper.checkpoint import save_mapper
from v2a_foley.mapper.network import parameter_count
from v2a_foley.pairs import Split, open_pairs
from v2a_foley.progress import Progress
from v2a_foley.train import resume
from v2a_foley.train.batches import Deck
from v2a_foley.train.course import Course
from v2a_foley.train.curve import Curve, draw
from v2a_foley.train.loop import Learner
from v2a_foley.train.objective import mapper_of, network_for
from v2a_foley.train.processes import Processes, is_chief, together
from v2a_foley.train.scores import scores
from v2a_foley.train.settings import TrainSettings
from v2a_foley.train.state import STATES, State, drop_older, require_room
from v2a_foley.train.watch import Watch

_FEW_HELD = 30
"""Pairs that are held out below which figures on them say next to nothing."""


@dataclass(frozen=True)
class TrainResult:
    """What came of a training.

    Attributes:
        output: the mapper's folder.
        card: its card.
        steps: how many steps were learned, those of earlier runs included.
        resumed: how many of them earlier runs had learned.
        best_step: after how many of them the weights were best; these are the mapper's.
        first_loss: the validation loss before the first step.
        best_loss: that of the mapper.
        ended: ``steps`` (all were done) or ``patience`` (it did not get better any more).
        pairs: how many were learned from.
        watched: how many were held out.
        seconds: wall-clock seconds of the steps of this run, looks and saving included.
        compute: where and in which precision.
        files: what lies beside the mapper, by name.
    """

    output: Path
    card: Card
    steps: int
    resumed: int
    best_step: int
    first_loss: float
    best_loss: float
    ended: str
    pairs: int
    watched: int
    seconds: float
    compute: Compute
    files: dict[str, Path]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        values = {name: value for name, value in vars(self).items() if name not in {"card", "compute", "files"}}
        card = {"kind": self.card.kind, "parameters": self.card.parameters, "metrics": dict(self.card.metrics)}
        files = {name: str(path) for name, path in self.files.items()}
        return {**values, "output": str(self.output), **card, **asdict(self.compute), "files": files}


def train_mapper(
    stores: Sequence[Path], output: Path, settings: TrainSettings | None = None, progress: Progress | None = None
) -> TrainResult:
    """Train a mapper on stores of pairs, or go on with a training that was stopped.

    The folder then holds the mapper, and in ``training`` the loss curve, the settings and the state to go on from. A
    stopped or killed training goes on when this is called again with what matters unchanged; on one CPU, with the same
    number of threads, it ends with the same bits as if it had never been stopped.

    Args:
        stores: one or more, of the same two spaces.
        output: the mapper's folder; made if it is missing.
        settings: how to train.
        progress: is told of every step, and asked whether to stop.

    Raises:
        StoreError: a store is missing, damaged or empty, or nothing can be held out.
        SpaceMismatch: the stores are of different spaces.
        UsageError: a finished mapper lies there, or an unfinished one with other settings, or another process trains
            into it, or no network has this shape.
        OutputError: the folder cannot be written to, or holds something else.
        ModelDamaged: every saved state is damaged.
        GpuMissing: a GPU was asked for that is not there.
        DiskFull: there is no room for the states; what was saved before stands.
        OutOfMemory: a step needs more memory than there is.
        TrainingDiverged: the loss is no number any more; what was saved before stands.
        Cancelled: the user stopped it, and the state was saved.
    """
    settings, progress = settings or TrainSettings(), progress or Progress()
    if not is_chief():
        progress.listener = None
    compute = choose(settings.device, settings.precision)
    if compute.precision == "float16":  # it would need its gradients scaled: not worth it where bfloat16 is not native
        compute = replace(compute, precision="float32")
    with together(compute) as processes, ExitStack() as locks:
        if processes.count > settings.batch:
            raise UsageError(
                f"{processes.count} processes cannot share a batch of {settings.batch}.",
                hint="Choose a larger --batch.",
            )
        return _trained(stores, output, settings, progress, processes, locks)


def _trained(
    stores: Sequence[Path],
    output: Path,
    settings: TrainSettings,
    progress: Progress,
    processes: Processes,
    locks: ExitStack,
) -> TrainResult:
    """Train; what holds the folder is entered into ``locks``."""
    with progress.stage("open"):
        pairs = open_pairs(stores, share=settings.validation, check=processes.chief)
        rows, held = pairs.of(Split.TRAIN), pairs.of(Split.VALIDATION)
        _require_enough(stores, len(rows), len(held))
        if len(held) < _FEW_HELD:
            progress.warn(
                f"Only {len(held)} of {len(pairs):,} pairs are held out: the card's figures are hardly more than "
                "chance. Hold out more with --validation, or name a part in the source's list."
            )
        total = settings.total(len(rows))
        network = network_for(settings, pairs.source, pairs.target)
        run = resume.run_of(settings, pairs, stores)

        def over(step: int, looks: int) -> bool:
            return step >= total or 0 < settings.patience <= looks

        state = resume.found(output, settings, run, over=over, warn=progress.warn)
        processes.wait()
        if processes.chief:
            require_room(output, parameter_count(network))
            locks.enter_context(resume.alone(output))
            resume.make_room(output, settings, state)
        processes.wait()
    if total <= settings.warm_up and processes.chief:
        progress.warn(
            f"The rate rises for {settings.warm_up:,} steps (--warm-up), and there are only {total:,} steps: "
            "little is learned. Choose more --epochs or --steps."
        )
    learner, watch = Learner(network, settings, processes, total=total), Watch(settings.patience)
    if state is not None:
        learner.restore(state.now, state.step)
        watch = Watch(settings.patience, state.first_loss, state.best, state.best_loss, state.best_step, state.looks)
    deck = Deck(pairs, rows, settings, noisy=settings.kind == "diffusion")
    states, before = output / resume.TRAINING / STATES, 0 if state is None else state.step
    started = time.perf_counter()
    with _curve(output, deck, state, progress, processes) as curve:
        course = Course(deck, deck.watched(held), learner, watch, curve, states, run, total, processes, saved=before)
        course.learn(progress)
    seconds = time.perf_counter() - started
    if watch.step == 0:
        progress.warn("The validation loss never got better than before the first step: this mapper knows nothing.")
    try:
        card = _written(course, held, progress)
    except Cancelled as error:
        raise Cancelled(
            f"Stopped after step {learner.steps:,}, the last; the state is saved.",
            hint="The same command writes the mapper.",
        ) from error
    found = TrainResult(
        output=output,
        card=card,
        steps=learner.steps,
        resumed=before,
        best_step=watch.step,
        first_loss=watch.first,
        best_loss=watch.loss,
        ended="patience" if watch.tired and learner.steps < total else "steps",
        pairs=len(rows),
        watched=len(held),
        seconds=seconds,
        compute=processes.compute,
        files=_beside(course, progress),
    )
    if processes.chief:
        resume.finish(output / resume.TRAINING, found.as_dict())
        drop_older(states)
    processes.wait()
    return found


def _require_enough(stores: Sequence[Path], learned: int, held: int) -> None:
    """Refuse stores from which nothing can be learned, or nothing held out.

    Raises:
        StoreError: that is so.
    """
    if learned and held:
        return
    names = ", ".join(repr(each.name) for each in stores)
    what = f"{learned:,} pairs to learn from and {held:,} to watch on"
    raise StoreError(
        f"There are too few pairs in {names}: {what}.",
        hint="Add clips: at least two files are needed, one of which is held out.",
    )


def _curve(
    output: Path, deck: Deck, state: State | None, progress: Progress, processes: Processes
) -> AbstractContextManager[Curve | None]:
    """Return what writes the curve, in the process that writes."""
    if not processes.chief:
        return nullcontext()
    return Curve(
        output / resume.TRAINING,
        per_epoch=len(deck.rows) / deck.settings.batch,
        resumed=None if state is None else (state.curve, state.step),
        tensorboard=not deck.settings.no_tensorboard,
        warn=progress.warn,
    )


def _written(course: Course, held: NDArray[np.intp], progress: Progress) -> Card:
    """Write the mapper of the best weights, with what it scores on pairs that were held out; return its card."""
    pairs, settings, watch, processes = course.deck.pairs, course.deck.settings, course.watch, course.processes
    output = course.states.parent.parent
    if processes.chief:
        network = network_for(settings, pairs.source, pairs.target).requires_grad_(requires_grad=False)
        network.load_state_dict(watch.best)
        mapper = mapper_of(network, pairs.source, pairs.target, processes.compute)
        with progress.stage("score") as stage:

            def told(done: int, total: int) -> None:
                stage.total = total
                stage.tell(done)

            measured = scores(mapper, pairs, held, seed=settings.seed, step_done=told)
        learned = {
            "validation_loss": watch.loss,
            "steps": float(watch.step),
            "pairs": float(len(course.deck.rows)),
            "validation_pairs": float(len(held)),
        }
        origins = dict.fromkeys(f"{card.kind}: {card.origin}" for card in pairs.cards)
        words = f"{len(course.deck.rows):,} pairs of {'; '.join(origins)}"
        save_mapper(output, mapper, training_data=words, licence=settings.licence, metrics={**learned, **measured})
    processes.wait()
    return read_card(output)


def _beside(course: Course, progress: Progress) -> dict[str, Path]:
    """Draw the curve, and return what lies beside the mapper, by name."""
    training = course.states.parent
    drawn = draw(training, course.watch.step, progress.warn) if course.processes.chief else None
    places = {"curve": training / "curve.csv", "drawing": drawn, "events": training / "events"}
    return {name: path for name, path in places.items() if path is not None and path.exists()}

"""``train onsets`` from films to a file of weights, so that it can be killed at any moment and go on."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from v2a_foley.compute import choose, memory_guard, using_threads
from v2a_foley.errors import SourceError, TrainingDiverged, UsageError
from v2a_foley.files import check_output, translated
from v2a_foley.progress import Progress
from v2a_foley.sync.onsets.network import NetConfig, OnsetNet, weights_in
from v2a_foley.sync.onsets.trained import TrainedOnsets, save_onsets
from v2a_foley.train.curve import Curve
from v2a_foley.train.loop import Outcome
from v2a_foley.train.onsets.batches import Crops
from v2a_foley.train.onsets.films import Film, films_in
from v2a_foley.train.onsets.learner import OnsetLearner
from v2a_foley.train.onsets.scoring import Score, best_score, found_in
from v2a_foley.train.onsets.settings import OnsetSettings
from v2a_foley.train.onsets.sides import Sides, sides_of
from v2a_foley.train.onsets.stretches import Shelf
from v2a_foley.train.resume import alone
from v2a_foley.train.state import State, newest, read_state, write_state

STAGE = "train"
_MOST_WATCHED = 30_000
"""Frames that are watched on at each look: more would cost time that learning needs."""
_BAD_IN_A_ROW = 20


@dataclass(frozen=True)
class OnsetResult:
    """What came of training an onset net.

    Attributes:
        output: the file.
        sha256: of its bytes.
        parameters: weights in it.
        steps: that were learned, and how many of them before this call.
        resumed: see ``steps``.
        seconds: of learning.
        films: learned from, watched on, and of kinds watched on.
        score: on all that was watched on, at the step whose weights were kept; None where nothing was.
        best_step: that step.
        by_kind: F1 of every kind that was watched on, at the same threshold.
    """

    output: Path
    sha256: str
    parameters: int
    steps: int
    resumed: int
    seconds: float
    films: tuple[int, int, int]
    score: Score | None
    best_step: int
    by_kind: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(replace(self, score=None)) | {
            "output": str(self.output),
            "films": list(self.films),
            "score": self.score.as_dict() if self.score else None,
        }


def train_onsets(
    sources: Sequence[Path],
    output: Path,
    settings: OnsetSettings,
    progress: Progress | None = None,
    *,
    work: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> OnsetResult:
    """Teach an onset net films whose sounds are known; called again after it was stopped, it goes on.

    Args:
        sources: folders of films, or films.
        output: the file of weights to write.
        settings: how.
        progress: told of the stages ``traits`` (films) and ``train`` (steps); asked whether to stop.
        work: the folder for traits and states; by default one beside the output.
        tell: told a line at every look.

    Raises:
        UsageError: the output is there already, or what lies in the folder is of other settings or films.
        OutputError, DiskFull: the output or the folder cannot be written.
        SourceError: there is nothing to learn from.
        OutOfMemory: there is none left.
        TrainingDiverged: the loss is no number any more.
        Cancelled: the work was asked to stop; its state is saved.
    """
    progress = progress or Progress()
    check_output(output, overwrite=settings.overwrite)
    place = work or output.with_name(output.stem + ".training")
    with alone(place), using_threads(settings.threads), memory_guard("Training an onset net"):
        excluded = settings.named(settings.exclude_kinds)
        films = films_in(sources, place / "traits", excluded, progress, threads=settings.threads)
        sides = sides_of(films, settings)
        if not sides.learned:
            raise SourceError("No film is left to learn from.", hint="Exclude fewer kinds, or watch on fewer.")
        tell(_told(films, sides))
        return _Run(sides, output, place / f"state-{output.stem}", settings, progress, tell).finish()


class _Run:
    """One call of ``train_onsets``, after the films were looked at."""

    def __init__(
        self, sides: Sides, output: Path, folder: Path, settings: OnsetSettings, progress: Progress,
        tell: Callable[[str], None],
    ) -> None:  # fmt: skip
        """Begin, or go on."""
        self._sides, self._output, self._folder, self._settings = sides, output, folder, settings
        self._progress, self._tell = progress, tell
        torch.manual_seed(settings.seed)
        network = OnsetNet(NetConfig(settings.width, settings.depth))
        compute = choose(settings.device, settings.precision)
        if compute.precision == "float16":  # as in train/job.py
            compute = replace(compute, precision="float32")
        self._learner = OnsetLearner(network, settings, compute)
        self._shelf = Shelf()
        self._crops = Crops(sides.learned, settings, self._shelf)
        self._run = {"settings": settings.fixed(), "films": _digest(sides)}
        self._best: tuple[float, int, Mapping[str, torch.Tensor]] = (2.0, 0, network.state_dict())
        self._resumed, self._length, self._looks = 0, 0, 0
        self._restore()

    def finish(self) -> OnsetResult:
        """Learn until the end, and write the net."""
        learner, settings, progress = self._learner, self._settings, self._progress
        resumed = (self._length, self._resumed) if self._resumed else None
        saved, losses, bad, last = time.monotonic(), [], 0, time.monotonic()
        per_epoch = sum(sum(film.frames) for film in self._sides.learned) / (settings.batch * settings.frames)
        with (
            Curve(
                self._folder, per_epoch=max(per_epoch, 1e-9), resumed=resumed, tensorboard=False, warn=progress.warn
            ) as curve,
            progress.stage(STAGE, 1.0) as stage,
        ):
            while (done := settings.done(learner.steps, learner.seconds)) < 1:
                if progress.cancelled:
                    self._save(curve)
                stage.tell(done, f"step {learner.steps:,}")
                outcome = learner.step(self._crops.draw(learner.steps))
                now = time.monotonic()
                learner.seconds, last = learner.seconds + now - last, now
                bad = 0 if outcome.finite else bad + 1
                if bad >= _BAD_IN_A_ROW:
                    raise TrainingDiverged("The loss is no number any more.", hint="Choose a smaller --lr.")
                losses.append(outcome.loss)
                worth = None
                ends = settings.done(learner.steps, learner.seconds) >= 1
                if learner.steps % settings.look_every == 0 or ends:
                    worth = self._look(outcome, sum(losses) / len(losses))
                    losses.clear()
                    last = time.monotonic()
                curve.add(outcome, worth)
                if now - saved > 60 * settings.save_minutes:
                    self._save(curve)
                    saved = last = time.monotonic()
            curve.flushed()
        return self._written()

    def _restore(self) -> None:
        card = newest(self._folder)
        if card is None:
            return
        if card.get("run") != self._run:
            if not self._settings.overwrite:
                raise UsageError(
                    f"{str(self._folder)!r} holds a training with other settings or films.",
                    hint="Give the same ones to go on, name another --out, or begin anew with --overwrite.",
                )
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        state = read_state(self._folder, self._progress.warn)
        if state is None:
            return
        self._learner.restore(state.now, state.step)
        self._best = (state.best_loss, state.best_step, state.best)
        self._resumed, self._length, self._looks = state.step, state.curve, state.looks
        self._tell(f"Going on from step {state.step:,}, after {self._learner.seconds / 60:.1f} minutes.")

    def _save(self, curve: Curve) -> None:
        loss, step, best = self._best
        write_state(
            self._folder,
            State(
                self._learner.steps,
                self._learner.tensors(),
                best,
                step,
                loss,
                1.0,
                self._looks,
                curve.flushed(),
                self._run,
            ),
        )

    def _look(self, outcome: Outcome, loss: float) -> float | None:
        """Tell how good the averaged weights are, keep them if they are better, and return 1 − F1."""
        self._looks += 1
        network = self._learner.averaged()
        minutes = self._learner.seconds / 60
        line = f"step {outcome.step + 1:>6,}  {minutes:6.1f} min  loss {loss:.4f}"
        score = self._score(network)
        if score is None:
            self._best = (1.0, outcome.step + 1, network.state_dict())
            self._tell(line)
            return None
        worth = 1 - score.f1
        better = worth <= self._best[0]
        if better:
            self._best = (worth, outcome.step + 1, network.state_dict())
        self._tell(
            f"{line}  F1 {score.f1:.3f} (precision {score.precision:.3f}, recall {score.recall:.3f}, "
            f"{1000 * score.offset:+.0f} ms, {score.false_a_minute:.1f} false a minute) at {score.threshold:.3f}"
            f"{' early' if score.early else ''}{' *' if better else ''}"
        )
        return worth

    def _score(self, network: OnsetNet) -> Score | None:
        """Return the score on what is watched on: as many films of new kinds as of known ones, up to a limit."""
        paths = self._watched(self._sides.new) + self._watched(self._sides.watched)
        if not any(film.hits for film in (*self._sides.new, *self._sides.watched)):
            return None  # a net that never finds anything would be the best
        return best_score(found_in(network, (self._shelf.take(path) for path in paths)))

    def _watched(self, films: Sequence[Film]) -> list[Path]:
        paths: list[Path] = []
        frames = 0
        for film in sorted(films, key=lambda film: film.key):
            for path, count in zip(film.stretches, film.frames, strict=True):
                if frames + count <= _MOST_WATCHED // 2 or not paths:
                    paths.append(path)
                    frames += count
        return paths

    def _written(self) -> OnsetResult:
        """Write the best weights, and remove the state: the run is over."""
        _, step, best = self._best
        network = OnsetNet(self._learner.network.config)
        network.load_state_dict(dict(best))
        network.half().float().eval()  # as it will be on the disk
        score = self._score(network)
        by_kind = self._by_kind(network, score) if score else {}
        counts = (len(self._sides.learned), len(self._sides.watched), len(self._sides.new))
        details = {
            "films": list(counts),
            "steps": self._learner.steps,
            "best_step": step,
            "kinds": sorted({film.kind for film in self._sides.learned} - {""}),
            "watched_kinds": sorted({film.kind for film in self._sides.new} - {""}),
            "excluded_kinds": sorted(self._settings.named(self._settings.exclude_kinds)),
            "score": score.as_dict() if score else None,
            "by_kind": by_kind,
            "settings": self._settings.fixed(),
        }
        threshold, early = (score.threshold, score.early) if score else (0.5, False)
        digest = save_onsets(self._output, TrainedOnsets(network, threshold, early, details))
        try:
            for each in self._folder.iterdir():
                if each.is_dir():
                    shutil.rmtree(each)
        except OSError as error:
            raise translated(error, self._folder) from error
        return OnsetResult(
            self._output, digest, weights_in(network), self._learner.steps, self._resumed, self._learner.seconds,
            counts, score, step, by_kind,
        )  # fmt: skip

    def _by_kind(self, network: OnsetNet, score: Score) -> dict[str, float]:
        from v2a_foley.train.onsets.scoring import score_at

        found: dict[str, float] = {}
        films = (*self._sides.new, *self._sides.watched)
        for kind in sorted({film.kind for film in films}):
            own = self._watched([film for film in films if film.kind == kind])
            there = found_in(network, (self._shelf.take(path) for path in own))
            found[kind or "no kind"] = round(score_at(there, score.threshold, early=score.early).f1, 4)
        return found


def _digest(sides: Sides) -> str:
    digest = hashlib.sha256()
    for part in (sides.learned, sides.watched, sides.new):
        digest.update("\n".join(["", *sorted(film.key for film in part)]).encode())
    return digest.hexdigest()


def _told(films: Sequence[Film], sides: Sides) -> str:
    frames = sum(sum(film.frames) for film in films)
    kinds = sorted({film.kind for film in sides.new})
    new = f" and {len(sides.new)} of new kinds ({', '.join(kinds)})" if kinds else ""
    return (
        f"{len(films)} films, {frames:,} frames: {len(sides.learned)} to learn from, "
        f"{len(sides.watched)} to watch on{new}."
    )

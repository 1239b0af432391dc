"""Has sounds made, side by side or in batches, or finds them again; and goes round what took the process down before.

Which sounds, and for which cues, stands in ``takes.py``; what becomes of a sound in ``take_files.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Generator as Generated
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from v2a_foley.compute import cores
from v2a_foley.engine.cache import identity_of, room_of, take_key
from v2a_foley.engine.means import Job, Means, Outcome, Trials
from v2a_foley.engine.take_files import found, write_take
from v2a_foley.errors import MissingError
from v2a_foley.generate import BatchGenerator, Generator
from v2a_foley.generate.silence import Silence
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Take
from v2a_foley.timebase import as_clock

WORKERS = 2
"""Sounds that are made side by side; NumPy lets go of the interpreter while it computes."""


def nothing_for(cue: Cue) -> MissingError:
    """Return the error that says that nothing can make a cue."""
    return MissingError(
        f"Nothing here can make {cue.prompt or cue.event.caption!r}.",
        hint="Use --generator auto, or add such a sound to your library."
        if cue.event.family
        else "A shot as a whole needs a profile with a voice (--profile full), or a library.",
    )


def nothing_heard(cue: Cue) -> str:
    """Return the sentence on a cue that nobody asked for in words, and that nothing can make."""
    return f"Nothing here can make {cue.event.caption!r}; that cue stays empty."


def all_made(
    jobs: Sequence[Job], generators: Sequence[Generator], means: Means, progress: Progress
) -> Generated[tuple[Job, Outcome], None, None]:
    """Yield every job with its take, or with a sentence where nothing can make it and nobody asked for it.

    Makers that take batches get all of theirs at once; the others work side by side, and those alone that took the
    process down before.
    """
    plan = _Plan(means)
    for each in jobs:
        progress.check()
        makers = (Silence(),) if each.request.silent else generators
        maker = next((one for one in makers if one.can_make(each.request)), None)
        if maker is None:
            if each.cue.prompt:
                raise nothing_for(each.cue)
            yield each, nothing_heard(each.cue)
            continue
        job = plan.keyed(each, maker)
        take = found(job, means)
        plan.add(job, maker, take)
        if take is not None:
            yield job, take
    for job, maker in plan.suspects:
        yield job, _retried(job, maker, means, progress)
    yield from _side_by_side(plan.alone, means, progress)
    for together, batch, there in plan.batches.values():
        yield from _in_batches(together, batch, there, means, progress)


@dataclass
class _Plan:
    """Which takes are made alone, which together, and which with care.

    Attributes:
        means: how takes are made.
        alone: what is made by itself.
        suspects: of that, what took the process down before.
        batches: by their maker, what is made together, and which places of it are there already.
    """

    means: Means
    alone: list[tuple[Job, Generator]] = field(default_factory=list)
    suspects: list[tuple[Job, Generator]] = field(default_factory=list)
    batches: dict[int, tuple[BatchGenerator, list[Job], set[int]]] = field(default_factory=dict)
    _identities: dict[int, str | None] = field(default_factory=dict)

    def keyed(self, job: Job, maker: Generator) -> Job:
        """Return a job that knows its key, where keys are of use; of a nameless maker's sound it only names the job."""
        if self.means.cache is None and self.means.trials is None:
            return job
        if id(maker) not in self._identities:
            self._identities[id(maker)] = identity_of(maker)
        identity = self._identities[id(maker)]
        own = f"unknown {maker.name}" if identity is None else identity
        key = take_key(job.request, own, room_of(job.cue, job.room), job.way)
        return replace(job, key=key, kept=self.means.whole or identity is not None)

    def add(self, job: Job, maker: Generator, take: Take | None) -> None:
        """Put a job where it belongs; one with a take only counts where batches are planned over all."""
        if isinstance(maker, BatchGenerator):
            if take is None or self.means.whole:
                _, batch, there = self.batches.setdefault(id(maker), (maker, [], set()))
                if take is not None:
                    there.add(len(batch))
                batch.append(job)
        elif take is None:
            (self.suspects if self.means.crashes(job) else self.alone).append((job, maker))


def _retried(job: Job, maker: Generator, means: Means, progress: Progress) -> Outcome:
    """Return what becomes of a job that took the process down before."""
    if means.trials is not None and means.crashes(job) >= means.trials.most:
        return _given_up(job, means.trials)
    return _tried(job, maker, means, progress)


def _tried(job: Job, maker: Generator, means: Means, progress: Progress) -> Take:
    """Make one take, and remember meanwhile that it is being made."""
    progress.check()
    with means.trying([job]):
        return write_take(job, maker.name, maker.make(job.request, progress), means, progress)


def _given_up(job: Job, trials: Trials) -> str:
    """Return the sentence on a take that is not tried again."""
    trials.give_up(job.key)
    shots = ", ".join(map(str, job.cue.shots)) or "none"
    what = job.cue.prompt or job.cue.event.caption
    return (
        f"Cue {job.cue.id} ({what!r}, shot {shots}, at {as_clock(job.cue.range.start)}) took the process down "
        f"{trials.crashes(job.key)} times and stays without sound."
    )


def _in_batches(
    maker: BatchGenerator, batch: Sequence[Job], there: Collection[int], means: Means, progress: Progress
) -> Iterator[tuple[Job, Outcome]]:
    """Yield the jobs of a maker of batches, but those that are there.

    What took the process down before is made by itself: first in its own batch, and at last with nothing beside it.
    """
    done = set(there)
    for place, job in enumerate(batch):
        crashes = 0 if place in done else means.crashes(job)
        if means.trials is None or not crashes:
            continue
        done.add(place)
        if crashes >= means.trials.most:
            yield job, _given_up(job, means.trials)
        elif crashes == means.trials.most - 1:
            yield from _passes(maker, [job], (), means, progress)
        else:
            yield from _passes(maker, batch, [each for each in range(len(batch)) if each != place], means, progress)
    if len(done) < len(batch):
        yield from _passes(maker, batch, done, means, progress)


def _passes(
    maker: BatchGenerator, batch: Sequence[Job], skip: Collection[int], means: Means, progress: Progress
) -> Iterator[tuple[Job, Take]]:
    """Yield what a maker makes of a batch."""
    requests = [job.request for job in batch]
    with ExitStack() as stack:
        stack.enter_context(means.trying([job for place, job in enumerate(batch) if place not in skip]))
        sounds = maker.make_all(requests, progress, skip=skip) if skip else maker.make_all(requests, progress)
        if isinstance(sounds, Generated):
            stack.callback(sounds.close)  # what it holds is let go at once, however this ends
        for place, sound in sounds:
            yield batch[place], write_take(batch[place], maker.name, sound, means, progress)


def _side_by_side(
    work: Sequence[tuple[Job, Generator]], means: Means, progress: Progress
) -> Iterator[tuple[Job, Take]]:
    """Yield takes in order, made by a few workers."""
    with ThreadPoolExecutor(min(WORKERS, cores())) as pool:
        futures = [pool.submit(_tried, job, maker, means, progress) for job, maker in work]
        try:
            for (job, _), future in zip(work, futures, strict=True):
                yield job, future.result()
        finally:
            for future in futures:
                future.cancel()

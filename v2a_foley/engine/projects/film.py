"""A whole film as one job that can be killed at any moment and gone on with: what was finished is never made twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from v2a_foley.compute import using_threads
from v2a_foley.engine.border import border
from v2a_foley.engine.delivering import check_destinations, results
from v2a_foley.engine.means import Means
from v2a_foley.engine.plain import settings_from
from v2a_foley.engine.projects.alone import LOCK, alone
from v2a_foley.engine.projects.keeping import read_project, write_project
from v2a_foley.engine.projects.kept import ProjectTakes
from v2a_foley.engine.projects.receipt import STAGED, Receipt, Staging, delivered, read_receipt, write_receipt
from v2a_foley.engine.projects.road import handed_over, made_takes, spotted
from v2a_foley.engine.projects.trials import Markers
from v2a_foley.engine.projects.warm import Warm
from v2a_foley.engine.queue.hands import Order
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.translate import audio_embeddings
from v2a_foley.errors import MediaNotFound
from v2a_foley.files import scratch_folder, translated, write_text
from v2a_foley.leftovers import sweep
from v2a_foley.progress import Progress
from v2a_foley.project import Project
from v2a_foley.project.fingerprint import fingerprint
from v2a_foley.version import VERSION as PROGRAM

ORDER = "order.json"
NOTES = "notes.json"
TRYING = "trying"


def film(order: Order, progress: Progress, *, warm: Warm | None = None) -> dict[str, Any]:
    """Do an order from wherever it was left, and return its result, as ``RunResult.as_dict`` has it.

    Whatever the order says decides the result, to the bit; where it was interrupted does not. A folder that belongs to
    another order (other settings, another film under that name, another program) is begun afresh.

    Args:
        order: what to do. Its ``work`` is made where it is missing.
        progress: told of the stages, and warned; what was warned of before an interruption is said again.
        warm: keeps models loaded between films.

    Raises:
        ProjectLocked: another process is at work on it, perhaps one that nobody hears any more.
        FoleyError: one of its children; what was finished so far is gone on with.
    """
    with border(), alone(order.work), using_threads(order.threads):
        done = _done(order)
        if done is not None:
            return done
        settings, work = settings_from(order.settings), order.work
        _begin(order)
        check_destinations(order.source, order.output, settings)
        warm = warm or Warm()
        attempt = _Attempt(order, settings, progress, warm)
        project = attempt.taken(attempt.spotted())
        shutil.rmtree(work / STAGED, ignore_errors=True)
        box = Staging(work)
        with scratch_folder(work) as room:
            box.path(order.output)
            final = handed_over(project, settings, box)
            compute = warm.profile(settings, progress).compute if attempt.loaded else None
            result = results(
                project, order.output, settings, progress, box, room, final=final, compute=compute, dated=False
            )
        receipt = Receipt(tuple(box.moves()), result.as_dict())
        write_receipt(work, receipt)
        delivered(work, receipt)
        return dict(receipt.result)


@dataclass
class _Attempt:
    """One attempt at an order: its steps, each of which is left out where it is done already."""

    order: Order
    settings: RunSettings
    progress: Progress
    warm: Warm
    loaded: bool = False

    def spotted(self) -> Project:
        """Return the film as it was looked at and spotted; the document decides, also where it was just written."""
        order, notes = self.order, _notes(self.order.work)
        if not notes:
            project = spotted(order.source, self.settings, self.progress, self.warm, order.output)
            self._note(project, taken=False)
        for sentence in notes.get("warnings", ()):
            self.progress.warn(sentence)
        return read_project(order.work, media=order.source)

    def taken(self, project: Project) -> Project:
        """Return the film with its takes."""
        if _notes(self.order.work).get("taken"):
            return project
        order, settings, progress = self.order, self.settings, self.progress
        # Killed between the document and its note, the document has the takes already; they are found again below.
        project = project.with_cues(replace(cue, takes=(), active=None) for cue in project.cues)
        profile = self.warm.profile(settings, progress)
        self.loaded = True
        markers = Markers(order.work / TRYING, order.attempts)
        cues = made_takes(
            project.cues,
            profile,
            settings,
            order.work,
            progress,
            self.warm,
            embeddings=audio_embeddings(project, profile, settings, progress),
            means=Means(order.work, ProjectTakes(order.work), markers, whole=True),
        )
        self._note(project.with_cues(cues), taken=True)
        return read_project(order.work, media=order.source)

    def _note(self, project: Project, *, taken: bool) -> None:
        """Keep a step's outcome: first the document, then the note that it stands."""
        write_project(self.order.work, project)
        notes = {"taken": taken, "warnings": list(self.progress.warnings)}
        write_text(self.order.work / NOTES, json.dumps(notes))


def _done(order: Order) -> dict[str, Any] | None:
    """Return the result of an order that was finished before, its files moved to their places; else None."""
    if not _same_order(order):
        return None
    receipt = read_receipt(order.work)
    return dict(receipt.result) if receipt is not None and delivered(order.work, receipt) else None


def _begin(order: Order) -> None:
    """Make a job's folder ready: what belongs to another order goes, and so does a receipt that holds no longer."""
    work = order.work
    try:
        work.mkdir(parents=True, exist_ok=True)
        sweep(work)
        if not _same_order(order):
            for each in sorted(path for path in work.iterdir() if path.name != LOCK):
                shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
            write_text(work / ORDER, json.dumps(_facts(order)))
        (work / "receipt.json").unlink(missing_ok=True)
    except OSError as error:
        raise translated(error, work) from error


def _same_order(order: Order) -> bool:
    """Tell whether a job's folder is of this order; a film that has gone since may have been done."""
    kept = _json(order.work / ORDER)
    if kept is None:
        return False
    try:
        return kept == _facts(order)
    except MediaNotFound:
        return {**kept, "film": None} == _facts(order, film=False)


def _facts(order: Order, *, film: bool = True) -> dict[str, Any]:
    """Return what decides an order's result, as plain values.

    Raises:
        MediaNotFound: the film is not there.
    """
    known = fingerprint(order.source) if film else None
    return {
        "program": PROGRAM,
        "source": str(order.source),
        "film": [known.size, known.sample] if known else None,
        "output": str(order.output),
        "settings": json.loads(json.dumps(dict(order.settings))),
        "threads": order.threads,
    }


def _notes(work: Path) -> Mapping[str, Any]:
    """Return what is noted of the steps that are done; nothing where none is."""
    return _json(work / NOTES) or MappingProxyType({})


def _json(path: Path) -> dict[str, Any] | None:
    """Return the table in a small file of ours; None where it is not there. It is never there in part."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    except OSError as error:
        raise translated(error, path) from error
    return read if isinstance(read, dict) else None

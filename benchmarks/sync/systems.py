"""What is compared: each system says where the hits of a film come from. The road to sound is ``road.py``'s."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import find_peaks

from benchmarks.sync.cases import Case, write_hits
from benchmarks.sync.figures import AMBIENCE
from benchmarks.sync.road import BED
from v2a_foley.video.look import look
from v2a_foley.video.probe import probe


@dataclass(frozen=True)
class System:
    """One way to hits.

    Attributes:
        name: as tables call it.
        words: what it does.
        choices: settings of the run for a film, given a scratch folder.
        listed: whether the hits are given by a file, and so known without a run.
    """

    name: str
    words: str
    choices: Callable[[Case, Path], dict[str, Any]]
    listed: bool = False


def energy_hits(case: Case) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the peaks of motion energy: the simple baseline. Times are those of frames.

    A peak is a frame that moves more than any within 0.15 s, and than a third of the film's usual range over its
    median.
    """
    seen = look(probe(case.film), cuts=()).motion
    energy = np.asarray(seen.energy, float)
    if len(energy) < 3 or not np.ptp(energy):
        return (), ()
    usual = float(np.median(energy))
    least = usual + (float(np.percentile(energy, 98)) - usual) / 3
    peaks, _ = find_peaks(energy, height=max(least, 1e-3), distance=max(1, round(0.15 * case.fps)))
    tall = float(energy[peaks].max()) if len(peaks) else 1.0
    return tuple(float(seen.times[i]) for i in peaks), tuple(float(energy[i]) / tall for i in peaks)


def _unsynced(_case: Case, _folder: Path) -> dict[str, Any]:
    return {"sync": "off"}


def _energy(case: Case, folder: Path) -> dict[str, Any]:
    return _listed(folder, *energy_hits(case))


def _true(case: Case, folder: Path) -> dict[str, Any]:
    return _listed(folder, case.truth, case.strengths)


def _listed(folder: Path, times: tuple[float, ...], strengths: tuple[float, ...]) -> dict[str, Any]:
    path = folder / "cues.csv"
    write_hits(path, times, strengths)
    return {"cues": str(path)}


def _hand(_case: Case, _folder: Path) -> dict[str, Any]:
    return {"onsets": "hand"}


def _net(_case: Case, _folder: Path) -> dict[str, Any]:
    return {"onsets": "auto"}


def _bed(_case: Case, _folder: Path) -> dict[str, Any]:
    return {"prompt": BED}


SYSTEMS = {
    system.name: system
    for system in (
        System("off", "no sync: the sound's own rhythm", _unsynced),
        System("energy", "peaks of motion energy", _energy, listed=True),
        System("hand", "hand-made impact likelihood", _hand),
        System("net", "onset net", _net),
        System(AMBIENCE, "a background alone, which is to stay as it is whatever moves", _bed),
        System("truth", "the true contacts: the ceiling of placing and hearing", _true, listed=True),
    )
}
"""Chance is no system: it is computed from the truth alone, see ``scoring.by_chance``."""

"""A run that can go on: all that it needs, saved beside its place and renamed into it, and read with suspicion.

What a state is made of is the learner's to say, what to do with it ``resume.py``'s.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from v2a_foley import files
from v2a_foley.errors import DiskFull, ModelDamaged

FORMAT, VERSION = "v2a-foley training state", 1
STATES = "state"
"""The folder inside ``training`` that holds the states, each in a folder named for its step."""
_CARD, _BEST = "state.json", "best.safetensors"


@dataclass(frozen=True, eq=False)
class State:
    """Where a run stands between two steps.

    Attributes:
        step: how many steps were learned.
        now: weights, average and moments, as ``Learner.tensors`` names them.
        best: the averaged weights with the lowest validation loss so far.
        best_step: after how many steps that was.
        best_loss: that loss.
        first_loss: the one before the first step.
        looks: how many looks there were since then.
        curve: how long ``curve.csv`` is, in bytes.
        run: what a resumed run must have in common: settings, spaces, the stores' digest.
    """

    step: int
    now: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    best_step: int
    best_loss: float
    first_loss: float
    looks: int
    curve: int
    run: Mapping[str, Any] = field(default_factory=dict)


def needed(parameters: int) -> int:
    """Return the bytes on disk that training needs at most: two states, and the mapper itself, of so many weights."""
    return parameters * 4 * (2 * 5 + 1) + (1 << 22)


def require_room(folder: Path, parameters: int) -> None:
    """Refuse to begin where the disk is too small for what will be saved; what is there already counts as room.

    Raises:
        DiskFull: it is.
    """
    wanted = needed(parameters)
    held = sum(each.stat().st_size for each in folder.rglob("*.safetensors")) if folder.is_dir() else 0
    place = next(each for each in (folder, *folder.absolute().parents) if each.is_dir())
    free = shutil.disk_usage(place).free + held
    if free < wanted:
        raise DiskFull(
            f"Training needs up to {_size(wanted)} in {folder.name!r} (two states and the mapper); "
            f"{_size(free)} are free.",
            hint="Free some space, or choose another disk for the output.",
        )


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


def write_state(folder: Path, state: State) -> Path:
    """Write a state, and remove those before it once it stands; return where it lies.

    While it is written there are two; after it, the one before stays as well, and all older ones go.

    Raises:
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full; the states that were there are untouched.
    """
    place = folder / _name(state.step)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        older = _places(folder)
        if place in older:  # nothing was learned since
            return place
        for each in older[:-1]:
            _remove(each)
        for leftover in folder.glob(".part-*"):
            _remove(leftover)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder))
        try:
            sums = {name: _written(part / name, tensors) for name, tensors in _in_files(state.now).items()}
            sums[_BEST] = _best(part / _BEST, state, older[-1:])
            _sync(part / _CARD, (_card(state, sums) + "\n").encode())
            part.replace(place)
            _sync_folder(folder)
        except BaseException:
            _remove(part)
            raise
    except OSError as error:
        raise files.translated(error, place) from error
    return place


def read_state(folder: Path, warn: Callable[[str], None]) -> State | None:
    """Read the newest state that is whole, or return None where there is none at all.

    Args:
        folder: where states lie.
        warn: told of states that are damaged, and of the one that is used instead.

    Raises:
        ModelDamaged: there are states, and not one is whole.
    """
    places, broken = _places(folder), []
    for place in reversed(places):
        try:
            state = _read(place)
        except (OSError, ValueError, TypeError, KeyError, SafetensorError) as error:
            broken.append(f"{place.name} ({error})")
            continue
        if broken:
            warn(f"The state of step {int(broken[0].split()[0])} is damaged; training goes on from step {state.step}.")
        return state
    if places:
        raise ModelDamaged(
            f"No state in {str(folder)!r} is whole: {', '.join(broken)}.",
            hint="Begin anew with --overwrite, or choose another folder.",
        )
    return None


def newest(folder: Path) -> Mapping[str, Any] | None:
    """Return what the newest state's card says, without its weights; None where there is none that can be read."""
    for place in reversed(_places(folder)):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return _read_card(place)
    return None


def drop_after(folder: Path, step: int) -> None:
    """Remove states of later steps than one that is gone on from: they are damaged."""
    for place in _places(folder):
        if place.name > _name(step):
            _remove(place)


def drop_older(folder: Path) -> None:
    """Remove all states but the newest."""
    for place in _places(folder)[:-1]:
        _remove(place)


def _places(folder: Path) -> list[Path]:
    return sorted(each for each in folder.glob("[0-9]*") if each.is_dir())


def _name(step: int) -> str:
    return f"{step:09d}"


def _in_files(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """Return tensors by the file they go into, one a first word of their names: never all are in memory twice."""
    found: dict[str, dict[str, Tensor]] = {}
    for name, each in tensors.items():
        found.setdefault(f"{name.partition('.')[0]}.safetensors", {})[name] = each
    return found


def _card(state: State, sums: Mapping[str, str]) -> str:
    content = {
        "format": FORMAT,
        "version": VERSION,
        "step": state.step,
        "best_step": state.best_step,
        "best_loss": state.best_loss,
        "first_loss": state.first_loss,
        "looks": state.looks,
        "curve": state.curve,
        "run": dict(state.run),
        "sha256": dict(sums),
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)


def _read_card(place: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((place / _CARD).read_text("utf-8"))
    if content["format"] != FORMAT or int(content["version"]) > VERSION:
        raise ValueError("it is of another format")
    return content


def _read(place: Path) -> State:
    content = _read_card(place)
    for name, wanted in content["sha256"].items():
        if _hashed(place / name) != wanted:
            raise ValueError(f"{name} is not what was written")
    return State(
        step=int(content["step"]),
        now={key: each for name in content["sha256"] if name != _BEST for key, each in load_file(place / name).items()},
        best=load_file(place / _BEST),
        best_step=int(content["best_step"]),
        best_loss=float(content["best_loss"]),
        first_loss=float(content["first_loss"]),
        looks=int(content["looks"]),
        curve=int(content["curve"]),
        run=dict(content["run"]),
    )


def _written(path: Path, tensors: Mapping[str, Tensor]) -> str:
    """Write tensors, and return the hash of the file."""
    content = save({name: each.detach().cpu().contiguous() for name, each in tensors.items()})
    _sync(path, content)
    return hashlib.sha256(content).hexdigest()


def _best(path: Path, state: State, before: list[Path]) -> str:
    """Write the best weights, or share the file of the state before where they are still the same."""
    for place in before:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            card = _read_card(place)
            if card["best_step"] == state.best_step and _hashed(place / _BEST) == card["sha256"][_BEST]:
                os.link(place / _BEST, path)
                return str(card["sha256"][_BEST])
    return _written(path, state.best)


def _hashed(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _sync(path: Path, content: bytes) -> None:
    with path.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)

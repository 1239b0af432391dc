"""What lies in the folder that was asked for, and what to do about it: begin, go on, or refuse."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from v2a_foley.errors import ModelDamaged, OutputError, UsageError
from v2a_foley.files import translated, write_text
from v2a_foley.mapper.card import CARD, WEIGHTS
from v2a_foley.pairs import Pairs, shard_paths
from v2a_foley.pairs.shard import read_shard
from v2a_foley.train.settings import MAY_CHANGE, TrainSettings
from v2a_foley.train.state import STATES, State, drop_after, newest, read_state

TRAINING = "training"
"""The folder beside a mapper that holds how it was trained."""
LOCK = ".lock"
"""The file in a mapper's folder that a process holds while it trains into it."""
_DONE, _SETTINGS = "result.json", "settings.json"


def run_of(settings: TrainSettings, pairs: Pairs, stores: Sequence[Path]) -> dict[str, Any]:
    """Return all that a resumed run must have in common with the one before, as JSON can hold it."""
    fixed = {each.name: getattr(settings, each.name) for each in fields(settings) if each.name not in MAY_CHANGE}
    if settings.schedule == "cosine":
        fixed |= {"epochs": settings.epochs, "steps": settings.steps}
    digest = hashlib.sha256()
    for store in stores:
        for path in shard_paths(store):
            shard = read_shard(path)
            digest.update(f"{len(shard.rows)} {shard.crc32}\n".encode())
    spaces = {"source": asdict(pairs.source), "target": asdict(pairs.target)}
    return {"settings": fixed, **spaces, "stores": digest.hexdigest()}


def found(
    output: Path,
    settings: TrainSettings,
    run: Mapping[str, Any],
    *,
    over: Callable[[int, int], bool],
    warn: Callable[[str], None],
) -> State | None:
    """Return the state to go on from, or None to begin; nothing on the disk is changed.

    Args:
        output: the mapper's folder; it may be missing.
        settings: of this run.
        run: see ``run_of``.
        over: told how many steps there were, and how many looks without a better loss: whether the run is at its end.
        warn: told of damaged states.

    Raises:
        UsageError: a finished mapper lies there, or an unfinished one with other settings, and neither is to be
            overwritten.
        OutputError: the folder holds something else.
        ModelDamaged: there are states, and not one is whole, and they are not to be overwritten.
    """
    _require_ours(output)
    training = output / TRAINING
    card = newest(training / STATES)
    if card is None:
        if (output / CARD).exists() and not settings.overwrite:
            raise _finished(output)
        if settings.overwrite:
            return None
    else:
        other = _differing(run, card.get("run", {}))
        done = (training / _DONE).is_file() and over(int(card["step"]), int(card["looks"]))
        if settings.overwrite and (other or done):
            return None
        if other:
            raise UsageError(
                f"{str(output)!r} holds a mapper that was trained with other settings: {', '.join(other)}.",
                hint="Give the same ones to go on, choose another folder, or begin anew with --overwrite.",
            )
        if done:
            raise _finished(output)
    try:
        return read_state(training / STATES, warn)
    except ModelDamaged as error:
        if not settings.overwrite:
            raise
        warn(f"{error.message} The training began anew.")
        return None


@contextmanager
def alone(output: Path) -> Iterator[None]:
    """Hold the folder while the block runs, so that no other process trains into it; it is made if it is missing.

    Raises:
        UsageError: another process is at work there.
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    from filelock import FileLock, Timeout

    try:
        output.mkdir(parents=True, exist_ok=True)
        lock = FileLock(output / LOCK)  # the file stays: removing it would let two processes hold two of one name
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(
            f"Another process is training into {str(output)!r}.", hint="Wait for it, or choose another folder."
        ) from error
    except OSError as error:
        raise translated(error, output) from error
    try:
        yield
    finally:
        lock.release()


def make_room(output: Path, settings: TrainSettings, state: State | None) -> Path:
    """Make the folder ready for a run that begins (None) or goes on, and return its ``training`` folder.

    A finished mapper that is to be replaced stays until the new one is written.

    Raises:
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    training = output / TRAINING
    try:
        if state is None and training.exists():
            shutil.rmtree(training)
        training.mkdir(parents=True, exist_ok=True)
        (training / _DONE).unlink(missing_ok=True)
    except OSError as error:
        raise translated(error, output) from error
    if state is not None:
        drop_after(training / STATES, state.step)
    write_text(training / _SETTINGS, json.dumps(asdict(settings), indent=2) + "\n")
    return training


def finish(training: Path, result: Mapping[str, Any]) -> None:
    """Write down what came of a run: with this it is finished."""
    write_text(training / _DONE, json.dumps(result, indent=2, ensure_ascii=False) + "\n")


def _require_ours(output: Path) -> None:
    try:
        if not output.exists():
            return
        if not output.is_dir():
            raise OutputError(f"{str(output)!r} is no folder.", hint="Give the mapper a folder of its own.")
        others = [each.name for each in output.iterdir() if each.name not in {CARD, WEIGHTS, TRAINING}]
    except OSError as error:
        raise translated(error, output) from error
    others = sorted(name for name in others if not name.startswith("."))
    if others:
        raise OutputError(
            f"{str(output)!r} holds other things, such as {others[0]!r}.", hint="Give the mapper a folder of its own."
        )


def _finished(output: Path) -> UsageError:
    return UsageError(
        f"{str(output)!r} holds a finished mapper already.",
        hint="Train it on with more --steps or --epochs, replace it with --overwrite, or choose another folder.",
    )


def _differing(run: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """Return what is not as it was, as the user would have written it."""
    now, then = run["settings"], before.get("settings", {})
    found = [
        f"--{name.replace('_', '-')} {then.get(name)} (now {now.get(name)})"
        for name in dict.fromkeys([*then, *now])
        if then.get(name) != now.get(name)
    ]
    for side, words in (("source", "the eyes' space"), ("target", "the ears' space")):
        if run[side] != before.get(side):
            found.append(words)
    if run["stores"] != before.get("stores"):
        found.append("the pairs in the store")
    return found

"""Loads models from this machine's disk and from nowhere else: off the network, quiet, every failure made our own.

Also the hash of what a model's files hold, and the check that they are there. Knows no network's architecture.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from v2a_foley.compute import memory_guard, ran_out
from v2a_foley.errors import FoleyError, ModelDamaged, ModelMissing

_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def local_only() -> Iterator[None]:
    """Refuse every request to the hub inside the block, at once rather than after retries, and draw no bars.

    The hub's own switch is turned and turned back: neither the environment nor other threads' later work is touched.
    Some libraries write to the root logger, which makes it print whenever it has nothing to write to.
    """
    import huggingface_hub.constants
    import transformers

    hub, said = huggingface_hub.constants, cast("Any", transformers.utils.logging)
    with _ONE_AT_A_TIME:
        nowhere = logging.NullHandler()
        logging.getLogger().addHandler(nowhere)
        offline, level, bars = hub.HF_HUB_OFFLINE, said.get_verbosity(), said.is_progress_bar_enabled()
        hub.HF_HUB_OFFLINE = True
        said.set_verbosity_error()
        said.disable_progress_bar()
        try:
            yield
        finally:
            logging.getLogger().removeHandler(nowhere)
            hub.HF_HUB_OFFLINE = offline
            said.set_verbosity(level)
            if bars:
                said.enable_progress_bar()


@contextmanager
def loading(what: str, hint: str) -> Iterator[None]:
    """Load weights inside the block: off the network, with every failure turned into our own.

    Args:
        what: what is loaded, for the sentence: ``The CLIP model in 'eyes'``.
        hint: how to get it again.

    Raises:
        ModelDamaged: the files cannot be read, or do not fit together.
        OutOfMemory: the machine has no memory left.
    """
    with memory_guard(f"Loading {what[0].lower()}{what[1:]}"), local_only():
        try:
            yield
        except FoleyError:
            raise
        except Exception as error:  # the libraries name no set of errors for files that they cannot use
            if ran_out(error):
                raise
            reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[:300]
            raise ModelDamaged(f"{what} is damaged or of another kind: {reason}", hint=hint) from error


def require_files(folder: Path, names: Sequence[str], *, what: str, hint: str) -> None:
    """Refuse a model's folder that lacks one of its files.

    Raises:
        ModelMissing: there is no such folder, or it holds no such file.
    """
    if not folder.is_dir():
        raise ModelMissing(f"There is no folder {str(folder)!r} with {what}.", hint=hint)
    for name in names:
        if not (folder / name).is_file():
            raise ModelMissing(f"The folder {str(folder)!r} lacks {name} of {what}.", hint=hint)


def content_hash(paths: Sequence[Path]) -> str:
    """Return a SHA-256 over files' names and bytes; each file is read once a process unless it changes.

    Raises:
        ModelDamaged: a file cannot be read.
    """
    total = hashlib.sha256()
    for path in paths:
        try:
            facts = path.stat()
            part = _hash(path, facts.st_size, facts.st_mtime_ns)
        except OSError as error:
            raise ModelDamaged(f"{str(path)!r} cannot be read: {error.strerror}.") from error
        total.update(f"{path.name}:{part};".encode())
    return total.hexdigest()


@lru_cache(maxsize=256)
def _hash(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()

"""Names of scratch files that tell whose they are, so that what a killed process left behind can be removed.

Who makes such files stands in ``files.py``; this only names them, and sweeps.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path

_SLACK = 2.0
"""Seconds by which the clocks of the disk and of the process table may disagree."""
_FORM = re.compile(r"^\.?v2a-foley-([0-9a-f]{8})-(\d{1,10})-")


@cache
def _machine() -> str:
    """Return what tells this machine from others that write to the same disk."""
    return hashlib.sha256(platform.node().encode("utf-8", "surrogateescape")).hexdigest()[:8]


def own_prefix(*, hidden: bool = False) -> str:
    """Return how the names of this process's scratch files and folders begin."""
    return f"{'.' if hidden else ''}v2a-foley-{_machine()}-{os.getpid()}-"


def owner(name: str) -> int | None:
    """Return the number of the process of this machine that a name belongs to, or None where it is nobody's here."""
    found = _FORM.match(name)
    return int(found[2]) if found is not None and found[1] == _machine() else None


def alive(process: int, since: float | None = None) -> bool:
    """Tell whether a process of this machine still runs.

    Args:
        process: its number.
        since: a moment (seconds since 1970) at which it ran already; a process that started later has its number only.
    """
    import psutil

    try:
        running = psutil.Process(process)
        if running.status() == psutil.STATUS_ZOMBIE:
            return False
        return since is None or running.create_time() <= since + _SLACK
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def sweep(folder: Path) -> list[Path]:
    """Remove what killed processes of this machine left in a folder, and return what was removed.

    What belongs to living processes, to other machines, or to nobody is left alone; so is what may not be removed.
    """
    removed: list[Path] = []
    try:
        entries = sorted(folder.iterdir())
    except OSError:  # nothing that could be swept is there, or may be looked at
        return removed
    for path in entries:
        process = owner(path.name)
        if process is None:
            continue
        with suppress(OSError):  # it vanished meanwhile, or is not ours to remove
            if alive(process, path.lstat().st_mtime):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            removed.append(path)
    return removed

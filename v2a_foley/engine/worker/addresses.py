"""Where a worker that serves over HTTP tells its port and its token: a file that only its own user can read."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from v2a_foley.errors import OutputError
from v2a_foley.files import translated
from v2a_foley.leftovers import alive, own_prefix, sweep

_NAME = "worker-{pid}.json"


@dataclass(frozen=True)
class Address:
    """How a serving worker is reached, on 127.0.0.1.

    Attributes:
        port: where it listens.
        pid: number of its process.
        token: what every request must show.
    """

    port: int
    pid: int
    token: str


def runtime_folder() -> Path:
    """Return the folder of the addresses (``V2A_FOLEY_RUNTIME`` overrides the system's own choice)."""
    override = os.environ.get("V2A_FOLEY_RUNTIME")
    if override:
        return Path(override).absolute()
    from platformdirs import user_state_path

    return user_state_path("v2a-foley", appauthor=False) / "run"


@contextmanager
def published(address: Address) -> Iterator[Path]:
    """Tell an address until the block ends, and give the file that tells it; what dead workers left is removed.

    Raises:
        OutputError: the folder cannot be written, or is open to others.
        DiskFull: there is no room.
    """
    folder = runtime_folder()
    path = folder / _NAME.format(pid=address.pid)
    try:
        _make_private(folder)
        addresses(folder)
        sweep(folder)
        handle, part = tempfile.mkstemp(prefix=own_prefix(hidden=True), dir=folder)  # readable by its owner alone
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"port": address.port, "pid": address.pid, "token": address.token}, file)
        Path(part).replace(path)
    except OSError as error:
        raise translated(error, path) from error
    try:
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


def addresses(folder: Path | None = None) -> list[Address]:
    """Return the workers that serve, the youngest first; the files of those that are gone are removed.

    Args:
        folder: where to look; ``runtime_folder()`` by default.
    """
    folder = folder or runtime_folder()
    found: list[tuple[float, Address]] = []
    for path in folder.glob(_NAME.format(pid="*")):
        with suppress(OSError, ValueError, TypeError, KeyError):  # gone meanwhile, or none of ours
            since = path.lstat().st_mtime
            said = json.loads(path.read_text("utf-8"))
            address = Address(int(said["port"]), int(said["pid"]), str(said["token"]))
            if alive(address.pid, since):
                found.append((since, address))
            else:
                path.unlink()
    return [address for _, address in sorted(found, key=lambda each: -each[0])]


def _make_private(folder: Path) -> None:
    """Make a folder that only its owner can look into; one that is another's is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not hasattr(os, "getuid"):  # Windows: the user's own folders are private as they are
        return
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise OutputError(
            f"{str(folder)!r} is not a folder of yours, and must hold a secret.",
            hint="Name another folder in V2A_FOLEY_RUNTIME.",
        )
    folder.chmod(0o700)

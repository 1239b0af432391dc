"""The lock of a project: a file that says who has it open, survives a crash sensibly, and can be broken by hand."""

from __future__ import annotations

import json
import os
import platform
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from v2a_foley.errors import ProjectLocked
from v2a_foley.files import translated
from v2a_foley.leftovers import alive, own_prefix
from v2a_foley.project.places import LOCK
from v2a_foley.version import VERSION as PROGRAM

STALE = 600.0
"""Seconds after which a lock of another machine that was not refreshed is called stale."""
REFRESH = 60.0
"""Seconds between refreshes."""
_BEING_WRITTEN = 5.0
"""Seconds that a lock may be unreadable because it is just being written."""


@dataclass(frozen=True)
class Holder:
    """Who has a project open.

    Attributes:
        host: name of the machine.
        pid: number of the process there.
        user: who runs it.
        program: its name and version.
        since: seconds since 1970 at which it was opened.
        token: tells this lock from every other.
    """

    host: str
    pid: int
    user: str
    program: str
    since: float
    token: str


class Lock:
    """A project's lock that this process holds, until ``release``."""

    def __init__(self, folder: Path, *, break_it: bool = False) -> None:
        """Take the lock of a folder.

        Args:
            folder: the project's.
            break_it: take it whoever holds it.

        Raises:
            ProjectLocked: somebody else holds it.
            OutputError: the folder cannot be written to.
        """
        self.path = folder / LOCK
        self.holder = _me()
        self._refreshed = time.monotonic()
        if break_it:
            break_lock(folder)
        for _ in range(3):
            try:
                _create(self.path, json.dumps(asdict(self.holder)))
            except FileExistsError:
                _make_way(self.path)
            except OSError as error:
                raise translated(error, self.path) from error
            else:
                return
        raise ProjectLocked(f"The project {folder.name!r} is being opened by others.", hint="Try again in a moment.")

    @property
    def ours(self) -> bool:
        """Whether the lock is still this one: it may have been broken by hand."""
        found = read_lock(self.path.parent)
        return found is not None and found.token == self.holder.token

    def refresh(self) -> None:
        """Show that the holder lives, once a minute at most. Costs nothing when called more often."""
        if time.monotonic() - self._refreshed >= REFRESH:
            self._refreshed = time.monotonic()
            with suppress(OSError):  # the next save will tell
                os.utime(self.path)

    def release(self) -> None:
        """Let go. A lock that was broken and is another's now is left alone."""
        if self.ours:
            self.path.unlink(missing_ok=True)


def read_lock(folder: Path) -> Holder | None:
    """Return who holds a project; None where nobody does, or where the lock says nothing."""
    try:
        said = json.loads(_content(folder / LOCK))
        return Holder(
            str(said["host"]),
            int(said["pid"]),
            str(said["user"]),
            str(said["program"]),
            float(said["since"]),
            str(said["token"]),
        )
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def break_lock(folder: Path) -> Holder | None:
    """Remove a project's lock whoever holds it, and return who did.

    Raises:
        OutputError: it cannot be removed.
    """
    holder = read_lock(folder)
    try:
        (folder / LOCK).unlink(missing_ok=True)
    except OSError as error:
        raise translated(error, folder / LOCK) from error
    return holder


def _me() -> Holder:
    import getpass

    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # in a container the user may have no name
        user = "somebody"
    return Holder(platform.node(), os.getpid(), user, f"v2a-foley {PROGRAM}", round(time.time(), 3), uuid.uuid4().hex)


def _create(path: Path, content: str) -> None:
    """Create a file with all its content at once, if it is not there: whoever is killed meanwhile leaves no half lock.

    Raises:
        FileExistsError: it is there.
    """
    part = path.with_name(f"{own_prefix(hidden=True)}{uuid.uuid4().hex[:8]}.lock")
    try:
        part.write_text(content, encoding="utf-8")
        try:
            os.link(part, path)
        except FileExistsError:
            raise
        except OSError:  # a disk without hard links
            with path.open("x", encoding="utf-8") as file:
                file.write(content)
    finally:
        part.unlink(missing_ok=True)


def _make_way(path: Path) -> None:
    """Remove a lock whose holder is gone.

    Raises:
        ProjectLocked: the holder lives, or is on another machine.
    """
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return
    except OSError as error:
        raise translated(error, path) from error
    holder = read_lock(path.parent)
    if holder is None:
        if age < _BEING_WRITTEN:
            raise ProjectLocked(
                f"The project {path.parent.name!r} is just being opened.", hint="Try again in a moment."
            )
    elif holder.host != platform.node() or alive(holder.pid, holder.since):
        raise _locked(path, holder, age)
    _put_aside(path, holder)


def _put_aside(path: Path, holder: Holder | None) -> None:
    """Remove a stale lock, and nobody else's: of two processes that both saw it, one may hold a new one already."""
    aside = path.with_name(f"{own_prefix(hidden=True)}{uuid.uuid4().hex[:8]}.lock")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return
    except OSError as error:
        raise translated(error, path) from error
    try:
        if holder is not None and holder.token not in _content(aside):
            with suppress(OSError):
                os.link(aside, path)
        aside.unlink(missing_ok=True)
    except OSError as error:
        raise translated(error, path) from error


def _content(path: Path) -> str:
    """Return what a lock says; nothing where it is no regular file: a pipe would never end."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _locked(path: Path, holder: Holder, age: float) -> ProjectLocked:
    name = path.parent.name
    try:
        since = datetime.fromtimestamp(holder.since, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        since = "an unknown time"
    where = "this machine" if holder.host == platform.node() else holder.host
    if holder.pid == os.getpid() and where == "this machine":
        return ProjectLocked(f"The project {name!r} is open in this program already.", hint="Close it there first.")
    stale = where != "this machine" and age > STALE
    more = f" The lock is stale: it was not refreshed for {age / 60:.0f} minutes." if stale else ""
    return ProjectLocked(
        f"The project {name!r} is open: {holder.user} has it on {where} since {since} "
        f"({holder.program}, process {holder.pid}).{more}",
        hint="Close it there. If nobody has it open any more, add --break-lock.",
    )

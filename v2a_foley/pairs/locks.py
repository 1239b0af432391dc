"""Keeps two processes from filling one store with the same pairs: one process alone, or several with a part each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from v2a_foley.errors import UsageError
from v2a_foley.files import translated

_LOCK = ".lock"
_FORM = re.compile(r"(\d+)/(\d+)")
_MOST = 9999
_PATIENCE = 2.0
"""Seconds to wait for a lock that others may be looking at as we do."""


@dataclass(frozen=True)
class Part:
    """One of several parts of the work on one store, as ``2/8``.

    Attributes:
        number: from 1.
        count: how many parts there are.
    """

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2/8``.

        Raises:
            UsageError: it is no part.
        """
        found = _FORM.fullmatch(text.strip())
        number, count = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= number <= count <= _MOST:
            raise UsageError(f"--part {text!r} is no part.", hint="Write --part 2/8 for the second of eight.")
        return cls(number, count)

    def holds(self, key: str) -> bool:
        """Tell whether something is this part's to do, by the hash of its key."""
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1

    def __str__(self) -> str:
        """Return it as files are named: ``2of8``."""
        return f"{self.number}of{self.count}"


@contextmanager
def locked(folder: Path, part: Part | None) -> Iterator[None]:
    """Hold a store, or a part of it, while the block runs.

    Raises:
        UsageError: another process holds it, or it is being filled in other parts.
        OutputError: the lock cannot be written.
    """
    from filelock import FileLock, Timeout

    name = f"{_LOCK}-{part}" if part else _LOCK
    others = [path.name for path in folder.glob(f"{_LOCK}*") if path.name != name]
    if part:
        others = [each for each in others if not each.endswith(f"of{part.count}")]
        others.append(_LOCK)
    # Lock files stay where they are: removing one would let two processes hold two files of one name.
    with ExitStack() as stack:
        try:
            stack.enter_context(FileLock(folder / name, timeout=0))
            for other in dict.fromkeys(others):  # only to see whether somebody holds them
                with FileLock(folder / other, timeout=_PATIENCE):
                    pass
        except Timeout as error:
            raise UsageError(
                f"Another process is filling the store {folder.name!r}.",
                hint="Wait for it, or give each process a part of its own: --part 1/2 and --part 2/2.",
            ) from error
        except OSError as error:
            raise translated(error, folder / name) from error
        yield

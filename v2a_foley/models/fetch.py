"""One file on its way from the hub to the disk: hashed as it is written, and gone on with where it was stopped."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from v2a_foley.errors import ModelDamaged, ModelMissing
from v2a_foley.models import hub
from v2a_foley.models.record import BLOCK
from v2a_foley.progress import Progress, Stage

TRIES = 5
"""How often in a row a connection may bring nothing before the download gives up."""
PAUSE = 1.0
"""Seconds before the second try; doubled for each that follows."""

T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """One file to fetch.

    Attributes:
        path: where it goes, inside the model.
        place: the repository, the commit and the path where it lies on the hub.
        size: bytes.
        sha256: its SHA-256; None where only git has hashed it.
        git_oid: its object id in git, which decides where there is no SHA-256.
    """

    path: str
    place: tuple[str, str, str]
    size: int
    sha256: str | None
    git_oid: str | None = None


@dataclass
class Fetch:
    """One file of the model ``name`` on its way to the disk: what is there of it, and the hash of that."""

    name: str
    file: Wanted
    path: Path
    stage: Stage
    held: int = 0
    begun_at: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.begun_at = self.stage.done
        self._start_over()

    def run(self) -> str:
        """Fetch what is missing, and return the SHA-256 of the whole."""
        resumed = self._hash_what_is_there()
        self._fetch_rest()
        if not self._right() and resumed:  # what was there was wrong: once more, from the first byte
            self._empty()
            self._fetch_rest()
        if not self._right():
            self.path.unlink()
            raise ModelDamaged(
                f"The hub sends other bytes for {self.file.path} than {self.name!r} must have.",
                hint="Try again; if it happens again, check HF_ENDPOINT and whatever filters your network.",
            )
        return self.sha256.hexdigest()

    def _start_over(self) -> None:
        self.held = 0
        self.sha256 = hashlib.sha256()
        self.git = hashlib.sha1(b"blob %d\0" % self.file.size, usedforsecurity=False)
        self.stage.tell(self.begun_at, self.file.path)

    def _add(self, block: bytes) -> None:
        self.sha256.update(block)
        if self.file.sha256 is None:
            self.git.update(block)
        self.held += len(block)
        self.stage.tell(self.begun_at + self.held, self.file.path)

    def _right(self) -> bool:
        if self.held != self.file.size:
            return False
        if self.file.sha256 is not None:
            return self.sha256.hexdigest() == self.file.sha256
        return self.git.hexdigest() == self.file.git_oid

    def _empty(self) -> None:
        self.path.unlink(missing_ok=True)
        self._start_over()

    def _hash_what_is_there(self) -> bool:
        """Hash what an earlier download left; tells whether there was anything."""
        if not self.path.exists():
            return False
        if self.path.stat().st_size > self.file.size:
            self._empty()
            return False
        with self.path.open("rb") as stream:
            while block := stream.read(BLOCK):
                self._add(block)
        return self.held > 0

    def _fetch_rest(self) -> None:
        tries = 0
        with self.path.open("ab") as out:
            while self.held < self.file.size:
                before = self.held
                try:
                    self._once(out.fileno())
                    reason = "the connection was closed too early"
                except hub.Interrupted as error:
                    reason = str(error)
                tries = tries + 1 if self.held <= before else 1
                if self.held < self.file.size:
                    if tries >= TRIES:
                        raise gave_up(self.name, reason)
                    _wait(PAUSE * 2 ** (tries - 1), self.stage.progress)
            os.fsync(out.fileno())

    def _once(self, out: int) -> None:
        """Read as far as one connection goes."""
        with hub.read_from(*self.file.place, self.held) as (start, blocks):
            if start != self.held:
                os.ftruncate(out, 0)  # the server knows no ranges, and starts from the beginning
                self._start_over()
                if start:
                    raise hub.Interrupted("the server sends another part of the file than was asked for")
            for block in blocks:
                fits = block[: self.file.size - self.held]
                _write(out, fits)
                self._add(fits)
                if len(fits) < len(block):
                    raise ModelDamaged(
                        f"The hub sends more bytes for {self.file.path} than {self.name!r} must have.",
                        hint="Check HF_ENDPOINT and whatever filters your network, and try again.",
                    )


def _write(out: int, block: bytes) -> None:
    """Write all of a block, past every buffer, so that what was hashed is what is in the file."""
    view = memoryview(block)
    while view:
        view = view[os.write(out, view) :]


def patiently(ask: Callable[[], T], name: str, progress: Progress) -> T:
    """Ask until there is an answer, but not for ever."""
    for tries in range(1, TRIES + 1):
        try:
            return ask()
        except hub.Interrupted as error:
            if tries == TRIES:
                raise gave_up(name, str(error)) from error
        _wait(PAUSE * 2 ** (tries - 1), progress)
    raise AssertionError


def gave_up(name: str, reason: str) -> ModelMissing:
    """Return the error that says that the network did not bring a model."""
    return ModelMissing(
        f"The model {name!r} could not be downloaded from {hub.endpoint()}: {reason.rstrip('.')}.",
        hint="Check the network and run it again (it goes on where it stopped), or see: v2a-foley models import --help",
    )


def _wait(seconds: float, progress: Progress) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        progress.check()
        time.sleep(min(0.1, seconds))

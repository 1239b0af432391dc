"""Every failure that a user can meet, with the next step to take.

Nothing but these errors crosses the border of the library. Each carries the sentence that says what is
wrong, a ``hint`` that says what to do next, and the exit code of the command line.

::

    FoleyError
    ├── UsageError          2   the request itself is wrong
    │   └── ProjectLocked       somebody else has the project open
    ├── InputError          3   this input cannot be used
    │   ├── MediaNotFound
    │   ├── MediaUnreadable
    │   ├── NoPicture
    │   ├── CutsError
    │   ├── LibraryError
    │   ├── SourceError         nothing to train on or to measure was found
    │   ├── StoreError
    │   ├── ProjectError        a project is damaged, or says what is not understood
    │   │   └── ProjectNewer    a project was written by a newer program
    │   ├── JobsError           a list of jobs cannot be read
    │   ├── TimelineError       an editor's timeline cannot be read
    │   ├── ProtocolError       a message to or from a worker is not understood
    │   └── OutputError         the output's name or place cannot be used
    ├── MissingError        4   a model or a dependency is missing or damaged
    │   ├── DependencyMissing
    │   ├── GpuMissing
    │   ├── ModelMissing
    │   ├── ModelDamaged
    │   └── SpaceMismatch
    ├── ResourceError       5   no room left
    │   ├── DiskFull
    │   └── OutOfMemory
    ├── WorkerDied          1   a worker process crashed, was killed, or stood still
    ├── RenderError         1   an inner step failed on input that looked right
    ├── TrainingDiverged    1   the loss is no number any more
    └── Cancelled         130
"""

from __future__ import annotations

from typing import ClassVar

_LONGEST = 600
"""Characters that a sentence may have: what it quotes may be a whole file in one line."""


def _in_one_line(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 203]} … {line[-200:]}"


class FoleyError(Exception):
    """Base of all errors that this library raises on purpose.

    Args:
        message: one sentence that says what is wrong, naming the file or the value. Line breaks in it become spaces,
            and a sentence that is too long to read is shortened in its middle.
        hint: one sentence that says what to do next; may be empty.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the sentence and its hint."""
        self.message = _in_one_line(message)
        super().__init__(self.message)
        self.hint = hint

    def __str__(self) -> str:
        """Return the sentence, followed by the hint where there is one."""
        return f"{self.message} {self.hint}".strip()


class UsageError(FoleyError):
    """The request is wrong: an unknown option's value, shots that do not exist, an output that exists already."""

    exit_code = 2


class ProjectLocked(UsageError):
    """The project is open in another program; the message says where and whose."""


class InputError(FoleyError):
    """This input cannot be used."""

    exit_code = 3


class MediaNotFound(InputError):
    """The media file does not exist, or is a folder."""


class MediaUnreadable(InputError):
    """The media file exists and cannot be read: no permission, empty, damaged, or not media at all."""


class NoPicture(InputError):
    """The media file holds no moving picture that can be decoded."""


class CutsError(InputError):
    """A list of cuts cannot be read or does not fit the film."""


class LibraryError(InputError):
    """The folder of the user's own sounds is empty or holds files that cannot be read."""


class SourceError(InputError):
    """What clips, captions or sounds were to be read from is missing, empty, or says what is not understood."""


class StoreError(InputError):
    """A store of pairs is missing, empty or damaged, or is of a newer format."""


class ProjectError(InputError):
    """A project's folder or file is missing, damaged, unsafe, or says what is not understood."""


class ProjectNewer(ProjectError):
    """The project was written by a newer version of the program, in a form that this one does not know."""


class JobsError(InputError):
    """A list of jobs cannot be read, names nothing, or asks for what cannot be."""


class TimelineError(InputError):
    """An editor's timeline cannot be read, or says what makes no sense."""


class ProtocolError(InputError):
    """A message to or from a worker process is no message, is of another version, or asks for what is not known."""


class OutputError(InputError):
    """The output cannot be written where it was asked for."""


class MissingError(FoleyError):
    """A model or a dependency is missing or damaged."""

    exit_code = 4


class DependencyMissing(MissingError):
    """A package or a program that this step needs is not installed."""


class GpuMissing(MissingError):
    """A GPU was asked for by name and is not there."""


class ModelMissing(MissingError):
    """The weights of a model are not on this machine."""


class ModelDamaged(MissingError):
    """The weights of a model are on this machine and are not what they should be."""


class SpaceMismatch(MissingError):
    """Two parts that must share an embedding space do not."""


class ResourceError(FoleyError):
    """The machine has no room left."""

    exit_code = 5


class DiskFull(ResourceError):
    """The disk, or the user's share of it, is full."""


class OutOfMemory(ResourceError):
    """The memory of the machine, or of its GPU, is exhausted."""


class WorkerDied(FoleyError):
    """A worker process crashed, was killed (perhaps for want of memory), or stood still past its limit."""


class RenderError(FoleyError):
    """An inner step failed on input that looked right; the message carries what the tool said."""


class TrainingDiverged(FoleyError):
    """The loss, or a gradient, is no number any more; what was saved before stands."""


class Cancelled(FoleyError):
    """The user stopped the work."""

    exit_code = 130

    def __init__(self, message: str = "Cancelled.", *, hint: str = "") -> None:
        """Keep the sentence; most callers need none of their own."""
        super().__init__(message, hint=hint)

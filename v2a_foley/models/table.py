"""Which models there are: where each comes from, its files, and what its licence allows. Touches no model."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as package_files
from pathlib import PurePosixPath
from types import MappingProxyType

from v2a_foley.errors import ModelDamaged, UsageError

TABLE = "models.toml"
"""The table's file, beside this module."""
MANIFEST = "v2a-foley-model.json"
"""What an installed model's record is called; no file of a model may bear this name."""

_HEX40, _HEX64 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")
_ORIGIN = re.compile(r"([\w.-]+/[\w.-]+)@([0-9a-f]{40}):(.+)")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+=@ -]*")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}


def checked_path(path: str) -> str:
    """Return a file's path inside its model if it can lie nowhere else, on any system.

    Raises:
        ModelDamaged: it is absolute, climbs, is hidden, or bears a name that some system treats specially.
    """
    parts = path.split("/")
    safe = all(
        _PART.fullmatch(part) and part[-1] not in ". " and part.split(".")[0].lower() not in _RESERVED for part in parts
    )
    if not safe or parts == [MANIFEST]:
        raise ModelDamaged(
            f"The file name {path!r} is not one that a model may have.", hint="Do not use this copy of the model."
        )
    return path


@dataclass(frozen=True)
class ModelFile:
    """One file of a model.

    Attributes:
        path: where it lies inside the model, with forward slashes.
        size: bytes; None where only the hub knows.
        sha256: 64 hexadecimal digits; None where only the hub knows.
        origin: ``owner/name@commit:path`` of a file that comes from another repository than the model's; such a file
            is pinned.
    """

    path: str
    size: int | None = None
    sha256: str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no table may hold."""
        checked_path(self.path)
        if self.size is not None and self.size < 0:
            raise ValueError(f"{self.path}: the size {self.size} is negative")
        if self.sha256 is not None and not _HEX64.fullmatch(self.sha256):
            raise ValueError(f"{self.path}: {self.sha256!r} is no SHA-256")
        if self.origin is not None and not (self.known and _ORIGIN.fullmatch(self.origin)):
            raise ValueError(f"{self.path}: {self.origin!r} is no pinned origin")

    @property
    def known(self) -> bool:
        """Whether size and SHA-256 are both in the table."""
        return self.size is not None and self.sha256 is not None

    def place(self, repository: str, revision: str) -> tuple[str, str, str]:
        """Return the repository, commit and path on the hub, for a model of that repository and commit."""
        found = _ORIGIN.fullmatch(self.origin) if self.origin is not None else None
        return (found[1], found[2], found[3]) if found else (repository, revision, self.path)


@dataclass(frozen=True)
class Model:
    """One model.

    Attributes:
        name: what it is called here.
        purpose: what it is for, for people.
        repository: its place on the hub, ``owner/name``.
        branch: which branch is followed where no revision is pinned.
        revision: the pinned commit, 40 hexadecimal digits, or None.
        licence: SPDX identifier.
        commercial: whether the licence allows commercial work.
        terms: what it allows, in a sentence or two.
        files: exactly what is needed, nothing else is fetched.
    """

    name: str
    purpose: str
    repository: str
    licence: str
    commercial: bool
    terms: str
    files: tuple[ModelFile, ...]
    branch: str = "main"
    revision: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no table may hold."""
        if not self.files:
            raise ValueError(f"{self.name} has no files")
        if self.revision is not None and not _HEX40.fullmatch(self.revision):
            raise ValueError(f"{self.name}: {self.revision!r} is no commit")
        if PurePosixPath(self.name).name != self.name or not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", self.name):
            raise ValueError(f"{self.name!r} is no name for a folder")

    @property
    def pinned(self) -> bool:
        """Whether the commit and every size and SHA-256 are in the table, so that nothing is taken on trust."""
        return self.revision is not None and all(file.known for file in self.files)

    @property
    def known_bytes(self) -> int:
        """The sum of the sizes that are in the table."""
        return sum(file.size or 0 for file in self.files)

    @property
    def size(self) -> int | None:
        """Bytes of all files; None where the table lacks one."""
        return None if any(file.size is None for file in self.files) else self.known_bytes


def parse(text: str) -> Mapping[str, Model]:
    """Read a table.

    Raises:
        ValueError: it is not a table of models.
    """
    models: dict[str, Model] = {}
    for name, entry in tomllib.loads(text).items():
        listed = tuple(ModelFile(**file) for file in entry.pop("files"))
        if len({file.path.lower() for file in listed}) != len(listed):
            raise ValueError(f"{name} lists a file twice")
        models[name] = Model(name=name, files=listed, **entry)
    return MappingProxyType(models)


@cache
def models() -> Mapping[str, Model]:
    """Return the table, by name."""
    return parse(package_files(__package__).joinpath(TABLE).read_text("utf-8"))


def model(name: str) -> Model:
    """Return one entry.

    Raises:
        UsageError: there is none of this name.
    """
    known = models()
    if name not in known:
        raise UsageError(f"There is no model {name!r}.", hint=f"Choose one of {', '.join(known)}.")
    return known[name]

"""What a download will fetch: from the table where it is pinned, else from what the hub says of the commit."""

from __future__ import annotations

from dataclasses import dataclass

from v2a_foley.errors import ModelDamaged, ModelMissing
from v2a_foley.models import hub
from v2a_foley.models.fetch import Wanted, patiently
from v2a_foley.models.table import Model, ModelFile, model
from v2a_foley.progress import Progress


@dataclass(frozen=True)
class Plan:
    """What a download will fetch.

    Attributes:
        model: the model's entry in the table.
        revision: the commit.
        files: what is fetched.
        asked_hub: whether the commit or some of the sizes and hashes were taken from the hub, not from the table.
    """

    model: Model
    revision: str
    files: tuple[Wanted, ...]
    asked_hub: bool

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def plan(name: str, progress: Progress | None = None) -> Plan:
    """Find out what would be fetched. The hub is asked only for what the table does not hold; no model byte is read.

    Raises:
        UsageError: there is no model of this name.
        ModelMissing: the network is forbidden or out of reach, or the hub lacks a file.
        ModelDamaged: what the hub offers is not what is pinned.
    """
    entry = model(name)
    hub.refuse_offline(name)
    if entry.pinned and entry.revision is not None:
        files = tuple(_from_table(entry, file, entry.revision) for file in entry.files)
        return Plan(entry, entry.revision, files, asked_hub=False)
    progress = progress or Progress()
    with progress.stage("asking", message="the hub"):
        commit = patiently(lambda: hub.describe(entry.repository, entry.revision or entry.branch), name, progress)
    if entry.revision is not None and commit.revision != entry.revision:
        raise _not_pinned(entry, f"the commit {entry.revision}", f"{commit.revision} was offered")
    return Plan(entry, commit.revision, _wanted(entry, commit), asked_hub=True)


def _from_table(entry: Model, file: ModelFile, revision: str) -> Wanted:
    return Wanted(file.path, file.place(entry.repository, revision), file.size or 0, file.sha256)


def _wanted(entry: Model, commit: hub.Commit) -> tuple[Wanted, ...]:
    """Return what to fetch: what is pinned, filled in from what the hub says, which must not contradict it."""
    files = []
    for file in entry.files:
        if file.origin is not None:
            files.append(_from_table(entry, file, commit.revision))
            continue
        found = commit.files.get(file.path)
        if found is None:
            raise ModelMissing(
                f"The hub's {entry.repository} has no {file.path} at {commit.revision}.",
                hint=f"Bring a copy from elsewhere: v2a-foley models import {entry.name} FOLDER",
            )
        if file.size is not None and file.size != found.size:
            raise _not_pinned(entry, file.path, f"{found.size:,} bytes instead of {file.size:,}")
        if file.sha256 is not None and found.sha256 is not None and file.sha256 != found.sha256:
            raise _not_pinned(entry, file.path, "its SHA-256 differs")
        place = file.place(entry.repository, commit.revision)
        files.append(Wanted(file.path, place, found.size, file.sha256 or found.sha256, found.git_oid))
    return tuple(files)


def _not_pinned(entry: Model, what: str, how: str) -> ModelDamaged:
    return ModelDamaged(
        f"What the hub offers as {what} of {entry.name!r} is not what this program pins: {how}.",
        hint="Do not use it. Check HF_ENDPOINT if you set it, or update v2a-foley.",
    )

"""For maintainers: asks the hub for commits, sizes and hashes, and writes them into the table.

Run ``python -m v2a_foley.models.pin [NAME ...]``. Nothing else in the program calls this.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from v2a_foley.errors import FoleyError, ModelDamaged, UsageError
from v2a_foley.files import write_text
from v2a_foley.models import hub
from v2a_foley.models.fetch import patiently
from v2a_foley.models.table import TABLE, Model, ModelFile, parse
from v2a_foley.progress import Progress

SMALL = 16 * 1024 * 1024
"""Bytes up to which a file that only git has hashed is fetched to be hashed here."""


def pinned(entry: Model, *, move: bool = False) -> Model:
    """Return an entry with its commit, sizes and hashes filled in from the hub.

    Args:
        entry: what to fill in.
        move: go to the newest commit of its branch, even where one is pinned.

    Raises:
        ModelMissing: the hub is out of reach, or lacks the repository or a file.
        ModelDamaged: the hub contradicts the table, or a file's bytes contradict the hub.
    """
    hub.refuse_offline(entry.name)
    asked = entry.branch if move or entry.revision is None else entry.revision
    commit = patiently(lambda: hub.describe(entry.repository, asked), entry.name, Progress())
    files = []
    for file in entry.files:
        if file.origin is not None:  # pinned to another repository: stays as it is
            files.append(file)
            continue
        there = commit.files.get(file.path)
        if there is None:
            raise ModelDamaged(
                f"{entry.repository} has no {file.path} at {commit.revision}.", hint="Mend the list of files."
            )
        digest = there.sha256 or _small(entry, commit.revision, file, there)
        if not move and file.sha256 not in {None, digest}:
            raise ModelDamaged(
                f"{entry.repository}/{file.path} hashes to {digest}, and the table has {file.sha256}.",
                hint="Find out which is true before you change the table.",
            )
        files.append(ModelFile(file.path, there.size, digest))
    return replace(entry, revision=commit.revision, files=tuple(files))


def _small(entry: Model, revision: str, file: ModelFile, there: hub.HubFile) -> str:
    """Fetch a file that the hub has no SHA-256 of, compare it with git's object id, and return its SHA-256."""
    if there.size > SMALL:
        raise ModelDamaged(f"{file.path} is large, and the hub has no SHA-256 of it.", hint="Leave it unpinned.")

    def content() -> bytes:
        with hub.read_from(entry.repository, revision, file.path, 0) as (_, blocks):
            return b"".join(blocks)

    got = patiently(content, entry.name, Progress())
    if hub.git_oid(got) != there.git_oid:
        raise ModelDamaged(
            f"{file.path} is not the file that {entry.repository} has at {revision}.", hint="Check HF_ENDPOINT."
        )
    return hashlib.sha256(got).hexdigest()


def as_toml(entries: Iterable[Model], head: str) -> str:
    """Return a table as text, below the comment that stood at its head."""
    return head + "".join(f"\n{_entry(each)}" for each in entries)


def _entry(entry: Model) -> str:
    lines = [f"[{entry.name}]", f"purpose = {_text(entry.purpose)}", f"repository = {_text(entry.repository)}"]
    lines.append(f"branch = {_text(entry.branch)}")
    if entry.revision is not None:
        lines.append(f"revision = {_text(entry.revision)}")
    lines += [f"licence = {_text(entry.licence)}", f"commercial = {str(entry.commercial).lower()}"]
    lines += [f"terms = {_text(entry.terms)}", "files = ["]
    for file in entry.files:
        size = "" if file.size is None else f", size = {file.size}"
        digest = "" if file.sha256 is None else f', sha256 = "{file.sha256}"'
        origin = "" if file.origin is None else f", origin = {_text(file.origin)}"
        lines.append(f"  {{ path = {_text(file.path)}{size}{digest}{origin} }},")
    return "\n".join([*lines, "]", ""])


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill in the table and write it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m v2a_foley.models.pin", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which models; all by default")
    parser.add_argument("--move", action="store_true", help="go to the newest commit, even where one is pinned")
    parser.add_argument("--table", type=Path, default=Path(__file__).with_name(TABLE), help="the table to fill in")
    wanted = parser.parse_args(arguments)
    text = wanted.table.read_text("utf-8")
    entries = dict(parse(text))
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    try:
        for name in wanted.names or list(entries):
            if name not in entries:
                raise UsageError(f"There is no model {name!r} in the table.", hint=f"It has {', '.join(entries)}.")
            entries[name] = pinned(entries[name], move=wanted.move)
            sys.stdout.write(f"{name}: {entries[name].revision}, {entries[name].size or 0:,} bytes\n")
    except FoleyError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    write_text(wanted.table, as_toml(entries.values(), head))
    return 0


if __name__ == "__main__":
    sys.exit(main())

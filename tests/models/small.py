"""Small models: a few hundred kilobytes in the hub's formats, as a repository, as a table, and as a folder."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Mapping
from pathlib import Path

from v2a_foley.models import table
from v2a_foley.models.pin import as_toml
from v2a_foley.models.table import Model, ModelFile

SCRIPT = """
import sys
from v2a_foley.models import fetch, table
table.TABLE, fetch.PAUSE = sys.argv.pop(1), 0.01
from v2a_foley.cli.main import main
main()
"""
"""The program as a process of its own, with another table: its first argument."""
PROGRAM = (sys.executable, "-c", SCRIPT)


def tensors(seed: int, count: int = 60_000) -> bytes:
    """A safetensors file of seeded floats, as the format has it."""
    data = random.Random(seed).randbytes(4 * count)  # noqa: S311 - no secret
    header = json.dumps({"weight": {"dtype": "F32", "shape": [count], "data_offsets": [0, len(data)]}}).encode()
    return len(header).to_bytes(8, "little") + header + data


FILES = {
    "config.json": b'{"size": 4}',
    "unet/config.json": b'{"channels": [1, 2]}',
    "unet/weights.safetensors": tensors(1),
    "vae/weights.safetensors": tensors(2, 30_000),
    "words.txt": b"a\nb\n",
}
OTHERS = {"README.md": b"# A model", "unet/weights.bin": b"\x80\x02 the same as a pickle"}
"""What the repository holds beside, and nobody needs."""


def entry(
    name: str = "small", revision: str | None = None, known: Mapping[str, bytes] | None = None, commercial: bool = True,
    files: Mapping[str, bytes] = FILES,
) -> Model:  # fmt: skip
    """An entry of a table; the files in ``known`` have their sizes and hashes there."""
    listed = tuple(
        ModelFile(path, len(known[path]), hashlib.sha256(known[path]).hexdigest())
        if known is not None and path in known
        else ModelFile(path)
        for path in files
    )
    return Model(
        name=name, purpose=f"what {name} is for", repository=f"owner/{name}", revision=revision, files=listed,
        licence="Apache-2.0" if commercial else "CC-BY-NC-SA-4.0", commercial=commercial, terms=f"The terms of {name}.",
    )  # fmt: skip


def write_table(path: Path, *entries: Model) -> Path:
    path.write_text(as_toml(entries, "# The models of a test.\n"), "utf-8")
    return path


def use_table(monkeypatch, path: Path) -> None:
    """Let this process know the models of another table."""
    monkeypatch.setattr(table, "TABLE", str(path))
    table.models.cache_clear()


def write_files(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

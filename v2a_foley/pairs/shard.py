"""One shard of a store: a safetensors file with some hundred pairs, complete in itself, and never changed once written.

Its header carries the spaces and one row of words a pair, so that a shard tells what it holds without its card.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from v2a_foley.embed import Embeddings, Space
from v2a_foley.errors import StoreError
from v2a_foley.files import writing
from v2a_foley.pairs.card import space_of

FORMAT = "v2a-foley pairs"
_LONGEST_HEADER = 1 << 28
_AGAIN = "Remove this shard and make its pairs again: the same command goes on where something is missing."


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one pair.

    Attributes:
        key: its name, unique in its store: the clip's path relative to the source, and where in it the pair lies.
        group: what it must not be parted from when a store is split: the file that it comes from.
        label: its class, where the source names one; may be empty.
        split: ``train``, ``validation`` or ``test``, where the source says so; may be empty.
    """

    key: str
    group: str
    label: str = ""
    split: str = ""


@dataclass(frozen=True)
class Shard:
    """A shard's header.

    Attributes:
        path: the file.
        source: the eyes' space.
        target: the ears' space.
        rows: one a pair.
        finished: groups of which the last pair lies here or before, with how many there are of each.
        source_at: where ``float32 (n, d_source)`` begins in the file, in bytes.
        target_at: where ``float32 (n, d_target)`` begins.
        crc32: of the rows and of both, in this order.
    """

    path: Path
    source: Space
    target: Space
    rows: tuple[Row, ...]
    finished: Mapping[str, int]
    source_at: int
    target_at: int
    crc32: int

    def sources(self) -> Embeddings:
        """Return the first halves, ``float32 (n, d_source)``, mapped from the file rather than read."""
        return np.memmap(self.path, np.float32, "r", self.source_at, (len(self.rows), self.source.size))

    def targets(self) -> Embeddings:
        """Return the second halves, ``float32 (n, d_target)``, mapped from the file rather than read."""
        return np.memmap(self.path, np.float32, "r", self.target_at, (len(self.rows), self.target.size))

    def check(self) -> None:
        """Refuse a shard whose rows or numbers are not those that were written.

        Raises:
            StoreError: its checksum differs, or a row is not finite or not of unit length.
        """
        if crc32_of(_as_json(self.rows), self.sources(), self.targets()) != self.crc32:
            raise StoreError(f"The shard {str(self.path)!r} is damaged: its checksum differs.", hint=_AGAIN)
        for half in (self.sources(), self.targets()):
            if not usable(half):
                raise StoreError(f"The shard {str(self.path)!r} holds rows that are no directions.", hint=_AGAIN)


def usable(half: Embeddings) -> bool:
    """Tell whether every row is finite and of unit length."""
    return bool(np.all(np.abs(np.linalg.norm(half, axis=1) - 1.0) < 1e-3))


def crc32_of(rows: str, source: Embeddings, target: Embeddings) -> int:
    """Return the checksum of what a shard holds."""
    return zlib.crc32(target.tobytes(), zlib.crc32(source.tobytes(), zlib.crc32(rows.encode())))


def _as_json(rows: Sequence[Row]) -> str:
    return json.dumps([[row.key, row.group, row.label, row.split] for row in rows], ensure_ascii=False)


def write_shard(
    path: Path,
    spaces: tuple[Space, Space],
    rows: Sequence[Row],
    sources: Embeddings,
    targets: Embeddings,
    *,
    finished: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Write a shard in one step: it is there whole, or not at all.

    Args:
        path: where to.
        spaces: the eyes' and the ears'.
        rows: one a pair, at least one, with keys of their own.
        sources: ``float32 (n, d_source)`` of unit length.
        targets: ``float32 (n, d_target)`` of unit length.
        finished: see ``Shard``.

    Raises:
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
        ValueError: the shapes do not fit, a row is no direction, or two rows have one key.
    """
    from safetensors.numpy import save

    first, second = (np.ascontiguousarray(half, dtype=np.float32) for half in (sources, targets))
    if first.shape != (len(rows), spaces[0].size) or second.shape != (len(rows), spaces[1].size) or not rows:
        raise ValueError(f"{first.shape} and {second.shape} are not {len(rows)} pairs of {spaces}")
    if not (usable(first) and usable(second)):
        raise ValueError("a row is not finite, or not of unit length")
    if len({row.key for row in rows}) < len(rows):
        raise ValueError("two rows have one key")
    words = _as_json(rows)
    metadata = {
        "format": FORMAT,
        "source": json.dumps(asdict(spaces[0])),
        "target": json.dumps(asdict(spaces[1])),
        "rows": words,
        "finished": json.dumps(dict(finished), ensure_ascii=False),
        "crc32": str(crc32_of(words, first, second)),
    }
    content = save({"source": first, "target": second}, metadata=metadata)
    with writing(path) as part:  # not safetensors' own writing, whose errors do not tell a full disk from others
        part.write_bytes(content)


def read_shard(path: Path) -> Shard:
    """Read a shard's header, and check that the file is as long as it says; the numbers stay in the file.

    Raises:
        StoreError: it is no shard, is cut off, or contradicts itself.
    """
    try:
        with path.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            if length > _LONGEST_HEADER:
                raise StoreError(f"{str(path)!r} is no shard of a store.", hint=_AGAIN)
            header: dict[str, Any] = json.loads(opened.read(length))
            whole = opened.seek(0, 2)
        metadata = header["__metadata__"]
        if metadata["format"] != FORMAT:
            raise StoreError(f"{str(path)!r} is no shard of a store.", hint=_AGAIN)
        source, target = (space_of(json.loads(metadata[name])) for name in ("source", "target"))
        rows = tuple(Row(*(str(word) for word in row)) for row in json.loads(metadata["rows"]))
        begin = 8 + length
        shard = Shard(
            path=path,
            source=source,
            target=target,
            rows=rows,
            finished={str(name): int(count) for name, count in json.loads(metadata.get("finished", "{}")).items()},
            source_at=begin + _offset(header["source"], len(rows), source),
            target_at=begin + _offset(header["target"], len(rows), target),
            crc32=int(metadata["crc32"]),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError(f"The shard {str(path)!r} cannot be read: {error}.", hint=_AGAIN) from error
    halves = {shard.source_at, shard.source_at + 4 * len(rows) * source.size}
    halves |= {shard.target_at, shard.target_at + 4 * len(rows) * target.size}
    if not rows or len(halves) != 3 or min(halves) != begin or max(halves) != whole:
        raise StoreError(f"The shard {str(path)!r} is cut off or empty.", hint=_AGAIN)
    return shard


def _offset(entry: dict[str, Any], rows: int, space: Space) -> int:
    """Return where a tensor begins behind the header.

    Raises:
        ValueError: it is not what the rows and the space want.
    """
    start, end = entry["data_offsets"]
    if entry["dtype"] != "F32" or entry["shape"] != [rows, space.size] or end - start != 4 * rows * space.size:
        raise ValueError(f"its tensors are not {rows} rows of {space.size}")
    return int(start)

"""Takes in a document and in the file beside each sound. A take's file is named by its digest alone, by no path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any

from v2a_foley.project.model import Take
from v2a_foley.project.records.form import Form
from v2a_foley.project.records.values import (
    Hexadecimal,
    Number,
    Plain,
    Whole,
    Wrong,
    all_plain,
    as_plain,
    name,
    plain,
    table,
    text,
)

_MOST = 2**53
_samples = Whole(0, _MOST)
NAME_DIGITS = 32
"""How many of the digest's digits name a take's file."""


class _Level(Number):
    """Reads decibels; null is silence."""

    def __call__(self, value: Plain) -> float:
        """Read one."""
        return -inf if value is None else super().__call__(value)


_level = _Level(-1000.0, 1000.0)


def _as_level(value: float) -> float | None:
    return None if value == -inf else value


class _Details:
    """Reads whatever else is said of a take. The values are kept, not copied."""

    def __call__(self, value: Plain) -> Mapping[str, Any]:
        """Read one take's."""
        return MappingProxyType(plain(table(value)))

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return many, where all are plain."""
        if set(map(type, values)) != {dict} or not all_plain(values):
            return None
        return list(map(MappingProxyType, values))


FORM = Form(
    Take,
    {
        "id": (name, None),
        "digest": (Hexadecimal(64), None),
        "key": (Hexadecimal(64, or_none=True), None),
        "sample_rate": (Whole(1, _MOST), None),
        "channels": (Whole(1, 1024), None),
        "samples": (_samples, None),
        "before": (_samples, None),
        "after": (_samples, None),
        "seed": (Whole(), None),
        "generator": (text, None),
        "source": (text, None),
        "licence": (text, None),
        "prompt": (text, None),
        "peak": (_level, _as_level),
        "lufs": (_level, _as_level),
        "native_rate": (Whole(1, _MOST), None),
        "details": (_Details(), as_plain),
    },
)


def sound_file(digest: str) -> str:
    """Return the name of the file of a take's sound."""
    return f"{digest[:NAME_DIGITS]}.wav"


def record_file(digest: str) -> str:
    """Return the name of the file of a take's record."""
    return f"{digest[:NAME_DIGITS]}.json"


def read_takes(records: Plain, takes: Path) -> list[Take]:
    """Return the takes of a list of records.

    Args:
        records: plain values.
        takes: the folder that their sounds lie in.

    Raises:
        Wrong: one of them is not what it should be.
    """
    rows = FORM.rows(records)
    for number, row in enumerate(rows):
        digest = row.get("digest")
        if not digest:
            raise Wrong("is missing", (number, "digest"))
        row["path"] = takes / sound_file(digest)
    return FORM.made(rows)


def write_takes(takes: Sequence[Take]) -> list[dict[str, Any]]:
    """Return the records of takes.

    Raises:
        Wrong: one of them lies in no project's folder, or holds what no document can hold.
    """
    for number, take in enumerate(takes):
        if not take.digest:
            raise Wrong("is missing: the take lies in no project's folder", (number, "digest"))
    return FORM.write_all(takes)

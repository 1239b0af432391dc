"""Takes in a document and in the file beside each sound. A take's file is named by its digest alone, by no path."""

from __future__ import annotations

from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any

from v2a_foley.project.model import Take
from v2a_foley.project.records.form import Form
from v2a_foley.project.records.values import (
    Plain,
    Wrong,
    as_plain,
    hexadecimal,
    name,
    number,
    plain,
    table,
    text,
    whole,
)

_MOST = 2**53
_decibels = number(-1000.0, 1000.0)
_samples = whole(0, _MOST)
NAME_DIGITS = 32
"""How many of the digest's digits name a take's file."""


def _level(value: Plain) -> float:
    """Read decibels; null is silence."""
    return -inf if value is None else _decibels(value)


def _as_level(value: float) -> float | None:
    return None if value == -inf else value


FORM = Form(
    Take,
    {
        "id": (name, None),
        "digest": (hexadecimal(64), None),
        "key": (hexadecimal(64, 0), None),
        "sample_rate": (whole(1, _MOST), None),
        "channels": (whole(1, 1024), None),
        "samples": (_samples, None),
        "before": (_samples, None),
        "after": (_samples, None),
        "seed": (whole(), None),
        "generator": (text, None),
        "source": (text, None),
        "licence": (text, None),
        "prompt": (text, None),
        "peak": (_level, _as_level),
        "lufs": (_level, _as_level),
        "native_rate": (whole(1, _MOST), None),
        "details": (lambda value: MappingProxyType(plain(table(value))), as_plain),
    },
)


def sound_file(digest: str) -> str:
    """Return the name of the file of a take's sound."""
    return f"{digest[:NAME_DIGITS]}.wav"


def record_file(digest: str) -> str:
    """Return the name of the file of a take's record."""
    return f"{digest[:NAME_DIGITS]}.json"


def read_take(record: Plain, takes: Path) -> Take:
    """Return the take of a record.

    Args:
        record: plain values.
        takes: the folder that its sound lies in.

    Raises:
        Wrong: it is not what it should be.
    """
    values, extra = FORM.values(record)
    digest = values.get("digest")
    if not digest:
        raise Wrong("is missing", ("digest",))
    if extra:
        values["extra"] = MappingProxyType(extra)
    return Take(path=takes / sound_file(digest), **values)


def write_take(take: Take) -> dict[str, Any]:
    """Return the record of a take.

    Raises:
        Wrong: it lies in no project's folder, or holds what no document can hold.
    """
    if not take.digest:
        raise Wrong("is missing: the take lies in no project's folder", ("digest",))
    return FORM.write(take)

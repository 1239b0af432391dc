"""Shots in a document. An embedding is its float32 values, little-endian, in base64: exact, and a third of figures."""

from __future__ import annotations

from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from v2a_foley.project.events import Event
from v2a_foley.project.model import Heard, Shot
from v2a_foley.project.records.events import pointed
from v2a_foley.project.records.form import Form
from v2a_foley.project.records.values import Number, Plain, Whole, Wrong, as_span, many, shown, span, text, truth
from v2a_foley.project.vector import Vector

_MOST = 2**31
_score = Number(-1e6, 1e6)


def shot_form(events: Mapping[str, Event], key_of: Callable[[Event], str]) -> Form[Shot]:
    """Return the form of shots, for reading with a table of events or for writing with their keys."""

    def heard(value: Plain) -> Heard:
        if type(value) is not list or len(value) not in (2, 3):
            raise Wrong(f"is {shown(value)}, not an event, a score and a similarity")
        similarity = _score(value[2]) if len(value) == 3 else 0.0
        return Heard(pointed(events, value[0]), _score(value[1]), similarity)

    def as_heard(value: tuple[Heard, ...]) -> list[list[Any]]:
        return [[key_of(each.event), each.score, each.similarity] for each in value]

    return Form(
        Shot,
        {
            "index": (Whole(0, _MOST), None),
            "range": (span, as_span),
            "found": (text, None),
            "heard": (many(heard), as_heard),
            "unsure": (truth, None),
            "embedding": (_Embedding(), _as_base64),
            "scene": (Whole(0, _MOST), None),
        },
    )


class _Embedding:
    """Reads embeddings."""

    def __call__(self, value: Plain) -> Vector:
        """Read one."""
        try:
            found = Vector.of_bytes(a2b_base64(text(value), strict_mode=True))
        except (NotBase64, ValueError) as error:
            if isinstance(error, Wrong):
                raise
            raise Wrong("is no embedding in base64") from error
        if not np.isfinite(found).all():
            raise Wrong("holds what is no number")
        return found

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return many, where all are right."""
        try:
            found = [a2b_base64(value, strict_mode=True) for value in values]
            finite = bool(np.isfinite(np.frombuffer(b"".join(found), "<f4")).all())
            return [Vector.of_bytes(each) for each in found] if finite else None
        except (NotBase64, TypeError, ValueError):
            return None


def _as_base64(value: Sequence[float]) -> str:
    if not isinstance(value, Vector):
        try:
            value = Vector(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise Wrong("is no embedding of float32 values") from error
    return b2a_base64(bytes(value), newline=False).decode("ascii")

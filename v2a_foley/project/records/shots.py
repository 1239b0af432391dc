"""Shots in a document. An embedding is its float32 values, little-endian, in base64: exact, and a third of figures."""

from __future__ import annotations

import struct
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from v2a_foley.project.events import Event
from v2a_foley.project.model import Heard, Shot
from v2a_foley.project.records.events import pointed
from v2a_foley.project.records.form import Form
from v2a_foley.project.records.values import Plain, Wrong, as_span, many, number, shown, span, text, truth, whole

_MOST = 2**31
_score = number(-1e6, 1e6)


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
            "index": (whole(0, _MOST), None),
            "range": (span, as_span),
            "found": (text, None),
            "heard": (many(heard), as_heard),
            "unsure": (truth, None),
            "embedding": (_embedding, _as_base64),
            "scene": (whole(0, _MOST), None),
        },
    )


def _embedding(value: Plain) -> tuple[float, ...]:
    """Read an embedding."""
    try:
        found = np.frombuffer(a2b_base64(text(value), strict_mode=True), "<f4")
    except (NotBase64, ValueError) as error:
        if isinstance(error, Wrong):
            raise
        raise Wrong("is no embedding in base64") from error
    if not np.isfinite(found).all():
        raise Wrong("holds what is no number")
    return tuple(found.tolist())


def _as_base64(value: tuple[float, ...]) -> str:
    try:
        return b2a_base64(struct.pack(f"<{len(value)}f", *value), newline=False).decode("ascii")
    except (struct.error, OverflowError, TypeError) as error:
        raise Wrong("is no embedding of float32 values") from error

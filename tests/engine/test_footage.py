"""The tables of docs/footage.md are what the whole program does: every cell is run, a diagonal in every test."""

from __future__ import annotations

import pytest

from tests.engine.footage_matrix import CONTAINERS, Case, cases, outcome, stated

DIAGONAL: list[Case] = [
    ("codecs", "H.264", "ts"),
    ("codecs", "H.264", "webm"),
    ("codecs", "H.264", "avi"),
    ("codecs", "H.264 without B-frames", "mp4"),
    ("codecs", "HEVC 10 bit", "ts"),
    ("codecs", "VP9", "webm"),
    ("codecs", "AV1", "mkv"),
    ("codecs", "ProRes 4444", "mxf"),
    ("codecs", "ProRes 422", "ts"),
    ("codecs", "DNxHR", "mov"),
    ("codecs", "MPEG-2", "mp4"),
    ("codecs", "MPEG-4", "avi"),
    ("rates", "23.976", "mxf"),
    ("rates", "120", "ts"),
    ("features", "variable rate", "webm"),
    ("features", "variable rate", "avi"),
    ("features", "turned by 90°", "ts"),
    ("features", "picture starts 0.2 s late", "mxf"),
    ("features", "three sound tracks, three languages", "mov"),
    ("features", "attached picture", "mkv"),
    ("features", "drop-frame timecode 00:59:59;28", "mxf"),
    ("features", "HDR, PQ", "mkv"),
]
"""Each container as an output and most as an input, each codec, each way to be refused but the rarest."""


def named(case: Case) -> str:
    return " ".join(case)


def test_the_page_has_every_case():
    assert sorted(stated()) == sorted(cases())
    assert {word.split(":")[0] for word in stated().values()} <= {
        "copied", "same frames", "kept", "left out, said", "refused", "–"
    }  # fmt: skip
    assert {case[2] for case in DIAGONAL} == set(CONTAINERS)


@pytest.mark.parametrize("case", DIAGONAL, ids=named)
def test_a_film_becomes_what_the_page_says(case):
    assert outcome(case) == stated()[case]


@pytest.mark.long
@pytest.mark.parametrize("case", [case for case in cases() if case not in DIAGONAL], ids=named)
def test_every_film_becomes_what_the_page_says(case):
    assert outcome(case) == stated()[case]

"""Markers of takes in the works: who is blamed for a crash, and how what was blamed is tried again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.test_takes import Hum, cue
from v2a_foley.engine.means import Means
from v2a_foley.engine.projects.trials import Markers
from v2a_foley.engine.takes import TakeOptions, takes_for
from v2a_foley.errors import Cancelled
from v2a_foley.generate import Sound
from v2a_foley.progress import Progress


def left(folder, crashes, parent, key="a"):
    folder.mkdir(exist_ok=True)
    (folder / f"{key}.json").write_text(json.dumps({"crashes": crashes, "parent": parent}))


@pytest.fixture(scope="module")
def gone() -> int:
    """The number of a process that is no more."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_death_under_a_living_parent_is_a_crash(tmp_path, gone):
    left(tmp_path, 1, os.getpid())
    assert Markers(tmp_path, 3).crashes("a") == 2
    left(tmp_path, 1, gone)  # whoever killed the parent killed the child
    assert Markers(tmp_path, 3).crashes("a") == 1
    left(tmp_path, 0, gone)
    assert Markers(tmp_path, 3).crashes("a") == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("torn", [b"", b"{", b"[]", b'{"crashes": "x", "parent": null}', b"\xff"])
def test_a_marker_that_was_not_written_whole_blames_nobody(tmp_path, torn):
    (tmp_path / "a.json").write_bytes(torn)
    assert Markers(tmp_path, 3).crashes("a") == 0


def test_a_marker_lies_there_while_a_take_is_made_and_no_longer(tmp_path):
    markers = Markers(tmp_path / "trying", 3)
    with markers.trying(["a", "b"]):
        assert sorted(path.stem for path in (tmp_path / "trying").iterdir()) == ["a", "b"]
        assert Markers(tmp_path / "trying", 3).crashes("a") == 1
    with pytest.raises(Cancelled), markers.trying(["a"]):
        raise Cancelled
    assert list((tmp_path / "trying").iterdir()) == []


def test_what_was_given_up_stays_given_up_whoever_asks(tmp_path):
    left(tmp_path, 2, os.getpid())
    Markers(tmp_path, 3).give_up("a")
    assert Markers(tmp_path, 3).crashes("a") == Markers(tmp_path, 3).crashes("a") == 3


class Together(Hum):
    """Makes batches, and tells which."""

    name = "together"

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[tuple[int, list[int]]] = []

    def make_all(self, requests: Sequence, progress: Progress | None = None, *, skip: Sequence[int] = ()):
        wanted = [place for place in range(len(requests)) if place not in skip]
        self.runs.append((len(requests), wanted))
        for place in wanted:
            request = requests[place]
            block = np.full((request.channels, request.samples), 0.1, np.float32)
            yield place, Sound(iter([block]), "a tone", "CC0-1.0")


class Blames:
    """Trials with crashes that are made up: by the order in which takes are asked for."""

    most = 3

    def __init__(self, folder, crashes: Sequence[int]) -> None:
        self.inner, self.counts, self.asked = Markers(folder, 3), crashes, {}

    def crashes(self, key: str) -> int:
        return self.counts[self.asked.setdefault(key, len(self.asked))]

    def trying(self, keys):
        return self.inner.trying(keys)

    def give_up(self, key: str) -> None:
        self.inner.give_up(key)


def test_suspects_of_a_batch_are_made_one_at_a_time_and_keep_their_company_as_long_as_it_goes(tmp_path):
    maker, progress = Together(), Progress()
    cues = [replace(cue(), id=f"c{number}", prompt=f"rain {number}") for number in range(5)]
    trials = Blames(tmp_path / "trying", [0, 1, 2, 3, 0])
    means = Means(tmp_path, trials=trials, whole=True)
    made = takes_for(cues, [maker], TakeOptions(), means, progress)
    assert maker.runs == [(5, [1]), (1, [0]), (5, [0, 4])]
    assert [each.take is not None for each in made] == [True, True, True, False, True]
    (told,) = progress.warnings
    assert "Cue c3 " in told
    assert "3 times" in told

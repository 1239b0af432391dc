"""The one pass: everyone sees every frame once, and progress is told."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.footage import make_film, real_clip
from v2a_foley.errors import CutsError, UsageError
from v2a_foley.progress import Progress
from v2a_foley.video.look import look
from v2a_foley.video.probe import probe


class Counter:
    """A watcher that remembers what it saw."""

    def __init__(self):
        self.times = []
        self.shapes = set()

    def feed(self, block):
        self.times += block.times
        self.shapes.add(block.frames.shape[1:])


@pytest.mark.parametrize("name", ["bikes.mp4", "bigbuckbunny.mp4"])
def test_every_watcher_sees_every_frame_once(name):
    facts = probe(real_clip(name))
    one, two = Counter(), Counter()
    found = look(facts, watchers=[one, two])
    assert one.times == two.times == [Fraction(n, 25) for n in range(facts.picture.frames)]
    assert len(one.shapes) == 1
    assert found.motion.times == tuple(one.times)
    assert found.motion.energy.max() == 1.0


def test_progress_is_told_in_frames(tmp_path):
    events = []
    progress = Progress(events.append)
    look(probe(make_film(tmp_path / "a.mp4")), progress=progress)
    assert [event.done for event in events] == [0, 32, 50, 50]
    assert {(event.stage, event.total) for event in events} == {("look", 50)}
    assert progress.seconds["look"] > 0


def test_what_is_wrong_is_said_before_anything_is_decoded(tmp_path):
    facts = probe(make_film(tmp_path / "a.mp4"))
    with pytest.raises(UsageError):
        look(facts, detector="none")
    with pytest.raises(CutsError):
        look(facts, cuts=[Fraction(50)])


@pytest.mark.parametrize("seconds", [0.04, 0.08, 0.2])
def test_films_of_a_few_frames_are_one_shot(tmp_path, seconds):
    facts = probe(make_film(tmp_path / "a.mp4", seconds=seconds))
    found = look(facts)
    assert len(found.shots) == 1
    assert found.shots[0].range.duration == facts.picture.duration
    assert len(found.motion.energy) == facts.picture.frames

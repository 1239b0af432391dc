"""Undo, redo, gestures, and takes that arrive in between."""

from fractions import Fraction
from pathlib import Path

import pytest

from tests.project.edited import FOLDER, take_of
from tests.projects import film, project_of
from v2a_foley.errors import UsageError
from v2a_foley.project.edits import AddTake, MoveCue, RemoveCue, SetCue, SplitShot, TrimCue
from v2a_foley.project.history import History


@pytest.fixture
def project():
    return project_of(film(Path("film.mp4")), FOLDER / "takes")


def test_menus_say_what_is_undone_and_redone(project):
    history = History(project)
    assert (history.undo_label, history.redo_label) == ("", "")
    history.do(SplitShot(3, Fraction(6)))
    history.do(SetCue("c3", {"gain": -3.0, "muted": True}))
    assert history.undo_label == "Set gain and mute of c3"
    history.undo()
    assert (history.undo_label, history.redo_label) == ("Split shot 3", "Set gain and mute of c3")
    history.do(RemoveCue("c1"))
    assert history.redo_label == ""
    assert history.changes == 4


def test_nothing_is_undone_or_redone_where_nothing_was_done(project):
    history = History(project)
    for step in (history.undo, history.redo):
        with pytest.raises(UsageError) as caught:
            step()
        assert caught.value.hint
    with pytest.raises(UsageError):
        history.do(RemoveCue("c99"))
    assert history.project is project
    assert history.changes == 0


def test_a_drag_is_one_step_and_leaves_no_trace_of_its_way(project):
    history = History(project)
    for to in (3, 1, 0, 2):
        history.do(MoveCue("c3", Fraction(to)), gesture="drag 1")
    assert history.project == MoveCue("c3", Fraction(2)).apply(project)[0]
    history.do(MoveCue("c3", Fraction(4)), gesture="drag 2")
    history.do(MoveCue("c4", Fraction(4)), gesture="drag 2")
    history.undo()
    history.undo()
    assert history.project.cue("c3").range.start == 2
    history.undo()
    assert history.project == project


def test_an_impossible_step_of_a_drag_leaves_the_one_before_it(project):
    history = History(project)
    moved = history.do(MoveCue("c3", Fraction(2)), gesture="drag")
    with pytest.raises(UsageError):
        history.do(MoveCue("c3", Fraction(-2)), gesture="drag")
    assert history.project is moved
    assert history.undo() == project


def test_a_trim_that_passed_over_hits_gives_them_back(project):
    history, cue = History(project), project.cue("c3")
    history.do(TrimCue("c3", end=cue.range.start + Fraction(1, 24)), gesture="drag")
    history.do(TrimCue("c3", end=cue.range.end), gesture="drag")
    assert history.project == project


def test_a_take_that_arrives_stays_when_what_was_done_before_is_undone(project):
    history, take = History(project), take_of("c3t9")
    history.do(MoveCue("c3", Fraction(4)))
    history.do(SetCue("c3", {"gain": -6.0}))
    history.do(SplitShot(1, Fraction(1)))
    history.absorb(AddTake("c3", take))
    history.undo()
    history.undo()
    history.undo()
    assert history.project == AddTake("c3", take).apply(project)[0]
    history.redo()
    assert take in history.project.cue("c3").takes


def test_the_oldest_steps_are_forgotten(project):
    history = History(project, most=3)
    for gain in range(5):
        history.do(SetCue("c1", {"gain": float(gain)}))
    for _ in range(3):
        history.undo()
    assert history.project.cue("c1").gain == 1.0
    assert not history.undo_label

"""Every edit can be taken back and done again exactly, keeps the project whole, and survives JSON."""

import json
from dataclasses import fields, replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import v2a_foley.project.edits as edits_module
from tests.project.edited import FOLDER, check, edits, projects, take_of, tried
from tests.projects import RAIN, film, project_of
from v2a_foley.errors import UsageError
from v2a_foley.project import Hit, Intensity, Layer, Region, default_vocabulary
from v2a_foley.project.edits import (
    KINDS,
    AddCue,
    AddHit,
    AddTake,
    DrawIntensity,
    MergeShots,
    MoveCue,
    MoveCut,
    MuteHit,
    RemoveTake,
    ReplaceHits,
    SetCue,
    SplitCue,
    SplitShot,
    Steps,
    StrikeHit,
    TrimCue,
    edit_from_json,
    edit_to_json,
    new_cue,
)
from v2a_foley.project.history import History
from v2a_foley.timebase import TimeRange


def sent(edit):
    """The edit as it arrives at the other end of a wire."""
    return edit_from_json(json.loads(json.dumps(edit_to_json(edit))), FOLDER)


def a_sequence(data):
    """Do a random project random edits, and all of them back and forth."""
    start = data.draw(projects())
    history, states = History(start), [start]
    for _ in range(data.draw(st.integers(1, 8))):
        before = history.project
        edit = data.draw(edits(before))
        after, possible = tried(before, edit)
        if not possible:  # some of these cannot even be read
            continue
        assert sent(edit) == edit
        _, inverse = edit.apply(before)
        assert sent(inverse) == inverse
        back, again = inverse.apply(after)
        assert back == before
        assert sent(again) == again
        assert again.apply(back)[0] == after
        if not isinstance(edit, Steps):
            check(before, after)
        assert history.do(sent(edit)) == after
        states.append(after)
    end = history.project
    for state in reversed(states[:-1]):
        assert history.undo() == state
    assert history.project == start
    assert not history.undo_label
    for state in states[1:]:
        assert history.redo() == state
    assert history.project == end
    assert not history.redo_label


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_all_is_undone_and_redone_exactly(data):
    a_sequence(data)


@pytest.mark.long
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_all_is_undone_and_redone_exactly_in_many_sequences(data):
    a_sequence(data)


def test_every_kind_is_known_by_its_name():
    assert all(kind.name == name for name, kind in KINDS.items())
    assert set(edits_module.__all__) > {kind.__name__ for kind in KINDS.values()}


@pytest.fixture
def project():
    return project_of(film(FOLDER.parent / "one.mp4"), FOLDER / "takes")  # four shots of 2.5 s


def test_a_split_shot_keeps_what_was_seen_and_later_numbers_stay(project):
    new, _ = SplitShot(2, Fraction(3)).apply(project)
    assert [shot.range.start for shot in new.shots] == [0, Fraction(5, 2), 3, 5, Fraction(15, 2)]
    assert new.shots[1].heard == new.shots[2].heard == project.shots[1].heard
    assert new.shots[2].found == "list"
    assert [shot.index for shot in new.shots] == [1, 2, 5, 3, 4]
    assert new.cue("c1").shots == (1, 2, 5, 3, 4)
    assert new.cue("c4").shots == (2, 5)
    assert new.cue("c5") is project.cue("c5")  # what does not lie at the cut is shared
    assert new.cue("c3") is project.cue("c3")


def test_merged_shots_are_seen_as_the_longer(project):
    longer = MoveCut(2, Fraction(1)).apply(project)[0]
    merged = MergeShots(1).apply(longer)[0]
    assert merged.shots[0].heard == project.shots[1].heard
    assert merged.shots[0].found == "start"
    assert merged.shots[0].range == TimeRange(Fraction(0), Fraction(5))
    assert merged.cue("c3").shots == merged.cue("c4").shots == (1,)


HALF = Fraction(1, 48)
"""Half a frame."""


@pytest.mark.parametrize("at", [Fraction(-1), Fraction(0), HALF, Fraction(5, 2) - HALF, Fraction(5, 2), Fraction(20)])
def test_no_shot_is_split_within_half_a_frame_of_its_ends(project, at):
    with pytest.raises(UsageError, match="no cut"):
        SplitShot(1, at).apply(project)


@pytest.mark.parametrize("to", [Fraction(-1), HALF, 5 - HALF, Fraction(5), Fraction(8)])
def test_no_cut_is_moved_past_another(project, to):
    with pytest.raises(UsageError, match="no cut"):
        MoveCut(2, to).apply(project)
    assert MoveCut(2, 5 - 2 * HALF).apply(project)[0].shots[2] == project.shots[2]


def test_a_moved_cue_keeps_its_sound_and_all_that_it_holds(project):
    cue = project.cue("c3")
    new = MoveCue("c3", Fraction(3)).apply(project)[0].cue("c3")
    assert new.range == TimeRange(Fraction(3), Fraction(11, 2))
    assert (new.anchor, new.slip, new.shots) == (0, 0, (2, 3))
    assert [hit.time - 3 for hit in new.hits] == [hit.time for hit in cue.hits]
    engine = MoveCue("c4", Fraction(0)).apply(project)[0].cue("c4")
    assert engine.intensity.times == (0, Fraction(5, 2))
    there = MoveCue("c3", Fraction(3)).apply(project)[0]
    assert MoveCue("c3", Fraction(0)).apply(there)[0] == project


def test_a_trimmed_cue_keeps_its_sound_in_place(project):
    new = TrimCue("c3", start=Fraction(1)).apply(project)[0].cue("c3")
    assert (new.slip, new.anchor, new.hits) == (1, 0, project.cue("c3").hits)
    wider = TrimCue("c4", start=Fraction(2), end=Fraction(6)).apply(project)[0].cue("c4")
    assert (wider.slip, wider.anchor, wider.shots) == (Fraction(-1, 2), Fraction(5, 2), (1, 2, 3))
    empty = project.with_cues(replace(cue, takes=(), active=None) for cue in project.cues)
    assert TrimCue("c3", start=Fraction(1)).apply(empty)[0].cue("c3").slip == 0


def test_the_halves_of_a_split_cue_sound_as_the_whole_did(project):
    new, _ = SplitCue("c3", Fraction(1), "c9").apply(project)
    whole, first, second = project.cue("c3"), new.cue("c3"), new.cue("c9")
    assert (first.fade_out, second.fade_in, first.fade_in, second.fade_out) == (0, 0, None, None)
    assert (second.slip, second.anchor) == (1, 0)
    assert first.hits + second.hits == whole.hits
    assert second.active == "c9t1"
    assert second.take.path == whole.take.path
    assert [cue.id for cue in new.cues[2:4]] == ["c3", "c9"]


def test_a_new_cue_belongs_to_the_shots_that_it_overlaps(project):
    cue = new_cue(project, RAIN, TimeRange(Fraction(2), Fraction(3)))
    assert (cue.id, cue.shots, cue.layer) == ("c7", (1, 2), RAIN.layer)
    assert AddCue(replace(cue, shots=())).apply(project)[0].cues[-1] == cue


def test_a_removed_take_leaves_silence_or_another(project):
    more, _ = AddTake("c3", take_of("c3t2")).apply(project)
    assert more.cue("c3").active == "c3t1"
    assert RemoveTake("c3", "c3t1").apply(more)[0].cue("c3").take is None
    assert RemoveTake("c3", "c3t1", then="c3t2").apply(more)[0].cue("c3").active == "c3t2"


def test_shots_between_which_others_are_missing_cannot_be_joined(project):
    part = project.with_shots((project.shots[0], project.shots[2]))
    with pytest.raises(UsageError, match="all shots"):
        MergeShots(1).apply(part)
    with pytest.raises(UsageError, match="all shots"):
        MoveCut(3, Fraction(6)).apply(part)


HERE = Region(0.25, 0.5, 0.25, 0.125)
THERE = Region(0.75, 0.5, 0.75, 0.125)


def test_a_muted_hit_keeps_its_strength_and_its_place(project):
    cue = project.cue("c3")
    at, last = cue.hits[1].time, cue.range.end - HALF
    new, _ = AddHit("c3", last, 0.5, HERE).apply(project)
    new, back = MuteHit("c3", last, muted=True).apply(new)
    assert new.cue("c3").hits == (*cue.hits, Hit(last, 0.5, HERE, muted=True))
    struck = StrikeHit("c3", last, 0.0).apply(new)[0]
    assert struck.cue("c3").hits[-1] == Hit(last, 0.0, HERE, muted=True)
    assert back.apply(new)[0].cue("c3").hits[-1] == Hit(last, 0.5, HERE)
    with pytest.raises(UsageError, match="no hit"):
        MuteHit("c3", at + HALF).apply(project)


def test_hits_are_taken_anew_inside_of_the_cue_only(project):
    hits = project.cue("c3").hits
    trimmed = TrimCue("c3", start=hits[1].time).apply(project)[0]
    tapped = (Hit(hits[2].time, 0.1, muted=True), Hit(hits[1].time + HALF, 1.0, HERE))
    assert ReplaceHits("c3", tapped).apply(trimmed)[0].cue("c3").hits == (hits[0], tapped[1], tapped[0])
    for wrong in ((hits[0],), (tapped[0], Hit(hits[2].time))):
        with pytest.raises(UsageError):
            ReplaceHits("c3", wrong).apply(trimmed)


def test_drawing_replaces_the_points_between_and_keeps_where_they_lie(project):
    start, end = project.cue("c4").range.start, project.cue("c4").range.end
    third = (end - start) / 4
    curve = Intensity((start, start + third, end), (0.0, 1.0, 0.5), (HERE, THERE, THERE))
    project, _ = SetCue("c4", {"intensity": curve}).apply(project)
    pen = Intensity((start + third / 2, start + 2 * third), (0.25, 0.75))
    found = DrawIntensity("c4", pen).apply(project)[0].cue("c4").intensity
    assert found.times == (start, start + third / 2, start + 2 * third, end)
    assert found.values == (0.0, 0.25, 0.75, 0.5)
    assert found.regions == (HERE, Region(0.5, 0.5, 0.5, 0.125), THERE, THERE)
    plain, _ = SetCue("c4", {"intensity": None}).apply(project)
    assert DrawIntensity("c4", pen).apply(plain)[0].cue("c4").intensity == Intensity(
        (start, *pen.times, end), (1.0, *pen.values, 1.0)
    )
    with pytest.raises(UsageError, match="does not lie"):
        DrawIntensity("c4", Intensity((end + 1,), (1.0,))).apply(project)


def test_halves_of_a_split_cue_and_of_a_split_shot_hold_every_hit(project):
    hits = tuple(
        Hit(hit.time, 0.3 * n, HERE if n else None, muted=n == 1) for n, hit in enumerate(project.cue("c3").hits)
    )
    project, _ = ReplaceHits("c3", hits).apply(project)
    halves, join = SplitCue("c3", hits[1].time, "c9").apply(project)
    assert halves.cue("c3").hits + halves.cue("c9").hits == hits
    assert join.apply(halves)[0].cue("c3").hits == hits
    cut = SplitShot(1, Fraction(1)).apply(project)[0]
    assert MergeShots(1).apply(cut)[0].cue("c3") == project.cue("c3")
    by = Fraction(5, 7)
    assert MoveCue("c3", by).apply(project)[0].cue("c3").hits == tuple(replace(hit, time=hit.time + by) for hit in hits)


IMPOSSIBLE = [
    {"gain": 99.0},
    {"gain": float("nan")},
    {"seed": -1},
    {"active": "c9t9"},
    {"fade_in": Fraction(-1)},
    {"hits": (Hit(Fraction(1), 2.0),)},
    {"intensity": Intensity((Fraction(2), Fraction(1)), (0.5, 0.5))},
    {"layer": Layer.ORIG},
    {"prompt": "half a letter: \ud800"},
    {"range": TimeRange(Fraction(0), Fraction(1))},
    {"id": "c9"},
    {},
]


@pytest.mark.parametrize("values", IMPOSSIBLE, ids=lambda values: ",".join(values) or "nothing")
def test_what_a_cue_cannot_be_is_refused(project, values):
    with pytest.raises(UsageError) as caught:
        SetCue("c3", values).apply(project)
    assert caught.value.hint


NO_EDITS = [
    None,
    [],
    {},
    {"edit": "explode"},
    {"edit": ["split_shot"]},
    {"edit": "split_shot", "shot": 1},
    {"edit": "split_shot", "shot": 1, "at": 2.5},
    {"edit": "split_shot", "shot": 1, "at": "1/0"},
    {"edit": "split_shot", "shot": 1, "at": "1e999999999"},
    {"edit": "split_shot", "shot": True, "at": "1"},
    {"edit": "split_shot", "shot": 1, "at": "1", "then": 2},
    {"edit": "set_cue", "cue": "c1", "values": {"takes": []}},
    {"edit": "set_cue", "cue": "c1", "values": {"gain": "loud"}},
    {"edit": "set_cue", "cue": "c1", "values": {"event": "no such event"}},
    {"edit": "set_cue", "cue": "c\ud800", "values": {"gain": 1}},
    {"edit": "set_film", "values": {"gain": float("inf")}},
    {"edit": "mute_hit", "cue": "c1", "at": "1", "muted": 1},
    {"edit": "add_hit", "cue": "c1", "at": "1", "region": [0.5, 0.5]},
    {"edit": "add_hit", "cue": "c1", "at": "1", "region": [0.5, 0.5, 2.0, 0.1]},
    {"edit": "replace_hits", "cue": "c1", "hits": [["1", 1, {"muted": "yes"}]]},
    {"edit": "draw_intensity", "cue": "c1", "points": None},
    {"edit": "draw_intensity", "cue": "c1", "points": [["2", 1], ["1", 1]]},
    {"edit": "add_take", "cue": "c1", "take": {"id": "c1t1", "path": "/etc/passwd"}},
    {"edit": "steps", "title": "x", "edits": [{"edit": "split_shot", "shot": 1}]},
]


@pytest.mark.parametrize("value", NO_EDITS, ids=str)
def test_what_is_no_edit_is_refused_in_words(value):
    with pytest.raises(UsageError) as caught:
        edit_from_json(value, FOLDER)
    assert caught.value.hint


def test_edits_nested_without_end_are_refused():
    deep = {"edit": "merge_shots", "shot": 1}
    for _ in range(200):
        deep = {"edit": "steps", "title": "x", "edits": [deep]}
    with pytest.raises(UsageError, match="deep"):
        edit_from_json(deep, FOLDER)


def test_an_event_of_the_vocabulary_is_named_and_any_other_told():
    known = default_vocabulary().events[0]
    named = edit_to_json(SetCue("c1", {"event": known}))
    assert named == {"edit": "set_cue", "cue": "c1", "values": {"event": known.name}}
    told = edit_to_json(SetCue("c1", {"event": replace(known, caption="another sound")}))
    assert told["events"][known.name]["caption"] == "another sound"
    assert (
        sent(SetCue("c1", {"event": replace(known, caption="another sound")})).values["event"].caption
        == "another sound"
    )


def test_edits_of_before_regions_are_read_as_they_were():
    old = {"edit": "add_hit", "cue": "c1", "at": "1", "strength": 0.5}
    assert edit_from_json(old, FOLDER) == AddHit("c1", Fraction(1), 0.5)
    assert edit_to_json(AddHit("c1", Fraction(1), 0.5)) == old
    old = {"edit": "set_cue", "cue": "c1", "values": {"hits": [["1", 0.5]], "intensity": [["1", 0.5]]}}
    assert edit_to_json(edit_from_json(old, FOLDER)) == old


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1/2", "c1", "BG"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def messages(draw):
    """Nonsense that has the shape of an edit."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    names = [each.name for each in fields(KINDS[kind])]
    return {"edit": kind, **draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=4), JSON, max_size=4))}


def nonsense(message):
    """Take a message that may be anything: either it is an edit, or it is refused in words."""
    project = project_of(film(FOLDER.parent / "one.mp4"), FOLDER / "takes")
    try:
        edit = edit_from_json(message, FOLDER)
    except UsageError:
        return
    tried(project, edit)


@settings(max_examples=100, deadline=None)
@given(messages())
def test_nonsense_is_refused_in_words(message):
    nonsense(message)


@pytest.mark.long
@settings(max_examples=2000, deadline=None)
@given(messages())
def test_much_nonsense_is_refused_in_words(message):
    nonsense(message)

"""Values follow runs that are given: no pictures here."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.projects import ENGINE, HAMMER, RAIN, film, project_of, take_for
from v2a_foley.project import Cue, Hit, Intensity, Layer, Project, Region, Shot
from v2a_foley.project.conform.match import Run
from v2a_foley.project.conform.recut import WAYS, conform
from v2a_foley.timebase import TimeRange
from v2a_foley.video.clock import FrameClock

RATE = Fraction(24)


def clock(frames: int, rate: Fraction = RATE) -> FrameClock:
    return FrameClock(np.arange(frames, dtype=np.int64), 1 / rate, Fraction(0), frames / rate)


def span(first: int, last: int, rate: Fraction = RATE) -> TimeRange:
    return TimeRange(first / rate, last / rate)


def cue(name: str, first: int, last: int, event=ENGINE, **more) -> Cue:
    made = Cue(name, event.layer, span(first, last), (), event, **more)
    return made.with_take(take_for(made, Path("takes")))


def project(*cues: Cue, cuts=(0, 60, 120, 180, 240), parked=()) -> Project:
    shots = tuple(
        Shot(n, span(a, b), "start" if n == 1 else "cut", scene=n) for n, (a, b) in enumerate(pairwise(cuts), start=1)
    )
    return Project(film(Path("old.mp4"), frames=cuts[-1]), shots, cues, parked=tuple(parked))


def follow(before: Project, frames: int, *runs: Run, rate: Fraction = RATE, **more):
    old = round(before.media.picture.duration * RATE)
    return conform(before, film(Path("new.mp4"), rate, frames=frames), runs, clock(old), clock(frames, rate), **more)


def test_a_film_that_is_as_it_was_changes_nothing():
    before = project_of(film(Path("old.mp4")), Path("takes"))
    after = follow(before, 240, Run(0, 0, 240))
    assert after.project.shots == before.shots
    by_id = {each.id: each for each in after.project.cues}
    assert {name: each.range for name, each in by_id.items()} == {each.id: each.range for each in before.cues}
    for each in before.cues:
        assert (by_id[each.id].takes, by_id[each.id].hits, by_id[each.id].slip) == (each.takes, each.hits, each.slip)
    assert after.report.counts["kept"] == len(before.cues)
    assert not after.report.appeared
    assert not after.report.vanished


def test_a_shot_taken_out_moves_what_comes_after_and_parks_its_cues():
    hammer = cue("c3", 130, 170, HAMMER, hits=(Hit(Fraction(140, 24)),), intensity=Intensity((Fraction(6),), (1.0,)))
    before = project(cue("c1", 0, 60), cue("c2", 60, 120), hammer)
    after = follow(before, 180, Run(0, 0, 60), Run(120, 60, 120))
    one, three = after.project.cues
    assert one == before.cues[0].__class__(**{**before.cues[0].__dict__, "shots": (1,)})
    assert (three.range, three.takes, three.active, three.slip) == (span(70, 110), hammer.takes, hammer.active, 0)
    assert three.anchor == hammer.range.start
    assert three.hits == (Hit(Fraction(80, 24)),)
    assert three.intensity == Intensity((Fraction(6) - Fraction(60, 24),), (1.0,))
    assert after.project.parked == (before.cues[1],)
    assert [each.what for each in after.report.cues] == ["kept", "parked", "moved"]
    assert [shot.index for shot in after.report.vanished] == [2]
    assert after.report.moved == ((3, 2), (4, 3))
    assert [shot.range for shot in after.project.shots] == [span(0, 60), span(60, 120), span(120, 180)]


def test_a_cue_that_is_cut_into_begins_later_in_its_take():
    before = project(cue("c1", 60, 120, slip=Fraction(1, 2)))
    after = follow(before, 235, Run(0, 0, 60), Run(65, 60, 175))
    (now,) = after.project.cues
    assert now.range == span(60, 115)
    assert now.slip == Fraction(1, 2) + Fraction(5, 24)
    assert now.takes == before.cues[0].takes
    assert now.fade_in == 0
    assert now.fade_out is None
    (said,) = after.report.cues
    assert (said.what, said.lost) == ("trimmed", (span(60, 65),))


def test_regions_and_mutes_go_with_the_picture():
    one, two = Region(0.1, 0.2, 0.3, 0.4), Region(0.9, 0.8, 0.7, 0.6)
    hits = (Hit(Fraction(135, 24), 0.5, one, muted=True), Hit(Fraction(140, 24), 0.25, two))
    curve = Intensity((Fraction(135, 24), Fraction(140, 24)), (0.0, 1.0), (one, two))
    before = project(cue("c1", 0, 60), cue("c3", 130, 170, HAMMER, hits=hits, intensity=curve))
    now = follow(before, 180, Run(0, 0, 60), Run(120, 60, 120)).project.cue("c3")
    assert now.hits == tuple(replace(hit, time=hit.time - Fraction(60, 24)) for hit in hits)
    assert now.intensity == replace(curve, times=tuple(hit.time for hit in now.hits))


def test_a_cue_whose_middle_went_is_two():
    hits = tuple(Hit(Fraction(frame, 24)) for frame in (62, 90, 115))
    before = project(cue("c1", 60, 120, HAMMER, hits=hits))
    after = follow(before, 220, Run(0, 0, 80), Run(100, 80, 140))
    first, second = after.project.cues
    assert (first.id, second.id) == ("c1", "c1-2")
    assert (first.range, second.range) == (span(60, 80), span(80, 100))
    assert second.slip == Fraction(40, 24)
    assert [hit.time for hit in first.hits] == [Fraction(62, 24)]
    assert [hit.time for hit in second.hits] == [Fraction(95, 24)]
    assert [take.id for take in second.takes] == ["c1-2t1"]
    assert second.take.path == first.take.path
    assert after.report.cues[0].what == "split"
    assert after.report.cues[0].lost == (span(80, 100),)
    assert [shot.range.start for shot in after.project.shots] == [0, 60 / RATE, 80 / RATE, 100 / RATE, 160 / RATE]


def test_a_shot_used_twice_sounds_twice():
    before = project(cue("c1", 0, 60), cue("c2", 60, 120))
    after = follow(before, 300, Run(0, 0, 240), Run(0, 240, 60))
    assert [(each.id, each.range.start * 24) for each in after.project.cues] == [("c1", 0), ("c2", 60), ("c1-2", 240)]
    assert after.project.cues[2].anchor == 0
    assert [each.what for each in after.report.cues] == ["copied", "kept"]
    assert after.project.cues[2].shots == (5,)


def test_a_background_goes_on_over_the_cuts_of_its_scene():
    before = project(cue("c1", 0, 180, RAIN))
    after = follow(before, 180, Run(60, 0, 60), Run(0, 60, 60), Run(180, 120, 60))
    (bed,) = after.project.cues
    assert bed.range == span(0, 120)
    assert bed.slip == Fraction(60, 24)
    assert bed.shots == (1, 2)
    assert after.report.cues[0].lost == (span(120, 180),)


def test_a_background_is_parted_by_a_foreign_shot():
    before = project(cue("c1", 0, 120, RAIN))
    after = follow(before, 290, Run(0, 0, 60), Run(60, 110, 180))
    assert [(each.id, each.range, each.slip) for each in after.project.cues] == [
        ("c1", span(0, 60), 0),
        ("c1-2", span(110, 170), Fraction(60, 24)),
    ]
    assert [shot.range for shot in after.report.appeared] == [span(60, 110)]
    assert after.report.silent == (2, 4, 5)


def test_a_background_never_outlasts_its_take():
    before = project(cue("c1", 0, 60, RAIN))
    after = follow(before, 180, Run(0, 0, 60), Run(0, 60, 60), Run(0, 120, 60))
    assert [each.range for each in after.project.cues] == [span(0, 60), span(60, 120), span(120, 180)]
    assert [each.id for each in after.project.cues] == ["c1", "c1-2", "c1-3"]


def test_a_parked_cue_returns_with_its_picture():
    gone = cue("c9", 300, 340)
    before = project(cue("c1", 0, 60), parked=[gone])
    own = FrameClock(np.arange(300, 340, dtype=np.int64), 1 / RATE, Fraction(0), 340 / RATE)
    after = follow(before, 280, Run(0, 0, 60), Run(240, 60, 40), Run(60, 100, 180), shelf={"c9": own})
    assert [(each.id, each.range) for each in after.project.cues] == [("c1", span(0, 60)), ("c9", span(60, 100))]
    assert after.project.cues[1].takes == gone.takes
    assert after.project.parked == ()
    assert [each.what for each in after.report.cues] == ["kept", "returned"]
    still = follow(before, 240, Run(0, 0, 240), shelf={"c9": own})
    assert still.project.parked == (gone,)
    assert still.report.counts["still parked"] == 1


def test_each_film_counts_its_own_time():
    slower = Fraction(24_000, 1001)
    before = project(cue("c1", 60, 120, HAMMER, hits=(Hit(Fraction(90, 24)),)))
    after = follow(before, 180, Run(60, 0, 180), rate=slower)
    (now,) = after.project.cues
    assert now.range == span(0, 60, slower)
    assert now.hits[0].time == 30 / slower
    assert after.project.shots[1].range == span(60, 120, slower)


def test_new_pictures_are_cut_where_cuts_were_found_and_old_ones_where_they_were():
    before = project(cuts=(0, 60, 120))
    cuts = [(Fraction(20, 24), "cut"), (Fraction(90, 24), "fade"), (Fraction(63, 24), "cut")]
    after = follow(before, 180, Run(0, 0, 60), Run(60, 120, 60), cuts=cuts)
    assert [(shot.range.start * 24, shot.found) for shot in after.project.shots] == [
        (0, "start"), (60, "cut"), (90, "fade"), (120, "cut"),
    ]  # fmt: skip
    assert [shot.index for shot in after.report.appeared] == [2, 3]
    assert [shot.scene for shot in after.project.shots] == [1, 0, 0, 2]


def test_the_report_in_timecode():
    before = project(cue("c1", 60, 120))
    said = follow(before, 180, Run(0, 0, 60), Run(120, 60, 120)).report.as_dict()
    assert said["counts"]["parked"] == 1
    assert said["cues"][0]["was"]["start_timecode"] == "00:00:02:12"
    assert said["cues"][0]["now"] == []
    assert said["vanished"] == [{"shot": 2, **said["cues"][0]["was"]}]


@st.composite
def _cases(draw):
    """Draw a project, and runs of any kind: what a matcher may find, right or wrong."""
    frames = draw(st.integers(30, 400))
    cuts = sorted({0, frames, *draw(st.lists(st.integers(1, frames - 1), max_size=6))})
    cues = []
    for number in range(draw(st.integers(0, 6))):
        first = draw(st.integers(0, frames - 1))
        last = draw(st.integers(first + 1, frames))
        event = draw(st.sampled_from([RAIN, ENGINE, HAMMER]))
        hits = tuple(Hit(Fraction(first + i, 24)) for i in range(0, last - first, 9)) if event is HAMMER else ()
        cues.append(cue(f"c{number}", first, last, event, hits=hits))
    parked = draw(st.integers(0, len(cues)))
    runs, place = [], 0
    for _ in range(draw(st.integers(0, 7))):
        place += draw(st.integers(0, 30))
        start = draw(st.integers(0, frames - 1))
        length = draw(st.integers(1, frames - start))
        runs.append(Run(start, place, length))
        place += length
    new = max(1, place + draw(st.integers(0, 40)))
    return project(*cues[parked:], cuts=cuts, parked=cues[:parked]), new, runs


def _nothing_is_dropped(case):
    before, frames, runs = case
    after = follow(before, frames, *runs)
    cues, parked, report = after.project.cues, after.project.parked, after.report
    old = [each.id for each in (*before.cues, *before.parked)]
    assert sorted(each.id for each in report.cues) == sorted(old)
    assert sum(report.counts.values()) == len(old)
    assert set(report.counts) == set(WAYS)
    ids = [each.id for each in (*cues, *parked)]
    assert max(Counter(ids).values(), default=1) == 1
    assert set(old) <= set(ids)
    takes = [take.id for each in (*cues, *parked) for take in each.takes]
    assert max(Counter(takes).values(), default=1) == 1
    assert {name for each in report.cues for name, _ in each.now} == {each.id for each in cues}
    assert {each.path for each in _takes(before)} == {each.path for each in _takes(after.project)}
    shots = after.project.shots
    assert shots[0].range.start == 0
    assert shots[-1].range.end == Fraction(frames, 24)
    assert all(one.range.end == other.range.start for one, other in pairwise(shots))
    assert [shot.index for shot in shots] == list(range(1, len(shots) + 1))
    for each in cues:
        assert 0 <= each.range.start < each.range.end <= after.project.media.duration
        assert each.shots
        take = each.take
        assert each.slip >= 0
        assert each.slip * 48_000 + (each.range.end - each.range.start) * 48_000 <= take.samples - take.before


def _takes(of: Project):
    return [take for each in (*of.cues, *of.parked) for take in each.takes]


@settings(max_examples=150, deadline=None)
@given(_cases())
def test_whatever_is_matched_nothing_is_dropped_in_silence(case):
    _nothing_is_dropped(case)


@pytest.mark.long
@settings(max_examples=5000, deadline=None)
@given(_cases())
def test_whatever_is_matched_nothing_is_dropped_in_silence_long(case):
    _nothing_is_dropped(case)


def test_layers_stay():
    before = project(cue("c1", 0, 60, RAIN))
    assert follow(before, 240, Run(0, 0, 240)).project.cues[0].layer is Layer.BG

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.engine.test_spot import placed, words
from tests.engine.worlds import film, heard, motion
from v2a_foley.engine.by_hand import struck_by_hand
from v2a_foley.engine.spot import spot
from v2a_foley.interchange.hit_list import ListedHit
from v2a_foley.progress import Progress
from v2a_foley.project import Hit

PEAKS = motion((Fraction(1), 0.5), (Fraction(9), 0.7))


def struck(*rows: ListedHit, prompts=(), seen=({"wood": 0.8}, {"dog": 0.8, "rain": 0.2}, {"wood": 0.8})):
    project, said, progress = film(), words(*prompts), Progress()
    project = project.with_shots(
        replace(shot, heard=heard(**scores)) for shot, scores in zip(project.shots, seen, strict=True)
    )
    chosen = frozenset({1, 2, 3})
    spotted = spot(project, PEAKS, chosen, said)
    made = struck_by_hand(spotted, rows, chosen, said, progress)
    return spotted, made, progress.warnings


def hits(project, shot: int):
    return {cue.event.name: [float(hit.time) for hit in cue.hits] for cue in project.cues if cue.shots == (shot,)}


def test_a_row_without_an_event_strikes_what_is_struck_there():
    before, after, _ = struck(ListedHit(Fraction(2), 0.5), ListedHit(Fraction(2), 0.9), ListedHit(Fraction(3)))
    assert (hits(before, 1)["wood"], hits(after, 1)["wood"]) == ([1.0], [2.0, 3.0])
    assert next(cue for cue in after.cues if cue.hits).hits[0] == Hit(Fraction(2), 0.9)
    assert hits(after, 3) == hits(before, 3)


@pytest.mark.parametrize("name", ["wood", "wood is struck", "Wood", "somebody hits wood"])
def test_a_row_with_an_event_makes_its_cue_and_a_guess_gives_way(name):
    _, after, _ = struck(ListedHit(Fraction(5), 1.0, name))
    assert hits(after, 2)["wood"] == [5.0]
    assert ("FX", "dog", (2,)) not in placed(after)
    assert any(cue.layer == "BG" and 2 in cue.shots for cue in after.cues)
    assert hits(after, 1)["wood"] == [1.0]
    assert [cue.id for cue in after.cues] == [f"c{number}" for number in range(1, len(after.cues) + 1)]


def test_a_prompt_stays_beside_the_list():
    _, after, _ = struck(ListedHit(Fraction(5), 1.0, "wood"), ListedHit(Fraction(6)), prompts=["2=a dog"])
    assert hits(after, 2)["wood"] == [5.0]
    assert hits(after, 2)["dog"] == [6.0]


def test_a_lasting_sound_takes_the_rows_as_its_curve():
    _, after, _ = struck(ListedHit(Fraction(5), 0.2, "engine"), ListedHit(Fraction(6), 0.9, "engine"))
    engine = next(cue for cue in after.cues if cue.event.name == "engine")
    assert (engine.intensity.times, engine.intensity.values) == ((5, 6), (0.2, 0.9))
    assert (engine.range.start, engine.range.end, engine.hits) == (4, 8, ())


def test_hits_that_strike_nothing_are_told_never_guessed():
    before, after, told = struck(ListedHit(Fraction(5)), seen=({}, {}, {}))
    assert after.cues == before.cues
    assert "Shot 2" in str(told)

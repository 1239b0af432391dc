"""Hits in a timeline of ours come back exactly."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.projects import HAMMER, film, project_of
from v2a_foley.errors import InputError
from v2a_foley.interchange.otio import write_timeline
from v2a_foley.interchange.otio_hits import hits_in
from v2a_foley.project import Hit, Region


def test_hits_come_back_with_all_that_is_known_of_them(tmp_path):
    project = project_of(film(tmp_path / "a.mp4", Fraction(24_000, 1001)), tmp_path)
    cues = []
    for cue in project.cues:
        at = cue.range.start
        hits = (Hit(at, 1 / 3, Region(0.1, 0.2, 0.3, 1.0)), Hit(at + Fraction(1, 7), 0.5, muted=True))
        cues.append(replace(cue, hits=hits) if cue.event is HAMMER else cue)
    write_timeline(project.with_cues(cues), tmp_path / "out.otio")
    assert hits_in(tmp_path / "out.otio") == {cue.id: cue.hits for cue in cues if cue.hits}


def test_what_is_no_timeline_or_no_hit_is_refused(tmp_path):
    path = tmp_path / "out.otio"
    write_timeline(project_of(film(tmp_path / "a.mp4"), tmp_path), path)
    text = path.read_text("utf-8")
    assert '"strength": 1.0' in text
    path.write_text(text.replace('"strength": 1.0', '"strength": "loud"'), "utf-8")
    with pytest.raises(InputError, match="not a number"):
        hits_in(path)
    path.write_text("{}", "utf-8")
    with pytest.raises(InputError):
        hits_in(path)
    with pytest.raises(InputError):
        hits_in(tmp_path / "none.otio")

"""Real footage cut by ffmpeg, and projects that follow it to the frame."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.projects import ENGINE, HAMMER, RAIN
from tests.recuts import LENGTH, STARTS, foreign, new_film, old_film, shot
from v2a_foley.engine.conform import conform, keep
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.stages import open_film
from v2a_foley.errors import ProjectError, UsageError
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Hit, Project, Shot, Take
from v2a_foley.project.creating import create_project
from v2a_foley.project.places import TAKES
from v2a_foley.project.records.takes import sound_file
from v2a_foley.project.storage import open_project, read_project
from v2a_foley.timebase import TimeRange, from_frame, to_samples
from v2a_foley.video.signatures import FILE, read_signatures

pytestmark = pytest.mark.xdist_group("conform")  # what is costly to set up is set up once

RATE = Fraction(24)


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("V2A_FOLEY_DATA", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return old_film(tmp_path_factory.mktemp("film") / "old.mp4")


def span(first: int, last: int, rate: Fraction = RATE) -> TimeRange:
    return TimeRange(from_frame(first, rate), from_frame(last, rate))


def cue(number: int, first: int, last: int, event, folder: Path, **more) -> Cue:
    digest = f"{number:064x}"
    handle, inside = to_samples(Fraction(4)), to_samples(Fraction(last - first, 24))
    take = Take(
        f"c{number}t1", folder / TAKES / sound_file(digest), 48_000, 1, inside + 2 * handle, handle, handle,
        number, "procedural", event.family, "CC0-1.0", digest=digest,
    )  # fmt: skip
    return Cue(f"c{number}", event.layer, span(first, last), (1,), event, **more).with_take(take)


def project(film: Path, folder: Path) -> Project:
    """The old film's project: a cue a shot, and a bed over the first three."""
    bounds = [*STARTS, LENGTH]
    shots = [Shot(n, span(bounds[n - 1], bounds[n]), "start" if n == 1 else "cut", scene=1) for n in range(1, 6)]
    hits = (Hit(Fraction(65, 24)), Hit(Fraction(100, 24)))
    cues = [
        cue(1, 0, 200, RAIN, folder),
        cue(2, 10, 50, ENGINE, folder),
        cue(3, 60, 130, HAMMER, folder, hits=hits),
        cue(4, 130, 200, ENGINE, folder, gain=-3.0),
        cue(5, 200, 260, ENGINE, folder),
        cue(6, 260, 300, ENGINE, folder),
    ]
    opened = create_project(folder, replace(open_film(film), shots=tuple(shots), cues=tuple(cues)))
    opened.close()
    return opened.project


def follow(before: Project, folder: Path, cut: Path, **more):
    return conform(before, folder, cut, RunSettings(), Progress(), **more)


def test_all_at_once_to_the_frame(film, tmp_path):
    """A shot is gone, one moved, two are trimmed, one is new, one is used twice; all of it smaller and worse."""
    folder = tmp_path / "project"
    before = project(film, folder)
    parts = [shot(1)[:-5], shot(3), shot(2)[5:], shot(5), shot(1)]
    cut = new_film(tmp_path / "new.mp4", parts, worse=True)
    after = follow(before, folder, cut)
    assert [each.range for each in after.project.shots] == [
        span(0, 55), span(55, 125), span(125, 190), span(190, 230), span(230, 290),
    ]  # fmt: skip
    now = {each.id: each for each in after.project.cues}
    assert now["c2"].range == span(10, 50)
    assert now["c2-2"].range == span(240, 280)
    assert now["c3"].range == span(125, 190)
    assert now["c3"].slip == Fraction(5, 24)
    assert to_samples(now["c3"].slip) == 10_000
    assert [hit.time * 24 for hit in now["c3"].hits] == [125, 160]
    assert now["c4"].range == span(55, 125)
    assert (now["c4"].gain, now["c4"].takes, now["c4"].slip) == (-3.0, before.cue("c4").takes, 0)
    assert now["c6"].range == span(190, 230)
    assert (now["c1"].range, now["c1"].slip) == (span(0, 190), 0)
    assert [each.id for each in after.project.parked] == ["c5"]
    assert {each.id: each.what for each in after.report.cues} == {
        "c1": "copied", "c2": "copied", "c3": "trimmed", "c4": "moved", "c5": "parked", "c6": "moved",
    }  # fmt: skip
    assert [each.index for each in after.report.vanished] == [4]
    assert after.report.appeared == ()
    assert list(after.shelf) == ["c5"]
    assert len(after.shelf["c5"].tiny) == 60


def test_what_is_saved_brings_a_parked_cue_back(film, tmp_path):
    folder = tmp_path / "project"
    project(film, folder)
    short = new_film(tmp_path / "short.mp4", [shot(1), shot(2), shot(4), shot(5)])
    with open_project(folder) as opened:
        keep(opened, follow(opened.project, folder, short))
    kept = read_project(folder)
    assert kept.media.path == short
    assert [each.id for each in kept.parked] == ["c4"]
    assert read_signatures(folder).known_as == kept.film.sample
    assert len(list((folder / "backups").iterdir())) == 1
    film_is_not_needed = kept.media.path.rename(tmp_path / "away.mp4")
    whole = new_film(tmp_path / "whole.mp4", [shot(3), shot(1), shot(2), shot(4), shot(5)])
    again = follow(kept, folder, whole)
    assert film_is_not_needed.exists()
    assert again.project.parked == ()
    assert again.project.cue("c4").range == span(0, 70)
    assert again.project.cue("c4").takes == kept.parked[0].takes
    assert again.project.cue("c2").range == span(80, 120)
    assert again.report.counts["returned"] == 1
    assert again.shelf == {}


def test_another_rate_is_matched_frame_by_frame(film, tmp_path):
    folder = tmp_path / "project"
    before = project(film, folder)
    cut = new_film(tmp_path / "new.mp4", [shot(3), shot(4)], rate="24000/1001")
    after = follow(before, folder, cut)
    slower = Fraction(24_000, 1001)
    assert after.project.cue("c4").range == span(0, 70, slower)
    assert after.project.cue("c5").range == span(70, 130, slower)


@pytest.mark.parametrize("spot", [pytest.param(False, marks=pytest.mark.long), True])
def test_new_shots_are_looked_at_and_spotted_where_asked(film, tmp_path, spot):
    folder = tmp_path / "project"
    before = project(film, folder)
    cut = new_film(tmp_path / "new.mp4", [shot(4), foreign(), shot(5)])
    after = follow(before, folder, cut, spot=spot)
    assert [each.range for each in after.report.appeared] == [span(60, 105)]
    new = after.project.shot(2)
    assert new.heard
    assert len(new.embedding) > 10
    assert new.scene == 2
    assert after.project.cue("c5").range == span(0, 60)
    made = [each for each in after.project.cues if each.shots == (2,)]
    assert bool(made) is spot
    assert after.report.silent == (() if spot else (2,))
    assert all(each.id not in {old.id for old in before.cues} for each in made)


@pytest.mark.long
def test_signatures_of_another_film_are_not_believed(film, tmp_path):
    folder = tmp_path / "project"
    before = project(film, folder)
    cut = new_film(tmp_path / "new.mp4", [shot(2), shot(1)])
    after = follow(before, folder, cut)
    with open_project(folder) as opened:
        keep(opened, after)
    again = follow(before, folder, cut)  # as if the document had not been written any more
    assert [each.range for each in again.project.cues] == [each.range for each in after.project.cues]
    lost = replace(before, media=replace(before.media, path=tmp_path / "gone.mp4"))
    with pytest.raises(ProjectError, match="not known"):
        follow(lost, folder, cut)


def test_a_photograph_is_not_cut(film, tmp_path):
    folder = tmp_path / "project"
    before = project(film, folder)
    from PIL import Image

    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(tmp_path / "still.png")
    with pytest.raises(UsageError, match="photograph"):
        follow(before, folder, tmp_path / "still.png")


def test_the_verb(film, tmp_path, capsys):
    from typer.testing import CliRunner

    from v2a_foley.cli.project import app

    folder = tmp_path / "project"
    project(film, folder)
    cut = new_film(tmp_path / "new.mp4", [shot(1), shot(3), shot(4), shot(5)])
    run = CliRunner().invoke(app, ["conform", str(cut), "-p", str(folder), "--dry-run"])
    assert run.exit_code == 0, run.output
    assert "c3 parked" in run.output
    assert "c4 moved  a motor idles  00:00:05:10–00:00:08:08 → 00:00:02:12–00:00:05:10" in run.output
    assert "Nothing was written." in run.output
    assert not (folder / FILE).exists()
    assert read_project(folder).media.path == film or read_project(folder).cue("c4").range == span(130, 200)
    run = CliRunner().invoke(app, ["conform", str(cut), "-p", str(folder), "--json"])
    assert run.exit_code == 0, run.output
    said = json.loads(run.stdout)
    assert said["written"] is True
    assert sum(said["counts"].values()) == 6 == len(said["cues"])
    assert read_project(folder).cue("c4").range == span(60, 130)
    run = CliRunner().invoke(app, ["conform", str(cut), "-p", str(tmp_path / "none")])
    assert run.exit_code == 3

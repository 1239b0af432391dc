"""From a film to a project, its takes and the film: what costs something, and what must not."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from fractions import Fraction

import pytest

from v2a_foley.engine.projects import Warm, generate, new_project, render, why_stale
from v2a_foley.engine.projects import warm as warm_module
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import UsageError
from v2a_foley.progress import Progress
from v2a_foley.project import Hit, Region
from v2a_foley.project.edits import AddHit, MoveHit, MuteHit, ReplaceHits
from v2a_foley.timebase import TimeRange

NONE = RunSettings()


def with_cue(project, name, **changes):
    """The project with a cue changed."""
    return project.with_cues(replace(cue, **changes) if cue.id == name else cue for cue in project.cues)


def named(project, event):
    return next(cue for cue in project.cues if event in cue.event.name)


def test_a_new_project_is_spotted_and_keeps_what_was_chosen(fresh):
    project, folder = fresh
    assert {cue.prompt for cue in project.cues} >= {"a dog barks", "a bell rings", "an engine runs"}
    assert all(cue.takes == () for cue in project.cues)
    assert dict(project.settings) == {"prompt": ["1=a dog barks", "2=a bell rings", "3=an engine runs"], "handles": 0.5}
    assert (folder / "project.json").is_file()
    assert (folder / "picture.npz").is_file()
    with pytest.raises(UsageError, match="already"):
        new_project(project.media.path, folder, NONE, Progress())


def test_the_same_never_costs_twice(taken, made, warm):
    project, folder = taken
    told = []
    again = generate(project, folder, NONE, Progress(), told=lambda cue, take: told.append(take.id), warm=warm)
    assert (again, made.since(), told) == (project, [], [])
    bare = project.with_cues(replace(cue, takes=(), active=None) for cue in project.cues)
    found = generate(bare, folder, NONE, Progress(), told=lambda cue, take: told.append(take.id), warm=warm)
    assert made.since() == []
    assert sorted(told) == sorted(f"{cue.id}t1" for cue in project.cues)
    assert [cue.take.digest for cue in found.cues] == [cue.take.digest for cue in project.cues]


def test_the_cache_folder_may_vanish_and_a_take_that_vanished_is_made_again(taken, made, warm):
    project, folder = taken
    shutil.rmtree(folder / "cache", ignore_errors=True)
    one = named(project, "dog")
    one.take.path.unlink()
    bare = with_cue(project, one.id, takes=(), active=None)
    again = generate(bare, folder, NONE, Progress(), warm=warm)
    assert made.since() == [one.event.name]
    assert again.cue(one.id).take.digest == one.take.digest


def test_changing_one_cue_makes_one_sound_and_changing_it_back_makes_none(taken, made, warm):
    project, folder = taken
    dog = named(project, "dog")
    changed = with_cue(project, dog.id, prompt="a small dog barks far away")
    assert why_stale(changed.cue(dog.id), RunSettings(handles=0.5)) == "another prompt"
    after = generate(changed, folder, NONE, Progress(), warm=warm)
    assert made.since() == [dog.event.name]
    assert [take.id for take in after.cue(dog.id).takes] == [f"{dog.id}t1", f"{dog.id}t2"]
    assert after.cue(dog.id).active == f"{dog.id}t2"
    assert [cue for cue in after.cues if cue.id != dog.id] == [cue for cue in project.cues if cue.id != dog.id]
    back = generate(with_cue(after, dog.id, prompt=dog.prompt), folder, NONE, Progress(), warm=warm)
    assert made.since() == []
    assert back.cue(dog.id).active == f"{dog.id}t1"


def test_one_hit_that_changes_makes_one_take_and_no_hit_that_sounds_makes_silence(taken, made, warm):
    project, folder = taken
    dog = named(project, "dog")
    at = dog.range.start + Fraction(1, 5)

    def after(project, edit):
        changed, _ = edit.apply(project)
        return generate(changed, folder, NONE, Progress(), warm=warm)

    project = after(project, AddHit(dog.id, at, 0.5, Region(0.5, 0.5, 0.1, 0.1)))
    assert made.since() == [dog.event.name]
    project = after(project, AddHit(dog.id, at + Fraction(1, 5)))
    assert made.since() == [dog.event.name]
    both = project.cue(dog.id).take
    project = after(project, MoveHit(dog.id, at, at + Fraction(1, 10)))
    assert made.since() == [dog.event.name]
    project = after(project, MuteHit(dog.id, at + Fraction(1, 10)))
    assert made.since() == [dog.event.name]
    project = after(project, MoveHit(dog.id, at + Fraction(1, 10), at))
    assert made.since() == []  # what is muted may move
    assert after(project, MuteHit(dog.id, at, muted=False)).cue(dog.id).take.digest == both.digest
    assert made.since() == []
    project = after(project, MuteHit(dog.id, at + Fraction(1, 5)))
    assert made.since() == []
    silent = project.cue(dog.id).take
    assert (silent.generator, silent.peak) == ("silence", -math.inf)
    assert why_stale(project.cue(dog.id), RunSettings(handles=0.5)) == ""
    none = after(project, ReplaceHits(dog.id, ()))
    assert none.cue(dog.id).take.peak > -60  # its own rhythm again


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"seed": 7}, "another seed"),
        ({"negative": "wind"}, "another negative"),
        ({"place": "church"}, "another room"),
        ({"hits": (Hit(Fraction(1, 5), 0.5),)}, "other hits"),
        ({"hits": (Hit(Fraction(1, 5), 0.5, muted=True),)}, "other hits"),
        ({"range": TimeRange(Fraction(0), Fraction(5, 2))}, "the take does not reach"),
        ({"slip": Fraction(-2)}, "the take does not reach"),
        ({"takes": ()}, "no take"),
        ({"gain": -6.0}, ""),
        ({"muted": True}, ""),
        ({"fade_in": Fraction(1, 4), "fade_out": Fraction(0)}, ""),
        ({"range": TimeRange(Fraction(0), Fraction(1, 2))}, ""),
    ],
)
def test_what_makes_a_take_stale(taken, changes, why):
    project, _ = taken
    dog = named(project, "dog")
    assert why_stale(replace(dog, **changes), RunSettings(handles=0.5)) == why
    if not why:
        assert why_stale(replace(dog, **changes), RunSettings(handles=0.5, generator="procedural")) != ""


def test_a_cue_that_was_moved_keeps_its_sound(taken):
    project, _ = taken
    for cue in project.cues:
        by = Fraction(1001, 24_000)
        moved = replace(
            cue,
            range=TimeRange(cue.range.start + by, cue.range.end + by),
            anchor=cue.range.start,
            hits=tuple(replace(hit, time=hit.time + by) for hit in cue.hits),
            intensity=replace(cue.intensity, times=tuple(time + by for time in cue.intensity.times))
            if cue.intensity
            else None,
        )
        assert why_stale(moved, RunSettings(handles=0.5)) == ""


def test_cues_that_are_named_get_further_takes_each_of_its_own_seed(taken, made, warm):
    project, folder = taken
    bell = named(project, "bell")
    told = []
    after = generate(
        project, folder, RunSettings(takes=2), Progress(), cues=[bell.id],
        told=lambda cue, take: told.append((cue.id, take.id)), warm=warm,
    )  # fmt: skip
    assert made.since() == [bell.event.name] * 2
    takes = after.cue(bell.id).takes
    assert [take.id for take in takes] == [f"{bell.id}t{number}" for number in (1, 2, 3)]
    assert (len({take.seed for take in takes}), len({take.digest for take in takes})) == (3, 3)
    assert sorted(told) == [(bell.id, f"{bell.id}t2"), (bell.id, f"{bell.id}t3")]
    assert after.cue(bell.id).active == f"{bell.id}t2"
    with pytest.raises(UsageError, match="no cue"):
        generate(project, folder, NONE, Progress(), cues=["c99"], warm=warm)


def test_a_cue_sounds_the_same_whatever_else_is_asked_for(taken, made, warm, tmp_path):
    project, folder = taken
    elsewhere = shutil.copytree(folder, tmp_path / "elsewhere.foley", ignore=shutil.ignore_patterns("takes"))
    bare = project.with_cues(replace(cue, takes=(), active=None) for cue in project.cues)
    for cue in reversed(project.cues):
        bare = generate(bare, elsewhere, NONE, Progress(), cues=[cue.id], warm=warm)
    assert len(made.since()) == len(project.cues)
    assert [cue.take.key for cue in bare.cues] == [cue.take.key for cue in project.cues]
    assert [cue.take.path.read_bytes() for cue in bare.cues] == [cue.take.path.read_bytes() for cue in project.cues]


def test_rendering_makes_nothing_and_the_same_project_gives_the_same_bits(taken, made, tmp_path):
    project, folder = taken
    project = with_cue(project, project.cues[0].id, gain=-12.0)
    first = render(project, folder, tmp_path / "a.mkv", RunSettings(stems=tmp_path / "a"), Progress())
    second = render(project, folder, tmp_path / "b.mkv", RunSettings(stems=tmp_path / "b"), Progress())
    assert made.since() == []
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()
    assert sorted(first.stems) == sorted(second.stems)
    for layer, path in first.stems.items():
        assert path.read_bytes() == second.stems[layer].read_bytes()
    assert first.warnings == ()


def test_a_cue_without_a_take_is_silent_and_told_of(taken, made, tmp_path):
    project, folder = taken
    dog, bell = named(project, "dog"), named(project, "bell")
    project = with_cue(with_cue(project, dog.id, takes=(), active=None), bell.id, prompt="a gong")
    settings = RunSettings(timeline=tmp_path / "cut.otio")
    result = render(project, folder, tmp_path / "out.mp4", settings, Progress())
    assert made.since() == []
    assert any(f"silent: {dog.id}." in sentence for sentence in result.warnings)
    assert any(f"were made: {bell.id}." in sentence for sentence in result.warnings)
    assert len(list((tmp_path / "cut_takes").iterdir())) == len(project.cues) - 1
    assert all(take.path.is_file() for cue in result.project.cues for take in cue.takes)


def test_models_are_loaded_once(footage, tmp_path, monkeypatch):
    loads = []
    true = warm_module.stages.load_profile
    monkeypatch.setattr(warm_module.stages, "load_profile", lambda *given: (loads.append(given), true(*given))[1])
    warm = Warm()
    for name in ("one", "two"):
        project = new_project(footage, tmp_path / name, RunSettings(handles=0), Progress(), warm=warm)
        generate(project, tmp_path / name, NONE, Progress(), warm=warm)
    assert len(loads) == 1

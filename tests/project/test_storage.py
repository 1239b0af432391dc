"""A project's folder while it is open: saves, autosaves, what others do meanwhile, and what a crash leaves."""

import json
import os
import shutil
from dataclasses import replace

import pytest

from tests.project.folders import created, filled
from v2a_foley.errors import OutputError, ProjectError, ProjectLocked, UsageError
from v2a_foley.project.creating import create_project, save_as
from v2a_foley.project.places import AUTOSAVE, DOCUMENT, LOCK, TAKES
from v2a_foley.project.recovery import differences, recovery
from v2a_foley.project.storage import open_project, read_project
from v2a_foley.project.take_store import load_takes, store_take


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "project"


@pytest.fixture
def opened(folder):
    with created(folder) as project:
        yield project


def louder(project, gain=-1.0):
    return project.with_cues([replace(project.cues[0], gain=gain), *project.cues[1:]])


def test_what_is_saved_is_read(opened, folder):
    assert read_project(folder) == opened.project
    assert len(opened.project.id) == 32
    opened.edited(louder(opened.project))
    assert opened.unsaved
    opened.save()
    assert not opened.unsaved
    assert read_project(folder).cues[0].gain == -1.0
    assert sorted(path.name for path in folder.iterdir()) == ["backups", "cache", DOCUMENT, LOCK, TAKES]
    opened.close()
    assert not (folder / LOCK).exists()


def test_a_second_project_in_one_folder_is_refused(opened, folder, tmp_path):
    opened.close()
    with pytest.raises(UsageError, match="already"):
        create_project(folder, opened.project)
    assert not (folder / LOCK).exists()
    with pytest.raises(ProjectError, match="no project"):
        open_project(tmp_path / "none")
    with pytest.raises(ProjectError, match="no project"):
        open_project(tmp_path)
    assert not (tmp_path / LOCK).exists()


def test_autosaved_after_25_edits_or_a_minute(opened, folder):
    for i in range(24):
        opened.edited(louder(opened.project, -i), now=100.0)
        assert not opened.tick(now=101.0)
    opened.edited(louder(opened.project, -24.0), now=101.0)
    before = (folder / DOCUMENT).read_bytes()
    assert opened.tick(now=101.0)
    assert (folder / AUTOSAVE).exists()
    assert (folder / DOCUMENT).read_bytes() == before
    assert not opened.tick(now=1000.0)
    opened.edited(louder(opened.project, -30.0), now=2000.0)
    assert not opened.tick(now=2059.0)
    assert opened.tick(now=2060.0)
    found = recovery(folder)
    assert found.project == opened.project
    assert found.changes == {"cues changed": 1}
    assert "1 cues changed" in found.sentence
    opened.save()
    assert not (folder / AUTOSAVE).exists()
    assert recovery(folder) is None


def crashed(folder):
    """A project that was edited and autosaved, whose program then died."""
    opened = open_project(folder)
    opened.edited(louder(opened.project, -5.0))
    opened.autosave()
    (folder / LOCK).unlink()
    return opened.project


def test_recovery_is_offered_and_chosen_by_nobody_else(opened, folder):
    opened.close()
    lost = crashed(folder)
    with open_project(folder) as again:
        assert again.project == opened.project
        assert again.recovery.project == lost
        assert again.recover() == lost
        assert again.unsaved
        again.save()
        with pytest.raises(UsageError):
            again.recover()
    assert read_project(folder) == lost


def test_recovery_can_be_dropped(opened, folder):
    opened.close()
    crashed(folder)
    with open_project(folder) as again:
        again.discard_recovery()
    with open_project(folder) as again:
        assert again.recovery is None


def test_recovery_that_nobody_chose_goes_to_the_backups(opened, folder):
    opened.close()
    lost = crashed(folder)
    with open_project(folder) as again:
        again.edited(louder(again.project, 3.0))
        again.autosave()
        again.save()
    kept = next((folder / "backups").glob("autosave-*.json"))
    shutil.copy(kept, folder / AUTOSAVE)
    assert recovery(folder).project == lost


def test_an_autosave_older_than_the_document_is_not_offered(opened, folder):
    opened.close()
    crashed(folder)
    old = (folder / AUTOSAVE).read_bytes()
    with open_project(folder) as again:
        again.edited(louder(again.project, 3.0))
        again.save()
    (folder / AUTOSAVE).write_bytes(old)
    os.utime(folder / AUTOSAVE, (1, 1))
    assert recovery(folder) is None


def test_a_damaged_autosave_is_no_hindrance(opened, folder, caplog):
    opened.close()
    (folder / AUTOSAVE).write_bytes(b"{")
    with open_project(folder) as again:
        assert again.recovery is None
    assert "left where it is" in caplog.text
    assert (folder / AUTOSAVE).exists()


def test_what_another_program_changed_is_noticed(opened, folder, tmp_path):
    document = json.loads((folder / DOCUMENT).read_text())
    document["profile"] = "full"
    (folder / DOCUMENT).write_text(json.dumps(document))
    opened.edited(louder(opened.project))
    with pytest.raises(ProjectError, match="Another program changed"):
        opened.save()
    assert read_project(folder).profile == "full"
    other = save_as(opened, tmp_path / "other")
    assert read_project(tmp_path / "other").cues[0].gain == -1.0
    assert other.project.id != opened.project.id
    assert read_project(folder).profile == "full"
    assert all(take.path.is_file() for cue in other.project.cues for take in cue.takes)
    assert {take.path.parent for cue in other.project.cues for take in cue.takes} == {tmp_path / "other" / TAKES}
    other.close()
    with open_project(folder) as again:
        assert again.project.profile == "full"


def test_what_another_program_changed_can_be_reloaded_or_overwritten(opened, folder):
    text = (folder / DOCUMENT).read_text().replace('"pocket"', '"full"')
    (folder / DOCUMENT).write_text(text)
    opened.edited(louder(opened.project))
    assert opened.reload().profile == "full"
    assert not opened.unsaved
    (folder / DOCUMENT).write_text(text + " ")
    opened.edited(louder(opened.project, -7.0))
    opened.save(overwrite=True)
    assert read_project(folder).cues[0].gain == -7.0
    kept = max((folder / "backups").iterdir())
    assert kept.read_text() == text + " "


def test_a_touched_document_is_no_change(opened, folder):
    os.utime(folder / DOCUMENT)
    opened.edited(louder(opened.project))
    opened.save()


def test_a_broken_lock_is_noticed_at_the_next_save(opened, folder):
    with open_project(folder, break_lock=True) as other:
        with pytest.raises(ProjectLocked, match="was broken"):
            opened.save()
        opened.close()
        assert (folder / LOCK).exists()
        other.save()


def test_a_folder_that_cannot_be_written_to(opened, folder, monkeypatch):
    opened.edited(louder(opened.project))
    before = (folder / DOCUMENT).read_bytes()

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(OutputError):
        opened.save()
    with pytest.raises(OutputError):
        opened.autosave()
    assert (folder / DOCUMENT).read_bytes() == before
    assert opened.unsaved


def test_missing_takes_are_told(opened):
    sound = opened.project.cues[0].takes[0].path
    assert opened.missing_takes == ()
    sound.unlink()
    assert opened.missing_takes == (sound.name,)


def test_differences_are_counted(folder):
    project = filled(folder)
    first, *rest = project.cues
    after = replace(project, cues=(replace(first, gain=1.0, takes=(), active=None), *rest[1:]), settings={"seed": 1})
    assert differences(project, project) == {}
    assert differences(project, after) == {
        "cues removed": 1, "cues changed": 1, "takes removed": 2, "settings added": 1,
    }  # fmt: skip


def test_one_sound_is_one_file(folder):
    project = filled(folder)
    take = project.cues[0].takes[0]
    files = sorted(path.name for path in (folder / TAKES).iterdir())
    for key in (take.key, take.key, "f" * 64, "f" * 64):
        scratch = folder / "cache" / "again.wav"
        shutil.copy(take.path, scratch)
        stored = store_take(folder, scratch, replace(take, key=key))
        assert (stored.path, stored.digest) == (take.path, take.digest)
        assert not scratch.exists()
    assert sorted(path.name for path in (folder / TAKES).iterdir() if "-" not in path.name) == files
    found = load_takes(folder)
    assert found[take.key] == take
    assert found["f" * 64].path == take.path
    assert len(found) == len(project.cues) + 1


def test_damaged_records_of_takes_are_left_out(folder, caplog):
    project = filled(folder)
    first, second, third, *rest = (cue.takes[0] for cue in project.cues)
    first.path.with_suffix(".json").write_bytes(b'{"format": "v2a-foley-take"')
    second.path.unlink()
    third.path.with_suffix(".json").unlink()
    os.mkfifo(third.path.with_suffix(".json"))
    assert load_takes(folder) == {take.key: take for take in rest}
    assert len(caplog.records) == 3
    assert load_takes(folder / "nowhere") == {}
    again = store_take(folder, _copied(first.path), first)
    assert load_takes(folder)[first.key] == again


def _copied(path):
    return shutil.copy(path, path.with_name("scratch.wav")) and path.with_name("scratch.wav")

"""Models on disk: how they stand, what is noticed, and that they come and go whole."""

import hashlib
import json
import os
import shutil
import threading

import pytest

from tests.models import small
from v2a_foley.errors import Cancelled, ModelDamaged, ModelMissing, OutputError, UsageError
from v2a_foley.models import installed, installed_path, models_folder, places, remove, require, states, store, verify
from v2a_foley.models.bring import import_folder
from v2a_foley.models.places import locked
from v2a_foley.models.record import read_record, write_record
from v2a_foley.models.store import home, partial_folder, state_of
from v2a_foley.models.table import MANIFEST
from v2a_foley.progress import Progress

BIG = "unet/weights.safetensors"


@pytest.fixture
def place(folder, knows, tmp_path):
    """The small model, installed from a folder; the table pins nothing of it."""
    knows(small.entry(), small.entry("other"))
    return import_folder("small", small.write_files(tmp_path / "copy"))


def test_the_folder_is_the_users_own_unless_overridden(monkeypatch, tmp_path):
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
    monkeypatch.delenv("V2A_FOLEY_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert models_folder().parts[-2:] == ("v2a-foley", "models")


def test_a_model_stands_as_it_does(place, folder):
    assert {each.model.name: each.state for each in states()} == {"small": "installed", "other": "not installed"}
    assert installed() == {"small": place}
    assert installed_path("small") == require("small") == place
    assert installed_path("other") is None
    assert state_of("small").held == sum(len(content) for content in small.FILES.values())
    (partial_folder("other")).mkdir()
    (partial_folder("other") / "x").write_bytes(b"12345")
    assert (state_of("other").state, state_of("other").held) == ("partial", 5)
    assert installed_path("other") is None
    (place / BIG).unlink()
    assert state_of("small").state == "damaged"
    assert BIG in state_of("small").says


def test_looking_makes_no_folder(folder, knows):
    knows(small.entry())
    assert [each.state for each in states()] == ["not installed"]
    with pytest.raises(UsageError):
        remove("small")
    assert not folder.exists()


def test_a_missing_model_says_how_to_get_it(folder, knows):
    knows(small.entry())
    for ask in (require, verify):
        with pytest.raises(ModelMissing) as caught:
            ask("small")
        assert "v2a-foley models pull small" in caught.value.hint
    with pytest.raises(UsageError, match="Choose one of small"):
        require("huge")


@pytest.mark.parametrize("path", list(small.FILES))
@pytest.mark.parametrize("how", ["cut", "gone", "longer", "changed"])
def test_whatever_happens_to_a_file_is_noticed(place, path, how):
    file, content = place / path, small.FILES[path]
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes({"cut": content[:-1], "longer": content + b"x", "changed": content[:-1] + b"!"}[how])
    with pytest.raises(ModelDamaged) as caught:
        require("small")
    assert path in caught.value.message
    assert "v2a-foley models pull small" in caught.value.hint


def test_a_change_that_keeps_size_and_time_is_found_by_verify(place):
    file = place / BIG
    before = file.stat()
    file.write_bytes(small.FILES[BIG][:-1] + b"!")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    require("small")  # the quick look cannot know
    with pytest.raises(ModelDamaged, match="SHA-256"):
        verify("small")


def hashed(monkeypatch):
    """Return the list to which the files go that are hashed from here on."""
    seen, real = [], store.sha256_of

    def spy(path, *more):
        seen.append(path.name)
        return real(path, *more)

    monkeypatch.setattr(store, "sha256_of", spy)
    return seen


def test_a_file_that_was_only_touched_is_hashed_once(place, monkeypatch):
    seen = hashed(monkeypatch)
    require("small")
    assert seen == []
    os.utime(place / "config.json", ns=(1, 1))
    require("small")
    assert seen == ["config.json"]
    require("small")
    assert seen == ["config.json"]  # the record has the new time
    verify("small")
    assert len(seen) == 1 + len(small.FILES)


def test_a_copy_that_may_only_be_read_is_hashed_each_time_and_used(place, monkeypatch):
    seen = hashed(monkeypatch)
    os.utime(place / "config.json", ns=(1, 1))

    def refuse(folder, record):
        raise OutputError("read-only")

    monkeypatch.setattr(store, "write_record", refuse)
    assert require("small") == place
    assert require("small") == place
    assert seen == ["config.json"] * 2


def test_hashing_can_be_stopped(place):
    progress = Progress()
    progress.listener = lambda event: progress.cancel()
    with pytest.raises(Cancelled):
        verify("small", progress)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 2}', '{"format": 1, "files": [{"path": "../x"}]}'])
def test_a_record_that_cannot_be_read_is_damage(place, text):
    (place / MANIFEST).write_text(text)
    with pytest.raises(ModelDamaged):
        require("small")
    assert state_of("small").state == "damaged"


@pytest.mark.parametrize("path", ["../../secret", "/etc/passwd", "a/../../b", "C:/x", "a\\..\\b"])
def test_a_record_cannot_point_outside(place, path):
    record = json.loads((place / MANIFEST).read_text())
    record["files"][0]["path"] = path
    (place / MANIFEST).write_text(json.dumps(record))
    with pytest.raises(ModelDamaged):
        require("small")


def test_a_record_that_lacks_a_file_is_damage(place):
    record = json.loads((place / MANIFEST).read_text())
    record["files"] = record["files"][1:]
    (place / MANIFEST).write_text(json.dumps(record))
    with pytest.raises(ModelDamaged, match=r"lacks config\.json"):
        require("small")


def test_files_and_record_changed_together_are_found_where_the_source_pins_them(place, knows):
    """Who can change a model can change its record; the pins lie in the program."""
    (place / BIG).write_bytes(other := small.tensors(9))
    record = json.loads((place / MANIFEST).read_text())
    for file in record["files"]:
        if file["path"] == BIG:
            file["sha256"] = hashlib.sha256(other).hexdigest()
    (place / MANIFEST).write_text(json.dumps(record))
    assert require("small") == place  # nothing is pinned: the record is all there is
    knows(small.entry(revision="1" * 40, known=small.FILES))
    with pytest.raises(ModelDamaged, match="not of the revision that this program is made for"):
        require("small")


def test_another_models_folder_is_not_this_model(place, folder):
    shutil.copytree(place, folder / "other")
    with pytest.raises(ModelDamaged, match="that of 'small'"):
        require("other")


def test_removing_removes_all_of_it(place, folder):
    partial_folder("small").mkdir()
    (partial_folder("small") / "x").write_bytes(b"123")
    held = sum(p.stat().st_size for p in place.rglob("*") if p.is_file())
    assert remove("small") == held + 3
    assert [p.name for p in folder.iterdir() if not p.name.endswith(".lock")] == []
    with pytest.raises(UsageError):
        remove("small")


def test_removing_a_linked_model_leaves_what_the_link_points_to(place, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    assert require("small") == place
    remove("small")
    assert not place.is_symlink()
    assert small.contents(elsewhere)


def test_a_model_takes_the_place_of_a_damaged_one_in_one_step(place, folder, tmp_path):
    (place / BIG).write_bytes(b"")
    (place / "stray").write_bytes(b"")
    import_folder("small", tmp_path / "copy")
    assert sorted(small.contents(place)) == sorted([*small.FILES, MANIFEST])
    assert [p.name for p in folder.iterdir() if p.name.startswith(".") and not p.name.endswith(".lock")] == []


def test_a_place_that_cannot_be_taken_leaves_the_old_model(place, monkeypatch, tmp_path):
    made = tmp_path / "models" / ".made"
    shutil.copytree(place, made)
    real = type(made).rename

    def refuse(self, target):
        if self == made:
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(type(made), "rename", refuse)
    with pytest.raises(OutputError):
        places.place("small", made, read_record(made))
    assert require("small") == place


def test_a_second_process_waits_and_can_be_cancelled(place):
    inside, leave, progress = threading.Event(), threading.Event(), Progress()

    def hold():
        with locked("small", Progress()):
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(10)
    said = []

    def stop(event):
        said.append(event.message)
        if len(said) > 2:
            progress.cancel()

    progress.listener = stop
    with pytest.raises(Cancelled), locked("small", progress):
        pytest.fail("two are in")
    assert "another v2a-foley" in said[-1]
    leave.set()
    thread.join()
    with locked("small", Progress()):
        pass


def test_what_a_killed_process_left_is_cleared_away(place, folder):
    for name in (".small.import-12345678", ".small.gone-12345678", ".small.old-12345678", ".other.import-12345678"):
        small.write_files(folder / name)
    with locked("small", Progress()):
        pass
    assert sorted(p.name for p in folder.iterdir() if not p.name.endswith(".lock")) == [
        ".other.import-12345678",
        "small",
    ]


def test_a_record_survives_writing_and_reading(place, tmp_path):
    record = read_record(place)
    (tmp_path / "again").mkdir()
    write_record(tmp_path / "again", record)
    assert read_record(tmp_path / "again") == record
    assert home("small") == place


def test_a_folder_that_cannot_be_looked_into_is_an_error_of_ours(knows, monkeypatch):
    knows(small.entry())
    monkeypatch.setenv("V2A_FOLEY_MODELS", "/" + "x" * 5000)
    for ask in (states, lambda: require("small"), lambda: installed_path("small"), lambda: remove("small")):
        with pytest.raises(ModelMissing, match="cannot be read: File name too long"):
            ask()


def test_a_file_in_a_models_place_can_be_removed(folder, knows):
    knows(small.entry())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small").write_text("no model")
    remove("small")
    assert not [each for each in folder.iterdir() if "small" in each.name and not each.name.endswith(".lock")]

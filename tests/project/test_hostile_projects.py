"""Project files from strangers, random and nearly right: only errors of ours, and nothing outside of the project."""

import json
import os
import random
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutations import mutated
from tests.project.folders import created
from v2a_foley.errors import FoleyError
from v2a_foley.project.document import from_document, from_text, to_document, to_text
from v2a_foley.project.links import find_media, relink
from v2a_foley.project.locks import Lock
from v2a_foley.project.places import AUTOSAVE, BACKUPS, DOCUMENT, LOCK, TAKES
from v2a_foley.project.recovery import recovery
from v2a_foley.project.storage import open_project, read_project
from v2a_foley.project.take_store import load_takes

PATHS = ["../../x", "/etc/passwd", "C:\\x", "\\\\a\\b", "CON", "a\x00b", "..", "~", "film.mp4/..", "{0.__class__}"]
NUMBERS = [-1, 0, 1, 2**70, 10**400, 1e308, 5e-324, float("nan"), float("inf")]
TIMES = ["1/0", "-1/3", "9" * 50, ["0", "1"], ["1", "0"], [["0", 1.0]]]
ODD = [None, True, "", "x" * 300, [], {}, [[]], {"": 0}, "é", "\ud800", "__class__", *NUMBERS, *TIMES, *PATHS]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FAST = (300, 400, 250, 50)
LONG = (15_000, 20_000, 4_500, 500)
"""Documents of plain values, documents as bytes, mutations of old ones, and folders; the sum is 1,000, or 40,000."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile") / "around" / "project"


@pytest.fixture(scope="module")
def document(folder):
    folder.parent.mkdir()
    with created(folder):
        pass
    return json.loads((folder / DOCUMENT).read_bytes())


def told(error):
    """An error that a user can read."""
    assert error.message.endswith((".", ")"))
    assert "\n" not in error.message


def read_inside(document, folder):
    """Read a document; where it is taken, it must point nowhere else, and be written and read again the same."""
    try:
        project = from_document(document, folder)
    except FoleyError as error:
        told(error)
        return False
    around = folder.parent
    assert project.media.path.is_relative_to(around)
    assert ".." not in project.media.path.parts
    for cue in (*project.cues, *project.parked):
        for take in cue.takes:
            assert take.path.parent == folder / TAKES
    assert from_document(from_text(to_text(to_document(project, folder))), folder) == project
    return True


def places(value, way=()):
    """Every place in plain values."""
    yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*way, key))


def altered(document, ways, rng):
    """A document with a few of its values replaced, removed, doubled or renamed."""
    document = json.loads(json.dumps(document))
    for _ in range(rng.randint(1, 3)):
        *outer, last = rng.choice(ways)
        at = document
        try:
            for step in outer:
                at = at[step]
            match rng.randrange(5):
                case 0:
                    del at[last]
                case 1 if isinstance(at, list):
                    at.append(at[last])
                case 2 if isinstance(at, dict):
                    at[rng.choice(["x", "takes", "range", "id", "extra", "__dict__"])] = at.pop(last)
                case _:
                    at[last] = rng.choice(ODD)
        except (KeyError, IndexError, TypeError):  # an earlier change took the place away
            continue
    return document


def altered_documents(document, folder, count, name):
    ways = [way for way in places(document) if way]
    taken = sum(read_inside(altered(document, ways, random.Random(f"{name} {i}")), folder) for i in range(count))  # noqa: S311
    assert 0 < taken < count


def mutated_texts(document, folder, count, name):
    whole = to_text(document)
    for i in range(count):
        try:
            found = from_text(mutated(whole, random.Random(f"{name} {i}")))  # noqa: S311
        except FoleyError:
            continue
        read_inside(found, folder)


def old_documents(document, folder, count):
    """The same of version 0, whose upgrade meets what nobody has checked."""
    old = json.loads(json.dumps(document))
    old["version"] = 0
    for shot in old["shots"]:
        shot["range"] = [0.5, 1.25]
        shot["cues"] = [{**cue, "range": [0.0, 1.5]} for cue in old["cues"] if cue["shots"][0] == shot["index"]]
    old["cues"] = []
    assert read_inside(old, folder)
    altered_documents(old, folder, count, "old")


def hostile_folders(document, folder, count):
    """Whole folders whose files are damaged, links, pipes or folders: all are opened, the outside stays as it is."""
    outside = folder.parent.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "kept").write_bytes(b"kept")
    original = folder.parent.parent / "original"
    if not original.exists():
        shutil.copytree(folder, original)
    for i in range(count):
        rng = random.Random(f"folder {i}")  # noqa: S311
        place = folder.parent / "tried"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(original, place)
        for _ in range(rng.randint(1, 3)):
            damage(place, rng, outside)
        for work in (read_project, load_takes, recovery, lambda at: relink(at, at.parent / "film.mp4"), used):
            try:
                work(place)
            except FoleyError as error:
                told(error)
        assert [path.name for path in outside.iterdir()] == ["kept"]
        assert (outside / "kept").read_bytes() == b"kept"
        shutil.rmtree(place)


def used(place):
    """What a program does with a project: open, find the film, edit, save."""
    with open_project(place, break_lock=True) as opened:
        find_media(json.loads((place / DOCUMENT).read_bytes()), place)
        opened.edited(opened.project)
        opened.autosave()
        opened.save()


def damage(place, rng, outside):
    inside = (place / TAKES).is_dir() and not (place / TAKES).is_symlink()  # the damage itself stays inside, too
    sounds = [path.relative_to(place) for path in (place / TAKES).iterdir()] if inside else [TAKES]
    path = place / rng.choice([DOCUMENT, AUTOSAVE, LOCK, TAKES, BACKUPS, rng.choice(sounds or [TAKES])])
    content = path.read_bytes() if path.is_file() else b"{}"
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    match rng.randrange(5):
        case 0:
            path.symlink_to(outside / rng.choice(["kept", "new", ".", "."]))
        case 1:
            os.mkfifo(path) if path.parent.is_dir() else None
        case 2:
            path.mkdir(parents=True, exist_ok=True)
        case 3 if path.parent.is_dir():
            path.write_bytes(mutated(content, rng))
        case _:
            pass


@given(JSON)
@settings(max_examples=40, deadline=None)
def test_random_values_are_no_project(folder, document, value):
    assert document
    assert not read_inside(value, folder)
    known = {**document, "media": value, "cues": value}
    assert not read_inside(known, folder)
    for key in ("shots", "parked", "settings", "events", "id", "colour"):
        read_inside({**document, key: value}, folder)


def test_a_thousand_hostile_projects(folder, document):
    altered_documents(document, folder, FAST[0], "fast")
    mutated_texts(document, folder, FAST[1], "fast")
    old_documents(document, folder, FAST[2])
    hostile_folders(document, folder, FAST[3])


@pytest.mark.long
def test_forty_thousand_hostile_projects(folder, document):
    altered_documents(document, folder, LONG[0], "long")
    mutated_texts(document, folder, LONG[1], "long")
    old_documents(document, folder, LONG[2])
    hostile_folders(document, folder, LONG[3])


def test_the_lock_of_a_stranger_is_only_read(tmp_path):
    whole = b'{"host": "a", "pid": 1, "user": "b", "program": "c", "since": 1, "token": "d"}'
    for i in range(50):
        rng = random.Random(f"lock {i}")  # noqa: S311
        (tmp_path / LOCK).write_bytes(mutated(whole, rng))
        try:
            Lock(tmp_path).release()
        except FoleyError as error:
            told(error)
        (tmp_path / LOCK).unlink(missing_ok=True)

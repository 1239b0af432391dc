"""What a document names lies inside of its project, or it is refused: no path of a stranger leads elsewhere."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.project.folders import CONTENT, created, filled
from v2a_foley.errors import MediaNotFound, ProjectError
from v2a_foley.project.document import from_document, to_document
from v2a_foley.project.fingerprint import fingerprint, pieces
from v2a_foley.project.links import find_media, linked, read_document, relink
from v2a_foley.project.places import TAKES, media_path, media_text
from v2a_foley.project.records.values import Wrong
from v2a_foley.project.storage import open_project, read_project


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "around" / "project"


@pytest.fixture
def kept(folder, tmp_path, monkeypatch):
    """A saved project's document, and a user of whom nothing is known."""
    monkeypatch.setenv("V2A_FOLEY_DATA", str(tmp_path / "user"))
    folder.parent.mkdir()
    with created(folder):
        pass
    return read_document(folder)


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../../film.mp4", "a/../../film.mp4", "..", ".", "../..", "a/..", "../a/../../b", "~/a",
        "C:/film.mp4", "C:film.mp4", "c:\\film.mp4", "\\\\server\\share\\film.mp4", "//server/share/film.mp4", "..\\a",
        "\\\\?\\C:\\x", "\\\\.\\COM1", "CON", "con.mp4", "nul", "NUL.tar.gz", "../COM1", "lpt9.mp4", "COM¹", "aux:x",
        "CON .mp4", "a\x00b", "a\nb", "x" * 2000, 5, None, ["film.mp4"], {"a": 1},
    ],
)  # fmt: skip
def test_paths_that_lead_elsewhere_are_refused(path, tmp_path):
    with pytest.raises(Wrong):
        media_path(path, tmp_path / "project")


@pytest.mark.parametrize(
    ("path", "place"),
    [("film.mp4", "project/film.mp4"), ("../film.mp4", "film.mp4"), ("./a/film.mp4", "project/a/film.mp4"),
     ("../reel 2/fil…m.mp4", "reel 2/fil…m.mp4"), ("conrad.mp4", "project/conrad.mp4"), ("...", "project/...")],
)  # fmt: skip
def test_paths_inside_and_beside_are_followed(path, place, tmp_path):
    assert media_path(path, tmp_path / "project") == tmp_path / place


def test_what_is_written_is_what_is_read(tmp_path):
    folder = tmp_path / "project"
    for path in (folder / "film.mp4", tmp_path / "film.mp4", tmp_path / "reels" / "a b.mov"):
        assert media_path(media_text(path, folder), folder) == path
    for path in (tmp_path.parent / "film.mp4", folder / "CON.mp4", folder / "a\\b.mp4", folder / "a\nb"):
        assert media_text(path, folder) is None


@pytest.mark.parametrize("what", ["link", "folder", "pipe"])
def test_a_take_is_a_regular_file(kept, folder, what):
    sound = next((folder / TAKES).glob("*.wav"))
    sound.unlink()
    if what == "link":
        sound.symlink_to("/etc/passwd")
    elif what == "folder":
        sound.mkdir()
    else:
        os.mkfifo(sound)
    with pytest.raises(ProjectError, match="no regular file"):
        from_document(kept, folder)


def test_the_folder_of_takes_is_no_link(kept, folder, tmp_path):
    shutil.move(folder / TAKES, tmp_path / "takes")
    (folder / TAKES).symlink_to(tmp_path / "takes")
    with pytest.raises(ProjectError, match="is a link"):
        from_document(kept, folder)


@pytest.mark.parametrize("name", ["project.json", "project.autosave.json"])
def test_a_document_that_leads_out_is_refused(kept, folder, tmp_path, name, caplog):
    assert kept
    (folder / "project.json").rename(tmp_path / "outside.json")
    if name != "project.json":
        shutil.copy(tmp_path / "outside.json", folder / "project.json")
    (folder / name).symlink_to(tmp_path / "outside.json")
    if name == "project.json":
        with pytest.raises(ProjectError, match="leads out of the project"):
            read_project(folder)
    else:
        with open_project(folder) as opened:
            assert opened.recovery is None
        assert "leads out of the project" in caplog.text


@pytest.mark.parametrize("name", ["project.json", "project.lock", "project.autosave.json"])
def test_pipes_do_not_stop_the_program(kept, folder, name):
    assert kept
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    os.utime(folder / name, (1, 1))
    with pytest.raises(ProjectError) if name == "project.json" else open_project(folder) as opened:
        assert name != "project.json" or read_project(folder)
        assert name == "project.json" or opened.recovery is None


def test_a_film_that_leads_out_is_refused(kept, folder, tmp_path):
    film = folder.parent / "film.mp4"
    film.rename(tmp_path / "film.mp4")
    film.symlink_to(tmp_path / "film.mp4")
    with pytest.raises(ProjectError, match="leads out of the project"):
        find_media(kept, folder)
    relink(folder, tmp_path / "film.mp4")
    assert find_media(kept, folder) == tmp_path / "film.mp4"


def test_a_film_is_found_where_the_document_says(kept, folder):
    assert kept["media"]["path"] == "../film.mp4"
    assert find_media(kept, folder) == folder.parent / "film.mp4"


def test_a_project_moves_with_its_film(kept, folder, tmp_path):
    folder.parent.rename(tmp_path / "moved")
    moved = tmp_path / "moved" / "project"
    with open_project(moved) as opened:
        assert opened.film_error is None
        assert opened.project.media.path == tmp_path / "moved" / "film.mp4"
        assert all(take.path.is_file() for cue in opened.project.cues for take in cue.takes)
        assert opened.missing_takes == ()


@pytest.mark.parametrize("place", ["../renamed.mov", "renamed.mov"])
def test_a_film_of_another_name_is_found_by_its_content(kept, folder, place):
    (folder.parent / "decoy.mp4").write_bytes(CONTENT[::-1])
    (folder.parent / "film.mp4").rename(folder / place)
    assert find_media(kept, folder) == (folder / place).parent.resolve() / "renamed.mov"
    with open_project(folder) as opened:
        opened.edited(opened.project)
        opened.save()
    assert read_document(folder)["media"]["path"] == place


def test_a_film_that_is_nowhere_is_missing_and_the_project_opens(kept, folder):
    (folder.parent / "film.mp4").unlink()
    with pytest.raises(MediaNotFound) as caught:
        find_media(kept, folder)
    assert caught.value.hint == "Say where the film is: v2a-foley project relink project FILM"
    with open_project(folder) as opened:
        assert isinstance(opened.film_error, MediaNotFound)
        opened.edited(replace(opened.project, profile="full"))
        opened.save()
    assert read_document(folder)["media"]["sample"] == kept["media"]["sample"]


def test_another_film_of_the_same_name_is_refused_unless_it_is_meant(kept, folder):
    film = folder.parent / "film.mp4"
    film.write_bytes(CONTENT[::-1])
    with pytest.raises(ProjectError, match="its content is another"):
        find_media(kept, folder)
    with pytest.raises(ProjectError, match="its content is another"):
        relink(folder, film)
    assert relink(folder, film, anyway=True) == film
    assert find_media(kept, folder) == film
    with open_project(folder) as opened:
        assert opened.project.film == fingerprint(film)
    film.write_bytes(CONTENT[1:])
    with pytest.raises(ProjectError, match="its content is another"):
        find_media(kept, folder)


def test_what_a_user_said_stays_with_the_user(kept, folder, tmp_path):
    away = tmp_path / "elsewhere.mp4"
    (folder.parent / "film.mp4").rename(away)
    before = (folder / "project.json").read_bytes()
    relink(folder, away)
    assert (folder / "project.json").read_bytes() == before
    assert linked(kept["id"]).path == away
    assert find_media(kept, folder) == away
    assert linked("f" * 32) is None
    assert linked("../../x") is None


def test_a_film_elsewhere_is_remembered_when_the_project_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_DATA", str(tmp_path / "user"))
    folder, away = tmp_path / "around" / "project", tmp_path / "distant" / "away.mp4"
    away.parent.mkdir()
    folder.parent.mkdir()
    project = filled(folder)
    (folder.parent / "film.mp4").rename(away)
    from v2a_foley.project.creating import create_project

    with create_project(folder, replace(project, media=replace(project.media, path=away))):
        pass
    assert read_project(folder).media.path == away
    assert "distant" not in (folder / "project.json").read_text()


def test_a_fingerprint_takes_as_long_for_any_film(tmp_path):
    assert sum(length for _, length in pieces(10**12)) == sum(length for _, length in pieces(10**8)) == 3 << 20
    assert pieces(100) == [(0, 100)]
    for size in (3 << 20, (3 << 20) + 1, 10**7, 10**12):
        found = pieces(size)
        assert all(start >= 0 and start + length <= size for start, length in found)
        assert sorted(found) == found
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(5 << 20))
    plain = fingerprint(path)
    for at in (0, (5 << 20) - 1, 1 << 20):
        content = bytearray(5 << 20)
        content[at] = 1
        path.write_bytes(content)
        assert fingerprint(path) != plain
    with pytest.raises(MediaNotFound):
        fingerprint(tmp_path)


def test_to_document_and_back_do_not_need_the_film(kept, folder):
    (folder.parent / "film.mp4").unlink()
    project = from_document(kept, folder)
    assert to_document(project, folder)["media"] == kept["media"]
    assert from_document(kept, folder, media=Path("/elsewhere/film.mp4")).media.path == Path("/elsewhere/film.mp4")

import json
import os
import shutil
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pytest

from v2a_foley.errors import Cancelled, LibraryError
from v2a_foley.generate.library import Library
from v2a_foley.generate.library.index import index_file
from v2a_foley.generate.library.reading import blocks, opened, read_range
from v2a_foley.progress import Progress

from .library_sounds import (
    DOG,
    EVENTS,
    RAIN,
    WIND,
    WordBag,
    attacks,
    knock,
    library_request,
    made,
    noise,
    write,
)


def test_every_sound_is_heard_once(sounds: Path, library: Library):
    entries = {entry.path: entry for entry in library.index.entries}

    dog = entries["ANMLDog_Large Dog Bark Aggressive_JB_MyLib.wav"].analysis
    assert (dog.sample_rate, dog.channels, dog.frames) == (44_100, 1, 4 * 44_100)
    assert np.allclose(np.array(dog.onsets) / 44_100, (0.25, 1.3, 2.5), atol=0.006)
    assert dog.peak == pytest.approx(-6, abs=0.6)
    rain = entries["RAINVege_Rain Heavy On Leaves_XY_S01.flac"].analysis
    assert rain.channels == 2
    assert rain.spread < 1
    assert rain.sounding == pytest.approx(6, abs=0.02)
    assert len(entries) == 8


def test_an_unchanged_library_is_not_listened_to_again(
    sounds: Path, cache: Path, library: Library, monkeypatch: pytest.MonkeyPatch
):
    def never(path: Path) -> None:
        raise AssertionError(f"listened to {path} again")

    monkeypatch.setattr("v2a_foley.generate.library.index.analyse", never)
    words = WordBag()
    again = Library(sounds, words, vocabulary=EVENTS, cache=cache)

    assert again.index.entries == library.index.entries
    assert np.array_equal(again.index.embeddings, library.index.embeddings)
    assert words.asked == []


def test_what_changed_is_heard_again_and_what_vanished_is_forgotten(sounds: Path, tmp_path: Path):
    folder = tmp_path / "sfx"
    shutil.copytree(sounds, folder)
    heard: list[str] = []
    progress = Progress(listener=lambda event: heard.append(event.message) if event.message else None)
    Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c", progress=progress)
    (folder / "Footsteps" / "Footstep_Wood_04.wav").unlink()
    write(folder / "Footsteps" / "Footstep_Wood_01.wav", knock(48_000, 0.3, 0.8), 48_000)
    heard.clear()

    library = Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c", progress=progress)

    assert [name for name in heard if name.endswith((".wav", ".flac", ".ogg"))] == ["Footsteps/Footstep_Wood_01.wav"]
    entries = {entry.path: entry for entry in library.index.entries}
    assert "Footsteps/Footstep_Wood_04.wav" not in entries
    assert entries["Footsteps/Footstep_Wood_01.wav"].analysis.onsets[0] == pytest.approx(0.3 * 48_000, abs=240)


def test_other_words_embed_anew_without_listening_again(
    sounds: Path, cache: Path, library: Library, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("v2a_foley.generate.library.index.analyse", lambda path: pytest.fail(f"listened to {path}"))
    other = WordBag()
    other.space = type(other.space)("another", 128, "another")

    Library(sounds, other, vocabulary=EVENTS, cache=cache)

    assert len(other.asked) == len(library.index.entries)


def test_a_damaged_index_is_made_anew(sounds: Path, tmp_path: Path):
    at = index_file(sounds, tmp_path)
    at.parent.mkdir(parents=True)
    at.write_bytes(b"this is no database, and it is long enough to be looked at" * 40)

    assert len(Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path).index.entries) == 8


def test_an_index_of_another_schema_is_made_anew(sounds: Path, tmp_path: Path):
    Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path)
    with sqlite3.connect(index_file(sounds, tmp_path)) as database:
        database.execute("PRAGMA user_version = 999")
        database.execute("UPDATE sounds SET analysis = 'of another age'")

    assert len(Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path).index.entries) == 8


def test_indexing_can_be_cancelled_and_goes_on_where_it_stopped(sounds: Path, tmp_path: Path):
    progress = Progress()
    progress.listener = lambda event: progress.cancel() if event.done >= 3 else None
    with pytest.raises(Cancelled):
        Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path, progress=progress)
    with sqlite3.connect(index_file(sounds, tmp_path)) as database:
        kept = database.execute("SELECT count(*) FROM sounds").fetchone()[0]

    assert 3 <= kept < 8
    assert len(Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path).index.entries) == 8


def test_bad_files_among_good_ones_are_named_in_one_warning(sounds: Path, tmp_path: Path):
    folder = tmp_path / "sfx"
    shutil.copytree(sounds, folder)
    for number in range(5):
        (folder / f"broken {number}.wav").write_bytes(b"RIFF then nothing")
    write(folder / "silence.wav", np.zeros(4800, np.float32), 48_000)
    (folder / "._hidden.wav").write_bytes(b"macOS")
    (folder / "notes.txt").write_text("not a sound")
    progress = Progress()

    library = Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c", progress=progress)

    assert len(library.index.entries) == 8
    said = "6 of 14 sounds in the library cannot be used and are left out: broken 0.wav, broken 1.wav, broken 2.wav"
    assert progress.warnings == [f"{said} and 3 more."]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are always Unicode")
def test_a_name_that_is_no_text_is_used_and_shown_as_far_as_it_can_be(tmp_path: Path):
    folder = tmp_path / "sfx"
    plain = write(folder / "dog barks.wav", knock(48_000, 0.1, 1.0), 48_000)
    odd = Path(os.fsdecode(os.fsencode(plain.parent) + b"/dog barks \xe9\xff.wav"))
    plain.rename(odd)

    for _ in range(2):
        library = Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")
        request = library_request(DOG, hits=((4800, 1.0),))
        sound = library.make(request)
        assert np.concatenate(list(sound.blocks), axis=1).any()
        (sound.source + sound.licence + json.dumps(dict(sound.details))).encode("utf-8")
        assert sound.source == "dog barks \ufffd\ufffd.wav"


@pytest.mark.parametrize("what", ["missing", "a file", "empty", "only text", "only broken"])
def test_a_library_of_nothing_is_an_error_that_names_it(tmp_path: Path, what: str):
    folder = tmp_path / "my sounds"
    if what == "a file":
        folder.write_text("x")
    elif what != "missing":
        folder.mkdir()
    if what == "only text":
        (folder / "readme.txt").write_text("x")
    if what == "only broken":
        for number in range(7):
            (folder / f"b{number}.wav").write_bytes(b"")

    with pytest.raises(LibraryError) as caught:
        Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")

    assert "my sounds" in str(caught.value)
    assert caught.value.hint
    if what == "only broken":
        assert "b0.wav, b1.wav, b2.wav and 4 more" in caught.value.message


def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "locked"
    folder.mkdir()

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)  # the tests may run as root, who may read everything
    with pytest.raises(LibraryError, match=r"locked.*may not be read"):
        Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")


def test_what_libsndfile_cannot_read_goes_through_pyav(tmp_path: Path):
    av = pytest.importorskip("av")
    path = tmp_path / "ANMLDog_Bark_A_B.m4a"
    sound = knock(44_100, 0.5, 2.0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44_100, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
        frame.sample_rate = 44_100
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)

    library = Library(tmp_path, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")

    heard = library.index.entries[0].analysis
    assert heard.frames == pytest.approx(2 * 44_100, abs=4096)
    assert heard.onsets[0] / 44_100 == pytest.approx(0.5, abs=0.06)
    assert attacks(made(library, library_request(DOG, 24_000, hits=((12_000, 1.0),))))[0] == pytest.approx(
        12_000, abs=48
    )


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3", ".aiff", ".caf"])
def test_reading_in_parts_gives_what_reading_in_one_go_gives(tmp_path: Path, suffix: str):
    path = write(tmp_path / f"noise{suffix}", np.stack([noise(44_100, 8, 1), noise(44_100, 8, 2)], axis=1), 44_100)

    with opened(path, in_parts=True) as sound:
        whole = np.concatenate(list(blocks(sound)), axis=1)
        for start in (44_100, 100_001, 3, 250_000, 255_000, 0, 352_000):
            part = read_range(sound, start, 5000)
            there = whole[:, start : start + 5000]
            assert np.abs(part[:, : there.shape[1]] - there).max() < 1e-6
            assert not part[:, there.shape[1] :].any()
        assert np.abs(read_range(sound, -100, 300)[:, 100:] - whole[:, :200]).max() < 1e-6


def test_the_broadcast_wave_description_counts(tmp_path: Path):
    path = write(tmp_path / "T001.wav", knock(48_000, 0.1, 1.0), 48_000)
    data = path.read_bytes()
    chunk = b"Howling wolf at night".ljust(602, b"\0")
    data = data[:12] + b"bext" + len(chunk).to_bytes(4, "little") + chunk + data[12:]
    path.write_bytes(data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:])

    library = Library(tmp_path, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")

    assert "Howling wolf at night" in library.index.entries[0].description


# At the border


def test_a_file_that_vanished_since_is_a_clear_error(sounds: Path, tmp_path: Path):
    folder = tmp_path / "sfx"
    shutil.copytree(sounds, folder)
    library = Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")
    shutil.rmtree(folder)

    with pytest.raises(LibraryError, match="RAINVege"):
        made(library, library_request(RAIN))
    with pytest.raises(LibraryError, match="ANMLDog"):
        library.make(library_request(DOG, hits=((0, 1.0),)))


def test_making_can_be_cancelled_between_blocks(library: Library):
    progress = Progress()
    blocks = library.make(library_request(WIND, 600 * 48_000), progress).blocks
    next(blocks)
    progress.cancel()

    with pytest.raises(Cancelled):
        next(blocks)

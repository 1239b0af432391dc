"""Names: which sound belongs to which clip, what lists say, what rows are called."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.errors import SourceError
from v2a_foley.evaluate.pairing import clips_of, names_of, read_list, row_names, sound_set

NAMES = st.lists(st.text("ab_12", min_size=1, max_size=6), unique=True, max_size=8)


def test_a_known_name_is_a_clip_and_a_number_behind_it_a_take():
    found = clips_of(["bark", "bark_1", "bark_22", "meow_1", "yt_000012"], {"bark", "yt_000012"})
    assert found == {"bark": "bark", "bark_1": "bark", "bark_22": "bark", "meow_1": "meow_1", "yt_000012": "yt_000012"}


def test_a_known_name_that_ends_in_a_number_is_no_take():
    assert clips_of(["a_1", "a_2"], {"a", "a_1"}) == {"a_1": "a_1", "a_2": "a"}


def test_where_nothing_is_known_two_of_a_stem_are_takes():
    found = clips_of(["a_1", "a_2", "b_1", "yt_000012", "yt_000013"], set())
    assert found == {"a_1": "a", "a_2": "a", "b_1": "b_1", "yt_000012": "yt_000012", "yt_000013": "yt_000013"}


def test_a_list_goes_first():
    assert clips_of(["a_1", "b"], {"a", "b"}, {"b": "a"}) == {"a_1": "a", "b": "a"}


@given(names=NAMES, known=NAMES)
def test_every_sound_gets_one_clip_and_known_names_keep_theirs(names, known):
    found = clips_of(names, set(known))
    assert list(found) == names
    for name, clip in found.items():
        assert name == clip or name.startswith(f"{clip}_")
        if name in known:
            assert clip == name
        elif known and clip != name:
            assert clip in known


def test_names_are_paths_without_suffix(tmp_path):
    paths = [tmp_path / "a.b.wav", tmp_path / "deep" / "c.flac"]
    assert list(names_of(paths, tmp_path)) == ["a.b", "deep/c"]
    assert list(names_of([tmp_path / "x.wav"], tmp_path / "x.wav")) == ["x"]


def test_two_sounds_of_one_name_are_refused(tmp_path):
    (tmp_path / "a.wav").touch()
    (tmp_path / "a.mp3").touch()
    with pytest.raises(SourceError, match="have one name"):
        sound_set(tmp_path, "x")


def test_rows_are_called_what_tells_them_apart():
    assert row_names([Path("x/one"), Path("y/two")], {"reference"}) == ["one", "two"]
    assert row_names([Path("x/one"), Path("y/one")], set()) == ["x/one", "y/one"]
    assert row_names([Path("x/reference")], {"reference"}) == ["x/reference"]


@pytest.mark.parametrize("parted", [",", ";", "\t"])
def test_lists_are_read_whatever_parts_them(tmp_path, parted):
    lines = [("caption", "file"), ("a dog, barking" if parted != "," else '"a dog, barking"', "one.wav"), ("rain", "t")]
    path = tmp_path / "list.csv"
    path.write_text("\ufeff" + "\n".join(parted.join(line) for line in lines), encoding="utf-8")
    assert read_list(path, "file", "caption") == {"one": "a dog, barking", "t": "rain"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no lines"),
        (b"file,caption\n", "holds no lines"),
        (b"name,caption\na,b\n", "lacks a column 'file'"),
        (b"file,caption\na\n", "lacks a column"),
        (b"file,caption\na,a dog, barking\n", "Line 2 .* more values"),
        (b"file,caption\na.wav,b\na.mp3,c\n", "twice"),
        (b"file,caption\n\xff\xfe,b\n", "no CSV in UTF-8"),
    ],
)
def test_lists_that_are_not_understood_are_refused(tmp_path, content, said):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=said):
        read_list(path, "file", "caption")


def test_names_are_the_same_however_their_accents_are_written(tmp_path):
    together, parted = "caf\u00e9", "cafe\u0301"
    path = tmp_path / "list.csv"
    path.write_text(f"file;caption\r\n{parted}.wav;cups\r\n", encoding="utf-8", newline="")
    assert read_list(path, "file", "caption") == {together: "cups"}
    assert list(names_of([tmp_path / f"{parted}.wav"], tmp_path)) == [together]


def test_a_list_that_is_a_folder_is_refused(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        read_list(tmp_path, "file", "caption")

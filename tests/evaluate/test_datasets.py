import csv

import pytest

from tests.evaluate.paper_world import LABELS, write_imagehear
from v2a_foley.errors import SourceError
from v2a_foley.evaluate.imagehear import photographs
from v2a_foley.evaluate.vggsound import Entry, read_list, vggsound_test


def listed(folder, rows, *names):
    """Write a list and empty files."""
    with (folder / "vggsound.csv").open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows(rows)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_the_list_is_read_as_its_authors_publish_it(tmp_path):
    listed(tmp_path, [["--0PQM4-hqg", 30, "waterfall burbling", "train"], ["_x", 7, LABELS[1], "test"]])
    assert read_list(tmp_path / "vggsound.csv") == [
        Entry("--0PQM4-hqg", 30, "waterfall burbling", "train"),
        Entry("_x", 7, "rain, on a roof", "test"),
    ]


def test_a_first_line_that_names_the_columns_is_passed_over(tmp_path):
    listed(tmp_path, [["youtube_id", "start", "label", "split"], ["a", 0, "dog", "test"]])
    assert [entry.video for entry in read_list(tmp_path / "vggsound.csv")] == ["a"]


def test_a_line_that_stands_twice_is_one_clip(tmp_path):
    listed(tmp_path, [["a", 0, "dog", "test"], ["b", 0, "dog", "test"], ["a", 0, "dog", "test"]])
    assert [entry.video for entry in read_list(tmp_path / "vggsound.csv")] == ["a", "b"]


@pytest.mark.parametrize(
    "row",
    [
        ["a", "x", "dog", "test"],
        ["a", "²", "dog", "test"],
        ["a", 0, "dog"],
        ["a", 0, "dog", "dev"],
        ["", 0, "d", "test"],
    ],
)
def test_a_line_that_is_not_understood_is_named(tmp_path, row):
    listed(tmp_path, [["a", 0, "dog", "test"], row])
    with pytest.raises(SourceError, match="Line 2"):
        read_list(tmp_path / "vggsound.csv")


def test_clips_are_found_by_every_name_in_use_and_the_training_part_is_left_alone(tmp_path):
    rows = [[f"id{n}", 10 * n, "dog", "train" if n == 5 else "test"] for n in range(7)]
    names = ["a/id0_000000.mp4", "b/id1_10.mkv", "id2_20000_30000.webm", "id3.mp4", "id4_000041.mp4", "id5_000050.mp4"]
    data = vggsound_test(listed(tmp_path, rows, *names), None)
    assert {item.key: item.path.name for item in data.items} == {
        "id0_000000": "id0_000000.mp4", "id1_000010": "id1_10.mkv", "id2_000020": "id2_20000_30000.webm",
        "id3_000030": "id3.mp4",
    }  # fmt: skip
    assert data.listed == 6
    assert str(data) == "VGGSound test, 4 of 6"


def test_the_first_clips_are_the_first_whatever_else_is_there_and_mix_the_classes(tmp_path):
    rows = [[f"id{n:03d}", 0, f"class {n // 20}", "test"] for n in range(100)]
    data = vggsound_test(listed(tmp_path, rows, *(f"id{n:03d}.mp4" for n in range(100))), None)
    ten = data.first(10)
    assert len({item.label for item in ten.items}) >= 3
    (tmp_path / f"{data.items[-1].key.partition('_')[0]}.mp4").unlink()
    assert vggsound_test(tmp_path, None).first(10).items == ten.items
    assert data.first(0) == data


@pytest.mark.parametrize(("rows", "names", "said"), [
    ([["a", 0, "dog", "train"]], ["a.mp4"], "names no test clips"),
    ([["a", 0, "dog", "test"]], ["b.mp4"], "Not one of the 1 test clips"),
])  # fmt: skip
def test_a_data_set_without_test_clips_is_refused(tmp_path, rows, names, said):
    with pytest.raises(SourceError, match=said):
        vggsound_test(listed(tmp_path, rows, *names), None)


def test_missing_folders_and_lists_are_named(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        vggsound_test(tmp_path / "none", None)
    with pytest.raises(SourceError, match=r"vggsound\.csv"):
        vggsound_test(tmp_path, None)
    with pytest.raises(SourceError, match="does not exist"):
        photographs(tmp_path / "none")
    with pytest.raises(SourceError, match="no photographs"):
        photographs(tmp_path)


@pytest.mark.parametrize("folders", [False, True])
def test_photographs_carry_their_class_in_their_name_or_their_folder(tmp_path, folders):
    data = photographs(write_imagehear(tmp_path / "images", folders=folders))
    assert sorted(item.label for item in data.items) == ["accordion", "accordion", "dog", "waterfall", "waterfall"]
    assert len({item.key for item in data.items}) == 5
    assert str(data) == "ImageHear, 5 of 101"


def test_a_photograph_without_a_class_is_refused(tmp_path):
    (tmp_path / "12.jpg").touch()
    with pytest.raises(SourceError, match="carries no class"):
        photographs(tmp_path)

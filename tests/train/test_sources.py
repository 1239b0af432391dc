"""What is found where: VGGSound's list, folders of films, images with sounds, lists of pairs. Nothing is opened."""

import inspect
import os
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from v2a_foley.errors import SourceError, UsageError
from v2a_foley.train.sources import Item, Unusable, find_source


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def entries(*words: object, **more: object) -> list:
    return list(find_source(*words, **more).entries())


def test_films_are_found_in_any_folder_and_in_order(tmp_path):
    touch(tmp_path, "b/two.MKV", "a.mp4", "c/d/three.webm", "notes.txt", ".hidden.mp4", ".git/four.mp4", "c/._d.mp4")
    found = entries(tmp_path)
    assert [item.key for item in found] == ["a.mp4", "b/two.MKV", "c/d/three.webm"]
    assert all(item.windowed for item in found)
    source = find_source(tmp_path)
    assert (source.kind, source.name, source.count) == ("videos", tmp_path.name, 3)
    assert [item.key for item in source.entries()] == [item.key for item in source.entries()]


def test_loops_of_links_end_and_links_are_followed(tmp_path):
    touch(tmp_path / "in", "a.mp4")
    touch(tmp_path / "elsewhere", "b.mp4")
    (tmp_path / "in" / "again").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "in" / "self.mp4").symlink_to("self.mp4")
    (tmp_path / "in" / "gone.mp4").symlink_to("nowhere.mp4")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "in", target_is_directory=True)
    assert [item.key for item in entries(tmp_path / "in")] == ["a.mp4", "more/b.mp4"]


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_utf8_are_keys_all_the_same(tmp_path):
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4")).write_bytes(b"x")
    except OSError:
        pytest.skip("this disk takes UTF-8 alone")
    (item,) = entries(tmp_path)
    assert item.key == "caf\\xe9.mp4"
    assert item.key.encode()
    assert item.picture.is_file()


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_folder_is_named_however_it_is_reached(tmp_path, monkeypatch):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    try:
        touch(odd / "deep", "a.mp4")
    except OSError:
        pytest.skip("this disk takes UTF-8 alone")
    touch(odd, "b.mp4")
    assert find_source(odd).name == find_source(odd / "deep" / "..").name == "caf\\xe9"
    monkeypatch.chdir(odd / "deep")
    assert find_source(Path("..")).name == "caf\\xe9"
    assert find_source(Path()).name == "deep"


def test_folders_may_be_deeper_than_calls(tmp_path):
    touch(tmp_path / "/".join("d" * 300), "a.mp4")
    touch(tmp_path, "e.mp4")
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 200)
    try:
        assert [len(item.key.split("/")) for item in entries(tmp_path, "videos")] == [301, 1]
    finally:
        sys.setrecursionlimit(before)


def test_thousands_of_files_are_walked(tmp_path):
    for number in range(1500):
        (tmp_path / f"{number:05d}.mp4").touch()
    assert find_source(tmp_path).count == 1500


LIST = """---1_cCGK4M,0,people crowd,test
--0PQM4-hqg,30,waterfall burbling,train
-_abcdefghi,7,"dog, barking",train
missing_one,5,x,train
wholefilm_1,40,wind,train
in_millisec,12,rain,
in_seconds_,12.0,rain,
"""


def vggsound(folder: Path) -> Path:
    touch(
        folder, "clips/---1_cCGK4M_000000.mp4", "clips/deep/--0PQM4-hqg_30.webm", "clips/-_abcdefghi_000007.mp4",
        "clips/wholefilm_1.mkv", "clips/in_millisec_12000_22000.mp4",
        "clips/in_seconds__12_22.mp4", "clips/stranger_000001.mp4",
    )  # fmt: skip
    (folder / "vggsound.csv").write_text(LIST)
    return folder


@pytest.mark.parametrize("name", ["", "vggsound.csv"])
def test_vggsound_is_recognised_by_its_list(name, tmp_path):
    source = find_source(vggsound(tmp_path) / name)
    assert (source.kind, source.count) == ("vggsound", 7)
    found = list(source.entries())
    assert [each.key for each in found] == [
        "---1_cCGK4M_000000", "--0PQM4-hqg_000030", "-_abcdefghi_000007", "missing_one_000005",
        "wholefilm_1_000040", "in_millisec_000012", "in_seconds__000012",
    ]  # fmt: skip
    assert isinstance(found[3], Unusable)
    assert not found[3].lasting, "a clip that is not there yet is looked for again"
    assert [each.start for each in found if isinstance(each, Item)] == [0, 0, 0, 40, 0, 0]
    assert (found[0].split, found[1].split, found[5].split) == ("test", "train", "")
    assert found[2].label == "dog, barking"
    assert found[4].group == "wholefilm_1", "clips of one film must not be parted"


def test_clips_may_lie_elsewhere(tmp_path):
    vggsound(tmp_path / "set")
    touch(tmp_path / "disk", "---1_cCGK4M_000000.mp4")
    found = entries(tmp_path / "set" / "vggsound.csv", clips=tmp_path / "disk")
    assert [isinstance(each, Item) for each in found] == [True] + [False] * 6
    with pytest.raises(SourceError):
        find_source(tmp_path / "set" / "vggsound.csv", clips=tmp_path / "no")


def test_a_line_that_is_not_understood_stops_nothing(tmp_path):
    odd = f"broken line\nabcdefghijk,soon,x,train\nabcdefghijk,{'9' * 5000},x,train\n,1,x,train\n"
    (tmp_path / "list.csv").write_text(LIST + odd)
    found = entries(tmp_path / "list.csv", kind="vggsound")
    assert [each.key for each in found[-4:]] == [f"line {number}" for number in range(8, 12)]
    assert all(isinstance(each, Unusable) and each.lasting for each in found[-4:])


@pytest.mark.parametrize(("images", "sounds"), [("images/", "sounds/"), ("", "")])
def test_images_have_the_sounds_of_their_names(images, sounds, tmp_path):
    touch(
        tmp_path, f"{images}a.jpg", f"{images}deep/b.PNG", f"{images}alone.png",
        f"{sounds}a.wav", f"{sounds}deep/b.flac", f"{sounds}other.wav",
        f"{sounds}a.wma",
    )  # fmt: skip
    source = find_source(tmp_path)
    assert (source.kind, source.count) == ("images", 3)
    found = {each.key: each for each in source.entries()}
    assert found["a.jpg"].sound == tmp_path / sounds / "a.wav"
    assert found["deep/b.PNG"].sound == tmp_path / sounds / "deep/b.flac"
    assert isinstance(found["alone.png"], Unusable)
    assert find_source(tmp_path, "images").count == 3


def test_a_table_says_what_goes_together(tmp_path):
    (tmp_path / "pairs.csv").write_text(
        "\ufeffPicture;sound;start;duration;label;split\n"
        "film.mp4;;1.5;2;dog;val\n"
        "photo.png;bark.wav;;;;\n"
        ";x.wav;;;;\n"
        "film.mp4;;soon;;;\n"
        "film.mp4;;-1;;;\n"
        "film.mp4;;1/0;;;\n"
        "film.mp4;;1e400000000;;;\n"
        "film.mp4;;nan;;;\n"
        "film.mp4;;0;601;;\n"
        "film.mp4\n"
        "film.mp4;;2.5e-1;7/2;;\n",
        encoding="utf-8",
    )
    source = find_source(tmp_path / "pairs.csv")
    assert (source.kind, source.count) == ("table", 11)
    found = list(source.entries())
    assert found[0] == Item(
        "film.mp4@1.500+2.000", tmp_path / "film.mp4", start=Fraction(3, 2), duration=Fraction(2), label="dog",
        split="validation", group="film.mp4",
    )  # fmt: skip
    assert (found[1].key, found[1].sound) == ("photo.png+bark.wav", tmp_path / "bark.wav")
    assert [isinstance(each, Unusable) for each in found] == [False] * 2 + [True] * 7 + [False] * 2
    assert [each.key for each in found[2:9]] == [f"line {number}" for number in range(4, 11)]
    assert (found[-1].start, found[-1].duration) == (Fraction(1, 4), Fraction(7, 2))
    assert find_source(tmp_path).kind == "table", "the folder that holds the list will do"


def test_a_huge_table_is_streamed(tmp_path):
    import gc
    import tracemalloc

    path = tmp_path / "pairs.csv"
    with path.open("w") as opened:
        opened.write("picture,sound,label\n")
        opened.writelines(f"folder/film {number}.mp4,,class {number % 300}\n" for number in range(20_000))
    list(find_source(path).entries())  # what is imported on the way is not the table
    gc.collect()
    tracemalloc.start()
    source = find_source(path)
    assert source.count == 20_000
    assert sum(1 for _ in source.entries()) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000, "a list of them would be three times that"


@pytest.mark.parametrize("kind", ["auto", "vggsound", "videos", "images", "table"])
def test_where_nothing_is_found_it_is_said(kind, tmp_path):
    (tmp_path / "readme.txt").write_text("hello")
    for path in (tmp_path, tmp_path / "readme.txt", tmp_path / "no", tmp_path / ("x" * 300)):
        with pytest.raises(SourceError) as told:
            find_source(path, kind)
        assert told.value.hint


def test_lists_that_are_none(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "header.csv").write_text("picture,sound\n")
    for name in ("empty.csv", "bytes.csv", "other.csv", "header.csv"):
        for kind in ("auto", "vggsound", "table"):
            with pytest.raises(SourceError):
                find_source(tmp_path / name, kind)
    with pytest.raises(UsageError):
        find_source(tmp_path, "films")


def test_two_lists_in_one_folder_are_a_question(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("picture\nx.mp4\n")
    with pytest.raises(SourceError, match="several"):
        find_source(tmp_path)


def test_lists_that_are_none_do_not_hide_the_one_that_is(tmp_path):
    (tmp_path / "PAIRS.CSV").write_text("picture\nx.mp4\n")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    for kind in ("auto", "table"):
        assert (find_source(tmp_path, kind).kind, find_source(tmp_path, kind).name) == ("table", "PAIRS.CSV")

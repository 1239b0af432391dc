"""Lists of jobs, folders and presets: what they stand for, and every mistake told before anything begins."""

import csv
import io
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.queue.hands import films
from v2a_foley.engine.queue import places
from v2a_foley.engine.queue.jobs import Job, Wish, make_jobs
from v2a_foley.engine.queue.lists import list_lines, natural, read_lines
from v2a_foley.engine.queue.presets import Presets, read_presets
from v2a_foley.errors import FoleyError, JobsError


def listed(folder: Path, text: str, wish: Wish | None = None) -> list[Job]:
    (folder / "jobs.csv").write_text(text, encoding="utf-8")
    return make_jobs(list_lines(folder / "jobs.csv"), wish or Wish(), "'jobs.csv'")


def test_a_list_says_films_outputs_presets_and_settings(tmp_path):
    films(tmp_path, "a.mov", "sub/b.avi")
    (tmp_path / "presets.toml").write_text(
        'gain = -3\nseed = 7\n[night]\nprompt = ["crickets", "2=an owl"]\noriginal = "duck"\n', encoding="utf-8"
    )
    presets = read_presets(tmp_path / "presets.toml")
    first, second = listed(
        tmp_path,
        "source,output,preset,prompt,seed,stems\na.mov,day/{film}_foley.mp4,,rain | 1=wind,3,stems/{film}\n"
        "sub/b.avi,,night,,,\n",
        Wish({"seed": 5}, presets),
    )
    assert first.source == tmp_path / "a.mov"
    assert first.output == "day/a_foley.mp4"
    assert first.settings == {"gain": -3.0, "seed": 3, "prompt": ["rain", "1=wind"], "stems": "stems/a"}
    assert second.output == "b.avi"
    assert second.settings == {"gain": -3.0, "seed": 5, "prompt": ["crickets", "2=an owl"], "original": "duck"}
    assert Job.of(first.text()) == first
    assert first.id != second.id


def test_every_mistake_is_told_at_once_with_row_and_column(tmp_path):
    films(tmp_path, "a.mov")
    with pytest.raises(JobsError) as error:
        listed(
            tmp_path,
            "source,output,seed,original\na.mov,../x.mov,1,mix\nb.mov,,2,mix\na.mov,x.mov,3,loud\na.mov,x.xyz,4,\n",
        )
    for words in ("row 2, column output", "row 3, column source", "'loud'", "row 5, column output"):
        assert words in error.value.message
    with pytest.raises(JobsError) as error:
        listed(tmp_path, "source,seed,draft\na.mov,x,yes\na.mov,1,perhaps\n,1,\n a.mov\n")
    for words in ("row 2, column seed", "row 3, column draft", "row 4, column source", "row 5 has 1 cells"):
        assert words in error.value.message


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("source,colour", "no column 'colour'"),
        ("source,seed,seed", "is there twice"),
        ("source,", "has no name"),
        ("film,seed", "'source' is missing"),
        ("source,overwrite", "no column 'overwrite'"),
        ("", "is empty"),
    ],
)
def test_a_header_that_is_not_understood_is_refused(header, words, tmp_path):
    films(tmp_path, "a.mov")
    with pytest.raises(JobsError, match=words):
        listed(tmp_path, f"{header}\n" if header else "")


def test_where_mistakes_are_too_many_for_a_sentence_all_are_in_the_notes(tmp_path):
    with pytest.raises(JobsError) as error:
        listed(tmp_path, "source\n" + "".join(f"{n}.mov\n" for n in range(100)))
    assert "100 mistakes" in error.value.message
    assert len(error.value.__notes__) == 100


def test_two_jobs_that_write_one_file_are_refused(tmp_path):
    films(tmp_path, "a.mov", "b.mov", "c/a.mov")
    with pytest.raises(JobsError, match=r"row 3: 'x\.mov' is written by row 2"):
        listed(tmp_path, "source,output\na.mov,X.mov\nb.mov,x.mov\n")
    with pytest.raises(JobsError, match="is written by"):
        listed(tmp_path, "source,output,stems\na.mov,1.mov,stems\nc/a.mov,2.mov,stems\n")
    with pytest.raises(JobsError, match="is written by"):
        listed(tmp_path, "source,spotting\na.mov,list.csv\nb.mov,list.csv\n")
    assert len(listed(tmp_path, "source,spotting\na.mov,{film}.csv\nb.mov,{film}.csv\n")) == 2


@pytest.mark.parametrize(
    "output",
    [
        "../x.mov", "a/../../x.mov", "/etc/x.mov", "C:\\x.mov", "C:x.mov", "a\\x.mov", "nul.mov", "sub/CON.mov",
        ".v2a-foley/x.mov",
        ".hidden.mov", "{film.__class__}.mov", "{film!r}.mov", "{film:>9}.mov", "{0}.mov", "{take}.mov",
        "{film", "x .mov/y:z.mov", "x\x01.mov", "trailing./x.mov", f"{'x' * 300}.mov",
    ],
)  # fmt: skip
def test_no_output_leaves_the_folder_or_reaches_attributes(output, tmp_path):
    films(tmp_path, "a.mov")
    with pytest.raises(JobsError, match="row 2, column output"):
        listed(tmp_path, f'source,output\na.mov,"{output}"\n')


def test_a_name_for_takes_brings_the_timeline_that_they_come_with(tmp_path):
    films(tmp_path, "a.mov")
    wish = Wish({"name": "{film}_{layer}_{tc}_{take}_{catid}"})
    (job,) = make_jobs(read_lines([tmp_path / "a.mov"], tmp_path / "out")[0], wish, "it")
    assert job.settings["timeline"] == "a.otio"
    for name in ("{film}_{take.__class__}", "{film}_{nonsense}_{take}"):
        with pytest.raises(JobsError, match="--name"):
            make_jobs(read_lines([tmp_path / "a.mov"], tmp_path / "out")[0], Wish({"name": name}), "it")


def test_folders_patterns_and_films_are_sorted_as_people_do(tmp_path, monkeypatch):
    films(tmp_path / "in", "reel 10.mov", "Reel 2.MOV", "x.txt", ".hidden.mov", "deep/reel 1.mkv", "photo.wmv")
    lines, _ = read_lines([tmp_path / "in"], tmp_path / "in/out")
    assert [each.name for each in lines] == ["photo", "Reel 2", "reel 10"]
    films(tmp_path / "in/out", "reel 10.mov")
    lines, _ = read_lines([tmp_path / "in"], tmp_path / "in/out", recursive=True)
    assert [each.name for each in lines] == ["deep/reel 1", "photo", "Reel 2", "reel 10"]
    assert [job.output for job in make_jobs(lines, Wish(), "it")] == [
        "deep/reel 1.mkv", "photo.mov", "Reel 2.mov", "reel 10.mov",
    ]  # fmt: skip
    assert {job.output[-4:] for job in make_jobs(lines, Wish(suffix=".wav"), "it")} == {".wav"}
    monkeypatch.chdir(tmp_path)
    lines, _ = read_lines([Path("in/*.mov"), Path("in/deep/reel 1.mkv")], tmp_path / "out")
    assert [each.source.name for each in lines] == ["reel 10.mov", "reel 1.mkv"]
    for nothing in ("nothing/*.mov", "nothing", "in/x[", "in/../none.csv"):
        with pytest.raises(JobsError):
            read_lines([Path(nothing)], tmp_path / "out")


def test_presets_with_mistakes_are_refused(tmp_path):
    path = tmp_path / "presets.toml"
    for text in (
        "colour = 1", "[night]\ncolour = 1", "seed = 'x'", "seed = true", "[night]\ngain = 1e9", "gain = inf",
        "seed = [", "overwrite = true",
        "[a.b]\nseed = 1", "prompt = [1]", "name = '{take.x}'", "[night]\noriginal = 'loud'",
    ):  # fmt: skip
        path.write_text(text, encoding="utf-8")
        with pytest.raises(JobsError, match="presets"):
            read_presets(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(JobsError, match="UTF-8"):
        read_presets(path)
    path.write_text("[night]\nmapper = 'mine'\n", encoding="utf-8")
    assert read_presets(path).named["night"]["mapper"] == str(tmp_path / "mine")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/sub").symlink_to(tmp_path)
    (tmp_path / "out/inner").mkdir()
    with pytest.raises(FoleyError, match="link"):
        places.resolved(tmp_path / "out", "sub/x.mov")
    assert places.resolved(tmp_path / "out", "inner/x.mov") == (tmp_path / "out/inner/x.mov").resolve()
    (tmp_path / "out/a").symlink_to("b")
    (tmp_path / "out/b").symlink_to("a")
    with pytest.raises(FoleyError, match="link"):
        places.resolved(tmp_path / "out", "a/x.mov")


def test_names_with_bytes_that_are_no_text_are_kept(tmp_path):
    source = tmp_path / b"caf\xe9.mov".decode("utf-8", "surrogateescape")
    source.write_bytes(b"x")
    (job,) = make_jobs(read_lines([tmp_path], tmp_path / "out")[0], Wish(), "it")
    assert Job.of(job.text()).source.read_bytes() == b"x"
    assert job.output.isprintable()
    job.output.encode()


CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["a.mov", "../a.mov", "{film}", "{film.__class__.__init__}", "%s%n", "\0", "con", "1e999", "-1", "yes"]
    ),
    st.sampled_from(["1=rain", "/", "~root", "=cmd|' /C calc'!A0", "$(reboot)"]),
)
NAMES = st.one_of(
    st.sampled_from(["source", "output", "preset", "seed", "prompt", "stems", "name", "profile", "deliver", "gain"]),
    st.text(string.printable, max_size=8),
)
ROWS = st.lists(st.lists(CELLS, max_size=6), max_size=5)


def quoted(header: list[str], rows: list[list[str]]) -> str:
    text = io.StringIO()
    try:
        csv.writer(text).writerows([["source", *header], *rows])
    except csv.Error:
        return ""
    return text.getvalue()


LISTS = st.one_of(st.builds(quoted, st.lists(NAMES, max_size=5), ROWS), st.text())


def outcome(path: Path) -> list[Job] | JobsError:
    try:
        return make_jobs(list_lines(path), Wish(presets=Presets()), "'jobs.csv'")
    except JobsError as error:
        return error


def check_hostile(folder: Path, text: str) -> None:
    """Whatever a list says: jobs whose results lie in the folder, or a typed error."""
    path = folder / "jobs.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    jobs = outcome(path)
    if isinstance(jobs, JobsError):
        assert len(jobs.message) <= 600
        return
    for job in jobs:
        named = [job.settings[each] for each in ("stems", "timeline", "spotting") if each in job.settings]
        for place in (job.output, *named):
            assert (folder / "out").resolve() in places.resolved(folder / "out", place).parents
        assert Job.of(job.text()) == job


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    folder = films(tmp_path_factory.mktemp("hostile"), "a.mov")
    (folder / "out").mkdir()
    return folder


@settings(max_examples=100, deadline=None)
@given(LISTS)
def test_hostile_lists_meet_typed_errors_only(hostile, text):
    check_hostile(hostile, text)


@pytest.mark.long
@settings(max_examples=30_000, deadline=None)
@given(LISTS)
def test_very_many_hostile_lists_meet_typed_errors_only(hostile, text):
    check_hostile(hostile, text)


def test_natural_order_has_an_answer_for_any_two_names():
    names = ["a10", "a2", "10", "2", "", "a", "²", "1a", "a" * 30 + "9" * 30]
    assert sorted(names, key=natural)[:3] == ["", "1a", "2"]

import json

import pytest

from benchmarks.sync import figures, table
from benchmarks.sync.cases import read_cases, write_hits
from benchmarks.sync.measure import Job, measure_all, read_lines
from tests import scenes
from v2a_foley import ffmpeg
from v2a_foley.interchange.hit_list import read_hits


def line(film, system, truth, hits, *, kind="ping_pong", **more):
    return {
        "film": film, "system": system, "generator": "silent", "kind": kind, "prompt": "", "seconds": 6.0, "fps": 25.0,
        "quiet": not truth, "truth": truth, "speed": [], "hits": [[t, 1.0] for t in hits], "heard": [], "levels": [],
        "warnings": [], "events": [], **more,
    }  # fmt: skip


def write_film(folder, name, scene, **facts):
    path = folder / f"{name}.mp4"
    height, width = scene.frames[0].shape[:2]
    ffmpeg.feed(
        ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}", "-framerate", str(scene.rate),
         "-i", "pipe:0", "-an", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path)],
        (memoryview(frame).cast("B") for frame in scene.frames),
        what="writing a scene",
    )  # fmt: skip
    write_hits(path.with_suffix(".hits.csv"), tuple(scene.contacts), (1.0,) * len(scene.contacts))
    about = {"kind": "hammer", "prompt": "a hammer strikes an anvil", "fps": str(scene.rate), "speed": None,
             "seconds": len(scene.frames) / float(scene.rate), "quiet": not scene.contacts, **facts}  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(about))
    return path


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    write_film(folder, "hammer-1", scenes.hammer("30000/1001", seconds=2.0))
    write_film(folder, "still-1", scenes.still("25", seconds=1.0), kind="still")
    return folder


def test_cases_are_read_as_they_were_rendered(films):
    hammer, still = read_cases(films)
    assert (hammer.name, hammer.kind, hammer.quiet) == ("hammer-1", "hammer", False)
    assert hammer.fps == pytest.approx(29.97, abs=1e-3)
    assert hammer.truth == pytest.approx((0.12, 0.92, 1.72))
    assert still.quiet
    assert not still.continuous
    assert [case.name for case in read_cases(films, kinds=frozenset({"still"}))] == ["still-1"]
    assert read_cases(films, each=0) == []


def test_hits_are_written_as_the_program_reads_them(tmp_path):
    write_hits(tmp_path / "cues.csv", (0.5, 1.25), (1.0, 0.25))
    assert [(float(h.time), h.strength) for h in read_hits(tmp_path / "cues.csv")] == [(0.5, 1.0), (1.25, 0.25)]


def test_what_was_measured_is_not_measured_again_and_a_torn_line_is(films, tmp_path, capsys):
    out = tmp_path / "found.jsonl"
    jobs = [Job(case, "truth", "silent") for case in read_cases(films)]
    assert measure_all(jobs[:1], out) == 0
    first = out.read_text()
    out.write_text(first + first[:40])
    assert len(read_lines(out)) == 1
    assert measure_all(jobs, out) == 0
    assert out.read_text().startswith(first)
    assert len(out.read_text().splitlines()) == 3
    assert [one["film"] for one in read_lines(out)] == ["hammer-1", "still-1"]
    assert read_lines(out)[0]["hits"] == [[time, 1.0] for time in jobs[0].case.truth]
    assert "0/" not in capsys.readouterr().out


def test_figures_pool_the_films_of_a_group_and_keep_held_out_kinds_apart():
    lines = [
        line("a", "net", [1.0, 2.0], [1.0]),
        line("b", "net", [1.0], [1.0, 3.0]),
        line("c", "net", [1.0], [1.0], kind="hammer_nail"),
        line("d", "net", [], [1.0], kind="still"),
    ]
    groups = figures.groups(lines)
    assert list(groups) == ["held-out kinds", "training kinds", "hammer_nail", "ping_pong"]
    chance, net = figures.rows(groups["held-out kinds"], heard=False)
    assert (net.films, net.events) == (2, 3)
    assert (net.precision, net.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert chance.f1 < 0.2
    (calm,) = figures.calm(lines, heard=False)
    assert (calm.events, calm.rate.value) == (1, pytest.approx(10))


def test_the_level_of_a_wheel_is_compared_with_its_speed():
    speed = [[t / 20, t / 20] for t in range(121)]
    wheel = line("w", "hand", [], [], kind="accelerating_wheel", speed=speed, levels=[-60 + n / 4 for n in range(120)])
    (found,) = figures.following([wheel])
    assert found.median == pytest.approx(1.0)


def test_tables_stand_between_their_marks_and_are_replaced(tmp_path):
    page = tmp_path / "sync.md"
    page.write_text(f"# Sync\n\nbefore\n\n{table.BEGIN}\nold\n{table.END}\n\nafter\n")
    lines = [line("a", "net", [1.0, 2.0], [1.0]), line("q", "net", [], [], kind="still")]
    lines.append({**line("x", "net", [1.0], []), "error": "MediaUnreadable: broken."})
    table.put(page, table.tables(lines))
    once = page.read_text()
    table.put(page, table.tables(lines))
    assert page.read_text() == once
    assert "old" not in once
    assert once.index("before") < once.index("| net | 1 | 2 | 0.667 |") < once.index("after")
    assert "x (net): MediaUnreadable: broken." in once
    page.write_text(table.BEGIN)
    with pytest.raises(ValueError, match="one of the marks"):
        table.put(page, "")


@pytest.mark.long
def test_the_true_hits_are_heard_in_the_muxed_film(films, tmp_path):
    (case,) = read_cases(films, kinds=frozenset({"hammer"}))
    out = tmp_path / "found.jsonl"
    assert measure_all([Job(case, system, "procedural") for system in ("truth", "hand", "off")], out) == 0
    found = {one["system"]: one for one in read_lines(out)}
    (truth,) = [row for row in figures.rows([found["truth"]], heard=True) if row.system == "truth"]
    assert truth.f1 == 1
    assert abs(truth.offset) < 0.003
    assert found["hand"]["hits"]
    assert found["off"]["hits"] == []
    assert found["off"]["heard"]


@pytest.mark.long
def test_the_road_is_that_of_add_foley(films, tmp_path):
    from benchmarks.sync.ears import listen
    from benchmarks.sync.road import Road, basics
    from v2a_foley import add_foley

    (case,) = read_cases(films, kinds=frozenset({"hammer"}))
    (tmp_path / "takes").mkdir()
    Road().muxed(case, {}, tmp_path / "takes", tmp_path / "road.mov")
    add_foley(case.film, tmp_path / "main.mov", **basics(case))
    assert (listen(tmp_path / "road.mov") == listen(tmp_path / "main.mov")).all()

"""What ``otio.py`` writes is read back whole; what anybody wrote is read in bounds or refused in words."""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile

import opentimelineio as otio
import pytest

from tests.projects import film, project_of
from v2a_foley.errors import OutputError, TimelineError
from v2a_foley.interchange.edit import Edit, Role
from v2a_foley.interchange.layout import edit_of
from v2a_foley.interchange.otio import otio_of, write_otio, write_otioz
from v2a_foley.interchange.otio_reader import read_otio
from v2a_foley.interchange.places import url_of

NTSC24, NTSC30, NTSC60 = (Fraction(n * 1000, 1001) for n in (24, 30, 60))


def _example(folder: Path) -> Edit:
    return edit_of(project_of(film(folder / "a.mp4", Fraction(25), timecode="01:00:00:00"), folder / "takes"))


@pytest.mark.parametrize(
    ("rate", "timecode"),
    [
        (NTSC24, "01:00:00:00"),
        (Fraction(25), "01:00:00:00"),
        (NTSC30, "01:00:00;00"),
        (NTSC30, "01:00:00:00"),
        (NTSC60, "01:00:00;00"),
        (Fraction(24), None),
    ],
)
def test_a_project_comes_back_as_it_was_laid_out(tmp_path, rate, timecode):
    project = project_of(film(tmp_path / "é # 50% film.mp4", rate, timecode=timecode), tmp_path, shots=7)
    edit = edit_of(project, stems={"BG": tmp_path / "BG.wav"})
    write_otio(edit, tmp_path / "a.otio")
    back = read_otio(tmp_path / "a.otio")
    assert back == edit
    assert back.start.drop_frame is (timecode is not None and ";" in timecode)
    write_otio(back, tmp_path / "b.otio")
    assert json.loads((tmp_path / "b.otio").read_text()) == json.loads((tmp_path / "a.otio").read_text())


@pytest.mark.parametrize("place", [r"C:\films\é # 1%.mp4", r"\\server\share\a b.mp4", "../up/a.mp4"])
def test_paths_of_other_systems_survive(tmp_path, place):
    edit = _example(tmp_path)
    medium = edit.lanes[0].items[0].medium
    lanes = json.loads(
        otio.adapters.write_to_string(otio_of(edit), "otio_json").replace(url_of(medium.path), url_of(place))
    )
    (tmp_path / "a.otio").write_text(json.dumps(lanes))
    assert read_otio(tmp_path / "a.otio").lanes[0].items[0].medium.path == place


def test_an_editors_timeline_is_read_without_anything_of_ours(tmp_path):
    timeline = otio.schema.Timeline("cut", global_start_time=otio.opentime.RationalTime(86_400, 23.976))
    track = otio.schema.Track("V1", kind="Video")
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(10, 23.976), otio.opentime.RationalTime(48, 23.976))
    track.append(otio.schema.Gap(duration=otio.opentime.RationalTime(24, 23.976)))
    track.append(otio.schema.Clip("a", otio.schema.ExternalReference("file:///C:/x/a%20b.mov"), span))
    half = otio.opentime.RationalTime(6, 23.976)
    track.append(otio.schema.Transition("SMPTE_Dissolve", in_offset=half, out_offset=half))
    nested = otio.schema.Stack("compound")
    nested.append(track.clone())
    track.append(nested)
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(tmp_path / "a.otio"))
    edit = read_otio(tmp_path / "a.otio")
    assert (edit.rate, str(edit.start)) == (NTSC24, "01:00:00:00")
    first, second = edit.pictures[0].items
    assert (first.start, first.duration, first.source) == tuple(Fraction(n) / NTSC24 for n in (24, 48, 10))
    assert first.medium.path == r"C:\x\a b.mov"
    assert (second.name, second.start, second.medium) == ("compound", Fraction(72) / NTSC24, None)
    assert edit.pictures[0].role is Role.OTHER


def test_a_bundle_holds_its_media_and_is_read_back(tmp_path):
    edit = _example(tmp_path)
    for medium in edit.media():
        Path(medium.path).parent.mkdir(exist_ok=True, parents=True)
        Path(medium.path).write_bytes(b"not looked into")
    write_otioz(edit, tmp_path / "a.otioz")
    with ZipFile(tmp_path / "a.otioz") as bundle:
        assert {name.split("/")[-1] for name in bundle.namelist()} >= {Path(each.path).name for each in edit.media()}
    back = read_otio(tmp_path / "a.otioz")
    assert [lane.name for lane in back.lanes] == [lane.name for lane in edit.lanes]
    assert [item.start for item in back.lanes[0].items] == [item.start for item in edit.lanes[0].items]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.mp4", "a.otioz", "takes"]


def test_a_bundle_of_files_that_are_gone_is_our_error_and_leaves_nothing(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(OutputError):
        write_otioz(_example(tmp_path), folder / "a.otioz")
    assert list(folder.iterdir()) == []


def _broken() -> dict[str, bytes]:
    plain = otio.adapters.write_to_string(otio_of(_example(Path("/x"))), "otio_json")
    return {
        "empty": b"",
        "binary": bytes(range(256)) * 50,
        "no timeline": b'{"OTIO_SCHEMA": "Clip.2"}',
        "list": b"[1, 2]",
        "cut off": plain[:-200].encode(),
        "deep": b"[" * 2_000_000,
        "deep objects": b'{"a":' * 500_000,
        "not a number": plain.replace('"value": 0.0', '"value": NaN').encode(),
        "infinite": plain.replace('"value": 0.0', '"value": Infinity').encode(),
        "huge": plain.replace('"value": 0.0', '"value": 1e300').encode(),
        "rate 0": plain.replace('"rate": 25.0', '"rate": 0.0').replace('"rate": "25"', '"rate": "0"').encode(),
        "rate huge": plain.replace('"rate": "25"', '"rate": "1e99"').encode(),
        "rate negative": plain.replace('"rate": "25"', '"rate": "-25"').encode(),
        "another schema": plain.replace("Timeline.1", "Timeline.99").encode(),
        "utf-16": plain.replace('"rate": "25"', '"rate": "0"').encode("utf-16"),
        "address of the web": plain.replace("file:///", "https://example.org/").encode(),
    }


@pytest.mark.parametrize("what", sorted(_broken()))
def test_what_makes_no_sense_is_refused_in_words(tmp_path, what):
    path = tmp_path / "a.otio"
    path.write_bytes(_broken()[what])
    began = time.monotonic()
    with pytest.raises(TimelineError) as caught:
        read_otio(path)
    assert "a.otio" in caught.value.message
    assert caught.value.hint
    assert time.monotonic() - began < 20


def test_too_many_clips_are_refused(tmp_path):
    gap = '{"OTIO_SCHEMA":"Gap.1"}'
    track = f'{{"OTIO_SCHEMA":"Track.1","kind":"Video","children":[{",".join([gap] * 100_001)}]}}'
    stack = f'{{"OTIO_SCHEMA":"Stack.1","children":[{track}]}}'
    (tmp_path / "a.otio").write_text(
        f'{{"OTIO_SCHEMA":"Timeline.1","metadata":{{"v2a_foley":{{"rate":"25"}}}},"tracks":{stack}}}'
    )
    with pytest.raises(TimelineError, match="more than 100,000"):
        read_otio(tmp_path / "a.otio")


def test_a_bundle_that_unfolds_without_end_is_refused(tmp_path):
    from zipfile import ZIP_DEFLATED

    with ZipFile(tmp_path / "a.otioz", "w", ZIP_DEFLATED) as bundle:
        bundle.writestr("content.otio", b" " * (80 << 20))
    with pytest.raises(TimelineError, match="larger"):
        read_otio(tmp_path / "a.otioz")
    (tmp_path / "b.otioz").write_bytes(b"PK no zip")
    with pytest.raises(TimelineError):
        read_otio(tmp_path / "b.otioz")

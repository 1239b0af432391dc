from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlparse

import opentimelineio as otio
import pytest

from tests.projects import HAMMER, film, project_of, take_for
from v2a_foley.errors import OutputError
from v2a_foley.interchange.otio import KEY, timeline_rate, write_timeline
from v2a_foley.project import Cue, Hit, Kind, Layer, Project
from v2a_foley.timebase import Timecode, TimeRange, from_samples, to_samples

NTSC24, NTSC30 = Fraction(24_000, 1001), Fraction(30_000, 1001)
RATES = [(NTSC24, "01:00:00:00"), (Fraction(25), "01:00:00:00"), (NTSC30, "01:00:00;00"), (Fraction(24), None)]


def read_back(project: Project, path: Path, **how: object) -> otio.schema.Timeline:
    write_timeline(project, path, **how)
    return otio.adapters.read_from_file(str(path))


def track(timeline: otio.schema.Timeline, name: str) -> otio.schema.Track:
    return next(one for one in timeline.tracks if one.name == name)


def track_names(timeline: otio.schema.Timeline) -> list[str]:
    return [one.name for one in timeline.tracks]


def starts(one: otio.schema.Track) -> dict[str, tuple[int, int]]:
    """Start and length, in the track's own units, of every clip by its name; they must be whole."""
    found = {}
    for clip in one.find_clips():
        where = clip.range_in_parent()
        assert where.start_time.value == int(where.start_time.value)
        assert where.duration.value == int(where.duration.value)
        found[clip.metadata.get(KEY, {}).get("cue", clip.name)] = (
            int(where.start_time.value),
            int(where.duration.value),
        )
    return found


@pytest.mark.parametrize(("rate", "timecode"), RATES)
def test_the_picture_lies_on_whole_frames_at_its_timecode(tmp_path: Path, rate: Fraction, timecode: str | None):
    project = project_of(film(tmp_path / "é # 50% film.mp4", rate, timecode=timecode), tmp_path)
    timeline = read_back(project, tmp_path / "out é # 50%.otio")

    first = Timecode.parse(timecode, rate).frame if timecode else 0
    assert timeline.global_start_time == otio.opentime.RationalTime(first, float(rate))
    assert timeline.global_start_time.rate == float(rate)
    clips = list(track(timeline, "Picture").find_clips())
    assert [clip.name for clip in clips] == [f"Shot {number}" for number in range(1, 5)]
    assert [clip.range_in_parent().start_time.value for clip in clips] == [0, 60, 120, 180]
    assert [clip.source_range.start_time.value for clip in clips] == [first + n for n in (0, 60, 120, 180)]
    assert all(clip.source_range.duration.value == 60 for clip in clips)
    assert all(clip.available_range().duration.value == 240 for clip in clips)
    if timecode:
        text = otio.opentime.to_timecode(timeline.global_start_time, float(rate), ";" in timecode)
        assert text == timecode
    assert timeline.metadata[KEY]["drop_frame"] is (rate == NTSC30)
    assert Fraction(timeline.metadata[KEY]["rate"]) == rate


@pytest.mark.parametrize(("rate", "timecode"), RATES)
def test_every_sound_lies_on_its_sample(tmp_path: Path, rate: Fraction, timecode: str | None):
    project = project_of(film(tmp_path / "a.mp4", rate, timecode=timecode), tmp_path, shots=7)
    timeline = read_back(project, tmp_path / "out.otio")

    placed = {}
    for one in timeline.tracks:
        if one.name.split()[0] in ("BG", "FX", "FOLEY"):
            placed |= starts(one)
    assert set(placed) == {cue.id for cue in project.cues}
    for cue in project.cues:
        start, length = placed[cue.id]
        assert start == to_samples(cue.range.start)
        if cue.event.kind is Kind.IMPULSE:
            assert length >= to_samples(cue.range.end) - start
        else:
            assert length == to_samples(cue.range.end) - start


@pytest.mark.parametrize(("rate", "timecode"), RATES)
def test_no_clip_asks_for_more_than_there_is(tmp_path: Path, rate: Fraction, timecode: str | None):
    project = project_of(film(tmp_path / "a.mp4", rate, timecode=timecode), tmp_path, shots=7)
    stems = {layer: tmp_path / f"{layer}.wav" for layer in Layer}
    timeline = read_back(project, tmp_path / "out.otio", stems=stems)

    clips = list(timeline.find_clips())
    assert len(clips) == 7 + 1 + len(project.cues) + 4
    for clip in clips:
        asked, there = clip.source_range, clip.available_range()
        assert asked.start_time >= there.start_time
        assert asked.end_time_exclusive() <= there.end_time_exclusive()
        end = clip.range_in_parent().end_time_exclusive()
        assert end.to_seconds() <= float(project.media.duration) + 1e-6


def test_handles_stay_available_around_a_bed(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path)
    timeline = read_back(project, tmp_path / "out.otio")
    clip = track(timeline, "BG").find_clips()[0]

    assert clip.source_range.start_time == otio.opentime.RationalTime(4 * 48_000, 48_000)
    assert clip.available_range().duration.value == clip.source_range.duration.value + 8 * 48_000
    assert clip.metadata[KEY]["gain_db"] == 0.0
    assert clip.metadata[KEY]["licence"] == "CC0-1.0"


def test_overlapping_cues_lie_on_lanes_and_neighbours_share_one(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path)
    names = track_names(read_back(project, tmp_path / "out.otio"))

    assert names[:4] == ["Picture", "ORIG", "BG", "BG 2"]
    beds = [cue for cue in project.cues if cue.layer is Layer.BG]
    apart = [replace(beds[0], range=TimeRange(beds[0].range.start, beds[1].range.start)), beds[1]]
    apart = [replace(cue, takes=(take_for(cue, tmp_path),)) for cue in apart]
    names = track_names(read_back(project.with_cues(apart), tmp_path / "two.otio"))
    assert names == ["Picture", "ORIG", "BG"]


def test_what_is_struck_rings_on_past_its_shot(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path)
    hammer = next(cue for cue in project.cues if cue.event is HAMMER)
    timeline = read_back(project, tmp_path / "out.otio")

    assert starts(track(timeline, "FX"))[hammer.id] == (0, to_samples(hammer.range.end) + 4 * 48_000)
    assert [one.name for one in timeline.tracks if one.name.startswith("FX")] == ["FX", "FX 2"]


@pytest.mark.parametrize(("rate", "timecode"), RATES)
def test_hits_are_markers_on_their_sample(tmp_path: Path, rate: Fraction, timecode: str | None):
    project = project_of(film(tmp_path / "a.mp4", rate, timecode=timecode), tmp_path)
    timeline = read_back(project, tmp_path / "out.otio")

    for clip in timeline.find_clips():
        cue = next((cue for cue in project.cues if cue.id == clip.metadata.get(KEY, {}).get("cue")), None)
        if cue is None:
            continue
        on_timeline = [
            clip.transformed_time(marker.marked_range.start_time, timeline.tracks).value for marker in clip.markers
        ]
        assert on_timeline == [to_samples(hit.time) for hit in cue.hits]


@pytest.mark.parametrize("name", ["é # 100% space.mp4", "plain.mp4", "a?b&c=d.mp4", "雨.mp4"])
def test_addresses_lead_back_to_the_files(tmp_path: Path, name: str):
    folder = tmp_path / "über #1 %"
    project = project_of(film(folder / name), folder / "takes é")
    timeline = read_back(project, tmp_path / "out.otio", stems={Layer.BG: folder / f"{name}_BG.wav"})

    wanted = {folder / name, folder / f"{name}_BG.wav", *(cue.take.path for cue in project.cues)}
    urls = [clip.media_reference.target_url for clip in timeline.find_clips()]
    assert {Path(unquote(urlparse(url).path)) for url in urls} == wanted
    assert all(url.startswith("file:///") and url.isascii() and " " not in url for url in urls)


def test_other_takes_are_there_to_choose(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path)
    cue = project.cues[0].with_take(take_for(project.cues[0], tmp_path, number=2))
    project = project.with_cues([replace(cue, active="c1t2")])
    timeline = read_back(project, tmp_path / "out.otio")
    clip = track(timeline, "BG").find_clips()[0]

    assert clip.media_reference.target_url.endswith("c1t2.wav")
    assert clip.media_references()["c1t1"].target_url.endswith("c1t1.wav")


def test_muted_cues_are_switched_off_and_cues_without_a_take_are_left_out(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path)
    first, *rest = project.cues
    cues = [replace(first, muted=True), *(replace(cue, takes=(), active=None) for cue in rest)]
    timeline = read_back(project.with_cues(cues), tmp_path / "out.otio")

    assert [one.name for one in timeline.tracks] == ["Picture", "ORIG", "BG"]
    assert not track(timeline, "BG").find_clips()[0].enabled


def test_stems_lie_switched_off_at_their_time_reference(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4", NTSC24, timecode="01:00:00:00"), tmp_path)
    timeline = read_back(project, tmp_path / "out.otio", stems={Layer.FX: tmp_path / "FX.wav"})
    stem = track(timeline, "FX stem")
    clip = stem.find_clips()[0]

    assert not stem.enabled
    assert not clip.enabled
    assert clip.source_range.start_time == otio.opentime.RationalTime(172_972_800, 48_000)
    assert clip.range_in_parent().start_time.value == 0
    assert clip.source_range.duration.value == to_samples(project.media.duration)


def test_a_film_without_sound_has_no_original_and_a_late_picture_starts_after_a_gap(tmp_path: Path):
    silent = project_of(film(tmp_path / "a.mp4", sound=False), tmp_path)
    assert "ORIG" not in track_names(read_back(silent, tmp_path / "out.otio"))

    late = project_of(film(tmp_path / "a.mp4", Fraction(25), timecode="01:00:00:00", start=Fraction(3, 25)), tmp_path)
    timeline = read_back(late, tmp_path / "late.otio")
    first = track(timeline, "Picture").find_clips()[0]
    assert first.range_in_parent().start_time.value == 3
    assert timeline.global_start_time.value == 90_000 - 3
    assert first.source_range.start_time.value == 90_000


def test_sound_shorter_than_a_frame_grid_keeps_its_own_length(tmp_path: Path):
    media = film(tmp_path / "a.mp4", NTSC24)
    odd = replace(media, sounds=(replace(media.sounds[0], start=Fraction(1, 100), duration=Fraction(2)),))
    timeline = read_back(Project(odd), tmp_path / "out.otio")
    clip = track(timeline, "ORIG").find_clips()[0]

    assert clip.range_in_parent() == otio.opentime.TimeRange(
        otio.opentime.RationalTime(480, 48_000), otio.opentime.RationalTime(96_000, 48_000)
    )


@pytest.mark.parametrize(
    ("average", "usual"),
    [
        (Fraction(2391, 100), Fraction(24_000, 1001)),
        (Fraction(298, 10), Fraction(30_000, 1001)),
        (Fraction(26), Fraction(25)),
    ],
)
def test_a_variable_rate_becomes_the_usual_one_and_says_so(tmp_path: Path, average: Fraction, usual: Fraction):
    project = project_of(film(tmp_path / "a.mp4", average, variable=True), tmp_path)
    timeline = read_back(project, tmp_path / "out.otio")

    assert timeline_rate(project.media) == usual
    assert timeline.metadata[KEY]["variable_rate"] is True
    shots = list(track(timeline, "Picture").find_clips())
    for shot, clip in zip(project.shots, shots, strict=True):
        start = clip.range_in_parent().start_time.value
        assert abs(Fraction(int(start)) / usual - shot.range.start) <= 1 / usual / 2


def test_an_hour_long_timeline_shows_no_growth(tmp_path: Path):
    rate = NTSC24
    media = film(tmp_path / "a.mp4", rate, frames=86_400, timecode="01:00:00:00")
    time = media.duration - Fraction(7)
    cue = Cue("c1", Layer.FX, TimeRange(time, time + 1), (1,), HAMMER, hits=(Hit(time + from_samples(12_345)),))
    project = Project(media, (), (cue.with_take(take_for(cue, tmp_path)),))
    timeline = read_back(project, tmp_path / "out.otio")
    clip = track(timeline, "FX").find_clips()[0]

    assert clip.range_in_parent().start_time.value == to_samples(time)
    assert clip.markers[0].marked_range.start_time.value == 4 * 48_000 + 12_345


def test_a_place_that_cannot_be_written_is_our_error(tmp_path: Path):
    with pytest.raises(OutputError):
        write_timeline(Project(film(tmp_path / "a.mp4")), tmp_path / "missing" / "out.otio")

"""The mobs of an AAF are walked here from scratch, and its times read by OpenTimelineIO's adapter."""

from dataclasses import replace
from fractions import Fraction

import aaf2
import numpy as np
import opentimelineio as otio
import pytest
import soundfile

from tests.interchange.test_rpp import RATES
from v2a_foley.errors import OutputError
from v2a_foley.ffmpeg import file_url, run
from v2a_foley.interchange.aaf import write_aaf
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.interchange.places import path_of
from v2a_foley.timebase import Timecode


@pytest.fixture
def folder(tmp_path):
    noise = np.random.default_rng(0)
    for name, channels in (("é # % a.wav", 2), ("b.wav", 1)):
        soundfile.write(tmp_path / name, noise.uniform(-0.5, 0.5, (96_000, channels)), 48_000, "PCM_24")
    return tmp_path


def edit_in(folder, rate, drop):
    start = Timecode.parse("01:00:00:00", rate, drop_frame=drop)
    stereo = Medium(str(folder / "é # % a.wav"), start.time, Fraction(2), "é a", channels=2)
    mono = Medium(str(folder / "b.wav"), Fraction(0), Fraction(2), "b", channels=1)

    def at(samples):
        return Fraction(samples, 48_000)

    bg = Item("wind", at(12_345), at(40_001), stereo, start.time + at(777))
    hits = (
        Item("loud", at(0), at(10_007), mono, at(5), gain=-6.0, marks=(Mark(at(100), "hit é"),)),
        Item("fades", at(20_011), at(30_000), mono, at(1), fade_in=at(480), fade_out=at(960)),
        Item("off", at(60_000), at(100), mono, enabled=False),
        Item("next", at(70_001), at(20_000), mono, at(50_000)),
    )
    lanes = (
        Lane("BG é", LaneKind.SOUND, (bg,), Role.BACKGROUND),
        Lane("FOLEY", LaneKind.SOUND, hits, Role.FOLEY),
        Lane("STEM", LaneKind.SOUND, (bg,), Role.STEM, enabled=False),
    )
    return Edit("A film é", rate, start, lanes, None, (Mark(at(48_000), "scene 2"),))


def walked(slot):
    """Return (timeline start, length, clip, gain) of a slot's clips, and (start, length) of its fades."""
    at, clips, fades = 0, [], []
    for part in slot.segment.components:
        if isinstance(part, aaf2.components.Transition):
            at -= part.length
            (level,) = part["OperationGroup"].value.parameters.value
            assert [(point.time, point.value) for point in level["PointList"]] == [(0, 0), (1, 1)]
            fades.append((at, part.length))
            continue
        gain = None
        if isinstance(part, aaf2.components.OperationGroup):
            gain, clip = float(next(iter(part.parameters.value)).value), next(iter(part.segments))
        else:
            clip = part
        if isinstance(clip, aaf2.components.SourceClip):
            clips.append((at, part.length, clip.start, gain, clip))
        at += part.length
    assert at >= slot.segment.length
    return clips, fades


@pytest.mark.parametrize(("rate", "drop"), [each[:2] for each in RATES])
def test_mobs_walked_from_scratch(folder, rate, drop):
    edit = edit_in(folder, rate, drop)
    write_aaf(edit, folder / "a.aaf")
    with aaf2.open(str(folder / "a.aaf")) as file:
        (mob,) = file.content.toplevel()
        assert mob.name == "A film é"
        ids = [str(each.mob_id) for each in file.content.mobs]
        assert len(set(ids)) == len(ids) == 1 + 3 * 2
        assert all(each.mob_id.int for each in file.content.mobs)
        code = next(slot for slot in mob.slots if isinstance(slot.segment, aaf2.components.Timecode))
        assert Fraction(str(code.edit_rate)) == rate
        assert (code.segment.start, code.segment.fps, code.segment.drop) == (edit.start.frame, edit.start.base, drop)
        sounds = [slot for slot in mob.slots if slot.media_kind == "Sound"]
        assert [slot.name for slot in sounds] == ["BG é.L", "BG é.R", "FOLEY"]
        assert all(Fraction(str(slot.edit_rate)) == 48_000 for slot in sounds)
        for slot in sounds[:2]:
            assert [each[:4] for each in walked(slot)[0]] == [(12_345, 40_001, 777, None)]
        clips, fades = walked(sounds[2])
        assert [each[:3] for each in clips] == [(0, 10_007, 5), (20_011, 30_000, 1), (70_001, 20_000, 50_000)]
        assert clips[0][3] == pytest.approx(10 ** (-6 / 20), abs=1e-6)
        assert fades == [(20_011, 480), (20_011 + 30_000 - 960, 960)]
        for slot, (name, channel) in zip(sounds, [("é # % a.wav", 0), ("é # % a.wav", 1), ("b.wav", 0)], strict=True):
            master = walked(slot)[0][0][4].mob
            assert isinstance(master, aaf2.mobs.MasterMob)
            source = master.slots[0].segment.mob
            assert source.descriptor.length == master.slots[0].segment.length == 96_000
            path = path_of(next(iter(source.descriptor.locator))["URLString"].value)
            mine, _ = soundfile.read(path)
            whole, _ = soundfile.read(folder / name, always_2d=True)
            assert np.array_equal(mine, whole[:, channel])
        (events,) = [slot for slot in mob.slots if isinstance(slot, aaf2.mobslots.EventMobSlot)]
        told = [(each["Position"].value, each["Comment"].value) for each in events.segment.components]
        assert told == [(100, "hit é"), (48_000, "scene 2")]


def test_another_programs_reader(folder):
    rate = Fraction(30_000, 1001)
    edit = edit_in(folder, rate, True)
    write_aaf(edit, folder / "a.aaf")
    timeline = otio.adapters.read_from_file(str(folder / "a.aaf"), "AAF")
    assert timeline.global_start_time.to_frames() == edit.start.frame
    tracks = [each for each in timeline.tracks if each.kind == "Audio"]
    found = [
        [(clip.range_in_parent().start_time.value, clip.duration().value) for clip in track.find_clips()]
        for track in tracks
    ]
    assert found == [[(12_345, 40_001)], [(12_345, 40_001)], [(0, 10_007), (20_011, 30_000), (70_001, 20_000)]]


def test_the_same_export_gives_the_same_names_and_ids(folder):
    edit = edit_in(folder, Fraction(25), False)
    found = []
    for _ in range(2):
        write_aaf(edit, folder / "a.aaf")
        with aaf2.open(str(folder / "a.aaf")) as file:
            names = sorted(each.name for each in (folder / "a.media").iterdir())
            found.append((sorted(str(mob.mob_id) for mob in file.content.mobs), names))
    assert found[0] == found[1]
    assert len(found[0][1]) == 3
    # Another sound under the same path leaves the files that the earlier export links.
    soundfile.write(folder / "b.wav", np.zeros(96_000), 48_000, "PCM_24")
    write_aaf(edit, folder / "a.aaf")
    assert len(list((folder / "a.media").iterdir())) == 4


def test_what_cannot_be_linked_is_refused_in_words(folder):
    edit = edit_in(folder, Fraction(25), False)
    (folder / "b.wav").unlink()
    with pytest.raises(OutputError, match="not there"):
        write_aaf(edit, folder / "a.aaf")
    (folder / "b.wav").write_bytes(b"no sound")
    with pytest.raises(OutputError, match="cannot be read"):
        write_aaf(edit, folder / "a.aaf")
    assert not (folder / "a.aaf").exists()


def test_a_films_own_sound_and_other_rates_are_decoded(folder):
    edit = edit_in(folder, Fraction(25), False)
    (folder / "b.wav").unlink()
    whole, _ = soundfile.read(folder / "é # % a.wav")
    film = folder / "film.mov"
    run(["-i", file_url(folder / "é # % a.wav"), "-c:a", "pcm_s24le", film], what="making a film")
    soundfile.write(folder / "b.wav", np.zeros(88_200), 44_100)
    own = edit.lanes[0].items[0]
    lane = replace(edit.lanes[0], items=(replace(own, medium=replace(own.medium, path=str(film))),))
    write_aaf(replace(edit, lanes=(lane, edit.lanes[1])), folder / "a.aaf")
    left, rate = soundfile.read(next((folder / "a.media").glob("*.L.wav")))
    assert rate == 48_000
    assert np.array_equal(left, whole[:, 0])
    other, rate = soundfile.read(next((folder / "a.media").glob("b *.wav")))
    assert (rate, abs(len(other) - 96_000) < 100) == (48_000, True)


def test_a_mono_sound_among_stereo_ones_stays_in_the_middle(folder):
    edit = edit_in(folder, Fraction(25), False)
    late = replace(edit.lanes[1].items[3])
    lane = replace(edit.lanes[0], items=(edit.lanes[0].items[0], late))
    write_aaf(replace(edit, lanes=(lane,)), folder / "a.aaf")
    with aaf2.open(str(folder / "a.aaf")) as file:
        (mob,) = file.content.toplevel()
        left, right = (walked(slot)[0] for slot in mob.slots if slot.media_kind == "Sound")
        assert [each[:3] for each in left] == [each[:3] for each in right]
        assert left[1][4].mob == right[1][4].mob

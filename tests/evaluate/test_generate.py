import json
import shutil
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import soundfile

from tests.evaluate.paper_world import write_imagehear, write_vggsound
from tests.tiny.profile import stranger, write_profile
from v2a_foley.engine.makers import voice
from v2a_foley.engine.profiles import load_profile
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import Cancelled, SourceError, SpaceMismatch
from v2a_foley.evaluate import generate, seen
from v2a_foley.evaluate.contestants import Untranslated, trained
from v2a_foley.evaluate.generate import Variant, make_clips
from v2a_foley.evaluate.imagehear import photographs
from v2a_foley.evaluate.seen import look_at
from v2a_foley.evaluate.vggsound import vggsound_test
from v2a_foley.progress import Progress


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A tiny profile, its voice, its mapper, six clips, and what its eyes make of them."""
    folder = tmp_path_factory.mktemp("bench")
    profile = load_profile(str(write_profile(folder / "profile")), lambda _: None, device="cpu", precision="float32")
    data = vggsound_test(write_vggsound(folder / "clips", clips=6, train=0, lost=0), None)
    mapper = trained([folder / "profile" / "mapper"], profile.eyes.space, profile.ears.space, profile.compute)[0]
    looked = look_at(data, profile.eyes, 3, Fraction(10), folder / "out", Progress())
    variant = Variant("tiny", mapper, frames=3, steps=2, seconds=Fraction(1, 2))
    return profile, looked, variant, voice(RunSettings(steps=2), profile), folder


def test_an_item_is_the_mean_of_its_frames_and_is_looked_at_once(bench, tmp_path, monkeypatch):
    profile, looked, _, _, folder = bench
    lengths = np.linalg.norm(looked.embeddings, axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)

    def blind(*_):
        raise AssertionError("it was looked at before")

    monkeypatch.setattr(seen, "_frames", blind)
    again = look_at(looked.data, profile.eyes, 3, Fraction(10), folder / "out", Progress())
    np.testing.assert_array_equal(again.embeddings, looked.embeddings)
    with pytest.raises(AssertionError):
        look_at(looked.data, profile.eyes, 4, Fraction(10), folder / "out", Progress())


def test_another_file_of_the_same_name_is_looked_at_and_sounds_anew(bench, tmp_path):
    profile, _, variant, maker, _ = bench
    images = write_imagehear(tmp_path / "images")

    def both():
        found = look_at(photographs(images), profile.eyes, 3, Fraction(10), tmp_path / "seen", Progress())
        clips = make_clips(variant, found, maker, tmp_path / "sounds", Progress())
        return (
            {item.key: row for item, row in zip(found.data.items, found.embeddings, strict=True)},
            {clip.item.key: clip.path.stat().st_mtime_ns for clip in clips},
        )

    rows, times = both()
    shutil.copy(images / "dog1.jpg", images / "waterfall1.jpg")
    again, anew = both()
    assert [key for key in rows if not np.array_equal(rows[key], again[key])] == ["waterfall1"]
    assert [key for key in times if times[key] != anew[key]] == ["waterfall1"]


def test_only_the_first_seconds_of_a_longer_clip_count(bench, tmp_path):
    profile, looked, _, _, _ = bench
    data = looked.data.first(1)
    times = []

    class Counting:
        space, frame_size = profile.eyes.space, 64

        def encode_images(self, frames):
            times.append(len(frames))
            return profile.eyes.encode_images(frames)

    look_at(data, Counting(), 64, Fraction(1, 2), tmp_path, Progress())
    assert sum(times) == 5  # ten frames a second


def test_a_photograph_is_one_frame_and_a_broken_file_is_left_out_and_named(bench, tmp_path):
    profile = bench[0]
    images = write_imagehear(tmp_path / "images")
    (images / "dog1.jpg").write_bytes(b"no picture at all")
    progress = Progress()
    found = look_at(photographs(images), profile.eyes, 64, Fraction(10), tmp_path, progress)
    assert len(found.data.items) == len(found.embeddings) == 4
    assert list(found.broken) == ["dog1"]
    assert any("dog1" in sentence for sentence in progress.warnings)
    for path in images.iterdir():
        path.write_bytes(b"")
    with pytest.raises(SourceError, match="Not one item"):
        look_at(photographs(images), profile.eyes, 64, Fraction(10), tmp_path / "other", Progress())


def test_every_item_gets_a_sound_of_its_own_length_rate_and_record(bench, tmp_path):
    _, looked, variant, maker, _ = bench
    clips = make_clips(variant, looked, maker, tmp_path, Progress())
    assert [clip.item for clip in clips] == list(looked.data.items)
    for clip in clips:
        facts = soundfile.info(clip.path)
        assert (facts.frames, facts.samplerate, facts.channels) == (maker.native_rate // 2, maker.native_rate, 1)
        record = json.loads(clip.path.with_suffix(".json").read_text("utf-8"))
        assert record["settings"]["steps"] == 2
        assert record["voice_seed"] == clip.seed
        assert "cpu" in record["device"]
    assert len({clip.seed for clip in clips}) == len(clips)
    assert len({clip.path.read_bytes() for clip in clips}) == len(clips)
    assert sum(clip.seconds for clip in clips) > 0


def test_a_call_that_was_stopped_is_gone_on_with_and_ends_as_if_it_had_not_been(bench, tmp_path, monkeypatch):
    _, looked, variant, maker, _ = bench
    monkeypatch.setattr(generate, "TOGETHER", 2)
    whole = make_clips(variant, looked, maker, tmp_path / "whole", Progress())

    progress = Progress()
    progress.listener = lambda event: progress.cancel() if event.stage == generate.STAGE and event.done == 3 else None
    with pytest.raises(Cancelled):
        make_clips(variant, looked, maker, tmp_path / "parts", progress)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").rglob("*.wav")}
    assert 3 <= len(kept) < 6
    assert not list((tmp_path / "parts").rglob(".v2a-*")), "half a file was left"

    again = make_clips(variant, looked, maker, tmp_path / "parts", Progress())
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    for one, other in zip(again, whole, strict=True):  # batches of another size round differently, no more
        np.testing.assert_allclose(soundfile.read(one.path)[0], soundfile.read(other.path)[0], atol=1e-4)


def test_a_sound_without_its_record_or_with_a_damaged_one_is_made_again(bench, tmp_path):
    _, looked, variant, maker, _ = bench
    first = make_clips(variant, looked, maker, tmp_path, Progress())
    first[0].path.with_suffix(".json").unlink()
    first[1].path.with_suffix(".json").write_text('{"format":')
    first[2].path.unlink()
    record = json.loads((told := first[3].path.with_suffix(".json")).read_text("utf-8"))
    told.write_text(json.dumps({**record, "settings": {**record["settings"], "steps": 9}}), "utf-8")
    times = [clip.path.stat().st_mtime_ns for clip in first if clip.path.exists()]
    again = make_clips(variant, looked, maker, tmp_path, Progress())
    assert sum(clip.path.stat().st_mtime_ns not in times for clip in again) == 4


def test_other_settings_never_share_a_folder(bench, tmp_path):
    _, looked, variant, maker, _ = bench
    few = replace(looked, data=looked.data.first(2), embeddings=looked.embeddings[:2])
    variants = [variant, replace(variant, seed=1), replace(variant, frames=4), replace(variant, guidance=1.0),
                replace(variant, contestant=variant.contestant.sampled(steps=2))]  # fmt: skip
    folders = {make_clips(each, few, maker, tmp_path, Progress())[0].path.parents[1] for each in variants}
    assert len(folders) == len(variants)
    renamed = make_clips(replace(variant, name="another name"), few, maker, tmp_path, Progress())
    assert renamed[0].path.parents[1] in folders, "a name decides nothing"


def test_a_mapper_into_another_space_is_refused_by_name(bench, tmp_path):
    profile, looked, variant, maker, _ = bench
    wrong = stranger(profile.ears.space)
    mapper = replace(variant.contestant, name="lost", mapper=Untranslated(wrong, wrong))
    with pytest.raises(SpaceMismatch, match="lost"):
        make_clips(replace(variant, contestant=mapper), looked, maker, tmp_path, Progress())

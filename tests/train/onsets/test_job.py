"""Training an onset net: what it can learn, and ``train onsets`` from films to a file."""

import json
import wave

import numpy as np
import pytest
import torch

from tests.cli.program import Program
from tests.footage import ffmpeg
from tests.sync.onsets.traits import bounces
from tests.train.toys import one_thread
from v2a_foley.compute import Compute
from v2a_foley.errors import Cancelled
from v2a_foley.progress import Progress
from v2a_foley.sync.onsets.network import NetConfig, OnsetNet
from v2a_foley.sync.onsets.reader import curve_of
from v2a_foley.sync.onsets.trained import load_onsets
from v2a_foley.train.onsets.batches import batch_of, sample_of
from v2a_foley.train.onsets.job import train_onsets
from v2a_foley.train.onsets.labels import kind_of, truths_of
from v2a_foley.train.onsets.learner import OnsetLearner
from v2a_foley.train.onsets.scoring import best_score, found_in
from v2a_foley.train.onsets.settings import OnsetSettings
from v2a_foley.train.onsets.stretches import Stretch
from v2a_foley.video.probe import probe


def learned(steps: int, frames: int = 96):
    """A net that has seen four films so many times, and what it finds in them."""
    torch.manual_seed(0)
    stretches = []
    for seed in range(4):
        traits, truths = bounces(frames=frames, seed=seed, rows=5, columns=8)
        stretches.append(Stretch(traits, np.zeros(frames, bool), truths))
    batch = batch_of([sample_of(each) for each in stretches])
    settings = OnsetSettings(steps=steps, minutes=1000, warm_up=5, lr=5e-3, ema=0.9, width=16, depth=32)
    learner = OnsetLearner(OnsetNet(NetConfig(16, 32)), settings, Compute("cpu"))
    losses = [learner.step(batch).loss for _ in range(steps)]
    return learner, batch, stretches, losses


@pytest.mark.long
def test_it_learns_a_few_films_by_heart():
    with one_thread():
        learner, _, stretches, losses = learned(150)
        network = learner.averaged()
        score = best_score(found_in(network, stretches))
        told = [curve_of(network, each.traits).early[sample_of(each).hit > 0] for each in stretches]
    assert losses[-1] < 0.2 * losses[0]
    assert score.f1 > 0.95
    assert np.median(np.concatenate(told)) == pytest.approx(1 / 3, abs=0.1)  # contacts lie a third of a frame early
    assert abs(score.offset) < 0.015  # less than sound is meant to be late, so that they stay on their frames


def test_a_restored_learner_goes_on_as_the_other_would_have():
    with one_thread():
        learner, batch, _, _ = learned(2, frames=40)
        other = OnsetLearner(OnsetNet(NetConfig(16, 32)), learner.settings, Compute("cpu"))
        other.restore(learner.tensors(), learner.steps)
        for _ in range(2):
            assert other.step(batch) == learner.step(batch)
        for name, each in other.tensors().items():
            assert torch.equal(each, learner.tensors()[name]), name


def film(path, *, listed: bool, seed: int, count: int = 75) -> None:
    """Write a film of a square that falls and jumps back, with a list of its hits or with its sound."""
    size, every = (160, 90), 15
    pictures = np.full((count, size[1], size[0], 3), 90, np.uint8)
    for number in range(count):
        y = 70 - abs((number + seed) % every - every // 2) * 8
        pictures[number, max(0, y) : y + 14, 70:84] = 230
    times = [number / 25 for number in range(1, count) if (number + seed) % every == every // 2]
    sound = path.with_suffix(".wav")
    samples = np.zeros(count * 1920)
    for time in times:
        samples[round(time * 48000) :][:2000] += 0.5 * np.sin(np.arange(2000))[: len(samples) - round(time * 48000)]
    with wave.open(str(sound), "wb") as opened:
        opened.setparams((1, 2, 48000, 0, "NONE", ""))
        opened.writeframes((samples * 32767).astype("<i2").tobytes())
    video = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "160x90", "-r", "25", "-i", "-")
    heard = () if listed else ("-i", sound, "-c:a", "aac")
    ffmpeg(*video, *heard, "-c:v", "libx264", "-pix_fmt", "yuv420p", path, frames=pictures)
    sound.unlink()
    if listed:
        rows = "\n".join(f"{time},1,,0.48,0.85" for time in times)
        path.with_name(f"{path.stem}.hits.csv").write_text(f"time,strength,event,x,y\n{rows}\n")
        path.with_suffix(".json").write_text(json.dumps({"kind": f"kind {seed % 2}"}))


@pytest.fixture
def cli(capfd, monkeypatch) -> Program:
    with one_thread():
        yield Program(capfd, monkeypatch)


def test_the_truth_is_the_list_or_else_the_sound(tmp_path):
    for name, listed in (("listed.mp4", True), ("heard.mp4", False)):
        film(tmp_path / name, listed=listed, seed=0, count=40)
    listed, heard = (truths_of(probe(tmp_path / name), Progress()) for name in ("listed.mp4", "heard.mp4"))
    assert [each.time for each in listed] == pytest.approx([0.28, 0.88, 1.48])
    assert listed[0].place == pytest.approx((0.48, 0.85))
    assert [each.time for each in heard] == pytest.approx([each.time for each in listed], abs=0.011)
    assert kind_of(tmp_path / "listed.mp4") == "kind 0"
    assert kind_of(tmp_path / "heard.mp4") == ""


@pytest.mark.long
def test_from_films_to_a_net_that_is_loaded(tmp_path, cli):
    films = tmp_path / "films"
    films.mkdir()
    for number in range(4):
        film(films / f"listed{number}.mp4", listed=True, seed=number)
    film(films / "heard.mp4", listed=False, seed=3)
    mute = films / "mute.mp4"
    film(mute, listed=True, seed=0)
    (films / "mute.hits.csv").unlink()
    out = tmp_path / "net.safetensors"
    options = ("--batch", 2, "--frames", 48, "--width", 8, "--depth", 8, "--look-every", 2, "--threads", 1, "-o", out)
    options += ("--watch-kinds", "kind 1", "--json")
    done = cli("train", "onsets", films, *options, "--steps", 4)
    assert done.code == 0, done.err
    assert done.json["steps"] == 4
    assert done.json["films"] == [3, 0, 2]
    assert any("mute.mp4" in warning for warning in done.json["warnings"])
    loaded = load_onsets(out, sha256=done.json["sha256"])
    assert loaded.details["watched_kinds"] == ["kind 1"]
    assert loaded.threshold == done.json["score"]["threshold"]
    again = cli("train", "onsets", films, *options, "--steps", 4)
    assert again.code == 2
    assert "--overwrite" in again.err
    work = tmp_path / "net.training" / "traits"
    before = {each: each.stat().st_mtime_ns for each in work.iterdir()}
    without = cli("train", "onsets", films, *options, "--steps", 2, "--exclude-kinds", "kind 0", "--overwrite")
    assert without.code == 0, without.err
    assert without.json["films"] == [1, 0, 2]
    assert {each: each.stat().st_mtime_ns for each in work.iterdir()} == before


@pytest.mark.long
def test_what_was_stopped_goes_on(tmp_path, monkeypatch):
    films = tmp_path / "films"
    films.mkdir()
    film(films / "one.mp4", listed=True, seed=0)
    out, settings = tmp_path / "net.safetensors", OnsetSettings(batch=2, width=8, depth=8, steps=6, look_every=1)
    progress, told = Progress(), []

    def tell(line: str) -> None:
        told.append(line)
        if "step      3" in line:
            progress.cancel()

    with one_thread():
        with pytest.raises(Cancelled):
            train_onsets([films], out, settings, progress, tell=tell)
        assert not out.exists()
        result = train_onsets([films], out, settings, tell=told.append)
    assert (result.resumed, result.steps) == (3, 6)
    assert any("Going on from step 3" in line for line in told)
    steps = [line.split(",")[0] for line in (tmp_path / "net.training/state-net/curve.csv").read_text().splitlines()]
    assert steps == ["step", "1", "2", "3", "4", "5", "6"]

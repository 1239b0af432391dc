"""The paper's chain through the whole program, on tiny random models laid down as a user would lay down real ones."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from safetensors.torch import load_file, save_file

from tests.cli.program import Program
from tests.footage import make_film, real_clip, stream_hash
from tests.tiny.profile import stranger
from v2a_foley import Progress, RunSettings, add_foley
from v2a_foley.engine.blend import blend
from v2a_foley.engine.profiles import load_profile
from v2a_foley.engine.translate import audio_embeddings
from v2a_foley.errors import (
    Cancelled,
    FoleyError,
    GpuMissing,
    ModelDamaged,
    ModelMissing,
    SpaceMismatch,
    UsageError,
)
from v2a_foley.project import Kind, Layer

pytestmark = pytest.mark.xdist_group("full")  # what is costly to set up is set up once

FAST = {"device": "cpu", "precision": "float32", "steps": 3, "handles": 0.5}


@pytest.fixture
def broken(tiny, tmp_path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "broken"))


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    return make_film(
        tmp_path_factory.mktemp("film") / "in.mp4", seconds=4, size=(160, 90), cuts=(25, 60), sound="tone"
    )  # fmt: skip


@pytest.fixture(scope="module")
def result(tiny, film, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    with_stems = {"stems": out / "stems", "takes_folder": out / "takes"}
    return add_foley(film, out / "out.mp4", profile=str(tiny), takes=2, **with_stems, **FAST)


def wave(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="float32", always_2d=True)[0].T


def test_the_film_keeps_its_picture_and_gets_the_networks_sound(result, film):
    assert stream_hash(result.output) == stream_hash(film)
    takes = [take for cue in result.project.cues for take in cue.takes]
    assert takes
    assert {take.generator for take in takes} == {"audioldm"}
    assert {take.native_rate for take in takes} == {16_000}
    assert result.project.profile == "tiny"
    assert [len(shot.embedding) for shot in result.project.shots] == [24] * 3
    assert result.peak_memory > 100e6


def test_takes_lie_at_their_nominal_level_and_in_their_places(result):
    for cue in result.project.cues:
        assert len(cue.takes) == 2
        for take in cue.takes:
            sound = wave(take.path)
            assert sound.shape == (2 if cue.layer is Layer.BG else 1, take.samples)
            assert take.samples == take.before + take.after + round((cue.range.end - cue.range.start) * 48_000)
            assert take.lufs == pytest.approx(cue.event.level, abs=0.5)
            if cue.event.kind is Kind.IMPULSE and cue.hits:
                assert not sound[:, : take.before].any()


def test_a_sound_lies_where_its_shot_is(tiny, film, tmp_path):
    made = add_foley(
        film, tmp_path / "out.mp4", profile=str(tiny), cues="shots", shots="2", stems=tmp_path / "stems", **FAST
    )
    stem = np.abs(wave(made.stems[Layer.FX])).max(axis=0)
    assert stem[48_000 : 48_000 * 12 // 5].max() > 1e-3
    handle = 24_000
    assert not stem[: 48_000 - handle].any()
    assert not stem[48_000 * 12 // 5 + handle :].any()


def test_a_take_knows_everything_that_made_it(result):
    for cue in result.project.cues:
        first, second = (dict(take.details) for take in cue.takes)
        for details in (first, second):
            json.dumps(details, default=str)
            text = " ".join(str(key) for key in details)
            for word in ("steps", "guidance", "scheduler", "batch", "compute", "embedding", "weights"):
                assert word in text, word
        assert first["embedding"] != second["embedding"]  # another draw of the mapper
    assert all(take.licence for cue in result.project.cues for take in cue.takes)


def test_the_same_seed_gives_the_same_bits(result, tiny, film, tmp_path):
    again = add_foley(film, tmp_path / "out.mp4", profile=str(tiny), takes=2, takes_folder=tmp_path / "takes", **FAST)
    for one, other in zip(result.project.cues, again.project.cues, strict=True):
        for first, second in zip(one.takes, other.takes, strict=True):
            assert np.array_equal(wave(first.path), wave(second.path))
    other = add_foley(film, tmp_path / "o.mp4", profile=str(tiny), seed=1, takes_folder=tmp_path / "other", **FAST)
    assert not np.array_equal(wave(other.project.cues[0].take.path), wave(result.project.cues[0].take.path))


def test_one_sound_a_shot_comes_from_the_picture_alone(tiny, film, tmp_path):
    made = add_foley(film, tmp_path / "out.mp4", profile=str(tiny), cues="shots", **FAST)
    assert [cue.shots for cue in made.project.cues] == [(1,), (2,), (3,)]
    assert {cue.layer for cue in made.project.cues} == {Layer.FX}
    profile = load_profile(str(tiny), print, device="cpu", precision="float32")
    settings = RunSettings(profile=str(tiny), cues="shots", **FAST)
    found = audio_embeddings(made.project, profile, settings)
    captioned = audio_embeddings(made.project, profile, replace(settings, cues="events"))
    assert all(not np.allclose(found[key], captioned[key], atol=1e-3) for key in found)


@pytest.mark.long
def test_a_prompt_pulls_and_a_negative_pushes(tiny, film, tmp_path):
    def first(name: str, **more) -> np.ndarray:
        made = add_foley(
            film, tmp_path / f"{name}.mp4", profile=str(tiny), cues="shots", shots="1",
            takes_folder=tmp_path / name, **FAST, **more,
        )  # fmt: skip
        return wave(made.project.cues[0].take.path)

    sounds = {
        "plain": first("plain"),
        "pulled": first("pulled", prompt="rain on a roof", prompt_weight=0.5),
        "words": first("words", prompt="rain on a roof"),
        "pushed": first("pushed", negative="a dog barks"),
    }
    names = list(sounds)
    for one in range(len(names)):
        for other in range(one):
            assert np.abs(sounds[names[one]] - sounds[names[other]]).max() > 1e-3, (names[one], names[other])


def test_an_image_becomes_a_sound_of_any_length(tiny, tmp_path):
    from PIL import Image

    picture = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(picture)
    made = add_foley(picture, tmp_path / "sound.wav", profile=str(tiny), duration=2.5, cues="shots", **FAST)
    assert wave(made.output).shape[1] == 120_000
    assert made.project.cues[0].take.generator == "audioldm"


def test_clips_eyes_go_with_the_synthesis(tiny, film, tmp_path):
    (tmp_path / "profile.toml").write_text(f"[eyes]\nmodel = '{tiny / 'clip'}'\nframes = 4", encoding="utf-8")
    made = add_foley(film, tmp_path / "out.mp4", profile=str(tmp_path), **FAST)
    assert {take.generator for cue in made.project.cues for take in cue.takes} == {"procedural"}
    assert any("did nothing: --steps" in warning for warning in made.warnings)
    with pytest.raises(UsageError, match="no neural voice"):
        add_foley(film, tmp_path / "no.mp4", profile=str(tmp_path), generator="audioldm", **FAST)


@pytest.mark.long
def test_the_pocket_eyes_go_with_the_neural_voice_over_the_bridge(tiny, tmp_path):
    (tmp_path / "profile.toml").write_text(f"[voice]\nmodel = '{tiny / 'voice'}'", encoding="utf-8")
    made = add_foley(real_clip("bikes.mp4"), tmp_path / "out.mp4", profile=str(tmp_path), shots="1", **FAST)
    assert {take.generator for cue in made.project.cues for take in cue.takes} == {"audioldm"}


def test_the_best_of_several_candidates_is_the_one_nearest_to_its_embedding(tiny, film, tmp_path):
    made = add_foley(film, tmp_path / "out.mp4", profile=str(tiny), cues="shots", shots="1", best_of=3, **FAST)
    details = made.project.cues[0].take.details
    scores = next(value for key, value in details.items() if "score" in key)
    assert len(scores) == 3
    assert len(set(scores)) == 3


@pytest.mark.long
def test_everything_can_be_blended_with_everything(tiny, film, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).normal(0, 0.1, 48_000), 48_000)
    settings = RunSettings(profile=str(tiny), duration=1.5, **FAST)
    made = blend(
        [f"{film}#2", str(tmp_path / "a.wav"), "rain on a roof"], tmp_path / "mix.wav", settings, Progress(),
        weights=[2, 1, 1],
    )  # fmt: skip
    assert made[0].weights == (0.5, 0.25, 0.25)
    assert wave(made[0].path).shape[1] == 72_000
    path = blend([f"{film}#1", "wind"], tmp_path / "path.wav", settings, Progress(), path=3)
    names = [f"{film.name}#1", f"{film.name}#1 and wind", "wind"]
    assert [each.take.source for each in path] == [f"AudioLDM voice: {name}" for name in names]
    sounds = [wave(each.path) for each in path]
    assert np.abs(sounds[0] - sounds[2]).max() > 1e-3
    with pytest.raises(UsageError, match="3 shots"):
        blend([str(film), "wind"], tmp_path / "no.wav", settings, Progress())


def test_a_mapper_for_another_space_is_refused_by_name(broken, film, tmp_path):
    card = json.loads((broken / "mapper" / "card.json").read_text())
    for side, name in (("source", "input"), ("target", "output")):
        other = json.loads(json.dumps(card))
        found = other[side]
        from v2a_foley.embed import Space

        turned = stranger(Space(found["name"], found["size"], found["fingerprint"]))
        found.update(name="somewhere else", fingerprint=turned.fingerprint)
        (broken / "mapper" / "card.json").write_text(json.dumps(other))
        with pytest.raises(SpaceMismatch) as caught:
            add_foley(film, tmp_path / "out.mp4", profile=str(broken), **FAST)
        assert "somewhere else" in caught.value.message
        assert name in caught.value.message
        assert not (tmp_path / "out.mp4").exists()


def test_ears_and_voice_of_different_spaces_refuse_each_other(broken, film, tmp_path):
    from tests.tiny.clap import write_clap

    write_clap(broken / "other", 32, seed=5)
    text = (broken / "profile.toml").read_text().replace("[ears]", '[ears]\nmodel = "other"')
    (broken / "profile.toml").write_text(text)
    with pytest.raises(SpaceMismatch, match="voice"):
        add_foley(film, tmp_path / "out.mp4", profile=str(broken), **FAST)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def not_finite(path: Path) -> None:
    weights = load_file(path)
    name = max(weights, key=lambda each: weights[each].numel())
    weights[name][...] = float("nan")
    save_file(weights, path, metadata={"format": "pt"})


def other_names(path: Path) -> None:
    save_file({f"x.{name}": value for name, value in load_file(path).items()}, path, metadata={"format": "pt"})


WEIGHTS = (
    "clip/open_clip_model.safetensors",
    "voice/text_encoder/model.safetensors",
    "voice/unet/diffusion_pytorch_model.safetensors",
    "voice/vae/diffusion_pytorch_model.safetensors",
    "voice/vocoder/model.safetensors",
    "mapper/weights.safetensors",
)


@pytest.mark.parametrize("file", WEIGHTS)
@pytest.mark.parametrize("damage", [cut_short, other_names, not_finite])
def test_damaged_weights_are_named(broken, film, tmp_path, file, damage):
    damage(broken / file)
    with pytest.raises(ModelDamaged) as caught:
        add_foley(film, tmp_path / "out.mp4", profile=str(broken), **FAST)
    assert caught.value.hint
    assert list(tmp_path.glob("*.mp4")) == []


@pytest.mark.parametrize("part", ["clip", "voice", "mapper", *WEIGHTS])
def test_missing_models_are_named(broken, film, tmp_path, part):
    target = broken / part
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    with pytest.raises(ModelMissing) as caught:
        add_foley(film, tmp_path / "out.mp4", profile=str(broken), **FAST)
    assert caught.value.hint
    assert list(tmp_path.glob("*.mp4")) == []


def test_a_gpu_that_is_not_there_is_named(tiny, film, tmp_path, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(GpuMissing) as caught:
        add_foley(film, tmp_path / "out.mp4", profile=str(tiny), **{**FAST, "device": "cuda"})
    assert "cuda" in caught.value.message


def test_the_full_profile_says_how_to_get_it(film, tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path / "none"))
    with pytest.raises(ModelMissing) as caught:
        add_foley(film, tmp_path / "out.mp4", profile="full", **FAST)
    assert "v2a-foley models pull" in caught.value.hint


@pytest.mark.long
def test_from_the_command_line(tiny, film, tmp_path, capfd, monkeypatch):
    program = Program(capfd, monkeypatch)
    done = program(
        "run", film, "-o", tmp_path / "out.mp4", "--profile", tiny, "--cues", "shots", "--variations", 2, "--steps", 2,
        "--device", "cpu", "--scheduler", "unipc", "--handles", 0, "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert [len(cue["takes"]) for cue in done.json["cues"]] == [2, 2, 2]
    assert done.json["peak_memory_bytes"] > 0
    done = program("blend", f"{film}#1", "rain", "-o", tmp_path / "b.wav", "--profile", tiny, "--weights", "0.2,0.8",
                   "--duration", 1, "--steps", 2, "--json")  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["sounds"][0]["weights"] == pytest.approx([0.2, 0.8])
    done = program("run", film, "-o", tmp_path / "o.mp4", "--profile", tiny, "--device", "cuda:77")
    assert done.code == 4
    assert "cuda:77" in done.err


def test_translating_tells_its_steps_and_can_be_stopped(tiny, film, tmp_path):
    told = []
    progress = Progress()

    def listen(event):
        if event.stage == "map":
            told.append((event.done, event.total))
            if event.done >= 2:
                progress.cancel()

    progress.listener = listen
    with pytest.raises(Cancelled):
        add_foley(film, tmp_path / "out.mp4", progress=progress, profile=str(tiny), **FAST)
    assert told[-1][0] == 2
    assert told[-1][1] >= 4  # four steps for every part that runs by itself
    assert list(tmp_path.iterdir()) == []


def test_denoising_tells_its_steps_and_can_be_stopped_at_each(tiny, film, tmp_path):
    progress, told = Progress(), []

    def listen(event):
        if event.stage == "voice" and event.total:
            told.append(event.done)
            if event.done >= 2:
                progress.cancel()

    progress.listener = listen
    with pytest.raises(Cancelled):
        add_foley(film, tmp_path / "out.mp4", progress=progress, profile=str(tiny), **FAST)
    assert told == [0, 1, 2]
    assert list(tmp_path.iterdir()) == []


def test_a_listener_from_another_space_is_refused(broken, film, tmp_path):
    from tests.tiny.clap import write_clap

    shutil.rmtree(broken / "clap")
    write_clap(broken / "clap", 32, seed=5)
    with pytest.raises(SpaceMismatch, match="listener"):
        add_foley(film, tmp_path / "out.mp4", profile=str(broken), best_of=2, **FAST)


@pytest.mark.parametrize(
    "how", [{"init": "gone.wav"}, {"best_of": 2}, {"generator": "audioldm", "profile": "pocket"}, {}]
)
def test_what_the_voice_would_refuse_is_refused_before_the_film_is_looked_at(broken, film, tmp_path, how):
    profile = broken / "profile.toml"
    profile.write_text(profile.read_text().replace('listener = "clap"', ""))
    if not how:
        shutil.rmtree(broken / "voice" / "unet")
    told = []
    progress = Progress(listener=lambda event: told.append(event.stage))
    with pytest.raises(FoleyError):
        add_foley(film, tmp_path / "out.mp4", progress=progress, **{"profile": str(broken), **how})
    assert set(told) == {"open", "load"}

"""What the voice does when numbers, memory or files fail it, and what a take remembers of how it was made."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.generate.library_sounds import COW
from tests.generate.sounds import RATE
from tests.generate.tiny_voice import embedding, folder, model
from tests.generate.voices import Wrapped, read, together, voice, wish
from v2a_foley.compute import Compute
from v2a_foley.errors import Cancelled, ModelDamaged, ModelMissing, OutOfMemory, UsageError
from v2a_foley.generate.audioldm import AudioLdmVoice, VoiceOptions
from v2a_foley.generate.audioldm.card import UNKNOWN, licence_of, read_card
from v2a_foley.progress import Progress, ProgressEvent

pytestmark = pytest.mark.usefixtures("calm")


# When things go wrong


@pytest.fixture(scope="module")
def delicate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model with a UNet whose first activations leave float16's range; in float32 it is as good as any."""
    made = tmp_path_factory.mktemp("delicate")
    shutil.copytree(folder(), made, dirs_exist_ok=True)
    weights = made / "unet" / "diffusion_pytorch_model.safetensors"
    state = load_file(weights)
    state["conv_in.weight"] *= 1e5
    save_file(state, weights, metadata={"format": "pt"})
    return made


def test_what_float16_cannot_hold_is_made_again_in_float32_and_said(delicate: Path):
    progress = Progress()
    half = AudioLdmVoice(delicate, Compute("cpu", "float16"), VoiceOptions(steps=2))
    full = AudioLdmVoice(delicate, Compute("cpu", "float32"), VoiceOptions(steps=2))
    requests = [wish(seed=seed, embedding=embedding(seed)) for seed in (1, 2)]
    for one, other in zip(together(half, requests, progress), together(full, requests), strict=True):
        assert np.array_equal(read(one), read(other))
    assert any("float32" in sentence for sentence in progress.warnings)


def test_only_the_lost_row_is_made_again():
    lost, asked = embedding(2), []

    def predictor(embeddings, negatives, guidance):
        predict = model().predictor(embeddings, negatives, guidance)
        bad = torch.from_numpy(np.isclose(embeddings, lost).all(axis=1))

        def spoiled(latents, timestep):
            found = predict(latents, timestep)
            return torch.where(bad[:, None, None, None], torch.nan, found)

        return spoiled

    def again():
        def counted(embeddings, negatives, guidance):
            asked.append(embeddings)
            return model().predictor(embeddings, negatives, guidance)

        return Wrapped(predictor=counted)

    half = Wrapped(predictor=predictor, compute=Compute("cpu", "bfloat16"), in_float32=again)
    requests = [wish(seed=seed, embedding=embedding(seed)) for seed in (1, 2, 3)]
    made, plain = together(voice(of=half), requests), together(voice(), requests)
    assert len(asked) == 1
    np.testing.assert_allclose(asked[0], lost[None], atol=1e-6)
    for one, other in zip(made, plain, strict=True):
        np.testing.assert_allclose(read(one), read(other), atol=1e-5)


def test_no_numbers_even_in_float32_is_an_error_that_says_so():
    def predictor(*_):
        return lambda latents, timestep: latents * torch.nan

    with pytest.raises(ModelDamaged, match="no numbers"):
        voice(of=Wrapped(predictor=predictor)).make(wish())


def test_a_lack_of_memory_halves_the_batch_and_goes_on():
    sizes = []

    def predictor(embeddings, negatives, guidance):
        predict = model().predictor(embeddings, negatives, guidance)

        def small(latents, timestep):
            sizes.append(len(latents))
            if len(latents) > 1:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return predict(latents, timestep)

        return small

    requests = [wish(seed=seed, embedding=embedding(seed)) for seed in range(4)]
    made = together(voice(of=Wrapped(predictor=predictor)), requests)
    for one, other in zip(made, together(voice(), requests), strict=True):
        np.testing.assert_allclose(read(one), read(other), atol=1e-5)
    assert sizes[:3] == [4, 2, 1]
    assert set(sizes[3:]) == {1}
    assert made[0].details["batch"] == [1, made[0].details["latent_frames"]]


def test_a_lack_of_memory_for_one_sound_is_our_error():
    def predictor(*_):
        def none(latents, timestep):
            raise torch.OutOfMemoryError("CUDA out of memory.")

        return none

    with pytest.raises(OutOfMemory) as caught:
        voice(of=Wrapped(predictor=predictor)).make(wish())
    assert "1.5 s" in caught.value.message
    assert caught.value.hint


def test_progress_counts_steps_and_batches():
    events: list[ProgressEvent] = []
    together(voice(steps=5), [wish(1.5), wish(3.0), wish(1.55)], Progress(events.append))
    told = [event.done for event in events if event.stage == "voice"]
    assert {event.total for event in events if event.stage == "voice"} == {10}
    assert told[0] == 0
    assert told[-1] == 10
    assert told == sorted(told)
    assert len(told) >= 11


def test_it_stops_at_the_next_step():
    asked = []

    def listen(event: ProgressEvent) -> None:
        asked.append(event.done)
        if event.done == 2:
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled):
        voice(steps=50).make(wish(), progress)
    assert max(asked) == 2


def test_a_voice_that_is_not_there_says_how_to_get_it(tmp_path: Path):
    maker = AudioLdmVoice(tmp_path / "none", Compute())
    assert maker.can_make(wish())
    with pytest.raises(ModelMissing) as caught:
        maker.make(wish())
    assert "models" in caught.value.hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"steps": 1001},
        {"guidance": 0.5},
        {"best_of": 0},
        {"strength": 1.1},
        {"scheduler": "euler"},
        {"most": -1},
        {"init": np.zeros(0, np.float32)},
        {"init": np.zeros((2, 9), np.float32)},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict):
    with pytest.raises(UsageError):
        VoiceOptions(**wrong)


# The record


def test_the_record_makes_the_sound_again():
    request = wish(prompt="a kettle sings", negative="speech")
    maker = voice()
    sound = maker.make(request)
    record = json.loads(json.dumps(dict(sound.details)))
    placed = np.frombuffer(bytes.fromhex(record["embedding"]), "<f4").astype(np.float32)
    again = voice(steps=record["steps"], guidance=record["guidance"], scheduler=record["scheduler"]).make(
        wish(event=COW, embedding=placed, negative=record["negative"], seed=record["seed"])
    )
    np.testing.assert_allclose(read(again), read(sound), atol=1e-6)
    assert record["compute"]["threads"] == torch.get_num_threads()
    assert record["compute"]["precision"] == "float32"
    assert record["batch"] == [1, record["latent_frames"]]
    assert record["weights"] == read_card(folder()).weights
    assert record["peak_memory"] > 1e6
    assert "a kettle sings" in sound.source
    assert sound.native_rate == 16_000


def test_other_weights_have_another_hash(delicate: Path):
    assert read_card(delicate).weights != read_card(folder()).weights


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: cc-by-nc-sa-4.0\ntags:\n- audio\n---\n# A model", "CC-BY-NC-SA-4.0"),
        ('---\nlicense: "mit"\n---\n', "MIT"),
        ("---\ntags: [audio]\n---\nlicense: none of it", UNKNOWN),
        ("# A model\nlicense: mit", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_the_licence_is_the_cards(tmp_path: Path, card: str | None, licence: str):
    if card is not None:
        (tmp_path / "README.md").write_text(card)
    assert licence_of(tmp_path) == licence
    assert "CC BY-NC-SA" in UNKNOWN


@pytest.mark.parametrize("samples", [1, 2])
def test_a_sound_to_start_from_may_be_a_sample_long(samples):
    made = read(voice(init=np.full(samples, 0.3, np.float32)).make(wish(0.5)))
    assert made.shape == (1, RATE // 2)
    assert np.isfinite(made).all()


def test_a_long_sound_remembers_how_many_windows_ran_together():
    short, long = (voice(steps=1).make(wish(seconds)).details for seconds in (1.0, 32.0))
    assert "windows" not in short
    assert (long["windows"], long["batch"][0]) == ([3, 256], 1) or long["windows"] == [4, 256]

"""The ears of AudioLDM, exact lengths, lost rows, and networks that take turns on a device."""

import librosa
import numpy as np
import pytest
import torch

from v2a_foley.compute import Compute
from v2a_foley.errors import Cancelled
from v2a_foley.generate.audioldm import mel
from v2a_foley.generate.audioldm.denoise import denoise, not_finite
from v2a_foley.generate.audioldm.parts import AudioLdm
from v2a_foley.generate.audioldm.schedule import ladder
from v2a_foley.generate.audioldm.vocoder import FlatVocoder
from v2a_foley.progress import Progress

from . import tiny_voice

pytestmark = pytest.mark.usefixtures("calm")


def noise(samples, seed=0):
    return (0.2 * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)


def test_the_mel_is_that_of_librosa():
    """With AudioLDM's numbers: window 1024, hop 160, 64 Slaney bands to 8 kHz, magnitudes, 432 samples reflected."""
    wave = noise(16_000)
    found = mel.log_mel(torch.from_numpy(wave[None]), sample_rate=16_000, hop=160, bins=64)[0].numpy()
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(wave, 432, mode="reflect"), 1024)[::160]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    spectrum = np.abs(np.fft.rfft(windows * hann)).T
    bands = librosa.filters.mel(sr=16_000, n_fft=1024, n_mels=64, fmin=0, fmax=8000)
    expected = np.log(np.maximum(bands @ spectrum, 1e-5)).T
    assert found.shape == (100, 64)
    assert np.allclose(found, expected, atol=2e-3)


def test_silence_is_the_floor():
    found = mel.log_mel(torch.zeros(1, 3200), sample_rate=16_000, hop=160, bins=64)
    assert torch.allclose(found, torch.full_like(found, -11.512925))


def test_the_level_is_that_of_training_and_is_remembered():
    wave = noise(4000) * 0.01 + np.float32(0.3)
    level, gain = mel.levelled(wave)
    assert np.abs(level).max() == pytest.approx(0.5, abs=1e-6)
    assert abs(level.mean()) < 1e-6
    assert np.allclose(level * gain, wave - wave.mean(), atol=1e-7)


@pytest.mark.parametrize("wave", [np.zeros(100, np.float32), np.zeros(0, np.float32), np.full(100, 0.3, np.float32)])
def test_silence_keeps_its_level(wave):
    level, gain = mel.levelled(wave)
    assert gain == 1.0
    assert not level.any()


def test_encoding_hears_what_the_vae_hears():
    model, wave = tiny_voice.model(), noise(12 * 640)
    heard = model.encode([wave, wave * 0.1], 12)
    assert heard.latents.shape == (2, 4, 12, 8)
    assert torch.allclose(heard.latents[0], heard.latents[1], atol=1e-3), "the level does not matter"
    assert heard.gains[0] == pytest.approx(10 * heard.gains[1], rel=1e-4)
    level, _ = mel.levelled(wave)
    spectrogram = mel.log_mel(torch.from_numpy(level[None]), sample_rate=16_000, hop=160, bins=32)
    vae = model._network("vae")
    expected = vae.encode(spectrogram[:, None]).latent_dist.mode() * vae.config.scaling_factor
    assert torch.allclose(heard.latents[:1], expected, atol=1e-6)


def test_short_sounds_end_in_silence_and_long_ones_are_cut():
    model, wave = tiny_voice.model(), noise(12 * 640)
    short, padded = model.encode([wave[:3000]], 12), model.encode([np.pad(wave[:3000], (0, 4680))], 12)
    assert short.latents.shape == padded.latents.shape
    assert torch.equal(model.encode([np.append(wave, wave)], 12).latents, model.encode([wave], 12).latents)


@pytest.mark.parametrize("samples", [1, 159, 7679, 7680])
def test_waveforms_have_exactly_the_samples_asked_for(samples):
    model = tiny_voice.model()
    spectrograms = model.decode(model.noise([1, 2], 12))
    assert spectrograms.shape == (2, 48, 32)
    made = model.vocode(spectrograms, samples)
    assert made.shape == (2, samples)
    assert made.dtype == np.float32


@pytest.mark.parametrize("normalise", [False, True])
def test_the_flat_vocoder_is_the_stock_one_but_for_rounding(normalise):
    stock = tiny_voice.model()._network("vocoder")
    spectrograms = tiny_voice.model().decode(tiny_voice.model().noise([1, 2], 12))
    stock.config.normalize_before = normalise
    stock.mean.fill_(-2.0)
    try:
        expected, found = stock(spectrograms), FlatVocoder(stock)(spectrograms)
    finally:
        stock.config.normalize_before = False
        stock.mean.zero_()
    assert found.shape == expected.shape == (2, 12 * 640 + 32)
    assert float((found - expected).abs().max()) < 1e-5 * float(expected.abs().max())


def test_lost_rows_are_told():
    rows = torch.ones(4, 2, 3)
    rows[1, 0, 2], rows[3, 1, 1] = float("nan"), float("inf")
    assert not_finite(rows) == (1, 3)
    assert not_finite(torch.ones(2, 3)) == ()


def test_what_half_precision_cannot_hold_is_told_row_by_row():
    """float16 ends at 65504: a row of large latents is lost in it, and its neighbour is not."""
    model = AudioLdm.load(tiny_voice.folder(), Compute("cpu", "float16"))
    latents = model.noise([1, 2], 12)
    latents[1] *= 1e6
    assert not_finite(model.decode(latents)) == (1,)
    assert not_finite(tiny_voice.model().decode(latents)) == ()


def test_every_step_is_told_and_can_be_the_last():
    model, told = tiny_voice.model(), []
    rungs, row = ladder(model.schedule, steps=5), tiny_voice.embedding(1)[None]
    predict = model.predictor(row, model.unconditional[None], [2.5])
    progress = Progress(lambda event: told.append(event.done))
    with progress.stage("sound", len(rungs)) as stage:
        denoise(model.noise([1], 8), rungs, predict, stage=stage)
    assert told == [0, 1, 2, 3, 4, 5, 5]

    asked = []

    def stopping(latents, timestep):
        asked.append(timestep)
        if len(asked) == 2:
            progress.cancel()
        return predict(latents, timestep)

    with pytest.raises(Cancelled), progress.stage("sound", len(rungs)) as stage:
        denoise(model.noise([1], 8), rungs, stopping, stage=stage)
    assert len(asked) == 2


def test_what_is_put_back_after_a_step_goes_on():
    model, row = tiny_voice.model(), tiny_voice.embedding(1)[None]
    rungs = ladder(model.schedule, steps=6)
    clean, gaussian = torch.full((1, 4, 8, 8), 0.3), model.noise([1], 8)
    levels = []

    def keep(level, latents):
        levels.append(level)
        latents = latents.clone()
        latents[:, :, :4] = rungs.noised(clean, gaussian, level)[:, :, :4]
        return latents

    predict = model.predictor(row, model.unconditional[None], [2.5])
    made = denoise(gaussian, rungs, predict, after=keep)
    assert levels == [1, 2, 3, 4, 5, 6]
    assert torch.equal(made[:, :, :4], clean[:, :, :4])
    free = denoise(gaussian, rungs, predict)
    assert not torch.allclose(made[:, :, 4:], free[:, :, 4:], atol=1e-3), "the rest listens to what was kept"


def test_networks_take_turns(monkeypatch):
    """Without a GPU: what is asked of each network is written down instead of done."""
    model = AudioLdm.load(tiny_voice.folder(), Compute("cpu"), offload=True)
    seen = []
    for name, network in model._networks.items():
        monkeypatch.setattr(network, "to", lambda where, name=name: seen.append((name, str(where))))
    model.compute = Compute("cuda")
    model._network("vae")
    assert seen == [("unet", "cpu"), ("vocoder", "cpu"), ("vae", "cuda")], "room is made first"

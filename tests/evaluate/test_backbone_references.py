"""Each backbone against the plain way of its own package, or of another library that makes the same."""

import importlib.util
import sys
import types

import numpy as np
import pytest
import torch

from tests.tiny.backbones import backbone, weights_of
from v2a_foley.evaluate.backbones.packages import module_inside
from v2a_foley.evaluate.backbones.panns import CNN14, CNN14_16K
from v2a_foley.evaluate.backbones.passt import mel_bands, spectrogram
from v2a_foley.evaluate.backbones.vggish import PCA_FILE

pytestmark = pytest.mark.xdist_group("backbones")
CLOSE = 1e-4


def sounds(rate, count=2, seconds=1.5):
    drawn = np.random.default_rng(11)
    at = np.arange(round(rate * seconds)) / rate
    return [
        (0.2 * np.sin(2 * np.pi * 300 * (number + 1) * at) + 0.05 * drawn.standard_normal(len(at))).astype(np.float32)
        for number in range(count)
    ]


def near(one, other):
    assert one.shape == other.shape
    assert np.abs(one - other).max() <= CLOSE * max(1.0, np.abs(other).max())


@pytest.fixture
def torchaudio(monkeypatch):
    """Put the two functions of torchaudio that the packages want in its place: it does not run beside every torch."""

    def mel_banks(bins, size, rate, low, high, *_, **__):
        """Kaldi's definition, triangle by triangle, as torchaudio gives it."""
        mel = lambda hertz: 1127.0 * np.log1p(hertz / 700.0)  # noqa: E731
        edges = np.linspace(mel(low), mel(high), bins + 2)
        at = mel(np.arange(size // 2) * rate / size)
        rows = [
            np.maximum(0, np.minimum((at - left) / (centre - left), (right - at) / (right - centre)))
            for left, centre, right in zip(edges, edges[1:], edges[2:], strict=False)
        ]
        return torch.tensor(np.stack(rows), dtype=torch.float32), None

    class Spectrogram(torch.nn.Module):
        def __init__(self, n_fft, hop_length):
            super().__init__()
            self.sizes = n_fft, hop_length
            self.register_buffer("window", torch.hann_window(n_fft))

        def forward(self, wave):
            flat = wave.reshape(-1, wave.shape[-1])
            found = torch.stft(flat, *self.sizes, window=self.window, return_complex=True).abs() ** 2
            return found.reshape(*wave.shape[:-1], *found.shape[-2:])

    made = types.ModuleType("torchaudio")
    made.__spec__ = importlib.util.spec_from_loader("torchaudio", None)
    made.transforms = types.SimpleNamespace(
        Spectrogram=Spectrogram, FrequencyMasking=torch.nn.Identity, TimeMasking=torch.nn.Identity
    )
    made.compliance = types.SimpleNamespace(kaldi=types.SimpleNamespace(get_mel_banks=mel_banks))
    monkeypatch.setitem(sys.modules, "torchaudio", made)
    return made


@pytest.mark.long
@pytest.mark.parametrize(("key", "variant"), [("panns", CNN14), ("panns-16k", CNN14_16K)])
def test_panns_are_what_the_package_gives(key, variant):
    """As ``AudioTagging.inference`` does, whose module downloads the names of classes when it is imported."""
    models = module_inside("panns_inference", "models", install="")
    size = {"sample_rate": variant.sample_rate, "window_size": variant.window, "hop_size": variant.hop}
    plain = models.Cnn14(**size, mel_bins=64, fmin=50, fmax=variant.highest, classes_num=527)
    plain.load_state_dict(torch.load(weights_of(key), weights_only=True)["model"])
    given = sounds(variant.sample_rate)
    with torch.no_grad():
        plain.eval()
        told = plain(torch.from_numpy(np.stack(given)), None)
    heard = backbone(key).listen(given)
    near(heard.embeddings, told["embedding"].numpy())
    chances = torch.softmax(torch.logit(told["clipwise_output"].double()), dim=1).numpy()
    np.testing.assert_allclose(heard.probabilities, chances, rtol=CLOSE)


def test_vggish_is_what_the_package_gives():
    import torchvggish

    given = sounds(16_000, seconds=2.5)
    plain = torchvggish.VGG(torchvggish.make_layers(), postprocess=False)
    plain.load_state_dict(torch.load(weights_of("vggish"), weights_only=True))
    heard = backbone("vggish").listen(given)
    for row, sound in enumerate(given):
        with torch.no_grad():
            told = plain.eval()(torchvggish.waveform_to_examples(sound, 16_000)).numpy()
        mine = heard.embeddings[heard.of == row]
        assert (mine < 0).any()  # the package ends with a ReLU, which the evaluations in use take away
        near(np.maximum(mine, 0), told)


def test_post_processed_vggish_is_what_the_package_gives(monkeypatch):
    import torchvggish

    folder = weights_of("vggish").parent

    def from_disk(url, **_):
        return torch.load(folder / url.rpartition("/")[2], weights_only=False)

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", from_disk)
    plain = torchvggish.vggish(postprocess=True).eval()
    given = sounds(16_000, seconds=2.5)
    heard = backbone("vggish-pca").listen(given)
    for row, sound in enumerate(given):
        with torch.no_grad():
            told = plain(torchvggish.waveform_to_examples(sound, 16_000)).numpy()
        mine = heard.embeddings[heard.of == row]
        assert np.abs(mine - told).max() <= 1  # a value on the edge between two whole numbers may go either way
        assert (mine == told).mean() > 0.98
        assert np.unique(mine).size > 10
    assert PCA_FILE in {path.name for path in folder.iterdir()}


def test_passts_spectrogram_is_the_packages(torchaudio):
    preprocess = module_inside("hear21passt", "models.preprocess", install="")
    preprocess.torchaudio = torchaudio
    plain = preprocess.AugmentMelSTFT(
        n_mels=128, sr=32000, win_length=800, hopsize=320, n_fft=1024, freqm=48, timem=192, htk=False, fmin=0.0,
        fmax=None, norm=1, fmin_aug_range=10, fmax_aug_range=2000,
    ).eval()  # fmt: skip
    given = torch.from_numpy(np.stack(sounds(32_000)))
    near(spectrogram(given).numpy(), plain(given).numpy())


def test_passts_mel_bands_are_kaldis():
    """Sums and peaks of bands that torchaudio 2.11's ``get_mel_banks(128, 1024, 32000, 0, 15000, …)`` gives."""
    told = {
        0: (0.188595250, 1), 1: (0.811404765, 1), 2: (0.452999473, 2), 40: (1.486691356, 38), 64: (2.671334267, None),
        100: (6.164812565, 233), 127: (11.832761765, 468),
    }  # fmt: skip
    bands = mel_bands()
    assert bands.shape == (128, 513)
    for row, (total, peak) in told.items():
        assert bands[row].sum() == pytest.approx(total, abs=CLOSE)
        assert peak is None or bands[row].argmax() == peak


@pytest.mark.long
def test_passt_is_what_the_packages_network_gives():
    package = module_inside("hear21passt", "models.passt", install="")
    plain = package.get_model(arch="passt_s_swa_p16_128_ap476", pretrained=False)
    plain.load_state_dict(torch.load(weights_of("passt"), weights_only=True))
    given = sounds(32_000, count=2, seconds=10)
    with torch.no_grad():
        logits, features = plain.eval()(spectrogram(torch.from_numpy(np.stack(given)))[:, None])
    heard = backbone("passt").listen(given)
    near(heard.embeddings, features.numpy())
    np.testing.assert_allclose(heard.probabilities, torch.softmax(logits.double(), dim=1).numpy(), rtol=CLOSE)


@pytest.mark.long
def test_a_sound_longer_than_passts_window_is_the_mean_of_its_windows():
    (given,) = sounds(32_000, count=1, seconds=14)
    heard = backbone("passt").listen([given])
    parts = backbone("passt").listen([given[:320_000], given[-320_000:]])
    near(heard.embeddings[0], parts.embeddings.mean(axis=0))
    # The classes' scores are averaged, not their probabilities: these are then the geometric mean's.
    joined = np.exp(np.log(parts.probabilities).mean(axis=0))
    np.testing.assert_allclose(heard.probabilities[0], joined / joined.sum(), rtol=CLOSE)


def test_wav2clip_is_what_the_package_gives(torchaudio):
    resnet = module_inside("wav2clip", "model.resnet", install="")
    resnet.torchaudio = torchaudio
    encoder = module_inside("wav2clip", "model.encoder", install="")
    held = torch.load(weights_of("wav2clip"), weights_only=True)
    plain = encoder.ResNetExtractor(checkpoint=held, scenario="frozen", transform=True)
    given = sounds(16_000)
    heard = backbone("wav2clip").listen(given)
    for row, sound in enumerate(given):  # one at a time: the package brings a batch to zero mean as a whole
        with torch.no_grad():
            near(heard.embeddings[row], plain(torch.from_numpy(sound)[None]).numpy()[0])


def test_clap_is_what_the_embedder_gives():
    from v2a_foley.embed.clap import load_clap

    given, texts = sounds(48_000), ["a dog barks", "rain"]
    plain = load_clap(weights_of("clap"))
    near(backbone("clap").listen(given).embeddings, plain.encode_audio(given))
    near(backbone("clap").encode_texts(texts), plain.encode_texts(texts))


@pytest.mark.long
def test_log_mel_statistics_are_librosas():
    import librosa

    (given,) = sounds(16_000, count=1)
    padded = np.pad(given, 432, mode="reflect")
    levels = librosa.feature.melspectrogram(
        y=padded, sr=16_000, n_fft=1024, hop_length=160, center=False, power=1.0, n_mels=64, fmin=0, fmax=8000
    )
    told = np.log(np.maximum(levels, 1e-5))
    heard = backbone("logmel").listen([given]).embeddings[0]
    near(heard, np.concatenate([told.mean(axis=1), told.std(axis=1)]))
